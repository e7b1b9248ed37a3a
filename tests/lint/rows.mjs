/* rows.mjs - every case of EDGE-CASES.md names the files that show it, or says why not. */
/* SPDX-License-Identifier: MIT */
import fs from 'node:fs';
import path from 'node:path';
import { isProgram, read, report, root } from './files.mjs';

const table = 'tests/EDGE-CASES.md';

/** How many cases each section has, so that a lost row is noticed. */
const counts = { G: 27, I: 28, R: 36, D: 38 };

/** Which folders show a case in which way. */
const folders = {
  S: /^(unit|sim|page|fuzz)\//,
  R: /^relay\//,
  B: /^e2e\//,
};

/** @typedef {{line: number, id: string, how: string[], shown: string}} Row */

/** @param {string} text @returns {Row[]} */
function rowsOf(text) {
  return text.split('\n').flatMap((line, i) => {
    const match = /^\| ([GIRD]\d+) \| ([SRB ]+) \| [^|]+ \| ([^|]+) \|/.exec(line);
    return match
      ? [{ line: i + 1, id: match[1], how: match[2].split(' '), shown: match[3] }]
      : [];
  });
}

/**
 * @param {Row} row
 * @param {(name: string) => string | null} textOf a file below tests/, null if it is not there
 * @returns {string[]}
 */
function problemsOfRow({ line, id, how, shown }, textOf) {
  /** @type {string[]} */
  const problems = [];
  const files = [...shown.matchAll(/`([^`]+)`/g)].map((match) => match[1]);
  for (const file of files) {
    const text = textOf(file);
    const mention = new RegExp(`(?<![A-Za-z0-9])${id}(?![A-Za-z0-9])`);
    if (text === null) problems.push(`${table}:${line}: ${id}: there is no ${file}`);
    else if (!mention.test(text)) problems.push(`${table}:${line}: ${id} is not in ${file}`);
  }
  for (const [way, folder] of Object.entries(folders)) {
    const isShown = files.some((file) => folder.test(file));
    const isExcused = new RegExp(`(^|, )${way} unverified: [a-z]`).test(shown);
    const isPartial = new RegExp(`(^|, )${way} in part: [a-z]`).test(shown);
    if (isPartial && !(isShown && how.includes(way))) {
      problems.push(`${table}:${line}: ${id} is in part shown by ${way}, and no file is named`);
    }
    if (how.includes(way) && !isShown && !isExcused) {
      problems.push(`${table}:${line}: ${id} is not shown by ${way}, and no reason is given`);
    }
    if (isShown && isExcused) {
      problems.push(`${table}:${line}: ${id} is shown by ${way}, and said to be unverified`);
    }
  }
  return problems;
}

/**
 * @param {string} text of the table
 * @param {(name: string) => string | null} textOf
 * @returns {string[]}
 */
export function problemsOfRows(text, textOf) {
  const rows = rowsOf(text);
  const ids = new Set(rows.map(({ id }) => id));
  const lost = Object.entries(counts)
    .flatMap(([letter, count]) => Array.from({ length: count }, (_, i) => `${letter}${i + 1}`))
    .filter((id) => !ids.has(id));
  return [
    ...rows.flatMap((row) => problemsOfRow(row, textOf)),
    ...lost.map((id) => `${table}:1: ${id} is not there`),
  ];
}

if (isProgram(import.meta.url)) {
  const text = read(table);
  const partial = rowsOf(text).filter(({ shown }) => / in part: /.test(shown));
  console.log(`in part: ${partial.map(({ id }) => id).join(' ')}`);
  report(problemsOfRows(text, (name) => {
    const file = path.join(root, 'tests', name);
    return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : null;
  }), rowsOf(text).length);
}
