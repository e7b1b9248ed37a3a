/* limits.test.mjs - what one address may use of the relay, and what is kept for the others. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import test from 'node:test';
import { makeCertificate, tlsOptions } from './certificate.mjs';
import { Client, PING, Wire, handshakeText, makeFrame } from './client.mjs';
import { Relay, scratchFolder } from './relay.mjs';

const trust = ['--trust-proxy', '127.0.0.1', '--trust-proxy', '::1'];

/**
 * The header of the PROXY protocol, version 2, for an IPv4 or IPv6 address.
 * @param {string} address
 */
function proxyHeader(address) {
  const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
  const isV6 = address.includes(':');
  const bytes = Buffer.alloc(isV6 ? 36 : 12);
  if (isV6) {
    // Only addresses that are written in full, up to "::".
    const [head] = address.split('::');
    head.split(':').forEach((part, i) => bytes.writeUInt16BE(parseInt(part, 16), 2 * i));
  } else {
    address.split('.').forEach((part, i) => (bytes[i] = Number(part)));
  }
  const head = Buffer.from([0x21, isV6 ? 0x21 : 0x11, 0, bytes.length]);
  return Buffer.concat([signature, head, bytes]);
}

/** A connection of that address. @param {Relay} relay @param {string} address */
async function connectFrom(relay, address) {
  const wire = await Wire.connect(relay.port);
  wire.write(proxyHeader(address));
  return wire;
}

/**
 * A WebSocket of that address, or the status that refuses it; 0 where it is just closed.
 * @param {Relay} relay
 * @param {string} address
 * @returns {Promise<Client | number>}
 */
async function openFrom(relay, address) {
  const wire = await connectFrom(relay, address);
  wire.write(handshakeText());
  const { status } = await wire.response(false).catch(() => ({ status: 0 }));
  return status === 101 ? new Client(wire) : status;
}

/** @param {Relay} relay @param {string} address @param {string} room @param {object} [more] */
async function joinFrom(relay, address, room, more = {}) {
  const client = await openFrom(relay, address);
  if (typeof client === 'number') return `refused with ${client}`;
  client.send({ type: 'join', room, name: '', instance: 1, ...more });
  for (;;) {
    const message = JSON.parse((await client.next()).payload.toString());
    if (message.type === 'joined') {
      client.joined = message;
      client.id = message.self;
      return client;
    }
    if (message.type === 'error') return message.code;
  }
}

const behindProxy = [...trust, '--proxy-protocol'];

test('one address has a limited number of connections, others are not concerned', async (t) => {
  const relay = await Relay.start(t, ...behindProxy, '--address-connections', '3');
  const mine = await Promise.all([1, 2, 3].map(() => openFrom(relay, '192.0.2.1')));
  assert.ok(mine.every((client) => client instanceof Client));
  assert.equal(await openFrom(relay, '192.0.2.1'), 0);
  assert.ok(await openFrom(relay, '192.0.2.2') instanceof Client);
  /** @type {Client} */ (mine[0]).drop();
  for (let again = null; !(again instanceof Client);) again = await openFrom(relay, '192.0.2.1');
});

test('of IPv6 a network of 64 bits counts as one address', async (t) => {
  const relay = await Relay.start(t, ...behindProxy, '--address-connections', '1');
  assert.ok(await openFrom(relay, '2001:db8:0:1:1::') instanceof Client);
  assert.equal(await openFrom(relay, '2001:db8:0:1:2::'), 0);
  assert.ok(await openFrom(relay, '2001:db8:0:2:1::') instanceof Client);
});

test('connections that one address opens again and again are refused', async (t) => {
  const relay = await Relay.start(t, ...behindProxy, '--address-opens', '1');
  let opened = 0;
  for (; opened < 1000; opened++) {
    const client = await openFrom(relay, '192.0.2.1');
    if (typeof client === 'number') break;
    client.drop();
  }
  assert.ok(opened >= 10 && opened < 1000, `${opened}`);
  assert.ok(await openFrom(relay, '192.0.2.2') instanceof Client);
});

test('TLS comes behind the PROXY header, and its handshakes count too', async (t) => {
  const certificate = makeCertificate(scratchFolder(t), 'first');
  const relay = await Relay.start(t, ...tlsOptions(certificate), ...behindProxy,
    '--address-connections', '2');
  const half = [await connectFrom(relay, '192.0.2.1'), await connectFrom(relay, '192.0.2.1')];
  const third = await connectFrom(relay, '192.0.2.1');
  await third.end();
  half[0].socket.destroy();
  const inner = await connectFrom(relay, '192.0.2.9');
  inner.socket.removeAllListeners('data');
  const wire = await Wire.connectTls(0, { socket: inner.socket, port: undefined });
  wire.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
  assert.equal((await wire.response()).status, 200);
});

test('a PROXY header may come in parts; anything else is cut off', async (t) => {
  const relay = await Relay.start(t, ...behindProxy, '--address-connections', '1');
  const wire = await Wire.connect(relay.port);
  for (const byte of proxyHeader('192.0.2.1')) {
    wire.write(Buffer.from([byte]));
    await new Promise((resolve) => setImmediate(resolve));
  }
  wire.write(handshakeText());
  assert.equal((await wire.response(false)).status, 101);
  assert.equal(await openFrom(relay, '192.0.2.1'), 0);
  const plain = await Wire.connect(relay.port);
  plain.write(handshakeText());
  await plain.end();
  assert.equal(plain.received.length, 0);
});

test('a PROXY header of who is no trusted proxy is no header', async (t) => {
  const relay = await Relay.start(t, '--trust-proxy', '192.0.2.1', '--proxy-protocol');
  const wire = await Wire.connect(relay.port);
  wire.write(proxyHeader('198.51.100.7'));
  wire.write(handshakeText());
  const { status } = await wire.response(false).catch(() => ({ status: 0 }));
  assert.notEqual(status, 101);
  assert.ok(await Client.open(relay) instanceof Client, 'and those without one are let in');
});

test('behind an HTTP proxy the client is the nearest node that is no trusted proxy', async (t) => {
  const relay = await Relay.start(t, ...trust, '--trust-proxy', '10.0.0.0/8',
    '--address-connections', '1');
  /** @param {Record<string, string>} fields */
  const status = async (fields) => {
    const wire = await Wire.connect(relay.port);
    wire.write(handshakeText('/ws', fields));
    return (await wire.response(false)).status;
  };
  assert.equal(await status({ 'X-Forwarded-For': '198.51.100.7, 192.0.2.1' }), 101);
  assert.equal(await status({ 'X-Forwarded-For': '203.0.113.5, 192.0.2.1, 10.1.2.3' }), 429);
  assert.equal(await status({ 'X-Forwarded-For': '192.0.2.1, 198.51.100.7' }), 101);
  assert.equal(await status({ 'Forwarded': 'for="[2001:db8::1]:4711";proto=https' }), 101);
  assert.equal(await status({ 'Forwarded': 'for="[2001:db8::2]"' }), 429);
  assert.equal(await status({ 'Forwarded': 'for=unknown' }), 101);
});

test('who is no trusted proxy cannot speak for others', async (t) => {
  const relay = await Relay.start(t, '--trust-proxy', '192.0.2.1', '--address-connections', '1');
  for (let i = 0; i < 3; i++) {
    await Client.open(relay, '/ws', { 'X-Forwarded-For': '198.51.100.7' });
  }
});

test('joins of one address are limited before those of the room lock others out', async (t) => {
  const relay = await Relay.start(t, ...behindProxy, '--address-opens', '0');
  const ann = /** @type {Client} */ (await joinFrom(relay, '192.0.2.1', 'tea'));
  const bob = /** @type {Client} */ (await joinFrom(relay, '192.0.2.2', 'tea'));
  const { ticket } = bob.joined;
  bob.send({ type: 'leave' });
  let joins = 0;
  for (let refused = false; !refused && joins < 90; joins++) {
    const eve = await joinFrom(relay, '192.0.2.66', 'tea');
    if (eve instanceof Client) eve.send({ type: 'leave' });
    refused = eve === 'rate-limit';
  }
  assert.ok(joins >= 60 && joins < 90, `${joins}`);
  assert.ok(await joinFrom(relay, '192.0.2.3', 'tea') instanceof Client);
  const back = await joinFrom(relay, '192.0.2.66', 'tea', { ticket });
  assert.equal(/** @type {Client} */ (back).joined.resumed, true);
  ann.send({ type: 'ping' });
  await ann.message('pong');
});

test('bytes of one address are limited over all its connections', async (t) => {
  const relay = await Relay.start(t, ...behindProxy, '--address-kib', '20', '--burst', '100000');
  const eves = await Promise.all([1, 2].map((i) => joinFrom(relay, '192.0.2.1', `${i}`)));
  const ann = /** @type {Client} */ (await joinFrom(relay, '192.0.2.2', 'tea'));
  const text = `{"type":"pong","pad":"${'p'.repeat(50000)}"}`;
  // Who goes on sending may lose the close frame to the reset of the connection.
  const codes = eves.map((eve) => /** @type {Client} */ (eve).closed().catch(() => 1006));
  for (let i = 0; i < 5; i++) {
    for (const eve of eves) /** @type {Client} */ (eve).frame({ payload: text });
  }
  assert.ok([1006, 1008].includes(await Promise.race(codes)));
  ann.frame({ payload: text });
  ann.send({ type: 'ping' });
  await ann.message('pong');
});

test('the page and the health check can be had however many half-open requests there are',
  async (t) => {
    const relay = await Relay.start(t, '--requests-max', '20', '--clients-max', '20',
      '--request-ms', '600000');
    const ann = await Client.join(relay, 'tea');
    // More than there are places of all kinds: 40, and 1,024 for those that are about to end.
    const wires = await Promise.all(Array.from({ length: 1200 }, () => Wire.connect(relay.port)));
    for (const wire of wires) wire.write('GET / HTTP/1.1\r\n');
    assert.equal((await relay.health()).status, 'ok');
    await Client.join(relay, 'tea');
    ann.send({ type: 'ping' });
    await ann.message('pong');
    for (const wire of wires) wire.socket.destroy();
  });

test('WebSockets that join nothing do not keep out a member who returns', async (t) => {
  const relay = await Relay.start(t, '--clients-max', '100', '--requests-max', '200');
  const ann = await Client.join(relay, 'tea');
  const bob = await Client.join(relay, 'tea');
  bob.drop();
  const idle = await Promise.all(Array.from({ length: 150 }, () => Client.open(relay)));
  assert.equal((await relay.health()).clients, 100);
  const back = await Client.join(relay, 'tea', { ticket: bob.joined.ticket });
  assert.equal(back.joined.resumed, true);
  ann.send({ type: 'ping' });
  await ann.message('pong');
  for (const client of idle) client.drop();
});

test('a slow sender is not cut off in the middle of a message', async (t) => {
  const relay = await Relay.start(t, '--ping-ms', '200');
  const slow = await Client.join(relay, 'tea');
  const quick = await Client.join(relay, 'tea');
  const drum = setInterval(() => quick.send({ type: 'pong' }), 100);
  t.after(() => clearInterval(drum));
  const frame = makeFrame({
    payload: JSON.stringify({ type: 'signal', to: quick.id, text: 'slow' }),
  });
  for (let at = 0; at < frame.length; at += 4) {
    slow.wire.write(frame.subarray(at, at + 4));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.equal((await quick.message('signal')).text, 'slow');
});

test('pings of the WebSocket itself count as life, a message without end does not', async (t) => {
  const relay = await Relay.start(t, '--ping-ms', '400', '--message-ms', '2000');
  const pinging = await Client.join(relay, 'tea');
  const endless = await Client.join(relay, 'tea');
  const frame = makeFrame({ payload: 'p'.repeat(60000) });
  let at = 14;
  endless.wire.write(frame.subarray(0, at));
  const drum = setInterval(() => {
    pinging.frame({ opcode: PING });
    endless.wire.write(frame.subarray(at, ++at));
  }, 50);
  t.after(() => clearInterval(drum));
  assert.equal(await endless.closed(), 1008);
  for (let gone = false; !gone;) {
    const frame = await pinging.next();
    gone = frame.opcode === 1 && JSON.parse(frame.payload.toString()).type === 'left';
    if (frame.opcode === 8) assert.fail('the pinging client was closed');
    if (frame.opcode === 1 && JSON.parse(frame.payload.toString()).away) gone = true;
  }
});

test('control frames and empty fragments are within the rate limit', async (t) => {
  const relay = await Relay.start(t, '--burst', '200', '--rate', '1');
  for (const frame of [{ opcode: PING }, { opcode: 10 }, { fin: false, opcode: 0 }]) {
    const client = await Client.open(relay);
    await client.message('hello');
    client.frame({ fin: false, payload: '{' });
    client.wire.write(Buffer.concat(Array.from({ length: 300 }, () => makeFrame(frame))));
    assert.equal(await client.closed(), 1008);
  }
  const client = await Client.open(relay);
  for (let i = 0; i < 50; i++) client.frame({ opcode: PING });
  client.send({ type: 'ping' });
  for (let pongs = 0; pongs < 50;) pongs += (await client.next()).opcode === 10 ? 1 : 0;
  await client.message('pong');
});

test('newcomers get in where the places are held by ghosts', async (t) => {
  const relay = await Relay.start(t, '--members-max', '4');
  const ann = await Client.join(relay, 'tea');
  const ghosts = await Promise.all([1, 2, 3].map(() => Client.join(relay, 'tea')));
  for (const ghost of ghosts) ghost.drop();
  for (let away = 0; away < 3;) away += (await ann.message('member')).away ? 1 : 0;
  for (let i = 0; i < 3; i++) await Client.join(relay, 'tea');
  const late = await Client.open(relay);
  late.send({ type: 'join', room: 'tea', name: '', instance: 1 });
  assert.equal((await late.message('error')).code, 'room-full');
});

test('ghosts that have spoken hold their places for no longer than they were there', async (t) => {
  const relay = await Relay.start(t, '--members-max', '4', '--grace-ms', '3600000',
    '--ping-ms', '600000'); // Ann does not answer
  const ann = await Client.join(relay, 'tea');
  const ghosts = await Promise.all([1, 2, 3].map(() => Client.join(relay, 'tea')));
  for (const ghost of ghosts) ghost.send({ type: 'signal', to: ann.id });
  for (let i = 0; i < 3; i++) await ann.message('signal');
  for (const ghost of ghosts) ghost.drop();
  for (let away = 0; away < 3;) away += (await ann.message('member')).away ? 1 : 0;
  let inside = 0;
  for (let i = 0; i < 5000 && inside < 3; i++) { // they were there for milliseconds
    const late = await Client.open(relay);
    await late.message('hello');
    late.send({ type: 'join', room: 'tea', name: '', instance: 1 });
    const { type, code } = JSON.parse((await late.next()).payload.toString());
    assert.ok(type === 'joined' || code === 'room-full');
    inside += type === 'joined' ? 1 : 0;
  }
  assert.equal(inside, 3);
});
