// report.mjs - the branch coverage of core, protocol and hub, from what gcov has counted.
// SPDX-License-Identifier: MIT
//
// report.mjs [-v] SOURCE-ROOT BUILD-FOLDER
//
// Two kinds of branches are left out, because no test can take them: those of an assertion, and the
// way past the last case of a switch. (Ours name every value of their enum and have no default.)
// Every other branch that is not taken has to be explained in UNCOVERED.md, by its function.

import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Fewer than this many percent of all branches are a failure. */
const PERCENT_MIN = 95;

const libraries = [
  { folder: 'src/base', target: 'src/base/CMakeFiles/pf_base.dir' },
  { folder: 'src/protocol', target: 'src/protocol/CMakeFiles/pf_protocol.dir' },
  { folder: 'src/core', target: 'src/core/CMakeFiles/pf_core.dir' },
  { folder: 'src/relay', target: 'src/relay/CMakeFiles/pf_hub.dir' },
];

/**
 * The lines, from 1, that belong to an assertion.
 * @param {string[]} lines
 * @returns {Set<number>}
 */
function assertionLines(lines) {
  const found = new Set();
  let inside = false;
  lines.forEach((line, index) => {
    inside = inside || /\bPF_(ASSERT|UNREACHABLE)\(/.test(line);
    if (inside) {
      found.add(index + 1);
    }
    inside = inside && !line.includes(';');
  });
  return found;
}

/**
 * What gcov says of one object's source, without headers.
 * @param {string} folder of the object's .gcda
 * @param {string} name of the .gcda
 * @param {string} source
 * @returns {{line_number: number, function_name: string, branches: {count: number}[]}[]}
 */
function linesOf(folder, name, source) {
  const text = execFileSync('gcov', ['--json-format', '--stdout', '--branch-probabilities', name], {
    cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28,
  });
  const files = JSON.parse(text).files;
  const file = files.find((/** @type {{file: string}} */ entry) => entry.file.endsWith(source));
  return file ? file.lines : [];
}

/**
 * Counts one source file.
 * @param {string} root
 * @param {string} folder
 * @param {string} name
 * @param {string} source
 */
function measure(root, folder, name, source) {
  const text = readFileSync(path.join(root, source), 'utf8').split('\n');
  const skipped = assertionLines(text);
  const missed = [];
  const functions = new Set();
  let total = 0;
  for (const line of linesOf(folder, name, source)) {
    const { line_number: number, function_name: inFunction, branches } = line;
    if (skipped.has(number)) {
      continue;
    }
    const untaken = branches.filter((branch) => branch.count === 0).length;
    const pastSwitch = /\bswitch \(/.test(text[number - 1]) && untaken > 0 ? 1 : 0;
    total += branches.length - pastSwitch;
    for (let i = pastSwitch; i < untaken; i++) {
      missed.push(`${source}:${number}: ${text[number - 1].trim()}`);
      functions.add(`${source}: ${inFunction}`);
    }
  }
  return { source, total, missed, functions };
}

/** The functions that UNCOVERED.md explains, each as `file: function`. */
function explainedFunctions() {
  const file = path.join(path.dirname(fileURLToPath(import.meta.url)), 'UNCOVERED.md');
  const entries = readFileSync(file, 'utf8').matchAll(/^- `([^`]+)`/gm);
  return new Set([...entries].map((match) => match[1]));
}

const argv = process.argv.slice(2);
const verbose = argv[0] === '-v';
const [root, build] = argv.slice(verbose ? 1 : 0);
let total = 0;
let missedCount = 0;
/** @type {Set<string>} */
const missedFunctions = new Set();
for (const { folder, target } of libraries) {
  const objects = path.join(build, target);
  const names = readdirSync(objects).filter((name) => name.endsWith('.c.gcda')).sort();
  for (const name of names) {
    const source = path.join(folder, name.replace(/\.gcda$/, ''));
    const result = measure(root, objects, name, source);
    const taken = result.total - result.missed.length;
    const percent = result.total === 0 ? 100 : (100 * taken) / result.total;
    console.log(`${percent.toFixed(1).padStart(6)} %  ${taken}/${result.total}  ${source}`);
    if (verbose) {
      result.missed.forEach((line) => console.log(`          ${line}`));
    }
    total += result.total;
    missedCount += result.missed.length;
    result.functions.forEach((name) => missedFunctions.add(name));
  }
}
const percent = (100 * (total - missedCount)) / total;
console.log(`${percent.toFixed(1).padStart(6)} %  of ${total} branches`);
const explained = explainedFunctions();
const unexplained = [...missedFunctions].filter((name) => !explained.has(name));
for (const name of unexplained) {
  console.log(`${name}() has a branch that is not taken and not explained; -v shows it`);
}
for (const name of [...explained].filter((name) => !missedFunctions.has(name))) {
  console.log(`${name}() needs no explanation with this compiler: all its branches are taken`);
}
process.exitCode = percent < PERCENT_MIN || unexplained.length > 0 ? 1 : 0;
