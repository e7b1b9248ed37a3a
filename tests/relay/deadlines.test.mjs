/* deadlines.test.mjs - timeouts of connections. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import test from 'node:test';
import { BINARY, CLOSE, Client, Wire, handshakeText } from './client.mjs';
import { Relay, scratchFolder } from './relay.mjs';

const request = 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n';

/**
 * Waits until the relay has no connection but the one that asks.
 * @param {Relay} relay
 */
async function placeIsFree(relay) {
  for (let connections = 2; connections > 1;) ({ connections } = await healthAlone(relay));
}

/** @param {Relay} relay @returns {Promise<Record<string, number>>} */
async function healthAlone(relay) {
  const wire = await Wire.connect(relay.port);
  wire.write('GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  const { body } = await wire.response();
  await wire.end();
  return JSON.parse(body.toString());
}

test('an incomplete request times out, even if bytes keep arriving (R12)', async (t) => {
  const relay = await Relay.start(t, '--request-ms', '300');
  const [silent, half, dripping] = await Promise.all([0, 1, 2].map(() => Wire.connect(relay.port)));
  half.write(handshakeText().slice(0, -2));
  const drip = setInterval(() => dripping.write('X'), 20);
  t.after(() => clearInterval(drip));
  await Promise.all([silent, half, dripping].map((wire) => wire.end()));
  for (const wire of [silent, half, dripping]) assert.equal(wire.received.length, 0);
});

test('an idle connection times out', async (t) => {
  const relay = await Relay.start(t, '--idle-ms', '300', '--request-ms', '600000');
  const wire = await Wire.connect(relay.port);
  for (let i = 0; i < 2; i++) {
    wire.write(request);
    assert.equal((await wire.response()).status, 200);
  }
  await wire.end();
});

test('a reader that accepts nothing of a response is disconnected', async (t) => {
  const folder = scratchFolder(t);
  const size = 64 << 20; // more than the socket buffers hold
  fs.writeFileSync(path.join(folder, 'large.bin'), '');
  fs.truncateSync(path.join(folder, 'large.bin'), size);
  const relay = await Relay.start(t, '--web', folder, '--stall-ms', '300', '--idle-ms', '600000');
  const wire = await Wire.connect(relay.port);
  wire.socket.pause();
  wire.write('GET /large.bin HTTP/1.1\r\nHost: x\r\n\r\n');
  await placeIsFree(relay);
  wire.socket.resume();
  await wire.end();
  assert.ok(wire.received.length < size);
});

test('a WebSocket is not subject to the timeouts of requests', async (t) => {
  const relay = await Relay.start(t, '--request-ms', '200', '--idle-ms', '200', '--stall-ms', '200',
    '--ping-ms', '150');
  const client = await Client.join(relay, 'tea');
  for (let i = 0; i < 6; i++) await client.message('ping');
  client.send({ type: 'ping' });
  await client.message('pong');
});

test('a client that does not answer a close frame is disconnected', async (t) => {
  const relay = await Relay.start(t);
  const socket = net.connect({ port: relay.port, host: 'localhost', allowHalfOpen: true });
  t.after(() => socket.destroy());
  const wire = new Wire(socket);
  wire.write(handshakeText());
  assert.equal((await wire.response(false)).status, 101);
  const client = new Client(wire);
  await client.message('hello');
  client.frame({ opcode: BINARY });
  assert.equal((await client.next()).opcode, CLOSE);
  await placeIsFree(relay);
});
