/* operated.test.mjs - metrics, readiness, drain, logs, configuration files, socket activation. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import test from 'node:test';
import { makeCertificate, tlsOptions } from './certificate.mjs';
import { Client, Wire, handshakeText } from './client.mjs';
import { Relay, freePort, program, runToEnd, scratchFolder, soon } from './relay.mjs';

/**
 * The samples of /metrics, by name and labels.
 * @param {number} port
 */
async function readMetrics(port) {
  const response = await fetch(`http://localhost:${port}/metrics`);
  assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  /** @type {Record<string, number>} */
  const samples = {};
  const typed = new Set();
  for (const line of text.trim().split('\n')) {
    const comment = /^# (HELP|TYPE) (peerface_\w+) (.+)$/.exec(line);
    if (comment) {
      if (comment[1] === 'TYPE') typed.add(comment[2]);
      continue;
    }
    const sample = /^(peerface_\w+)(\{[^}]*\})? (\d+(?:\.\d+)?)$/.exec(line);
    assert.ok(sample, line);
    const name = sample[1].replace(/_(bucket|sum|count)$/, '');
    assert.ok(typed.has(name) || typed.has(sample[1]), line);
    samples[sample[1] + (sample[2] ?? '')] = Number(sample[3]);
  }
  return samples;
}

test('the units for systemd are confined', (t) => {
  for (const name of ['peerface-relay.service', 'deb/peerface-relay.service']) {
    const unit = path.resolve(path.dirname(program), 'app', name);
    const { error, status, stdout } = spawnSync('systemd-analyze',
      ['security', '--offline=true', '--threshold=20', unit], { encoding: 'utf8' });
    if (error) {
      t.skip('no systemd-analyze');
      return;
    }
    assert.match(stdout, /Overall exposure level .*: [01]\.\d OK/, name);
    assert.equal(status, 0, name);
  }
});

/** @param {number} port @param {string} target */
const statusOf = async (port, target) => (await fetch(`http://localhost:${port}${target}`)).status;

test('/metrics tells what the relay has done, at an address of its own', async (t) => {
  const port = await freePort();
  const relay = await Relay.start(t, '--metrics-port', `${port}`);
  const ann = await Client.join(relay, 'secret room', { name: 'Secret Name' });
  const bob = await Client.join(relay, 'secret room');
  for (let i = 0; i < 5; i++) bob.send({ type: 'signal', to: ann.id, i });
  for (let i = 0; i < 5; i++) await ann.message('signal');
  ann.send({ type: 'shout' });
  await ann.message('error');
  await fetch(`${relay.url}ws`);
  const samples = await readMetrics(port);
  assert.equal(samples.peerface_clients, 2);
  assert.equal(samples.peerface_rooms, 1);
  assert.equal(samples.peerface_members, 2);
  assert.equal(samples.peerface_signals_total, 5);
  assert.equal(samples.peerface_messages_received_total, 8);
  assert.ok(samples.peerface_messages_sent_total >= 11);
  assert.ok(samples.peerface_bytes_received_total > 500);
  assert.ok(samples.peerface_bytes_sent_total > 500);
  assert.ok(samples.peerface_connections >= 3);
  assert.equal(samples['peerface_errors_total{code="unknown-type"}'], 1);
  assert.equal(samples['peerface_errors_total{code="room-full"}'], 0);
  assert.equal(samples['peerface_http_refusals_total{status="400"}'], 1);
  assert.ok(samples['peerface_iteration_seconds_bucket{le="+Inf"}'] > 5);
  assert.equal(samples['peerface_iteration_seconds_bucket{le="+Inf"}'],
    samples.peerface_iteration_seconds_count);
  assert.ok(samples.peerface_resident_memory_bytes > 100000);
  const text = await (await fetch(`http://localhost:${port}/metrics`)).text();
  assert.doesNotMatch(text, /secret/i);
  assert.equal(await statusOf(port, '/ws'), 404);
  assert.equal(await statusOf(relay.port, '/metrics'), 404);
  assert.equal((await fetch(`http://localhost:${port}/metrics`, { method: 'POST' })).status, 405);
  const head = await fetch(`http://localhost:${port}/metrics`, { method: 'HEAD' });
  assert.equal(await head.text(), '');
});

test('TLS handshakes are counted, and so are those that fail', async (t) => {
  const port = await freePort();
  const certificate = makeCertificate(scratchFolder(t), 'first');
  const relay = await Relay.start(t, ...tlsOptions(certificate), '--metrics-port', `${port}`);
  await Client.open(relay);
  const plain = await Wire.connect(relay.port);
  plain.write('GET / HTTP/1.1\r\n\r\n');
  await plain.end();
  const samples = await readMetrics(port);
  assert.equal(samples.peerface_tls_handshakes_total, 1);
  assert.equal(samples.peerface_tls_handshakes_failed_total, 1);
});

test('SIGTERM with --drain-s closes one WebSocket after the other, and ends with 0', async (t) => {
  const port = await freePort();
  const relay = await Relay.start(t, '--drain-s', '2', '--metrics-port', `${port}`);
  const clients = await Promise.all(Array.from({ length: 10 }, () => Client.join(relay, 'tea')
    .catch(() => Client.join(relay, 'milk'))));
  const idle = await Wire.connect(relay.port);
  assert.equal(await statusOf(port, '/readyz'), 200);
  assert.equal(await statusOf(relay.port, '/readyz'), 200);
  relay.child.kill('SIGTERM');
  /** @type {number[]} */
  const order = [];
  const codes = Promise.all(clients.map(async (client, i) => {
    const code = await client.closed();
    order.push(i);
    return code;
  }));
  for (let status = 200; status === 200;) status = await statusOf(port, '/readyz');
  assert.equal(await statusOf(port, '/readyz'), 503);
  assert.equal((await readMetrics(port)).peerface_ready, 0);
  await assert.rejects(Wire.connect(relay.port));
  idle.write(handshakeText());
  assert.equal((await idle.response()).status, 503);
  assert.ok(order.length < 10, 'all were closed at once');
  assert.deepEqual(await codes, Array(10).fill(1001));
  assert.equal(await soon('the end', relay.exit), 0);
});

test('while it drains, members who stay see those who go as away', async (t) => {
  const relay = await Relay.start(t, '--drain-s', '3600');
  const ann = await Client.join(relay, 'tea');
  const bob = await Client.join(relay, 'tea');
  await ann.message('member');
  relay.child.kill('SIGTERM');
  assert.equal(await ann.closed(), 1001);
  assert.equal(ann.reason, 'retry-ms=1000');
  assert.equal((await bob.message('member')).away, true);
  relay.child.kill('SIGTERM');
  assert.equal(await bob.closed(), 1001);
  assert.equal(await soon('the end', relay.exit), 0);
});

test('the more are closed at once, the longer they may take to come back', async (t) => {
  const secure = tlsOptions(makeCertificate(scratchFolder(t), 'localhost'));
  for (const [count, options, reason] of /** @type {[number, string[], string][]} */ ([
    [10, [], 'retry-ms=1000'], [600, [], 'retry-ms=1000'], [600, secure, 'retry-ms=1200'],
  ])) {
    const relay = await Relay.start(t, ...options);
    const clients = [];
    for (let i = 0; i < count; i++) clients.push(await Client.open(relay));
    relay.child.kill('SIGTERM');
    assert.deepEqual(new Set(await Promise.all(clients.map((client) => client.closed()))),
      new Set([1001]));
    assert.deepEqual(new Set(clients.map((client) => client.reason)), new Set([reason]));
    assert.equal(await soon('the end', relay.exit), 0);
  }
});

test('--log-format json writes an object a line, without names and addresses', async (t) => {
  const trust = ['--trust-proxy', '127.0.0.1', '--trust-proxy', '::1'];
  for (const more of [[], ['--log-addresses']]) {
    const relay = await Relay.start(t, '--log-format', 'json', '--log-level', 'info', ...trust,
      '--address-connections', '1', ...more);
    const ann = await Client.join(relay, 'secret room', { name: 'Secret Name' });
    ann.send({ type: 'signal', to: ann.id, description: { type: 'offer', sdp: 'secret SDP' },
      candidate: { candidate: 'secret candidate' } });
    await ann.message('error'); // a signal to oneself, with what a signal says
    const fields = { 'X-Forwarded-For': '192.0.2.77' };
    await Client.open(relay, '/ws', fields);
    await assert.rejects(Client.open(relay, '/ws', fields), /429/);
    await assert.rejects(Client.open(relay, '/ws', { Origin: 'https://a.example/"\\' }), /403/);
    relay.child.kill('SIGHUP');
    assert.equal(await relay.end('SIGTERM'), 0);
    const lines = relay.err.trim().split('\n').map((line) => JSON.parse(line));
    for (const line of lines) {
      assert.match(line.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.match(line.level, /^(error|warning|info)$/);
      assert.ok(line.message.length > 0);
    }
    const events = lines.map(({ event }) => event);
    assert.deepEqual(events,
      ['started', 'address-limited', 'origin-refused', 'reloaded', 'stopped']);
    assert.doesNotMatch(relay.err, /secret/i);
    assert.equal(relay.err.includes('192.0.2.77'), more.length > 0);
  }
});

test('--log-level error says nothing of what is refused', async (t) => {
  const relay = await Relay.start(t, '--log-level', 'error');
  await assert.rejects(Client.open(relay, '/ws', { Origin: 'https://a.example' }), /403/);
  assert.equal(await relay.end('SIGTERM'), 0);
  assert.equal(relay.err, '');
});

test('a relay without a place left is alive and not ready', async (t) => {
  const relay = await Relay.start(t, '--clients-max', '2');
  await Client.join(relay, 'tea');
  const bob = await Client.join(relay, 'tea');
  const response = await fetch(`${relay.url}readyz`);
  assert.equal(response.status, 503);
  assert.match(await response.text(), /no place is left/);
  assert.equal((await relay.health()).status, 'ok');
  bob.send({ type: 'leave' });
  await bob.closed();
  assert.equal((await fetch(`${relay.url}readyz`)).status, 200);
});

test('a log that nobody reads stops nothing', async (t) => {
  const relay = await Relay.start(t, '--log-level', 'info');
  relay.child.stderr.pause();
  for (let i = 0; i < 3000; i++) {
    relay.child.kill('SIGHUP');
    if (i % 100 === 0) await relay.health();
  }
  assert.equal((await relay.health()).status, 'ok');
  relay.child.stderr.resume();
});

test('options are read from a file, the environment and the command line', async (t) => {
  const file = path.join(scratchFolder(t), 'relay.conf');
  fs.writeFileSync(file, `# a comment\n\n  members-max = 3\nping-ms 2000\ngrace-ms=3000
    allow-origin = https://a.example\nquiet = no\nlog-addresses\r
    allow-origin = https://b.example\n`);
  process.env.PEERFACE_RELAY_PING_MS = '2500';
  t.after(() => delete process.env.PEERFACE_RELAY_PING_MS);
  const relay = await Relay.start(t, '--config', file, '--grace-ms', '3500',
    '--allow-origin', 'https://c.example');
  const hello = await (await Client.open(relay)).message('hello');
  assert.deepEqual([hello.membersMax, hello.pingMs, hello.graceMs], [3, 2500, 3500]);
  for (const host of ['a', 'b', 'c']) {
    await Client.open(relay, '/ws', { Origin: `https://${host}.example` });
  }
});

test('what is wrong in a file or in the environment is named', async (t) => {
  const file = path.join(scratchFolder(t), 'relay.conf');
  for (const [text, why] of /** @type {[string, RegExp][]} */ ([
    ['members = 3', /relay\.conf: members: is not an option/],
    ['port = tea', /--port takes a number/], ['port', /port: needs a value/],
    ['config = x', /config: is not an option/], ['help', /help: is not an option/],
    ['x'.repeat(70000), /--config: takes a text file/],
  ])) {
    fs.writeFileSync(file, text);
    const { code, err } = await runToEnd(`--config=${file}`);
    assert.equal(code, 2, text.slice(0, 20));
    assert.match(err, why);
  }
  assert.equal((await runToEnd('--config', '/missing')).code, 2);
  assert.equal((await runToEnd('--conf', file)).code, 2);
  process.env.PEERFACE_RELAY_RATE = '0';
  t.after(() => delete process.env.PEERFACE_RELAY_RATE);
  assert.equal((await runToEnd('--port', '0')).code, 2);
});

test('systemd understands the units', (t) => {
  const folder = scratchFolder(t);
  const service = fs.readFileSync(
    path.resolve(path.dirname(program), 'app/peerface-relay.service'), 'utf8');
  fs.writeFileSync(path.join(folder, 'peerface-relay.service'),
    service.replace(/^ExecStart=\S+/m, `ExecStart=${path.resolve(program)}`));
  const socket = new URL('../../src/relay/systemd/peerface-relay.socket', import.meta.url);
  fs.copyFileSync(socket, path.join(folder, 'peerface-relay.socket'));
  const units = ['service', 'socket'].map((kind) => path.join(folder, `peerface-relay.${kind}`));
  const { error, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...units],
    { encoding: 'utf8' });
  if (error) {
    t.skip('no systemd-analyze');
    return;
  }
  assert.deepEqual(stderr.split('\n').filter((line) => line.includes('peerface-relay')), []);
});

test('sockets of systemd are taken over, each for its purpose', async (t) => {
  const servers = await Promise.all([0, 1].map(() => /** @type {Promise<net.Server>} */ (
    new Promise((resolve) => {
      const server = net.createServer().listen(0, '127.0.0.1', () => resolve(server));
    }))));
  const fds = servers.map((server) => /** @type {any} */ (server)._handle.fd);
  const ports = servers.map((server) => /** @type {net.AddressInfo} */ (server.address()).port);
  const child = spawn('sh', ['-c', 'LISTEN_PID=$$ LISTEN_FDS=2 '
    + 'LISTEN_FDNAMES=peerface-relay.socket:metrics exec "$0"', program],
  { stdio: ['ignore', 'pipe', 'inherit', ...fds] });
  t.after(() => child.kill('SIGKILL'));
  const exit = new Promise((resolve) => child.once('close', resolve));
  await soon('the relay', new Promise((resolve) => child.stdout?.once('data', resolve)));
  for (const server of servers) server.close();
  assert.equal(await statusOf(ports[0], '/healthz'), 200);
  assert.equal(await statusOf(ports[0], '/metrics'), 404);
  assert.equal((await readMetrics(ports[1])).peerface_ready, 1);
  child.kill('SIGTERM');
  assert.equal(await soon('the end', exit), 0);
});
