/* run.mjs - runs the tests of the topics named, or all, and counts them. */
/* SPDX-License-Identifier: MIT */
//
//   node tests/e2e/run.mjs [topic ...]     e.g. node tests/e2e/run.mjs call seed-bugs
//   PF_ONLY='a pattern'        runs only the tests whose name matches it
//
// It ends with 77 where every test was skipped.
import fs from 'node:fs';
import path from 'node:path';
import { run } from 'node:test';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const topics = process.argv.slice(2);
const files = fs
  .readdirSync(here)
  .filter((name) => name.endsWith('.test.mjs'))
  .sort()
  .filter((name) => topics.length === 0 || topics.includes(name.replace('.test.mjs', '')))
  .map((name) => path.join(here, name));
if (files.length === 0) throw new Error(`no test of that name: ${topics.join(', ')}`);

const counts = { passed: 0, failed: 0, skipped: 0 };

/** @param {any} error @returns {string} */
const reason = (error) => String(error?.cause?.stack || error?.cause || error?.stack || error);

/** @param {any} data @param {boolean} passed */
function report(data, passed) {
  // A file is reported like a test of its own; only what it holds is counted.
  const isFile = files.some((file) => data.name === file || data.name === path.relative('.', file));
  if ((isFile && passed) || /not match pattern/.test(String(data.skip))) return;
  const time = `${Math.round(data.details.duration_ms)} ms`;
  if (data.skip !== undefined && passed) {
    counts.skipped++;
    console.log(`skipped: ${data.name} # ${data.skip}`);
  } else if (passed) {
    counts.passed++;
    console.log(`passed:  ${data.name} (${time})`);
  } else if (!isFile || counts.failed === 0) {
    counts.failed++;
    console.log(`FAILED:  ${data.name} (${time})\n${reason(data.details.error)}\n`);
  }
}

const only = process.env.PF_ONLY;
run({ files, concurrency: 1, ...(only ? { testNamePatterns: [only] } : {}) })
  .on('test:pass', (data) => report(data, true))
  .on('test:fail', (data) => report(data, false))
  .on('test:stderr', (data) => process.stderr.write(data.message))
  .on('end', () => {
    const { passed, failed, skipped } = counts;
    console.log(`e2e: ${passed} passed, ${failed} failed, ${skipped} skipped`);
    if (failed > 0) process.exitCode = 1;
    else if (passed === 0) process.exitCode = 77;
  })
  .resume();
