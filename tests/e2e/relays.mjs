/* relays.mjs - three relays, over a Redis server or not, and what stands in front of them. */
/* SPDX-License-Identifier: MIT */
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import {
  blockOfManual, findProgram, nginxWith, startServer, substitute,
} from '../relay/manual.mjs';
import { Gate, Redis } from '../relay/redis.mjs';
import { Relay, freePort } from './relay.mjs';
import { pause, until } from './until.mjs';

/** @typedef {import('./harness.mjs').World} World */

/**
 * @param {Relay} relay @param {'healthz' | 'readyz'} path
 * @returns {Promise<string>} '' where it does not answer, or says no
 */
async function ask(relay, path) {
  const options = { signal: AbortSignal.timeout(2000) };
  return fetch(`${relay.url}${path}`, options)
    .then(async (answer) => (answer.ok ? answer.text() : ''), () => '');
}

/** Whether the relay says that it serves people well. @param {Relay} relay */
export const isReady = async (relay) => (await ask(relay, 'readyz')) !== '';

/** @param {Relay} relay @param {boolean} wanted */
export const readiness = (relay, wanted) =>
  until(`/readyz to say ${wanted ? 'yes' : 'no'}`, async () => (await isReady(relay)) === wanted);

/**
 * What HAProxy does with the manual's configuration, for connections: each goes to a relay that is
 * ready, and where none is, to one that lives. Which one of several, its list says.
 */
class Balancer {
  /** @private @type {Set<net.Socket>} */
  sockets = new Set();
  /** @private @type {Map<Relay, number>} 2: ready, 1: alive, 0: neither */
  ranks = new Map();
  /** @private */
  isOpen = true;

  /** @param {Relay[]} relays the one that is preferred first */
  constructor(relays) {
    this.relays = relays;
    for (const relay of relays) this.ranks.set(relay, 2);
    this.server = net.createServer((near) => this.accept(near));
  }

  async open() {
    await new Promise((resolve) => this.server.listen(0, '127.0.0.1', () => resolve(0)));
    for (const relay of this.relays) this.look(relay);
  }

  get url() {
    return `http://localhost:${/** @type {net.AddressInfo} */ (this.server.address()).port}/`;
  }

  /** @private @param {Relay} relay */
  async look(relay) {
    while (this.isOpen) {
      const rank = await isReady(relay) ? 2 : await ask(relay, 'healthz') ? 1 : 0;
      this.ranks.set(relay, rank);
      await pause(500);
    }
  }

  /** @private @param {net.Socket} near */
  accept(near) {
    const rank = (/** @type {Relay} */ relay) => this.ranks.get(relay) ?? 0;
    const order = this.relays.map((relay, index) => ({ relay, index }))
      .sort((a, b) => rank(b.relay) - rank(a.relay) || a.index - b.index);
    this.sockets.add(near);
    near.on('error', () => {}); // 'close' follows
    near.on('close', () => this.sockets.delete(near));
    this.connect(near, order.map(({ relay }) => relay));
  }

  /** @private @param {net.Socket} near @param {Relay[]} order */
  connect(near, [relay, ...others]) {
    if (!relay || near.destroyed) {
      near.destroy();
      return;
    }
    const far = net.connect({ port: relay.port, host: '127.0.0.1' });
    let isConnected = false;
    this.sockets.add(far);
    far.on('connect', () => {
      isConnected = true;
      near.pipe(far);
      far.pipe(near);
      near.on('close', () => far.destroy());
    });
    far.on('error', () => {}); // 'close' follows
    far.on('close', () => {
      this.sockets.delete(far);
      if (isConnected) near.destroy();
      else this.connect(near, others);
    });
  }

  close() {
    this.isOpen = false;
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }
}

/** Three relays of one service, which end with the test. */
export class Relays {
  /** @type {Relay[]} */
  all = [];
  /** @type {Gate[]} the way of each to Redis */
  gates = [];
  /** @private @type {(() => any)[]} */
  ends = [];

  /** @param {World} world @param {string[]} [options] of every relay */
  static async start(world, options = []) {
    const relays = new Relays(options);
    world.servers.push(relays);
    relays.redis = await Redis.start(relays.context);
    for (let i = 0; i < 3; i++) {
      const gate = await Gate.open(relays.context, relays.redis);
      relays.gates.push(gate);
      await relays.add('--redis', gate.url);
    }
    await Promise.all(relays.all.map((relay) => readiness(relay, true)));
    return relays;
  }

  /** @param {string[]} options */
  constructor(options) {
    this.scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'peerface-relays-'));
    this.options = ['--secret-file', path.join(this.scratch, 'secret'), '--log-level', 'info',
      ...options];
    /** What helpers of the relay's tests need of a test. */
    this.context = /** @type {any} */ ({
      after: (/** @type {() => any} */ end) => this.ends.unshift(end),
    });
    /** @type {Redis} */
    this.redis = /** @type {any} */ (null);
  }

  /** Three relays that know nothing of each other. @param {World} world */
  static async startApart(world) {
    const relays = new Relays(['--trust-proxy', '127.0.0.1']);
    world.servers.push(relays);
    for (let i = 0; i < 3; i++) await relays.add();
    return relays;
  }

  /** @private @param {...string} options */
  async add(...options) {
    const relay = await Relay.start([...this.options, ...options]);
    this.all.push(relay);
    this.ends.unshift(() => relay.close());
  }

  /** The address of the service, for whoever comes to that relay first. @param {number} first */
  async urlAt(first) {
    const balancer = new Balancer(this.all.map((_, i) => this.all[(first + i) % 3]));
    this.ends.unshift(() => balancer.close());
    await balancer.open();
    return balancer.url;
  }

  /** Starts nginx as the manual has it for relays without Redis, but for TLS. */
  async nginxApart() {
    const port = await freePort();
    const site = substitute(blockOfManual('/etc/nginx/conf.d/peerface.conf without Redis'), {
      'listen 443 ssl;': `listen 127.0.0.1:${port};`,
      'listen [::]:443 ssl;': '',
      'ssl_certificate /etc/letsencrypt/live/call.example/fullchain.pem;': '',
      'ssl_certificate_key /etc/letsencrypt/live/call.example/privkey.pem;': '',
      '10.0.0.11:8080': `127.0.0.1:${this.all[0].port}`,
      '10.0.0.12:8080': `127.0.0.1:${this.all[1].port}`,
      '10.0.0.13:8080': `127.0.0.1:${this.all[2].port}`,
    });
    await startServer(this.context, port, findProgram('nginx') ?? '',
      ...nginxWith(this.scratch, site));
    return `http://localhost:${port}/`;
  }

  /** Which relays have the room. @returns {Promise<number[]>} */
  async owners() {
    const health = await Promise.all(this.all.map((relay) => ask(relay, 'healthz')));
    return health.flatMap((state, index) => (JSON.parse(state || '{}').rooms > 0 ? [index] : []));
  }

  get output() {
    return this.all.map(({ output }, index) => `relay ${index + 1}\n${output}`).join('\n');
  }

  async close() {
    for (const end of this.ends) await end();
    fs.rmSync(this.scratch, { recursive: true, force: true });
  }
}
