/* run.mjs - runs the tests of the topics named, or all, and counts them. */
/* SPDX-License-Identifier: MIT */
//
//   node tests/e2e/run.mjs [OPTION ...] [TOPIC ...]   e.g. node tests/e2e/run.mjs call seed-bugs
//
//   --only REGEXP    runs only the tests whose name matches (also PF_ONLY in the environment)
//   --people N       how many people may be in calls at the same time (see README.md)
//   --repeat N       runs everything N times, each time in a new process, and sums up
//
// Tests run side by side in this process and share its browsers. It ends with 77 where every test
// was skipped.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { closeBrowsers } from './browsers.mjs';
import { locksOf, runTest, skipped, tests } from './harness.mjs';
import { Lan } from './lan.mjs';
import { root } from './relay.mjs';
import { runSideBySide } from './schedule.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const { values, positionals: topics } = parseArgs({
  options: {
    only: { type: 'string', default: process.env.PF_ONLY || '' },
    people: { type: 'string', default: process.env.PF_PEOPLE || '8' },
    repeat: { type: 'string' },
  },
  allowPositionals: true,
});

/** @typedef {import('./harness.mjs').Test & {topic: string, cost: number, locks: string[]}} Job */

/** @param {number} since */
const seconds = (since) => ((Date.now() - since) / 1000).toFixed(1);

/** @returns {Promise<Job[]>} what is to be run, in the order in which it is to start */
async function jobsOf() {
  /** @type {Job[]} */
  const jobs = [];
  const known = fs.readdirSync(here).filter((name) => name.endsWith('.test.mjs')).sort();
  const files = known.filter(
    (name) => topics.length === 0 || topics.includes(name.replace('.test.mjs', '')));
  if (files.length === 0) throw new Error(`no test of that name: ${topics.join(', ')}`);
  for (const file of files) {
    const before = tests.length;
    await import(path.join(here, file));
    for (const test of tests.slice(before)) {
      const { people = 2 } = test.options;
      const topic = file.replace('.test.mjs', '');
      jobs.push({ ...test, topic, cost: people, locks: locksOf(test) });
    }
  }
  const wanted = jobs.filter(({ name }) => new RegExp(values.only).test(name));
  // Who mostly waits starts first, so that the others run meanwhile.
  return [...wanted.filter(({ options }) => options.slow),
    ...wanted.filter(({ options }) => !options.slow)];
}

const counts = { passed: 0, failed: 0, skipped: 0 };

/** @type {{name: string, topic: string, ms: number}[]} */
const times = [];

/** @param {Job} job */
async function run(job) {
  const since = Date.now();
  try {
    const reason = skipped(job);
    if (reason) {
      counts.skipped++;
      console.log(`skipped: ${job.name} # ${reason}`);
      return;
    }
    await runTest(job);
    counts.passed++;
    console.log(`passed:  ${job.name} (${seconds(since)} s)`);
  } catch (error) {
    counts.failed++;
    const { stack } = /** @type {Error} */ (error);
    console.log(`FAILED:  ${job.name} (${seconds(since)} s)\n${stack || error}\n`);
  }
  times.push({ name: job.name, topic: job.topic, ms: Date.now() - since });
}

/** Prints how long the topics and the slowest tests took. */
function reportTimes() {
  /** @type {Map<string, number>} */
  const byTopic = new Map();
  for (const { topic, ms } of times) byTopic.set(topic, (byTopic.get(topic) || 0) + ms);
  const list = [...byTopic].map(([topic, ms]) => `${topic} ${(ms / 1000).toFixed(0)} s`);
  console.log(`\ntime by topic, added up: ${list.join(', ')}`);
  for (const { name, ms } of times.sort((a, b) => b.ms - a.ms).slice(0, 10)) {
    console.log(`${(ms / 1000).toFixed(1).padStart(6)} s  ${name}`);
  }
}

async function closeAll() {
  await Lan.closeAll();
  await closeBrowsers();
}

async function runOnce() {
  const since = Date.now();
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => closeAll().finally(() => process.exit(1)));
  }
  // A call into a page whose test is over is rejected when the page closes, and nobody listens.
  process.on('unhandledRejection', (error) => console.error(`after the end of a test: ${error}`));
  try {
    await runSideBySide(await jobsOf(), Number(values.people), run);
  } finally {
    await closeAll();
  }
  reportTimes();
  const { passed, failed, skipped: left } = counts;
  console.log(`\ne2e: ${passed} passed, ${failed} failed, ${left} skipped in ${seconds(since)} s`);
  process.exitCode = failed > 0 ? 1 : passed === 0 ? 77 : 0;
}

/**
 * Runs this program again, and keeps what it prints in a file.
 * @param {string[]} args @param {string} file
 * @returns {Promise<number>} its exit code
 */
function again(args, file) {
  const log = fs.openSync(file, 'w');
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), ...args],
    { stdio: ['ignore', log, log] });
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
}

/** @param {number} times */
async function repeat(times) {
  const folder = path.join(root, 'build/log');
  fs.mkdirSync(folder, { recursive: true });
  let bad = 0;
  for (let number = 1; number <= times; number++) {
    const file = path.join(folder, `e2e-${number}`);
    const code = await again(['--only', values.only, '--people', values.people, ...topics], file);
    if (code !== 0) bad++;
    const lines = fs.readFileSync(file, 'utf8').trimEnd().split('\n');
    console.log(`run ${number}: ${lines.at(-1)}`);
    for (const line of lines.filter((text) => text.startsWith('FAILED:'))) console.log(line);
  }
  console.log(`${times - bad} of ${times} runs without a failure; what they printed: ${folder}`);
  process.exitCode = bad > 0 ? 1 : 0;
}

await (values.repeat ? repeat(Number(values.repeat)) : runOnce());
