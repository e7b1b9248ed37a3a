/* format.mjs - C is laid out as clang-format 14 does it; other versions differ in details. */
/* SPDX-License-Identifier: MIT */
import { spawnSync } from 'node:child_process';
import { filesWhere, isProgram, report, root } from './files.mjs';

/** @returns {string} the program, or '' if there is none of that version */
export function findFormatter() {
  return ['clang-format-14', 'clang-format'].find((name) => {
    const { stdout } = spawnSync(name, ['--version'], { encoding: 'utf8' });
    return /version 14\./.test(stdout ?? '');
  }) ?? '';
}

/**
 * @param {string} formatter @param {string} name for messages @param {string} text
 * @returns {string[]}
 */
export function problemsOfFormat(formatter, name, text) {
  const { stdout, status } = spawnSync(formatter, [`--assume-filename=${name}`],
    { input: text, encoding: 'utf8', cwd: root, maxBuffer: 1 << 24 });
  if (status !== 0) return [`${name}:1: ${formatter} failed`];
  if (stdout === text) return [];
  const wanted = stdout.split('\n');
  const line = text.split('\n').findIndex((one, i) => one !== wanted[i]);
  return [`${name}:${line + 1}: clang-format would write: ${wanted[line] ?? ''}`];
}

if (isProgram(import.meta.url)) {
  const formatter = findFormatter();
  if (!formatter) {
    console.log('clang-format 14 is not here');
    process.exit(77);
  }
  const { read } = await import('./files.mjs');
  const names = filesWhere((name) => /\.[ch]$/.test(name));
  report(names.flatMap((name) => problemsOfFormat(formatter, name, read(name))), names.length);
}
