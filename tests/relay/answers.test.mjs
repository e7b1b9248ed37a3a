/* answers.test.mjs - what PROTOCOL.md answers to questions that implementers have asked. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { makeTicket, ticketSecret } from '../attack/forge.mjs';
import { CLOSE, Client, Wire, handshakeText } from './client.mjs';
import { Relay, scratchFolder } from './relay.mjs';

test('a signal to oneself is refused', async (t) => {
  const relay = await Relay.start(t);
  const ann = await Client.join(relay, 'tea');
  ann.send({ type: 'signal', to: ann.id });
  const error = await ann.message('error');
  assert.deepEqual([error.code, error.to], ['no-such-member', ann.id]);
});

test('`leave` in the lobby closes with 1000', async (t) => {
  const relay = await Relay.start(t);
  const client = await Client.open(relay);
  client.send({ type: 'leave' });
  assert.equal(await client.closed(), 1000);
});

test('a client may stay in the lobby for as long as it likes', async (t) => {
  const relay = await Relay.start(t, '--request-ms', '100', '--idle-ms', '100', '--stall-ms', '100',
    '--grace-ms', '100', '--message-ms', '100', '--ping-ms', '1500');
  const client = await Client.open(relay);
  for (let i = 0; i < 2; i++) await client.message('ping'); // long after those timeouts
  client.send({ type: 'join', room: 'tea', name: '', instance: 1 });
  await client.message('joined');
});

test('a member that is away takes a place, unless it never spoke or was less there', async (t) => {
  const relay = await Relay.start(t, '--members-max', '2', '--ping-ms', '1000');
  const ann = await Client.join(relay, 'tea');
  const bob = await Client.join(relay, 'tea');
  await ann.message('member');
  bob.send({ type: 'signal', to: ann.id });
  await ann.message('signal');
  await bob.message('ping'); // it has been there for a second
  bob.drop();
  assert.equal((await ann.message('member')).away, true);
  const late = await Client.open(relay);
  late.send({ type: 'join', room: 'tea', name: '', instance: 1 });
  assert.equal((await late.message('error')).code, 'room-full');
  await Client.join(relay, 'tea', { ticket: bob.joined.ticket });
});

test('a ticket is good after `leave`, again and again, for whoever has it', async (t) => {
  const relay = await Relay.start(t);
  const ann = await Client.join(relay, 'tea');
  for (let i = 0; i < 3; i++) {
    const bob = await Client.join(relay, 'tea', { ticket: ann.joined.ticket });
    assert.deepEqual([bob.id, bob.joined.resumed], [ann.id, true]);
    bob.send({ type: 'leave' });
    assert.equal(await bob.closed(), 1000);
  }
  const other = await Client.join(relay, 'milk', { ticket: ann.joined.ticket });
  assert.equal(other.joined.resumed, false);
});

test('a ticket is good for 24 hours', async (t) => {
  const file = path.join(scratchFolder(t), 'secret');
  fs.writeFileSync(file, ticketSecret, { mode: 0o600 });
  const relay = await Relay.start(t, '--secret-file', file);
  const ann = await Client.join(relay, 'tea');
  const expiry = ann.joined.ticket.split('.')[1].replace('h', '');
  assert.ok(Math.abs(Number(expiry) - Date.now() / 1000 - 86400) < 60);
  ann.send({ type: 'leave' });
  assert.equal(await ann.closed(), 1000);
  for (const [leftS, resumed] of /** @type {const} */ ([[600, true], [-1, false]])) {
    const bob = await Client.join(relay, 'tea', { ticket: makeTicket('tea', ann.id, leftS) });
    assert.equal(bob.joined.resumed, resumed);
  }
});

test('an integer may be spelled in any way that JSON has', async (t) => {
  const relay = await Relay.start(t);
  const ann = await Client.join(relay, 'tea');
  for (const [text, instance] of /** @type {[string, number | undefined][]} */ ([
    ['1e3', 1000], ['1.0', 1], ['42949672950e-1', 4294967295], ['1.5'], ['0'], ['-1'],
    ['4294967296'], ['1e400'],
  ])) {
    const client = await Client.open(relay);
    client.frame({ payload: `{"type":"join","room":"tea","name":"","instance":${text}}` });
    if (instance === undefined) {
      assert.equal((await client.message('error')).code, 'bad-message', text);
      continue;
    }
    await client.message('joined');
    assert.equal((await ann.message('member')).instance, instance, text);
    client.send({ type: 'leave' });
    await client.closed();
  }
});

test('no extension is accepted, and so nothing is compressed', async (t) => {
  const relay = await Relay.start(t);
  const wire = await Wire.connect(relay.port);
  wire.write(handshakeText('/ws', {
    'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits',
  }));
  const { status, headers } = await wire.response(false);
  assert.equal(status, 101);
  assert.equal(headers['sec-websocket-extensions'], undefined);
});

test('a reader that has fallen behind returns with its ticket', async (t) => {
  const relay = await Relay.start(t, '--burst', '100000');
  const ann = await Client.join(relay, 'tea');
  const slow = await Client.join(relay, 'tea');
  await ann.message('member');
  slow.wire.socket.pause();
  const pad = 'p'.repeat(60000);
  for (let i = 0; i < 400; i++) ann.send({ type: 'signal', to: slow.id, pad });
  assert.equal((await ann.message('member')).away, true);
  const back = await Client.join(relay, 'tea', { ticket: slow.joined.ticket });
  assert.deepEqual([back.id, back.joined.resumed], [slow.id, true]);
  ann.send({ type: 'signal', to: slow.id, kind: 'again' });
  assert.equal((await back.message('signal')).kind, 'again');
});

test('a member that reads 8 kB a second stays while it is less than 1 MiB behind', async (t) => {
  const relay = await Relay.start(t, '--ping-ms', '600000');
  const ann = await Client.join(relay, 'tea');
  const slow = await Client.join(relay, 'tea');
  slow.wire.socket.pause();
  const pad = 'p'.repeat(7900);
  for (let i = 0; i < 100; i++) ann.send({ type: 'signal', to: slow.id, i, pad }); // 800 kB
  for (let i = 0; i < 10; i++) { // 8 kB each, what it reads in ten seconds
    slow.wire.socket.read(8000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  slow.wire.socket.resume();
  for (let i = 0; i < 100; i++) {
    const frame = await slow.next();
    assert.notEqual(frame.opcode, CLOSE);
    assert.equal(JSON.parse(frame.payload.toString()).i, i);
  }
});
