/* options.test.mjs - the command line of the relay. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { Client } from './client.mjs';
import { Relay, freePort, program, runToEnd, scratchFolder } from './relay.mjs';

test('--help lists every option, --version prints the version', async () => {
  const help = await runToEnd('--help');
  assert.equal(help.code, 0);
  for (const name of [
    'address', 'address-connections', 'address-joins', 'address-kib', 'address-opens',
    'allow-frame', 'allow-host', 'allow-origin', 'burst', 'clients-max', 'config', 'drain-s',
    'echo',
    'grace-ms', 'handshake-ms', 'handshakes-max', 'help', 'hsts', 'ice-servers', 'idle-ms',
    'log-addresses', 'log-format', 'log-level', 'members-max', 'message-ms', 'metrics-address',
    'metrics-port', 'ping-ms', 'port', 'proxy-protocol', 'quiet', 'rate', 'redirect-port',
    'request-ms', 'requests-max', 'rooms-max', 'secret-file', 'stall-ms', 'tls-cert', 'tls-key',
    'token-keys', 'trust-proxy', 'turn-secret-file', 'turn-server', 'turn-ttl-s', 'version',
    'web',
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
    ['--allow-frame', 'null'], ['--allow-frame', 'https://a.example;x'],
    ['--allow-origin', 'not a url'], ['--allow-origin', 'https://'], ['--allow-host', 'a b'],
    ['--allow-host', 'https://a'], ['--trust-proxy', 'proxy'],
    ['--trust-proxy', '10.0.0.0/33'], ['--trust-proxy', '10.0.0.0/'], ['--proxy-protocol'],
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

test('relays that start together share the secret that one of them makes', async (t) => {
  const folder = scratchFolder(t);
  for (const file of ['new', 'empty'].map((name) => path.join(folder, name))) {
    if (file.endsWith('empty')) fs.writeFileSync(file, '', { mode: 0o600 }); // left by a crash
    const relays = Array.from({ length: 6 }, () => new Relay(['--secret-file', file]));
    t.after(() => Promise.all(relays.map((relay) => relay.end('SIGKILL'))));
    await Promise.all(relays.map((relay) => relay.ready()));
    const ann = await Client.join(relays[0], 'tea');
    for (const relay of relays) {
      const again = await Client.join(relay, 'tea', { ticket: ann.joined.ticket });
      assert.equal(again.joined.resumed, true);
    }
  }
});

test('a relay waits until another has written the secret', async (t) => {
  const file = path.join(scratchFolder(t), 'secret');
  fs.writeFileSync(file, '', { mode: 0o600 });
  const holder = spawn('flock', ['--exclusive', file, 'sh', '-c', 'echo locked; read line'],
    { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => holder.kill());
  await once(holder.stdout, 'data');
  const first = new Relay(['--secret-file', file]);
  t.after(() => first.end('SIGKILL'));
  const ready = first.ready();
  const waits = new Promise((resolve) => setTimeout(() => resolve('waits'), 300));
  assert.equal(await Promise.race([ready, waits]), 'waits');
  fs.writeFileSync(file, Buffer.alloc(32, 7));
  holder.stdin.end('\n');
  await ready;
  const ann = await Client.join(first, 'tea');
  const second = await Relay.start(t, '--secret-file', file);
  const again = await Client.join(second, 'tea', { ticket: ann.joined.ticket });
  assert.equal(again.joined.resumed, true);
});

test('a secret that is no secret is refused', async (t) => {
  const file = path.join(scratchFolder(t), 'secret');
  for (const [bytes, mode, why] of /** @type {[Buffer, number, RegExp][]} */ ([
    [Buffer.alloc(32), 0o600, /nothing but zeros/], [Buffer.alloc(31, 1), 0o600, /32 bytes/],
    [Buffer.alloc(33, 1), 0o600, /32 bytes/], [Buffer.alloc(32, 1), 0o666, /open to others/],
    [Buffer.alloc(32, 1), 0o604, /open to others/], [Buffer.alloc(32, 1), 0o620, /open to others/],
  ])) {
    fs.writeFileSync(file, bytes);
    fs.chmodSync(file, mode);
    const { code, err } = await runToEnd('--port', '0', '--secret-file', file);
    assert.equal(code, 1);
    assert.match(err, why);
  }
  fs.writeFileSync(file, Buffer.alloc(32, 1));
  fs.chmodSync(file, 0o440); // as systemd hands out credentials
  await Relay.start(t, '--secret-file', file);
});

test('credentials given inline do not show in the list of processes', async (t) => {
  const relay = await Relay.start(t, '--ice-servers',
    '[{"urls":"turn:a.example","username":"u","credential":"hidden"}]');
  const client = await Client.open(relay);
  assert.equal((await client.message('hello')).iceServers[0].credential, 'hidden');
  assert.doesNotMatch(fs.readFileSync(`/proc/${relay.child.pid}/cmdline`, 'utf8'), /hidden/);
});

test('a relay whose standard output is full or closed works all the same', async (t) => {
  for (const output of ['/dev/full', '&-']) {
    const port = await freePort();
    const child = spawn('sh', ['-c', `exec "$0" --port ${port} >${output}`, program]);
    t.after(() => child.kill('SIGKILL'));
    for (let up = false; !up;) {
      up = await fetch(`http://localhost:${port}/healthz`).then(() => true, () => false);
      assert.equal(child.exitCode, null);
    }
  }
});

test('--echo is for loopback addresses only', async (t) => {
  const { code, err } = await runToEnd('--port', '0', '--address', '0.0.0.0', '--echo', '/echo');
  assert.equal(code, 1);
  assert.match(err, /--echo is for loopback addresses only/);
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
