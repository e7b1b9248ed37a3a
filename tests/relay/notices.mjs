/* notices.mjs - passes when a test of the relay fails with the program that PF_RELAY names. */
/* SPDX-License-Identifier: MIT */
//
//   node notices.mjs FILE PATTERN
//
// PATTERN is a regular expression for the names of the tests in FILE that must notice the defect.
// All of them have to fail: one that passes is named.
import { spawnSync } from 'node:child_process';
import process from 'node:process';

const [file, pattern] = process.argv.slice(2);
const { stdout, stderr } = spawnSync(process.execPath,
  ['--test', '--test-reporter=tap', `--test-name-pattern=${pattern}`, file],
  { encoding: 'utf8' });
const results = [...stdout.matchAll(/^ *(not ok|ok) \d+ - (.*?)( # SKIP.*)?$/gm)]
  .filter(([, , name, skipped]) => !skipped && new RegExp(pattern).test(name));
const passed = results.filter(([, result]) => result === 'ok').map(([, , name]) => name);
if (results.length === 0 || passed.length > 0) {
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  console.error(results.length === 0 ? `no test of ${file} is called ${pattern}`
    : `not noticed by: ${passed.join('; ')}`);
  process.exit(1);
}
for (const [, , name] of results) console.log(`noticed by: ${name}`);
