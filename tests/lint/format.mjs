/* format.mjs - C is formatted by clang-format 14; other versions differ in details. */
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

/** @param {string} formatter @param {string[]} names @returns {string[]} */
export function problemsOfFormat(formatter, names) {
  const { stderr, status } = spawnSync(formatter, ['--dry-run', '-Werror', ...names],
    { encoding: 'utf8', cwd: root, maxBuffer: 1 << 24 });
  return status === 0 ? [] : [stderr];
}

if (isProgram(import.meta.url)) {
  const formatter = findFormatter();
  if (!formatter) {
    console.log('clang-format 14 is not here');
    process.exit(77);
  }
  const names = filesWhere((name) => /\.[ch]$/.test(name));
  report(problemsOfFormat(formatter, names), names.length);
}
