/* visitors.mjs - newcomers, members who return, and the health check, one after the other. */
/* SPDX-License-Identifier: MIT */
import { Client, handshakeText } from '../relay/client.mjs';
import { addresses, sleep } from './field.mjs';

const PAUSE_MS = 150;
const HEALTH_TRIES_MAX = 3; // a monitor asks again before it alarms
const TRIES_MAX = 20; // of a newcomer, as a client tries again after `rate-limit`
const RETRY_MS = 250;

/** @typedef {{tried: number, failed: number, longestMs: number, tries: number}} Tally */

/** @returns {Tally} */
const emptyTally = () => ({ tried: 0, failed: 0, longestMs: 0, tries: 0 });

export class Visitors {
  /** By what they do. */
  tallies = { health: emptyTally(), newcomer: emptyTally(), member: emptyTally(),
    guest: emptyTally() };
  /** @type {string[]} */
  complaints = [];
  #goesOn = true;
  #count = 0;
  #running = Promise.resolve();
  /** @type {Client | undefined} */
  #host;

  /**
   * @param {import('./field.mjs').Target} target
   * @param {{room: string, token?: string}} options the room that everybody knows
   */
  constructor(target, { room, token }) {
    this.target = target;
    this.room = room;
    this.token = token;
  }

  /** An address that nobody had for a while. */
  #address() {
    return addresses.visitor(this.#count++ % 10000);
  }

  /**
   * Opens a WebSocket and joins.
   * @param {string} room
   * @param {string} [ticket]
   */
  async join(room, ticket) {
    const wire = await this.target.connect(this.#address());
    wire.write(handshakeText());
    const { status } = await wire.response(false);
    if (status !== 101) throw new Error(`HTTP ${status}`);
    const client = new Client(wire);
    client.send({ type: 'join', room, name: 'Ann', instance: 1, ticket, token: this.token });
    for (;;) {
      const frame = await client.next();
      if (frame.opcode === 8) throw new Error(`closed with ${frame.payload.readUInt16BE(0)}`);
      const message = JSON.parse(frame.payload.toString());
      if (message.type === 'error') throw new Error(message.code);
      if (message.type === 'joined') {
        client.joined = message;
        return client;
      }
    }
  }

  /** @param {Client} client */
  #leave(client) {
    client.send({ type: 'leave' });
    client.wire.socket.end();
  }

  /**
   * @param {keyof Visitors['tallies']} who
   * @param {() => Promise<void>} act
   * @param {number} triesMax
   */
  async #try(who, act, triesMax = 1) {
    const tally = this.tallies[who];
    const start = Date.now();
    tally.tried++;
    for (let i = 1; i <= triesMax; i++) {
      tally.tries++;
      const error = await act().then(() => undefined, (reason) => reason);
      if (!error) break;
      if (i === triesMax) {
        tally.failed++;
        this.complaints.push(`${who}: ${error.message}`);
      } else {
        await sleep(RETRY_MS);
      }
    }
    tally.longestMs = Math.max(tally.longestMs, Date.now() - start);
  }

  async #health() {
    const wire = await this.target.connect(this.#address());
    wire.write('GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    const { status } = await wire.response();
    wire.socket.destroy();
    if (status !== 200) throw new Error(`HTTP ${status}`);
  }

  /** Enters the room, in which the host sits, for a moment. */
  async #visit(/** @type {string} */ room) {
    this.#leave(await this.join(room));
  }

  /** The connection is lost and comes back. */
  async #comeBack() {
    const { ticket } = this.#host?.joined ?? {};
    const next = await this.join(this.room, ticket);
    this.#host?.drop();
    this.#host = next;
    if (!next.joined.resumed) throw new Error('not resumed');
  }

  async begin() {
    this.#host = await this.join(this.room);
    this.#running = this.#run();
  }

  async #run() {
    let number = 0;
    while (this.#goesOn) {
      const own = `visit ${number++}`;
      await this.#try('health', () => this.#health(), HEALTH_TRIES_MAX);
      await this.#try('newcomer', () => this.#visit(own), TRIES_MAX);
      await this.#try('guest', () => this.#visit(this.room), TRIES_MAX);
      if (number % 4 === 1) await this.#try('member', () => this.#comeBack());
      this.#host?.send({ type: 'pong' });
      await sleep(PAUSE_MS);
    }
    this.#host?.drop();
  }

  async end() {
    this.#goesOn = false;
    await this.#running;
    return this.tallies;
  }
}
