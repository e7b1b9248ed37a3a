/* members.mjs - the process of werift's peers, and what it is told. */
/* SPDX-License-Identifier: MIT */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { until } from '../../e2e/until.mjs';

const program = fileURLToPath(new URL('peers.mjs', import.meta.url));

export class Members {
  /** @private @type {Map<number, (done: any) => void>} */
  waiting = new Map();
  /** @private */
  last = 0;
  count = 0;

  /**
   * They count and take times, so they go before what else the machine does.
   * @param {string[]} prefix the words before a command that is to run where they are
   */
  constructor(prefix) {
    const [command, ...args] = [...prefix, 'nice', '-n', '-10', process.execPath, program];
    /** @private */
    this.child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.ended = new Promise((resolve) => this.child.once('exit', resolve));
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      const { id, done } = JSON.parse(line);
      this.waiting.get(id)?.(done);
      this.waiting.delete(id);
    });
  }

  get pid() {
    return /** @type {number} */ (this.child.pid);
  }

  /** @param {string} order @param {object} [told] @returns {Promise<any>} */
  ask(order, told = {}) {
    const id = ++this.last;
    const done = new Promise((resolve) => this.waiting.set(id, resolve));
    this.child.stdin.write(`${JSON.stringify({ ...told, id, order })}\n`);
    return Promise.race([done, this.ended.then(() => {
      throw new Error(`the peers' process has ended during "${order}"`);
    })]);
  }

  /**
   * One more, who asks for pictures of that width.
   * @param {{url: string, room: string, camera: number}} told
   * @returns {Promise<number>} when it joined
   */
  async join(told) {
    this.count++;
    return (await this.ask('join', told)).at;
  }

  /** Waits until all of them get pictures and sound. */
  async flowing() {
    await until('pictures and sound at all peers', async () => {
      const state = await this.ask('state');
      return state.every((/** @type {any} */ { connected, camera, frames, sounds }) =>
        connected && sounds && (frames || !camera));
    }, { ms: 60000, every: 200, show: async () => JSON.stringify(await this.ask('state')) });
  }

  async leave() {
    await this.ask('leave');
    this.count = 0;
  }

  close() {
    this.child.stdin.end();
    return this.ended;
  }
}
