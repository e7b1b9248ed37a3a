/* text.mjs - limits of lines, functions and files; file headers; no paths of a machine. */
/* SPDX-License-Identifier: MIT */
import os from 'node:os';
import path from 'node:path';
import ts from 'typescript';
import { filesWhere, isProgram, read, report } from './files.mjs';

const LINE_MAX = 100;
const FUNCTION_MAX = 70;
const FILE_MAX = 700;
const SOURCE_FILE_MAX = 500; // below src

const code = /\.(c|h|js|mjs|css|sh|cmake)$|(^|\/)CMakeLists\.txt$/;
const counted = /\.html$/; // whose lines may be long, but not too many
const withHead = /\.(c|h|js|mjs|sh|cmake)$/;
const script = /\.(js|mjs)$/;
const binary = /\.(png|jpg|jpeg|ico|woff2|webp|gif)$/;

// Written in pieces, so that this file does not match.
const unfinished = new RegExp(['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X'].join('|'));
const foreign = new RegExp(['/wo' + 'rk/', '/ho' + 'me/\\w', '/ro' + 'ot/', '/tm' + 'p/',
  'registry\\.npm' + 'js', 'deb\\.deb' + 'ian\\.org'].join('|'));

/** @param {string} text @returns {string[]} without the empty string after the last newline */
function linesOf(text) {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/**
 * Functions as formatted by clang-format: braces alone in the first column.
 * @param {string[]} lines @returns {{line: number, size: number}[]}
 */
function functionsOfC(lines) {
  /** @type {{line: number, size: number}[]} */
  const found = [];
  let start = -1;
  lines.forEach((line, i) => {
    const begins = /^EM_JS\(/.test(line) || (/^[a-zA-Z_].*[(,]/.test(line) && !/;$/.test(line));
    if (start < 0 && begins) start = i;
    if (start >= 0 && /^(}|}\);)$/.test(line)) found.push({ line: start + 1, size: i - start + 1 });
    if (/^}/.test(line) || /^[^ ].*;$/.test(line)) start = -1;
  });
  return found;
}

/**
 * Whether the function is merely the scope of a classic script: (() => { ... })();
 * @param {ts.Node} node @param {ts.SourceFile} file
 */
function isScopeOfFile(node, file) {
  return ts.isParenthesizedExpression(node.parent) && ts.isCallExpression(node.parent.parent)
    && node.parent.parent.parent.parent === file;
}

/** @param {string} name @param {string} text @returns {{line: number, size: number}[]} */
function functionsOfScript(name, text) {
  const file = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
  /** @type {{line: number, size: number}[]} */
  const found = [];
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isFunctionLike(node) && !isScopeOfFile(node, file)) {
      const first = file.getLineAndCharacterOfPosition(node.getStart(file, false)).line;
      const last = file.getLineAndCharacterOfPosition(node.getEnd()).line;
      found.push({ line: first + 1, size: last - first + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** @param {string} name @param {string[]} lines @returns {string[]} */
function problemsOfHead(name, lines) {
  const head = lines.slice(0, 40).join('\n');
  /** @type {string[]} */
  const problems = [];
  if (!head.includes(`${path.basename(name)} - `)) {
    problems.push(`${name}:1: the first line does not say "${path.basename(name)} - what it is"`);
  }
  if (!head.includes('SPDX-License-Identifier: MIT')) problems.push(`${name}:1: no SPDX line`);
  return problems;
}

/** @param {string} name @param {string} text @returns {string[]} */
export function problemsOfText(name, text) {
  const lines = linesOf(text);
  /** @type {string[]} */
  const problems = [];
  lines.forEach((line, i) => {
    const where = `${name}:${i + 1}:`;
    if (code.test(name) && [...line].length > LINE_MAX) {
      problems.push(`${where} ${[...line].length} columns, at most ${LINE_MAX}`);
    }
    if (code.test(name) && /[ \t]$/.test(line)) problems.push(`${where} space at the end`);
    if (code.test(name) && unfinished.test(line)) problems.push(`${where} says it is unfinished`);
    if (foreign.test(line)) problems.push(`${where} names a place of one machine or a registry`);
    if (os.hostname().length > 5 && line.includes(os.hostname())) {
      problems.push(`${where} names this machine`);
    }
  });
  if (!code.test(name) && !counted.test(name)) return problems;
  const most = name.startsWith('src/') ? SOURCE_FILE_MAX : FILE_MAX;
  if (lines.length > most) {
    problems.push(`${name}:1: ${lines.length} lines, at most ${most}`);
  }
  if (!code.test(name)) return problems;
  if (withHead.test(name)) problems.push(...problemsOfHead(name, lines));
  let functions = /\.[ch]$/.test(name) ? functionsOfC(lines) : [];
  if (script.test(name)) functions = functionsOfScript(name, text);
  for (const { line, size } of functions) {
    if (size > FUNCTION_MAX) {
      problems.push(`${name}:${line}: a function of ${size} lines, at most ${FUNCTION_MAX}`);
    }
  }
  return problems;
}

if (isProgram(import.meta.url)) {
  const names = filesWhere((name) => !binary.test(name));
  report(names.flatMap((name) => problemsOfText(name, read(name))), names.length);
}
