/* redis.mjs - real Redis servers for a test, and what goes wrong with them. */
/* SPDX-License-Identifier: MIT */
import { spawn, spawnSync } from 'node:child_process';
import net from 'node:net';
import { findProgram, libraryPath } from './manual.mjs';
import { freePort, program as relayProgram, scratchFolder, soon } from './relay.mjs';

const program = findProgram('redis-server') ?? findProgram('valkey-server');

const { stderr } = spawnSync(relayProgram, ['--redis', ''], { encoding: 'utf8' });

/** Why tests with Redis are left out, or false. */
export const skipRedis = !program ? 'no redis-server'
  : /built without hiredis/.test(stderr) ? 'the relay is built without hiredis' : false;

/** @typedef {string | number | null | Error | any[]} Reply   any: a Reply */

/**
 * A reply of the protocol (RESP2) at the beginning of `text`, and where it ends.
 * @param {string} text
 * @param {number} [at]
 * @returns {{reply: Reply, end: number} | undefined} nothing while it is not complete
 */
function readReply(text, at = 0) {
  const end = text.indexOf('\r\n', at);
  if (end < 0) return undefined;
  const line = text.slice(at + 1, end);
  const next = end + 2;
  switch (text[at]) {
    case '+': return { reply: line, end: next };
    case '-': return { reply: new Error(line), end: next };
    case ':': return { reply: Number(line), end: next };
    case '$': {
      const size = Number(line);
      if (size < 0) return { reply: null, end: next };
      if (text.length < next + size + 2) return undefined;
      return { reply: text.slice(next, next + size), end: next + size + 2 };
    }
    default: {
      /** @type {Reply[]} */
      const items = [];
      let from = next;
      for (let i = 0; i < Number(line); i++) {
        const item = readReply(text, from);
        if (!item) return undefined;
        items.push(item.reply);
        from = item.end;
      }
      return { reply: items, end: from };
    }
  }
}

export class Redis {
  /** @type {import('node:child_process').ChildProcess | null} */
  #child = null;
  /** @type {Promise<unknown>} */
  #exit = Promise.resolve();

  /**
   * Starts a server that keeps nothing, and is ended with the test.
   * @param {import('node:test').TestContext} t
   * @param {...string} options
   */
  static async start(t, ...options) {
    const redis = new Redis(await freePort(), scratchFolder(t), options);
    t.after(() => redis.kill());
    await redis.restart();
    return redis;
  }

  /**
   * @param {number} port
   * @param {string} folder
   * @param {string[]} options
   */
  constructor(port, folder, options) {
    this.port = port;
    this.folder = folder;
    this.options = options;
  }

  /** @param {string} [login] "user:password@" */
  url(login = '') {
    return `redis://${login}localhost:${this.port}`;
  }

  /** Ends it, if it runs, and starts it again, empty. */
  async restart() {
    await this.kill();
    this.#child = spawn(program ?? '', ['--port', `${this.port}`, '--dir', this.folder,
      '--save', '', '--appendonly', 'no', ...this.options],
    { stdio: 'ignore', env: { ...process.env, LD_LIBRARY_PATH: libraryPath() } });
    const child = this.#child;
    this.#exit = new Promise((resolve) => child.once('close', resolve));
    await soon('Redis to start', (async () => {
      while (!await this.#listens()) {
        if (child.exitCode !== null) throw new Error('redis-server has ended');
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })());
  }

  async kill() {
    this.#child?.kill('SIGKILL');
    await this.#exit;
  }

  /** It stops as a process, and its kernel goes on. */
  stop() {
    this.#child?.kill('SIGSTOP');
  }

  goOn() {
    this.#child?.kill('SIGCONT');
  }

  #listens() {
    return new Promise((resolve) => {
      const socket = net.connect(this.port, 'localhost');
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
  }

  /**
   * Has it carry out one command, over a connection of its own.
   * @param {...string} words
   * @returns {Promise<Reply>}
   */
  command(...words) {
    return this.commandAs([], ...words);
  }

  /**
   * The same, after AUTH with these words.
   * @param {string[]} login
   * @param {...string} words
   * @returns {Promise<Reply>}
   */
  commandAs(login, ...words) {
    const commands = login.length > 0 ? [['AUTH', ...login], words] : [words];
    const socket = net.connect(this.port, 'localhost');
    const bytes = commands.map((command) => `*${command.length}\r\n`
      + command.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')).join('');
    let received = '';
    return soon(`Redis to answer ${words[0]}`, new Promise((resolve, reject) => {
      socket.setEncoding('latin1');
      socket.on('error', reject);
      socket.on('data', (data) => {
        received += data;
        let reply = readReply(received);
        if (reply && commands.length > 1) reply = readReply(received, reply.end);
        if (!reply) return;
        socket.destroy();
        if (reply.reply instanceof Error) reject(reply.reply);
        else resolve(reply.reply);
      });
      socket.write(bytes, 'latin1');
    }));
  }

  /** The names of all keys, sorted. */
  async keys() {
    return /** @type {string[]} */ (await this.command('KEYS', '*')).sort();
  }

  /** How many channels have a subscriber. */
  async channels() {
    return /** @type {string[]} */ (await this.command('PUBSUB', 'CHANNELS', '*')).length;
  }
}

/** A way to a Redis server on which nothing may come through. */
export class Gate {
  port = 0;
  #isCut = false;
  /** What becomes of each piece that comes through. @type {(data: Buffer) => Buffer} */
  change = (data) => data;
  /** @type {Set<net.Socket>} */
  #sockets = new Set();

  /**
   * @param {import('node:test').TestContext} t
   * @param {Redis} redis
   */
  static async open(t, redis) {
    const gate = new Gate();
    const server = net.createServer((outer) => gate.#accept(outer, redis.port));
    await new Promise((resolve) => server.listen(0, 'localhost', () => resolve(undefined)));
    gate.port = /** @type {net.AddressInfo} */ (server.address()).port;
    t.after(() => {
      server.close();
      for (const socket of gate.#sockets) socket.destroy();
    });
    return gate;
  }

  /** @param {net.Socket} outer @param {number} port */
  #accept(outer, port) {
    const inner = net.connect(port, 'localhost');
    for (const [from, to] of [[outer, inner], [inner, outer]]) {
      this.#sockets.add(from);
      from.setNoDelay(true);
      from.on('data', (data) => to.write(this.change(data)));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      if (this.#isCut) from.pause();
    }
  }

  get url() {
    return `redis://localhost:${this.port}`;
  }

  /** From now on no byte comes through, and no connection ends. */
  cut() {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.pause();
  }

  /** All that has waited comes through. */
  heal() {
    this.#isCut = false;
    for (const socket of this.#sockets) socket.resume();
  }
}
