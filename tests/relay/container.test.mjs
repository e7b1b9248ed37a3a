/* container.test.mjs - the root file system of the container, without a container runtime. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { Client } from './client.mjs';
import { findProgram } from './manual.mjs';
import { freePort, program, scratchFolder, soon } from './relay.mjs';

const rootfs = path.resolve(path.dirname(fileURLToPath(import.meta.url)),
  '../../src/relay/container/rootfs.sh');
// As a container runtime does it: another root, read-only, nobody, no capabilities.
const confinement = ['--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts',
  '--uid', '65534', '--gid', '65534', '--cap-drop', 'ALL', '--proc', '/proc', '--dev', '/dev',
  '--die-with-parent'];

/** @returns {string | false} why the test is skipped */
function reason() {
  if (!process.env.PF_HARDENED) return 'not a build for containers';
  if (!findProgram('bwrap')) return 'no bwrap here';
  const { status } = spawnSync('bwrap', ['--ro-bind', '/', '/', ...confinement, 'true']);
  return status === 0 ? false : 'bwrap may not make namespaces here';
}

test('the relay runs with its libraries and the page alone', { skip: reason() }, async (t) => {
  const folder = scratchFolder(t);
  const root = path.join(folder, 'root');
  fs.mkdirSync(path.join(folder, 'web'));
  fs.writeFileSync(path.join(folder, 'web/index.html'), 'the page');
  const made = spawnSync('sh', [rootfs, program, path.join(folder, 'web'), root],
    { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
  fs.writeFileSync(path.join(root, 'secret'), 's'.repeat(32), { mode: 0o400 });
  const port = await freePort();
  const child = spawn('bwrap', ['--ro-bind', root, '/', ...confinement, '/usr/bin/peerface-relay',
    '--address', '127.0.0.1', '--port', `${port}`, '--web', '/usr/share/peerface/web',
    '--secret-file', '/secret'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = new Promise((resolve) => child.once('close', resolve));
  t.after(async () => {
    child.kill('SIGKILL');
    await exit;
  });
  await soon('the relay', new Promise((resolve, reject) => {
    child.stdout.once('data', resolve);
    child.once('close', () => reject(new Error('it has ended')));
  }));
  assert.equal(await (await fetch(`http://127.0.0.1:${port}/`)).text(), 'the page');
  const relay = /** @type {import('./relay.mjs').Relay} */ ({ port, isSecure: false });
  assert.ok((await Client.join(relay, 'tea')).id);
});
