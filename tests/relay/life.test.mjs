/* life.test.mjs - half-open connections, slow readers, and the end of the relay. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { Client, Wire, slowReaderLosesNothing } from './client.mjs';
import { Relay, scratchFolder } from './relay.mjs';

test('a half-open connection is closed and the others are told (R12, R4)', async (t) => {
  const relay = await Relay.start(t, '--ping-ms', '400', '--grace-ms', '100');
  const ann = await Client.join(relay, 'tea');
  const bob = await Client.join(relay, 'tea');
  bob.wire.socket.pause(); // stays open and silent
  assert.equal((await ann.message('member')).away, false);
  const away = await ann.message('member');
  assert.equal(away.id, bob.id);
  assert.equal(away.away, true);
  assert.equal((await ann.message('left')).reason, 'timeout');
  bob.drop();
});

test('a client that answers pings stays connected', async (t) => {
  const relay = await Relay.start(t, '--ping-ms', '300');
  const ann = await Client.join(relay, 'tea');
  for (let i = 0; i < 4; i++) await ann.message('ping');
  ann.send({ type: 'ping' });
  await ann.message('pong');
});

test('a slow reader affects nobody else and is finally disconnected (R19)', async (t) => {
  const relay = await Relay.start(t, '--burst', '100000');
  const sender = await Client.join(relay, 'tea');
  const slow = await Client.join(relay, 'tea');
  const quick = await Client.join(relay, 'tea');
  slow.wire.socket.pause();
  const pad = 'p'.repeat(60000);
  // More than the socket buffers and the relay's own hold.
  for (let i = 0; i < 400; i++) sender.send({ type: 'signal', to: slow.id, pad });
  sender.send({ type: 'signal', to: quick.id, i: 1 });
  const gone = await quick.message('member');
  assert.equal(gone.id, slow.id);
  assert.equal(gone.away, true);
  assert.equal((await quick.message('signal')).i, 1);
  assert.equal((await sender.message('error')).code, 'no-such-member');
  assert.equal((await relay.health()).clients, 2);
  slow.drop();
});

test('long messages of one member cannot make another one fall behind (R19)', async (t) => {
  const relay = await Relay.start(t);
  const sender = await Client.join(relay, 'tea');
  const slow = await Client.join(relay, 'tea');
  slow.wire.socket.pause();
  const pad = 'p'.repeat(60000);
  for (let i = 0; i < 400; i++) sender.send({ type: 'signal', to: slow.id, i, pad });
  assert.equal(await sender.closed(), 1008);
  slow.wire.socket.resume();
  while ((await slow.next()).payload.length > 60000);
  slow.send({ type: 'ping' });
  await slow.message('pong');
});

test('a slow reader that catches up has lost nothing', async (t) => {
  const relay = await Relay.start(t);
  await slowReaderLosesNothing(relay);
});

test('a relay that is out of file descriptors refuses new connections and continues', async (t) => {
  const relay = new Relay([], 24);
  t.after(() => relay.end('SIGKILL'));
  await relay.ready();
  const ann = await Client.join(relay, 'tea');
  const wires = await Promise.all(Array.from({ length: 40 }, () => Wire.connect(relay.port)));
  await Promise.race(wires.map((wire) => wire.end()));
  ann.send({ type: 'ping' });
  await ann.message('pong');
  for (const wire of wires) wire.socket.destroy();
  for (;;) {
    // The relay may not have noticed their ends yet.
    const client = await Client.open(relay).catch(() => null);
    if (client) break;
  }
});

test('SIGHUP ends nothing', async (t) => {
  const relay = await Relay.start(t);
  const ann = await Client.join(relay, 'tea');
  relay.child.kill('SIGHUP');
  ann.send({ type: 'ping' });
  await ann.message('pong');
  assert.equal(await relay.end('SIGTERM'), 0);
});

test('a relay without a free descriptor answers 503, not 404', async (t) => {
  const folder = scratchFolder(t);
  fs.writeFileSync(path.join(folder, 'index.html'), 'page');
  const relay = new Relay(['--web', folder], 24);
  t.after(() => relay.end('SIGKILL'));
  await relay.ready();
  const wires = [];
  for (let refused = false; !refused;) {
    const wire = await Wire.connect(relay.port);
    wire.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
    refused = await wire.response().then(({ status }) => status === 503, () => true);
    wires.push(wire);
  }
  const last = wires[wires.length - 2];
  last.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  assert.equal((await last.response()).status, 503);
});

test('the health check reports counts', async (t) => {
  const relay = await Relay.start(t);
  const ann = await Client.join(relay, 'tea');
  const bob = await Client.join(relay, 'tea');
  await Client.open(relay);
  ann.send({ type: 'signal', to: bob.id });
  await bob.message('signal');
  const health = await relay.health();
  assert.equal(health.status, 'ok');
  assert.equal(health.clients, 3);
  assert.equal(health.rooms, 1);
  assert.equal(health.members, 2);
  assert.equal(health.signals, 1);
});

test('SIGTERM closes all WebSockets and ends the relay cleanly', async (t) => {
  const relay = await Relay.start(t, '--echo', '/echo');
  const ann = await Client.join(relay, 'tea');
  const lobby = await Client.open(relay);
  const echo = await Client.open(relay, '/echo');
  const idle = await Wire.connect(relay.port);
  const codes = Promise.all([ann.closed(), lobby.closed(), echo.closed(), idle.end()]);
  assert.equal(await relay.end('SIGTERM'), 0);
  assert.deepEqual((await codes).slice(0, 3), [1001, 1001, 1001]);
  assert.equal(relay.err, '');
});

test('SIGINT ends the relay too, and a silent client does not delay that', async (t) => {
  const relay = await Relay.start(t);
  const ann = await Client.join(relay, 'tea');
  ann.wire.socket.pause();
  const start = Date.now();
  assert.equal(await relay.end('SIGINT'), 0);
  assert.ok(Date.now() - start < 2000);
});

test('the relay can be restarted at once on the same port', async (t) => {
  const relay = await Relay.start(t);
  const ann = await Client.join(relay, 'tea');
  await relay.end('SIGKILL');
  await ann.wire.end();
  const next = await Relay.start(t, '--port', String(relay.port));
  assert.equal(next.port, relay.port);
});
