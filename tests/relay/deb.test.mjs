/* deb.test.mjs - what is in the Debian package. bare.sh installs it, by hand. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { findProgram } from './manual.mjs';
import { scratchFolder } from './relay.mjs';

const build = process.env.PF_BUILD;
const tools = ['cpack', 'dpkg-deb', 'dpkg-shlibdeps', 'file'];
const skip = !build ? 'not a build that is packaged'
  : tools.every(findProgram) ? false : `one of ${tools} is missing`;

/** @param {string} program @param {...string} options @returns {string} what it prints */
function run(program, ...options) {
  const { status, stdout, stderr } = spawnSync(program, options, { encoding: 'utf8', cwd: build });
  assert.equal(status, 0, `${program}: ${stderr}${stdout}`);
  return stdout;
}

/** Makes the package. @param {import('node:test').TestContext} t @returns {string} its file */
function makePackage(t) {
  const folder = scratchFolder(t);
  run('cpack', '-G', 'DEB', '-B', folder);
  const name = fs.readdirSync(folder).find((file) => file.endsWith('.deb'));
  assert.ok(name, 'cpack has made no package');
  return path.join(folder, name);
}

test('the package has the relay, its unit and its configuration', { skip }, (t) => {
  const file = makePackage(t);
  /** @type {Map<string, string>} */
  const modes = new Map();
  for (const line of run('dpkg-deb', '-c', file).trim().split('\n')) {
    const [mode, owner, , , , name] = line.split(/\s+/);
    assert.equal(owner, 'root/root', line);
    assert.doesNotMatch(mode, /^.{5}w|^.{8}w|s/, line);
    modes.set(name, mode);
  }
  assert.equal(modes.get('./usr/bin/peerface-relay'), '-rwxr-xr-x');
  for (const name of ['usr/lib/systemd/system/peerface-relay.service', 'etc/peerface/relay.conf',
    'usr/lib/systemd/system/peerface-relay.socket',
    'usr/share/doc/peerface-relay/OPERATING.md', 'usr/share/doc/peerface-relay/copyright']) {
    assert.equal(modes.get(`./${name}`), '-rw-r--r--', name);
  }
  assert.ok(modes.has('./usr/share/peerface/web/'));
  const others = [...modes.keys()].filter((name) => !name.startsWith('./usr/')
    && !name.startsWith('./etc/peerface/') && name !== './etc/');
  assert.deepEqual(others, []);

  const control = run('dpkg-deb', '-f', file);
  assert.match(control, /^Package: peerface-relay$/m);
  assert.match(control, /^Version: \d+\.\d+\.\d+$/m);
  assert.match(control, /^Depends: .*\badduser\b.*\blibc6 \(>= .*\blibssl3(t64)?\b/m);
  if (process.env.PF_SECCOMP) assert.match(control, /^Depends: .*\blibseccomp2\b/m);

  const folder = scratchFolder(t);
  run('dpkg-deb', '-e', file, folder);
  const conffiles = fs.readFileSync(path.join(folder, 'conffiles'), 'utf8');
  assert.equal(conffiles, '/etc/peerface/relay.conf\n');
  for (const script of ['postinst', 'prerm', 'postrm']) {
    assert.equal(fs.statSync(path.join(folder, script)).mode & 0o777, 0o755);
    run('sh', '-n', path.join(folder, script));
  }

  const root = scratchFolder(t);
  run('dpkg-deb', '-x', file, root);
  assert.match(run(path.join(root, 'usr/bin/peerface-relay'), '--version'), /^peerface-relay \d/);
  const unit = fs.readFileSync(
    path.join(root, 'usr/lib/systemd/system/peerface-relay.service'), 'utf8');
  assert.match(unit, /^ExecStart=\/usr\/bin\/peerface-relay --config \/etc\/peerface\/relay/m);
  assert.match(unit, /^User=peerface$/m);
  assert.doesNotMatch(unit, /@PF_|DynamicUser/);
  const options = fs.readFileSync(path.join(root, 'etc/peerface/relay.conf'), 'utf8');
  assert.match(options, /^web = \/usr\/share\/peerface\/web$/m);
});
