/* confined.test.mjs - what the running relay has given up: privileges, and most system calls. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { makeCertificate, tlsOptions } from './certificate.mjs';
import { Client } from './client.mjs';
import { Relay, freePort, runToEnd, scratchFolder, soon } from './relay.mjs';

const skipFilter = process.env.PF_SECCOMP ? false : 'built without libseccomp';
const skipUser = process.getuid?.() === 0 ? false : 'not run by root';

/**
 * What the kernel says of a process: the relay, or this one.
 * @param {Relay} [relay]
 * @returns {Record<string, string>}
 */
function statusOf(relay) {
  const text = fs.readFileSync(`/proc/${relay?.child.pid ?? 'self'}/status`, 'utf8');
  return Object.fromEntries(text.trim().split('\n').map((line) => line.split(/:\s*/, 2)));
}

/** Waits for the log to match. @param {Relay} relay @param {RegExp} pattern */
function saying(relay, pattern) {
  return soon(`${pattern}`, new Promise((resolve) => {
    const look = () => pattern.test(relay.err) && resolve(undefined);
    relay.child.stderr.on('data', look);
    look();
  }));
}

/** A number of the user's and its group. @param {string} option of id */
const idOf = (option) =>
  spawnSync('id', [option, 'nobody'], { encoding: 'utf8' }).stdout.trim();

test('the relay gains no privileges and filters its calls', { skip: skipFilter }, async (t) => {
  const status = statusOf(await Relay.start(t));
  assert.equal(status.NoNewPrivs, '1');
  assert.equal(status.Seccomp, '2');
});

test('--no-sandbox leaves the calls alone', async (t) => {
  const relay = await Relay.start(t, '--no-sandbox');
  assert.equal(statusOf(relay).Seccomp, statusOf().Seccomp);
});

test('a confined relay does all that it does', async (t) => {
  const folder = scratchFolder(t);
  const port = await freePort();
  const first = makeCertificate(folder, 'first');
  const keys = path.join(folder, 'keys');
  const secret = path.join(folder, 'secret');
  fs.mkdirSync(path.join(folder, 'web'));
  fs.writeFileSync(path.join(folder, 'web/index.html'), 'x'.repeat(1 << 20));
  fs.writeFileSync(keys, 'k'.repeat(32));
  fs.writeFileSync(secret, 'old');
  const relay = await Relay.start(t, ...tlsOptions(first), '--log-format', 'json', '--log-level',
    'info', '--metrics-port', `${port}`, '--drain-s', '1', '--web', path.join(folder, 'web'),
    '--token-keys', keys, '--turn-server', 'turn:a', '--turn-secret-file', secret,
    '--secret-file', path.join(folder, 'tickets'));
  const client = await Client.open(relay);
  await client.message('hello');
  const second = makeCertificate(folder, 'second');
  fs.renameSync(second.cert, first.cert);
  fs.renameSync(second.key, first.key);
  relay.child.kill('SIGHUP');
  await saying(relay, /"reloaded"/);
  const { socket } = (await Client.open(relay)).wire;
  const tls = /** @type {import('node:tls').TLSSocket} */ (socket);
  assert.equal(tls.getPeerCertificate().subject.CN, 'second');
  fs.writeFileSync(secret, '');
  relay.child.kill('SIGHUP');
  await saying(relay, /"reload-failed"/);
  assert.match(await (await fetch(`http://localhost:${port}/metrics`)).text(),
    /peerface_resident_memory_bytes [1-9]/);
  relay.child.kill('SIGTERM');
  assert.equal(await client.closed(), 1001);
  assert.equal(await soon('the end', relay.exit), 0);
});

test('--user gives up root, once everything is open', { skip: skipUser }, async (t) => {
  const folder = scratchFolder(t);
  const certificate = makeCertificate(folder, 'first');
  fs.chmodSync(certificate.key, 0o600);
  const port = await freePort();
  const relay = await Relay.start(t, '--user', 'nobody', ...tlsOptions(certificate),
    '--redirect-port', `${port}`, '--secret-file', path.join(folder, 'secret'));
  const { Uid, Gid, Groups, CapEff, CapPrm } = statusOf(relay);
  assert.deepEqual(Uid.split('\t'), Array(4).fill(idOf('-u')));
  assert.deepEqual(Gid.split('\t'), Array(4).fill(idOf('-g')));
  assert.equal(Groups.trim(), idOf('-G'));
  assert.match(CapEff + CapPrm, /^0+$/);
  await (await Client.open(relay)).message('hello');
  // It can no longer read what only root may.
  relay.child.kill('SIGHUP');
  await saying(relay, /the certificate in use stays/);
  await (await Client.open(relay)).message('hello');
  assert.equal(await relay.end('SIGTERM'), 0);
});

test('a user that cannot be changed to is refused', async (t) => {
  const other = skipUser ? 'root' : 'no such user';
  const file = path.join(scratchFolder(t), 'secret');
  const { code, out, err } = await runToEnd('--port', '0', '--user', other, '--secret-file', file);
  assert.deepEqual([code, out], [1, '']);
  assert.match(err, /--user: .* (is no user of this machine|only when started by root)/);
});
