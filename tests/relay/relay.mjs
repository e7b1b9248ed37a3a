/* relay.mjs - starts the relay for a test. */
/* SPDX-License-Identifier: MIT */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** The program under test. */
export const program = process.env.PF_RELAY
  || path.join(root, 'build/release/src/relay/peerface-relay');

/** How long a test waits for something that takes no time. */
export const PATIENCE_MS = 30000;

/**
 * @template T
 * @param {string} what is waited for
 * @param {Promise<T>} promise
 * @returns {Promise<T>} the same, but rejected after a timeout
 */
export function soon(what, promise) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`waited in vain for ${what}`)), PATIENCE_MS);
    promise.then(resolve, reject).finally(() => clearTimeout(late));
  });
}

/**
 * A temporary folder, removed at the end of the test.
 * @param {import('node:test').TestContext} t
 */
export function scratchFolder(t) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'peerface-relay-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A port that nobody listens on at the moment. @returns {Promise<number>} */
export function freePort() {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, 'localhost', () => {
      const { port } = /** @type {net.AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}

/**
 * Runs the program to its end.
 * @param {...string} options
 * @returns {Promise<{code: number | null, out: string, err: string}>}
 */
export function runToEnd(...options) {
  const child = spawn(program, options, { stdio: ['ignore', 'pipe', 'pipe'] });
  const result = { code: /** @type {number | null} */ (null), out: '', err: '' };
  child.stdout.on('data', (data) => (result.out += data));
  child.stderr.on('data', (data) => (result.err += data));
  return soon(`the end of ${options.join(' ')}`, new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ ...result, code }));
  })).finally(() => child.kill('SIGKILL'));
}

export class Relay {
  port = 0;
  out = '';
  err = '';

  /**
   * Starts a relay that is ended with the test.
   * @param {import('node:test').TestContext} t
   * @param {...string} options
   */
  static async start(t, ...options) {
    const relay = new Relay(options);
    t.after(() => relay.end('SIGKILL'));
    await relay.ready();
    return relay;
  }

  /**
   * @param {string[]} options
   * @param {number} [filesMax] how many files and sockets it may have open
   */
  constructor(options, filesMax) {
    // A later option wins, so that a test may choose a port.
    const command = [program, '--port', '0', ...options];
    if (filesMax) command.unshift('sh', '-c', `ulimit -n ${filesMax}; exec "$0" "$@"`);
    this.child = spawn(command[0], command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stdout.on('data', (data) => (this.out += data));
    this.child.stderr.on('data', (data) => (this.err += data));
    this.isSecure = options.includes('--tls-cert');
    /** @type {Promise<number | null>} */
    this.exit = new Promise((resolve) => this.child.once('close', resolve));
  }

  get url() {
    return `http${this.isSecure ? 's' : ''}://localhost:${this.port}/`;
  }

  /** Waits for the line with the URL. */
  async ready() {
    const said = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('close', () => reject(new Error(`the relay did not start: ${this.err}`)));
      this.child.stdout.on('data', () => {
        const match = /https?:\/\/localhost:(\d+)\//.exec(this.out);
        if (match) resolve(Number(match[1]));
      });
    });
    this.port = await soon('the relay to start', said);
  }

  /**
   * @param {NodeJS.Signals} signal
   * @returns its exit code; null where the signal ended it
   */
  async end(signal) {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    return soon('the relay to end', this.exit);
  }

  /** The counts of /healthz. */
  async health() {
    const response = await fetch(`${this.url}healthz`);
    return /** @type {Promise<Record<string, number>>} */ (response.json());
  }
}
