/* version.mjs - every file that states the version states the same one. */
/* SPDX-License-Identifier: MIT */
//
//   node version.mjs VERSION
//
// VERSION is that of CMake's project(), from which everything that is built takes it.
import { isProgram, read, report } from './files.mjs';

/** @type {[string, RegExp][]} the first match of each is the version */
const statements = [
  ['package.json', /"version": "([^"]*)"/],
  ['package-lock.json', /"version": "([^"]*)"/],
  ['web/peerface.js', /^export const version = '([^']*)';$/m],
];

/** @param {string} version @param {(name: string) => string} readFile @returns {string[]} */
export function problemsOfVersions(version, readFile) {
  return statements
    .map(([name, pattern]) => ({ name, found: pattern.exec(readFile(name))?.[1] }))
    .filter(({ found }) => found !== version)
    .map(({ name, found }) => `${name}:1: version ${found}, in CMakeLists.txt ${version}`);
}

if (isProgram(import.meta.url)) {
  report(problemsOfVersions(process.argv[2], read), statements.length);
}
