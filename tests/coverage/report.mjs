// report.mjs - the branch coverage of base, protocol, core, hub and wire, from gcov's counters.
// SPDX-License-Identifier: MIT
//
// report.mjs [-v] SOURCE-ROOT BUILD-FOLDER
//
// Two kinds of branches are excluded, because no test can take them: those of an assertion, and the
// one past the last case of a switch, which names every value of its enum and has no default. As
// gcov does not tell which branch of a switch was not taken, lines that were never reached, such as
// that of a case, are reported as well. Every other branch that is not taken, and every such line,
// must be explained in UNCOVERED.md by file, function and the beginning of the line.

import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The minimum percentage of branches that are taken. */
const PERCENT_MIN = 95;

const libraries = [
  { folder: 'src/base', target: 'src/base/CMakeFiles/pf_base.dir' },
  { folder: 'src/protocol', target: 'src/protocol/CMakeFiles/pf_protocol.dir' },
  { folder: 'src/core', target: 'src/core/CMakeFiles/pf_core.dir' },
  ...['common', 'media', 'peer', 'room'].map((name) => (
    { folder: `src/core/${name}`, target: `src/core/CMakeFiles/pf_core.dir/${name}` })),
  { folder: 'src/relay/hub', target: 'src/relay/hub/CMakeFiles/pf_hub.dir' },
  { folder: 'src/relay/wire', target: 'src/relay/wire/CMakeFiles/pf_wire.dir' },
];

/**
 * The numbers of the lines that belong to an assertion.
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
 * gcov's counters for the source of one object, without headers.
 * @param {string} folder of the object's .gcda
 * @param {string} name of the .gcda
 * @param {string} source
 * @returns {{line_number: number, count: number, function_name: string,
 *   branches: {count: number}[]}[]}
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
 * Counts the branches of one source file.
 * @param {string} root
 * @param {string} folder
 * @param {string} name
 * @param {string} source
 */
function measure(root, folder, name, source) {
  const text = readFileSync(path.join(root, source), 'utf8').split('\n');
  const skipped = assertionLines(text);
  const missed = [];
  /** @type {string[]} in the format of UNCOVERED.md */
  const places = [];
  let total = 0;
  for (const line of linesOf(folder, name, source)) {
    const { line_number: number, function_name: inFunction, branches } = line;
    if (skipped.has(number)) {
      continue;
    }
    const untaken = branches.filter((branch) => branch.count === 0).length;
    const pastSwitch = /\bswitch \(/.test(text[number - 1]) && untaken > 0 ? 1 : 0;
    total += branches.length - pastSwitch;
    const told = text[number - 1].trim();
    for (let i = pastSwitch; i < untaken; i++) {
      missed.push(`${source}:${number}: ${told}`);
    }
    if (untaken > pastSwitch || line.count === 0) {
      places.push(`${source}: ${inFunction}: ${told}`);
    }
  }
  return { source, total, missed, places };
}

/** The entries of UNCOVERED.md: `file: function: beginning of the line`. */
function explainedPlaces() {
  const file = path.join(path.dirname(fileURLToPath(import.meta.url)), 'UNCOVERED.md');
  const entries = readFileSync(file, 'utf8').matchAll(/^- `([^`]+)`/gm);
  return [...entries].map((match) => match[1]);
}

const argv = process.argv.slice(2);
const verbose = argv[0] === '-v';
const [root, build] = argv.slice(verbose ? 1 : 0);
let total = 0;
let missedCount = 0;
/** @type {string[]} */
const places = [];
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
    places.push(...result.places);
  }
}
const percent = (100 * (total - missedCount)) / total;
console.log(`${percent.toFixed(1).padStart(6)} %  of ${total} branches`);
const explained = explainedPlaces();
const unexplained = places.filter((place) => !explained.some((known) => place.startsWith(known)));
for (const place of unexplained) {
  console.log(`not covered and not explained: ${place}`);
}
for (const known of explained.filter((entry) => !places.some((place) => place.startsWith(entry)))) {
  console.log(`covered with this compiler, though explained: ${known}`);
}
process.exitCode = percent < PERCENT_MIN || unexplained.length > 0 ? 1 : 0;
