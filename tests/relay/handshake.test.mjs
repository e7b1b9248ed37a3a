/* handshake.test.mjs - WebSocket handshakes over real sockets. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Client, Wire, handshakeText } from './client.mjs';
import { Relay } from './relay.mjs';

/** @param {Relay} relay @param {string} text */
async function answerTo(relay, text) {
  const wire = await Wire.connect(relay.port);
  wire.write(text);
  const response = await wire.response(false);
  wire.socket.destroy();
  return response;
}

test('a valid handshake is accepted with the key of RFC 6455 and the subprotocol', async (t) => {
  const relay = await Relay.start(t);
  const { status, headers } = await answerTo(relay, handshakeText());
  assert.equal(status, 101);
  assert.equal(headers['sec-websocket-accept'], 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
  assert.equal(headers['sec-websocket-protocol'], 'peerface.v1');
  assert.equal(headers.upgrade, 'websocket');
});

test('an invalid handshake is refused with the right status', async (t) => {
  const relay = await Relay.start(t);
  /** @type {[number, string, Record<string, string | null>][]} */
  const cases = [
    [400, 'no subprotocol', { 'Sec-WebSocket-Protocol': null }],
    [400, 'another subprotocol', { 'Sec-WebSocket-Protocol': 'chat' }],
    [400, 'no key', { 'Sec-WebSocket-Key': null }],
    [400, 'a short key', { 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZQ==' }],
    [400, 'no upgrade', { 'Upgrade': null }],
    [400, 'no connection', { 'Connection': 'keep-alive' }],
    [400, 'no host', { 'Host': null }],
    [426, 'an old version', { 'Sec-WebSocket-Version': '8' }],
    [403, 'a foreign page', { 'Origin': 'https://evil.example' }],
  ];
  for (const [status, what, fields] of cases) {
    assert.equal((await answerTo(relay, handshakeText('/ws', fields))).status, status, what);
  }
  const old = await answerTo(relay, handshakeText('/ws', { 'Sec-WebSocket-Version': '8' }));
  assert.equal(old.headers['sec-websocket-version'], '13');
  assert.match(old.headers.connection, /upgrade/i);
  assert.equal((await answerTo(relay, 'GET /ws HTTP/1.0\r\n\r\n')).status, 400);
  assert.equal((await answerTo(relay, handshakeText('/other'))).status, 404);
});

test('pages of the relay\'s own origin and of allowed origins may connect', async (t) => {
  const relay = await Relay.start(t, '--allow-origin', 'https://a.example',
    '--allow-origin', 'https://b.example');
  for (const [origin, status] of /** @type {[string, number][]} */ ([
    [`http://localhost:${relay.port}`, 101], ['https://a.example', 101],
    ['https://b.example', 101], ['https://c.example', 403],
  ])) {
    const fields = { Host: `localhost:${relay.port}`, Origin: origin };
    assert.equal((await answerTo(relay, handshakeText('/ws', fields))).status, status, origin);
  }
});

test('--allow-host answers the hosts that it names, and no other (DNS rebinding)', async (t) => {
  const relay = await Relay.start(t, '--allow-host', 'call.example',
    '--allow-host', 'b.example:81');
  for (const [host, status] of /** @type {[string, number][]} */ ([
    ['call.example', 101], ['CALL.example.', 101], ['call.example:8080', 101],
    ['b.example:81', 101], ['b.example', 421], ['b.example:82', 421], ['evil.example', 421],
    ['xcall.example', 421], ['localhost', 421],
  ])) {
    const answer = await answerTo(relay, handshakeText('/ws', { Host: host }));
    assert.equal(answer.status, status, host);
  }
  assert.equal((await answerTo(relay, 'GET http://call.example/healthz HTTP/1.1\r\n'
    + 'Host: evil.example\r\n\r\n')).status, 200);
  assert.equal((await answerTo(relay, 'GET / HTTP/1.0\r\n\r\n')).status, 421);
});

test('a handshake may arrive byte by byte, followed by the first frame', async (t) => {
  const relay = await Relay.start(t);
  const wire = await Wire.connect(relay.port);
  for (const byte of handshakeText()) {
    wire.write(byte);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal((await wire.response(false)).status, 101);
  const client = new Client(wire);
  assert.equal((await client.message('hello')).membersMax, 8);
});

test('a client may send before it has read the handshake response', async (t) => {
  const relay = await Relay.start(t);
  const wire = await Wire.connect(relay.port);
  const client = new Client(wire);
  wire.write(handshakeText());
  client.send({ type: 'join', room: 'tea', name: '', instance: 1 });
  assert.equal((await wire.response(false)).status, 101);
  assert.equal((await client.message('joined')).resumed, false);
});

test('at its limit the relay ends the longest wait in the lobby, never a member', async (t) => {
  const relay = await Relay.start(t, '--clients-max', '3');
  const ann = await Client.join(relay, 'tea');
  const waiting = await Client.open(relay);
  await Client.join(relay, 'tea');
  const cem = await Client.open(relay);
  assert.equal(await waiting.closed(), 1001);
  await cem.message('hello');
  cem.send({ type: 'join', room: 'tea', name: 'Cem', instance: 3 });
  await cem.message('joined');
  const late = await Client.open(relay);
  assert.equal(await late.closed(), 4002);
  ann.send({ type: 'ping' });
  await ann.message('pong');
});

test('clients receive the ICE servers from a file', async (t) => {
  const relay = await Relay.start(t, '--ice-servers', '[ {"urls": "stun:stun.example"} ]',
    '--members-max', '3', '--ping-ms', '2000', '--grace-ms', '3000');
  const client = await Client.open(relay);
  assert.deepEqual(await client.message('hello'), {
    type: 'hello', iceServers: [{ urls: 'stun:stun.example' }], membersMax: 3, pingMs: 2000,
    graceMs: 3000, capabilities: ['rename', 'ice-servers', 'host'],
  });
});

test('only clients that offer the relay\'s protocol version are accepted (R31)', async (t) => {
  const relay = await Relay.start(t);
  for (const [protocols, status] of /** @type {[string, number][]} */ ([
    ['peerface.v2', 400], ['peerface.v10', 400], ['peerface', 400], ['Peerface.V1', 400],
    ['peerface.v2, peerface.v1', 101],
  ])) {
    const answer = await answerTo(relay, handshakeText('/ws', {
      'Sec-WebSocket-Protocol': protocols,
    }));
    assert.equal(answer.status, status, protocols);
    const expected = status === 101 ? 'peerface.v1' : undefined;
    assert.equal(answer.headers['sec-websocket-protocol'], expected, protocols);
  }
});

test('unknown members of a message are ignored (R31)', async (t) => {
  const relay = await Relay.start(t);
  const ann = await Client.join(relay, 'tea', { later: { a: [1] }, offered: 7 });
  const bob = await Client.join(relay, 'tea', { version: 2 });
  bob.send({ type: 'signal', to: ann.id, later: true });
  assert.equal((await ann.message('signal')).later, true);
});
