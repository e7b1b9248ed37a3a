/* options.test.mjs - the command line of the relay. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { Client } from './client.mjs';
import { Relay, runToEnd, scratchFolder } from './relay.mjs';

test('--help lists every option, --version prints the version', async () => {
  const help = await runToEnd('--help');
  assert.equal(help.code, 0);
  for (const name of [
    'address', 'port', 'web', 'secret-file', 'tls-cert', 'tls-key', 'hsts', 'redirect-port',
    'handshake-ms', 'handshakes-max', 'members-max', 'rooms-max', 'clients-max',
    'ice-servers', 'ping-ms', 'grace-ms', 'request-ms', 'idle-ms', 'stall-ms',
    'burst', 'rate', 'allow-origin', 'trust-proxy', 'echo', 'quiet',
    'version', 'help',
  ]) {
    assert.ok(help.out.includes(`\n  --${name} `), name);
  }
  const version = await runToEnd('--version');
  assert.equal(version.code, 0);
  assert.match(version.out, /^peerface-relay \d+\.\d+\.\d+\n$/);
});

test('invalid options are refused with status 2 and a reason', async () => {
  for (const options of [
    ['--port', 'tea'], ['--port', '65536'], ['--port', '-1'], ['--port', ''], ['--port'],
    ['--members-max', '1'], ['--members-max', '17'], ['--ping-ms', '0'], ['--rooms-max', '1x'],
    ['--grace-ms', '0'], ['--request-ms', '0'], ['--idle-ms', '0'], ['--stall-ms', '0'],
    ['--burst', '64'], ['--rate', '0'],
    ['--ice-servers', '[1,'], ['--ice-servers', '/missing.json'], ['--echo', 'echo'],
    ['--allow-origin', 'call.example'], ['--allow-origin', 'https://call.example/'],
    ['--unknown'], ['extra'],
  ]) {
    const result = await runToEnd(...options);
    assert.equal(result.code, 2, options.join(' '));
    assert.match(result.err, /peerface-relay: .+/, options.join(' '));
    assert.equal(result.out, '', options.join(' '));
  }
});

test('no interval is longer than an hour, the maximum of the protocol', async () => {
  for (const name of ['ping', 'grace', 'request', 'idle', 'stall']) {
    const result = await runToEnd(`--${name}-ms`, '3600001');
    assert.equal(result.code, 2);
    assert.match(result.err, new RegExp(`--${name}-ms takes a number from \\d+ to 3600000 `));
  }
});

test('failures of the system are reported with status 1', async (t) => {
  const relay = await Relay.start(t);
  for (const options of [
    ['--port', String(relay.port)], ['--port', '0', '--web', '/missing'],
    ['--port', '0', '--address', 'no-such-host.invalid'],
    ['--port', '0', '--secret-file', '/missing/secret'],
  ]) {
    const result = await runToEnd(...options);
    assert.equal(result.code, 1, options.join(' '));
    assert.match(result.err, /peerface-relay: .+/, options.join(' '));
  }
});

test('a secret file is created with mode 0600 and reused', async (t) => {
  const file = path.join(scratchFolder(t), 'secret');
  const relay = await Relay.start(t, '--secret-file', file);
  await relay.end('SIGTERM');
  const secret = fs.readFileSync(file);
  assert.equal(secret.length, 32);
  assert.equal(fs.statSync(file).mode & 0o777, 0o600);
  const next = await Relay.start(t, '--secret-file', file);
  await next.end('SIGTERM');
  assert.ok(fs.readFileSync(file).equals(secret));
  fs.writeFileSync(file, 'too short');
  assert.equal((await runToEnd('--port', '0', '--secret-file', file)).code, 1);
});

test('the relay prints its URL, and nothing with --quiet', async (t) => {
  const folder = scratchFolder(t);
  const relay = await Relay.start(t, '--web', folder);
  assert.equal(relay.out, `peerface-relay: serving ${folder} at ${relay.url}\n`);
  const quiet = new Relay(['--quiet', '--web', folder, '--port', String(relay.port + 1)]);
  t.after(() => quiet.end('SIGKILL'));
  for (let up = false; !up;) {
    up = await fetch(`http://localhost:${relay.port + 1}/healthz`).then(() => true, () => false);
    if (quiet.child.exitCode !== null) break;
  }
  await quiet.end('SIGTERM');
  assert.equal(quiet.out, '');
});

test('ICE servers can be read from a file', async (t) => {
  const file = path.join(scratchFolder(t), 'ice.json');
  fs.writeFileSync(file, '[{"urls":["turn:turn.example"],"username":"u","credential":"c"}]\n');
  const relay = await Relay.start(t, '--ice-servers', file);
  const client = await Client.open(relay);
  const { iceServers } = await client.message('hello');
  assert.deepEqual(iceServers, JSON.parse(fs.readFileSync(file, 'utf8')));
});

test('an ICE server that browsers would refuse is skipped and reported', async (t) => {
  const good = { urls: ['stun:a.example'], label: 'kept', nested: { x: [1.50, null] } };
  const relay = await Relay.start(t, '--ice-servers',
    JSON.stringify([{ urls: 'turn:b.example' }, good, { urls: ['stun:c.example', 'd.example'] }]));
  const client = await Client.open(relay);
  assert.deepEqual((await client.message('hello')).iceServers, [good]);
  await relay.end('SIGTERM');
  assert.deepEqual(relay.err.trim().split('\n'), [
    'peerface-relay: --ice-servers: skipping entry 0: it has a TURN server but no username',
    'peerface-relay: --ice-servers: skipping entry 2: URL "d.example" does not begin with '
      + 'stun:, turn: or turns:',
  ]);
});
