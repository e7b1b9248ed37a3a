/* schedule.mjs - runs tests side by side, as many as the machine carries. */
/* SPDX-License-Identifier: MIT */
import fs from 'node:fs';
import os from 'node:os';
import { pause } from './until.mjs';

/**
 * @typedef {object} Job
 * @property {number} cost how much of the machine it takes
 * @property {string[]} locks what it needs for itself alone
 */

/** So many threads that could run, per core, are more than a call can bear. */
const runnablePerCore = 3;

/** How many threads run or wait for a core. */
function runnable() {
  const [, count] = /^procs_running (\d+)$/m.exec(fs.readFileSync('/proc/stat', 'utf8')) || [];
  return Number(count || 0);
}

/**
 * Whether the cores have had more than enough to do for the last second: with these tests, with
 * browsers that are starting, or with what somebody else runs here. The load average would tell too
 * late.
 */
class Load {
  /** @private @type {number[]} */
  samples = [];
  /** @private */
  timer = setInterval(() => this.sample(), 50);

  /** @private */
  sample() {
    this.samples.push(process.platform === 'linux' ? runnable() : 0);
    if (this.samples.length > 20) this.samples.shift();
  }

  /** What was seen before a test has started says nothing of what it takes. */
  forget() {
    this.samples.length = 0;
  }

  get isLow() {
    const sum = this.samples.reduce((a, b) => a + b, 0);
    return this.samples.length === 20 && sum / 20 <= runnablePerCore * os.cpus().length;
  }

  end() {
    clearInterval(this.timer);
  }
}

/**
 * Runs every job once and never rejects for one of them: `run` reports failures itself. Jobs start
 * in their order; one whose lock is taken is overtaken, one that is too costly for now is not, so
 * that none waits forever. On a busy machine one runs at a time.
 * @template {Job} J
 * @param {J[]} jobs
 * @param {number} capacity the most that may run together; a job that costs more runs alone
 * @param {(job: J) => Promise<void>} run
 */
export async function runSideBySide(jobs, capacity, run) {
  const waiting = [...jobs];
  const locked = new Set();
  /** @type {Set<Promise<void>>} */
  const running = new Set();
  const load = new Load();
  let used = 0;

  const next = () => {
    const job = waiting.find(({ locks }) => !locks.some((lock) => locked.has(lock)));
    if (!job || (running.size > 0 && used + job.cost > capacity)) return undefined;
    waiting.splice(waiting.indexOf(job), 1);
    return job;
  };

  /** @param {J} job */
  const start = (job) => {
    used += job.cost;
    for (const lock of job.locks) locked.add(lock);
    const ended = run(job).finally(() => {
      used -= job.cost;
      for (const lock of job.locks) locked.delete(lock);
      running.delete(ended);
    });
    running.add(ended);
  };

  while (waiting.length > 0 || running.size > 0) {
    if (running.size === 0 || load.isLow) {
      const job = next();
      if (job) {
        start(job);
        load.forget();
      }
    }
    await Promise.race([...running, pause(50)]);
  }
  load.end();
}
