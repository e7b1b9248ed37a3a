/* walks.mjs - each step of the ways through the code names what is in the file that it names. */
/* SPDX-License-Identifier: MIT */
//
// A step of a way in src/ARCHITECTURE.md is a line of three columns: what is called or happens, the
// file, and what it does there. A comma separates names; what is no name (words, "at B:") is
// skipped. A name after "+" is called by pf_reconcile(), too.
import path from 'node:path';
import { filesWhere, isProgram, read, report } from './files.mjs';

const FILE_COLUMN = 40;
const numbers = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine',
  'Ten', 'Eleven', 'Twelve', 'Thirteen', 'Fourteen', 'Fifteen', 'Sixteen'];

/**
 * The names of the first column.
 * @param {string} text such as "at A: pf_hub_join, visit" or "room.setName('Anna')"
 * @returns {string[]}
 */
function namesOf(text) {
  return text.replace(/^\s*(\.\.\. |\+ |[\w ]+: )/, '').split(', ').flatMap((part) => {
    const message = /^on "([\w-]+)"/.exec(part);
    if (message) return [`PF_MESSAGE_${message[1].replace('-', '_').toUpperCase()}`];
    const name = /^(?:\w+\.)*(\w+)(?:\([^)]*\)?)?$|^(PF_\w+) /.exec(part.trim());
    return name ? [name[1] ?? name[2]] : [];
  });
}

/** @param {string} text @param {string} name */
const has = (text, name) => new RegExp(`(?<![\\w])${name}(?![\\w])`).test(text);

/**
 * @param {string} document the text of src/ARCHITECTURE.md
 * @param {Map<string, string>} sources by name
 * @returns {{count: number, problems: string[]}}
 */
export function examine(document, sources) {
  const lines = document.split('\n');
  const begin = lines.findIndex((line) => /^## \w+ ways through the code$/.test(line));
  if (begin < 0) return { count: 0, problems: ['there are no ways through the code'] };
  const reconcile = [...sources].find(([name]) => /\breconcile\.c$/.test(name))?.[1] ?? '';
  const isReconciled = (/** @type {string} */ name) => has(reconcile, name);
  /** @type {string[]} */
  const problems = [];
  let [ways, count, isStep] = [0, 0, false];
  for (let i = begin + 1; i < lines.length && !lines[i].startsWith('## '); i++) {
    const line = lines[i];
    if (line.startsWith('```')) {
      isStep = !isStep;
      if (isStep) ways++;
      continue;
    }
    const [left, rest] = [line.slice(0, FILE_COLUMN), line.slice(FILE_COLUMN)];
    if (!isStep || left.trim() === '') continue;
    const wrong = (/** @type {string} */ what) => { problems.push(`${i + 1}: ${what}`); };
    const file = /^\S+/.exec(rest)?.[0] ?? '';
    const texts = [...sources].filter(([name]) => path.posix.basename(name) === file);
    if (!left.endsWith(' ') || texts.length === 0) {
      wrong(`no file "${file}" in column ${FILE_COLUMN}`);
      continue;
    }
    if (left.trim().startsWith('+') && !namesOf(left).every((name) => isReconciled(name))) {
      wrong(`"${left.trim()}" is not called by pf_reconcile()`);
    }
    const steps = [...namesOf(left), ...rest.slice(file.length).match(/\b(?:pf|PF)_\w+/g) ?? []];
    if (namesOf(left).length === 0) wrong(`"${left.trim()}" names nothing`);
    count += steps.length;
    for (const name of steps) {
      if (!texts.some(([, text]) => has(text, name))) wrong(`${name} is not in ${file}`);
    }
  }
  const said = lines[begin].split(' ')[1];
  if (said !== numbers[ways]) problems.push(`${begin + 1}: there are ${ways} ways, not ${said}`);
  return { count, problems };
}

if (isProgram(import.meta.url)) {
  const names = ['src', 'web'].flatMap((folder) =>
    filesWhere((name) => /\.(?:c|js)$/.test(name), folder));
  const { count, problems } = examine(read('src/ARCHITECTURE.md'),
    new Map(names.map((name) => [name, read(name)])));
  report(problems.map((problem) => `src/ARCHITECTURE.md:${problem}`), count);
}
