/* client.mjs - a WebSocket client that can also violate the protocol. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import net from 'node:net';
import tls from 'node:tls';
import { PATIENCE_MS, soon } from './relay.mjs';

export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

/**
 * @typedef {{fin?: boolean, rsv?: number, opcode?: number, payload?: Buffer | string,
 *            masked?: boolean, size?: number}} FrameOptions   size: the length in the header
 * @typedef {{fin: boolean, opcode: number, payload: Buffer}} Frame
 * @typedef {Record<string, any>} Message
 */

/** @param {FrameOptions} options */
export function makeFrame({
  fin = true, rsv = 0, opcode = TEXT, payload = '', masked = true, size = undefined,
}) {
  const body = Buffer.from(payload);
  const length = size ?? body.length;
  const head = [(fin ? 0x80 : 0) | (rsv << 4) | opcode];
  if (length < 126) head.push(length);
  else if (length < 65536) head.push(126, length >> 8, length & 255);
  else head.push(127, 0, 0, 0, 0, ...[24, 16, 8, 0].map((shift) => (length >>> shift) & 255));
  if (!masked) return Buffer.concat([Buffer.from(head), body]);
  head[1] |= 0x80;
  const mask = crypto.randomBytes(4);
  return Buffer.concat([Buffer.from(head), mask, body.map((byte, i) => byte ^ mask[i % 4])]);
}

/** A TCP connection: writes bytes and waits for them. */
export class Wire {
  received = Buffer.alloc(0);
  ended = false;
  /** @type {(() => void)[]} */
  #waiting = [];

  /**
   * @param {number} port
   * @param {{host?: string, localAddress?: string}} [options]
   */
  static async connect(port, options = {}) {
    const wire = new Wire(net.connect({ port, host: 'localhost', noDelay: true, ...options }));
    await soon('a connection', new Promise((resolve, reject) => {
      wire.socket.once('connect', () => resolve(undefined));
      wire.socket.once('error', reject);
    }));
    return wire;
  }

  /**
   * The same over TLS.
   * @param {number} port
   * @param {tls.ConnectionOptions} [options]
   */
  static async connectTls(port, options = {}) {
    const socket = tls.connect({
      port, host: 'localhost', rejectUnauthorized: false, ALPNProtocols: ['http/1.1'], ...options,
    });
    await soon('a TLS connection', new Promise((resolve, reject) => {
      socket.once('secureConnect', () => resolve(undefined));
      socket.once('error', reject);
    }));
    socket.setNoDelay(true);
    return new Wire(socket);
  }

  /** @param {net.Socket} socket */
  constructor(socket) {
    this.socket = socket;
    const wake = () => this.#waiting.splice(0).forEach((resolve) => resolve());
    socket.on('data', (data) => {
      this.received = Buffer.concat([this.received, data]);
      wake();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.ended = true;
      wake();
    });
  }

  /** @param {string | Buffer} bytes */
  write(bytes) {
    this.socket.write(bytes);
  }

  /**
   * @template T
   * @param {string} what
   * @param {() => T | undefined} take returns the result once it has arrived
   * @returns {Promise<T>}
   */
  async take(what, take) {
    for (;;) {
      const taken = take();
      if (taken !== undefined) return taken;
      if (this.ended) throw new Error(`the connection ended before ${what}`);
      await soon(what, new Promise((resolve) => this.#waiting.push(() => resolve(undefined))));
    }
  }

  /** Waits for the end of the connection. */
  async end() {
    while (!this.ended) {
      await soon('the end of a connection',
        new Promise((resolve) => this.#waiting.push(() => resolve(undefined))));
    }
  }

  /**
   * One HTTP response with a Content-Length, or without a body.
   * @param {boolean} [hasBody]
   */
  async response(hasBody = true) {
    const head = await this.take('a response', () => {
      const at = this.received.indexOf('\r\n\r\n');
      if (at < 0) return undefined;
      const text = this.received.subarray(0, at).toString();
      this.received = this.received.subarray(at + 4);
      return text;
    });
    const [line, ...fields] = head.split('\r\n');
    /** @type {Record<string, string>} */
    const headers = {};
    for (const field of fields) {
      const colon = field.indexOf(':');
      headers[field.slice(0, colon).toLowerCase()] = field.slice(colon + 1).trim();
    }
    const size = hasBody ? Number(headers['content-length'] ?? 0) : 0;
    const body = await this.take('a body', () => {
      if (this.received.length < size) return undefined;
      const bytes = this.received.subarray(0, size);
      this.received = this.received.subarray(size);
      return bytes;
    });
    return { status: Number(line.split(' ')[1]), headers, body };
  }
}

/**
 * The lines of a valid handshake; a value of null omits a field.
 * @param {Record<string, string | null>} [other]
 */
export function handshakeText(path = '/ws', other = {}) {
  const fields = {
    'Host': 'localhost',
    'Connection': 'Upgrade',
    'Upgrade': 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol': 'peerface.v1',
    ...other,
  };
  const lines = Object.entries(fields).filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

export class Client {
  /**
   * @param {import('./relay.mjs').Relay} relay
   * @param {string} [path]
   * @param {Record<string, string | null>} [fields]
   */
  static async open(relay, path = '/ws', fields = {}) {
    const wire = await (relay.isSecure ? Wire.connectTls(relay.port) : Wire.connect(relay.port));
    wire.write(handshakeText(path, fields));
    const response = await wire.response(false);
    if (response.status !== 101) throw new Error(`the handshake got ${response.status}`);
    return new Client(wire);
  }

  /**
   * Opens one and joins.
   * @param {import('./relay.mjs').Relay} relay
   * @param {string} room
   * @param {Message} [more]
   */
  static async join(relay, room, more = {}) {
    const client = await Client.open(relay);
    client.send({ type: 'join', room, name: 'Ann', instance: 1, ...more });
    const joined = await client.message('joined');
    client.id = /** @type {string} */ (joined.self);
    client.joined = joined;
    return client;
  }

  id = '';
  /** @type {Message} */
  joined = {};

  /** @param {Wire} wire */
  constructor(wire) {
    this.wire = wire;
  }

  /** @param {Message} message */
  send(message) {
    this.frame({ payload: JSON.stringify(message) });
  }

  /** @param {FrameOptions} options */
  frame(options) {
    this.wire.write(makeFrame(options));
  }

  /** @returns {Promise<Frame>} */
  next() {
    return this.wire.take('a frame', () => {
      const bytes = this.wire.received;
      if (bytes.length < 2) return undefined;
      if (bytes[1] & 0x80) throw new Error('the relay masks');
      const length = bytes[1] & 0x7f;
      const headSize = length === 127 ? 10 : length === 126 ? 4 : 2;
      if (bytes.length < headSize) return undefined;
      const size = length === 127 ? Number(bytes.readBigUInt64BE(2))
        : length === 126 ? bytes.readUInt16BE(2) : length;
      if (bytes.length < headSize + size) return undefined;
      this.wire.received = bytes.subarray(headSize + size);
      return {
        fin: (bytes[0] & 0x80) !== 0,
        opcode: bytes[0] & 0x0f,
        payload: bytes.subarray(headSize, headSize + size),
      };
    });
  }

  /**
   * The next message of that type; pings are answered, others are skipped.
   * @param {string} type
   * @returns {Promise<Message>}
   */
  async message(type) {
    for (const since = Date.now(); ;) {
      if (Date.now() - since > PATIENCE_MS) throw new Error(`there are others, and no ${type}`);
      const { opcode, payload } = await this.next();
      if (opcode === CLOSE) throw new Error(`closed with ${payload.readUInt16BE(0)}, no ${type}`);
      const message = JSON.parse(payload.toString());
      if (message.type === 'ping') this.send({ type: 'pong' });
      if (message.type === type) return message;
    }
  }

  /** Waits for a close frame, answers it, and returns its code when the relay has closed; its
   * reason is then `reason`. */
  async closed() {
    for (const since = Date.now(); ;) {
      if (Date.now() - since > PATIENCE_MS) throw new Error('it is not closed');
      const { opcode, payload } = await this.next();
      if (opcode !== CLOSE) continue;
      const code = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
      this.reason = payload.subarray(2).toString();
      this.frame({ opcode: CLOSE, payload });
      await this.wire.end();
      return code;
    }
  }

  /** Ends the connection without a close frame. */
  drop() {
    this.wire.socket.destroy();
  }

  /** Sends a close frame with the code. */
  close(code = 1000) {
    this.frame({ opcode: CLOSE, payload: Buffer.from([code >> 8, code & 255]) });
  }
}

/**
 * One member reads nothing while another sends it more than the kernel buffers, and then all of it.
 * @param {import('./relay.mjs').Relay} relay
 */
export async function slowReaderLosesNothing(relay) {
  const sender = await Client.join(relay, 'tea');
  const slow = await Client.join(relay, 'tea');
  slow.wire.socket.pause();
  const pad = 'p'.repeat(30000);
  for (let i = 0; i < 30; i++) sender.send({ type: 'signal', to: slow.id, i, pad });
  sender.send({ type: 'ping' });
  await sender.message('pong');
  slow.wire.socket.resume();
  for (let i = 0; i < 30; i++) assert.equal((await slow.message('signal')).i, i);
}
