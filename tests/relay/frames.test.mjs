/* frames.test.mjs - valid and invalid frames over real sockets. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import test from 'node:test';
import { BINARY, CLOSE, Client, PING, PONG, TEXT, makeFrame } from './client.mjs';
import { Relay } from './relay.mjs';

test('a message in fragments with a ping between them is one message', async (t) => {
  const relay = await Relay.start(t);
  const client = await Client.open(relay);
  await client.message('hello');
  client.frame({ fin: false, payload: '{"type":' });
  client.frame({ opcode: PING, payload: 'now' });
  client.frame({ fin: false, opcode: 0, payload: '' });
  client.frame({ opcode: 0, payload: '"ping"}' });
  const pong = await client.next();
  assert.equal(pong.opcode, PONG);
  assert.equal(pong.payload.toString(), 'now');
  await client.message('pong');
});

test('a message may arrive byte by byte', async (t) => {
  const relay = await Relay.start(t);
  const client = await Client.open(relay);
  for (const byte of makeFrame({ payload: '{"type":"ping"}' })) {
    client.wire.write(Buffer.from([byte]));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await client.message('pong');
});

test('each protocol violation closes with its code (R17)', async (t) => {
  const relay = await Relay.start(t);
  /** @type {[number, string, import('./client.mjs').FrameOptions[]][]} */
  const cases = [
    [1002, 'no mask', [{ masked: false, payload: '{}' }]],
    [1002, 'a reserved bit', [{ rsv: 4, payload: '{}' }]],
    [1002, 'a reserved opcode', [{ opcode: 5 }]],
    [1002, 'a fragmented ping', [{ fin: false, opcode: PING }]],
    [1002, 'a long ping', [{ opcode: PING, payload: 'p'.repeat(126) }]],
    [1002, 'a continuation of nothing', [{ opcode: 0 }]],
    [1002, 'a message within a message', [{ fin: false, payload: 'a' }, { payload: 'b' }]],
    [1002, 'a close frame of one byte', [{ opcode: CLOSE, payload: 'x' }]],
    [1002, 'a close code that may not be sent', [
      { opcode: CLOSE, payload: Buffer.from([0x03, 0xee]) }]],
    [1003, 'a binary message', [{ opcode: BINARY, payload: '{}' }]],
    [1007, 'text that is not UTF-8', [{ payload: Buffer.from([0x7b, 0xff]) }]],
    [1007, 'a character that does not end', [{ payload: Buffer.from([0xea, 0xb9]) }]],
    [1009, 'a message too long', [{ payload: 'a'.repeat(65537) }]],
    [1009, 'a message that claims to be too long', [{ size: 4000000000 }]],
    [1009, 'fragments too long together', [
      { fin: false, payload: 'a'.repeat(65536) }, { opcode: 0, payload: 'a' }]],
  ];
  for (const [code, what, frames] of cases) {
    const client = await Client.open(relay);
    await client.message('hello');
    for (const frame of frames) client.frame(frame);
    assert.equal(await client.closed(), code, what);
  }
});

test('a malformed message is answered by an error only (R17)', async (t) => {
  const relay = await Relay.start(t);
  const client = await Client.open(relay);
  client.frame({ payload: 'tea?' });
  assert.equal((await client.message('error')).code, 'bad-message');
  client.frame({ payload: '{"type":"shout"}' });
  assert.equal((await client.message('error')).code, 'unknown-type');
  client.send({ type: 'ping' });
  await client.message('pong');
});

test('a closing handshake is answered with the same code', async (t) => {
  const relay = await Relay.start(t);
  for (const code of [1000, 1001, 3000, 4999]) {
    const client = await Client.open(relay);
    client.close(code);
    assert.equal(await client.closed(), code);
  }
});

test('a closing handshake without a code is answered without one', async (t) => {
  const relay = await Relay.start(t);
  const client = await Client.open(relay);
  await client.message('hello');
  client.frame({ opcode: CLOSE });
  const frame = await client.next();
  assert.equal(frame.opcode, CLOSE);
  assert.equal(frame.payload.length, 0);
  await client.wire.end();
});

test('the echo endpoint is disabled by default', async (t) => {
  const relay = await Relay.start(t);
  await assert.rejects(Client.open(relay, '/echo'), /404/);
});

test('the echo endpoint returns messages of every length unchanged', async (t) => {
  const relay = await Relay.start(t, '--echo', '/echo');
  const client = await Client.open(relay, '/echo', { 'Sec-WebSocket-Protocol': null });
  for (const size of [0, 1, 125, 126, 127, 1000, 65535, 65536]) {
    for (const opcode of [TEXT, BINARY]) {
      const payload = Buffer.alloc(size, opcode === TEXT ? 'x' : 0xfe);
      client.frame({ opcode, payload });
      const frame = await client.next();
      assert.equal(frame.opcode, opcode);
      assert.ok(frame.payload.equals(payload), `${size} bytes`);
    }
  }
  client.frame({ fin: false, payload: '김' });
  client.frame({ opcode: 0, payload: '치' });
  assert.equal((await client.next()).payload.toString(), '김치');
  client.frame({ payload: 'a'.repeat(65537) });
  assert.equal(await client.closed(), 1009);
});
