/* bot.mjs - starts peerface-bot for a test and follows its journal. */
/* SPDX-License-Identifier: MIT */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** The program under test. */
export const program = process.env.PF_BOT || path.join(root, 'build/release/src/bot/peerface-bot');

/** @typedef {Record<string, any>} Entry */

export class Bot {
  out = '';
  err = '';
  #taken = 0;
  /** @type {Set<() => void>} */
  #waiting = new Set();

  /** @param {string[]} words */
  constructor(words) {
    this.child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stdout.on('data', (data) => {
      this.out += data;
      this.#waiting.forEach((wake) => wake());
    });
    this.child.stderr.on('data', (data) => (this.err += data));
    /** @type {Promise<number | null>} */
    this.exit = new Promise((resolve) => {
      this.child.once('error', () => resolve(null));
      this.child.once('close', (code) => {
        resolve(code);
        this.#waiting.forEach((wake) => wake());
      });
    });
  }

  /** The lines that are complete. */
  get lines() {
    return this.out.split('\n').slice(0, -1);
  }

  /**
   * The next entry of the journal, after those taken before, that has these values.
   * @param {Entry} wanted
   * @returns {Promise<Entry>}
   */
  async entry(wanted) {
    const text = JSON.stringify(wanted);
    const late = Date.now() + 30000;
    for (;;) {
      const { lines } = this;
      while (this.#taken < lines.length) {
        const entry = JSON.parse(lines[this.#taken++]);
        if (Object.entries(wanted).every(([key, value]) => entry[key] === value)) return entry;
      }
      if (this.child.exitCode !== null) {
        throw new Error(`the bot ended before ${text}: ${this.err}`);
      }
      if (Date.now() > late) throw new Error(`waited in vain for ${text} in\n${this.out}`);
      await /** @type {Promise<void>} */ (new Promise((resolve) => {
        const wake = () => {
          this.#waiting.delete(wake);
          clearTimeout(timer);
          resolve();
        };
        const timer = setTimeout(wake, late - Date.now() + 1);
        this.#waiting.add(wake);
      }));
    }
  }

  /** @param {NodeJS.Signals} signal @returns its exit code */
  end(signal) {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    return this.exit;
  }
}
