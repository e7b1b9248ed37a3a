/* relay.mjs - starts, kills and restarts the relay for a test. */
/* SPDX-License-Identifier: MIT */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from './until.mjs';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Where the relay and the folder it serves are. */
export const relayFile =
  process.env.PF_RELAY || path.join(root, 'build/release/src/relay/peerface-relay');
export const webFolder = process.env.PF_WEB || path.join(root, 'build/wasm/web');

/** @param {number} port @returns {Promise<boolean>} */
function isFree(port) {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/**
 * A port that stays free while a relay that was killed is not there. The system gives none of this
 * range to clients, nor to servers that ask it for any, and other test runs draw theirs at random.
 * @returns {Promise<number>}
 */
export async function freePort() {
  for (;;) {
    const port = 20000 + Math.floor(Math.random() * 12000);
    if (await isFree(port)) return port;
  }
}

/**
 * @typedef {object} RelayPlace where a relay runs that does not run right here
 * @property {string[]} prefix the words before the command
 * @property {number} port
 * @property {string} url by which browsers there find it
 */

export class Relay {
  /**
   * @param {string[]} options further options of the relay
   * @param {string} folder what it serves
   * @param {RelayPlace} [place]
   */
  static async start(options = [], folder = webFolder, place) {
    const port = place ? place.port : await freePort();
    const relay = new Relay(port, place ? [...options, '--address', '0.0.0.0'] : options, folder);
    if (place) {
      relay.prefix = place.prefix;
      relay.url = place.url;
    }
    await relay.start();
    return relay;
  }

  /** @private @type {import('node:child_process').ChildProcess | null} */
  process = null;
  /** @private @type {string[]} */
  prefix = [];

  /** @param {number} port @param {string[]} options @param {string} folder */
  constructor(port, options, folder) {
    this.port = port;
    this.options = options;
    this.folder = folder;
    this.url = `http://localhost:${port}/`;
    this.output = '';
    // The secret outlives a restart, so that tickets of the earlier process stay good.
    this.scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'peerface-e2e-'));
  }

  async start() {
    const secret = path.join(this.scratch, 'secret');
    const options = ['--port', String(this.port), '--web', this.folder, '--secret-file', secret];
    const [command, ...args] = [...this.prefix, relayFile, ...options, ...this.options];
    const said = this.output.length;
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.process = child;
    const keep = (/** @type {Buffer} */ data) => (this.output += data);
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    let failure = '';
    child.once('error', (error) => (failure = error.message));
    await until(
      `the relay to answer at ${this.url}`,
      async () => {
        if (failure || child.exitCode !== null) {
          throw new Error(`the relay did not start: ${failure || this.output}`);
        }
        // Another machine's cannot be asked from here.
        if (this.prefix.length > 0) return this.output.includes('serving', said);
        return (await fetch(`${this.url}healthz`).catch(() => null))?.ok;
      },
      { every: 20 },
    );
  }

  /**
   * @param {NodeJS.Signals} signal
   * @returns {Promise<number | null>} its exit code, null where the signal ended it
   */
  async end(signal) {
    const child = this.process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return null;
    this.process = null;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), 5000);
    const code = await ended;
    clearTimeout(late);
    return code;
  }

  /** @param {NodeJS.Signals} signal one that does not end it */
  signal(signal) {
    this.process?.kill(signal);
  }

  kill() {
    return this.end('SIGKILL');
  }

  stop() {
    return this.end('SIGTERM');
  }

  async close() {
    await this.kill();
    fs.rmSync(this.scratch, { recursive: true, force: true });
  }
}
