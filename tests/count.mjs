/* count.mjs - adds up what ctest reported: the last line that `emsdk-env.sh test` prints. */
/* SPDX-License-Identifier: MIT */
//
//   node count.mjs RESULTS
//
// RESULTS holds ctest's JUnit files, failed-builds with a line for each build that failed, and
// parts with the seconds and the name of each part of the run. A program that says how many cases
// it ran counts as those; any other counts as one test. Prints the time of the parts and of the
// slowest tests, then the failures, then the counts. Ends with status 1 if anything failed or
// nothing was run.
import fs from 'node:fs';
import path from 'node:path';

/** @typedef {{passed: number, failed: number, skipped: number}} Counts */

/** @param {string} text @param {RegExp} pattern @returns {number} the last match's number */
function lastNumber(text, pattern) {
  const found = [...text.matchAll(pattern)].pop();
  return found ? Number(found[1]) : 0;
}

/** @param {string} output of one program @returns {Counts} */
function casesOf(output) {
  const line = [...output.matchAll(/\b(\d+) passed, (\d+) failed(?:, (\d+) skipped)?/g)].pop();
  if (line) {
    return { passed: Number(line[1]), failed: Number(line[2]), skipped: Number(line[3] || 0) };
  }
  if (/^(#|ℹ) pass \d/m.test(output)) {
    return {
      passed: lastNumber(output, /^(?:#|ℹ) pass (\d+)/gm),
      failed: lastNumber(output, /^(?:#|ℹ) fail (\d+)/gm),
      skipped: lastNumber(output, /^(?:#|ℹ) skipped (\d+)/gm),
    };
  }
  return {
    passed: lastNumber(output, /^\[  PASSED  \] (\d+) test/gm),
    failed: lastNumber(output, /^\[  FAILED  \] (\d+) test/gm),
    skipped: lastNumber(output, /^\[  SKIPPED \] (\d+) test/gm),
  };
}

/** @param {string} status as in ctest's JUnit file @param {string} output @returns {Counts} */
function countsOf(status, output) {
  const cases = casesOf(output);
  if (status === 'fail') return { ...cases, failed: Math.max(cases.failed, 1) };
  if (status !== 'run') return { passed: 0, failed: 0, skipped: Math.max(cases.skipped, 1) };
  const silent = cases.passed + cases.failed + cases.skipped === 0;
  return silent ? { passed: 1, failed: 0, skipped: 0 } : { ...cases, failed: 0 };
}

/** How many of the slowest tests are listed. */
const SLOWEST = 20;

/** @param {{name: string, seconds: number}[]} list */
function printTimes(list) {
  for (const { name, seconds } of list) console.log(`${seconds.toFixed(0).padStart(6)} s  ${name}`);
}

/** @param {string} text lines of seconds and a name */
function readParts(text) {
  return [...text.matchAll(/^(\d+) (.*)$/gm)].map(([, seconds, name]) => (
    { name, seconds: Number(seconds) }));
}

const [folder] = process.argv.slice(2);
const total = { passed: 0, failed: 0, skipped: 0 };
/** @type {string[]} */
const failures = [];
/** @type {{name: string, seconds: number}[]} */
const tests = [];

const builds = path.join(folder, 'failed-builds');
if (fs.existsSync(builds)) {
  failures.push(...fs.readFileSync(builds, 'utf8').trim().split('\n'));
  total.failed += failures.length;
}
for (const name of fs.readdirSync(folder).filter((file) => file.endsWith('.xml'))) {
  const xml = fs.readFileSync(path.join(folder, name), 'utf8');
  for (const [, head, body] of xml.matchAll(/<testcase ([^>]*)>(.*?)<\/testcase>/gs)) {
    const test = /name="([^"]*)"/.exec(head)?.[1];
    tests.push({
      name: `${name.replace('.xml', '')}: ${test}`,
      seconds: Number(/time="([^"]*)"/.exec(head)?.[1] ?? 0),
    });
    const counts = countsOf(/status="([^"]*)"/.exec(head)?.[1] ?? 'fail', body);
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
    if (counts.failed > 0) failures.push(`${name.replace('.xml', '')}: ${test}`);
  }
}

const parts = path.join(folder, 'parts');
if (fs.existsSync(parts)) {
  console.log('\nTime of each part:');
  printTimes(readParts(fs.readFileSync(parts, 'utf8')));
}
console.log('\nThe slowest tests:');
printTimes(tests.sort((a, b) => b.seconds - a.seconds).slice(0, SLOWEST));
console.log('');
for (const failure of failures) console.log(`FAILED: ${failure}`);
const { passed, failed, skipped } = total;
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
