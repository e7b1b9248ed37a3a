/* files.mjs - lists files, and reports the findings of a check. */
/* SPDX-License-Identifier: MIT */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

const ignored = new Set(['.git', 'build', 'emsdk', 'node_modules']);

/**
 * @param {(name: string) => boolean} wanted gets names relative to the project's folder
 * @param {string} [folder]
 * @returns {string[]} the names of such files below `folder`
 */
export function filesWhere(wanted, folder = '') {
  return fs.readdirSync(path.join(root, folder), { withFileTypes: true })
    .filter((entry) => !ignored.has(entry.name))
    .map((entry) => ({ name: path.posix.join(folder, entry.name), entry }))
    .flatMap(({ name, entry }) => {
      if (entry.isDirectory()) return filesWhere(wanted, name);
      return entry.isFile() && wanted(name) ? [name] : [];
    });
}

/** @param {string} name @returns {string} the file's text */
export function read(name) {
  return fs.readFileSync(path.join(root, name), 'utf8');
}

/**
 * Whether the module at `url` is the program, not imported by self.mjs.
 * @param {string} url import.meta.url
 */
export function isProgram(url) {
  return url === pathToFileURL(process.argv[1]).href;
}

/** @param {string[]} problems each "file:line: what" @param {number} count of checked items */
export function report(problems, count) {
  for (const problem of problems) console.log(problem);
  console.log(`${count} checked, ${problems.length} problems`);
  // A check that finds nothing to check has lost its subject.
  process.exitCode = problems.length > 0 || count === 0 ? 1 : 0;
}
