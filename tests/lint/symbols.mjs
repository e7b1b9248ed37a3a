/* symbols.mjs - core, protocol and hub use no files, sockets, clock or randomness. */
/* SPDX-License-Identifier: MIT */
//
//   node symbols.mjs NM ARCHIVE...
//
// The archives may use only a few external functions, all of them pure computations.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { isProgram, report } from './files.mjs';

const pure = new Set([
  'memchr', 'memcmp', 'memcpy', 'memmove', 'memset', 'strchr', 'strcmp', 'strcpy', 'strlen',
  'strncmp',
  'bsearch', 'qsort', 'tolower',
  'calloc', 'free', 'malloc', 'realloc',
  // Inserted by compilers.
  '__stack_chk_fail', '_GLOBAL_OFFSET_TABLE_', '__memcpy_chk', '__memset_chk', '__memmove_chk',
  '__ctype_tolower_loc', '__strcpy_chk',
]);

/** @param {string} output of `nm -P` @returns {{name: string, isDefined: boolean}[]} */
function symbolsOf(output) {
  return output.split('\n')
    .map((line) => /^([^ ]+) ([a-zA-Z])(?: |$)/.exec(line))
    .filter((match) => match !== null)
    .map((match) => ({ name: match[1].replace(/@.*/, ''), isDefined: match[2] !== 'U' }));
}

/** @param {Map<string, string>} outputs of `nm -P`, by archive @returns {string[]} */
export function problemsOfSymbols(outputs) {
  const defined = new Set([...outputs.values()].flatMap(symbolsOf)
    .filter((symbol) => symbol.isDefined).map((symbol) => symbol.name));
  const problems = new Set();
  for (const [archive, output] of outputs) {
    for (const { name, isDefined } of symbolsOf(output)) {
      // pf_base is not checked, because its assertions print.
      const ours = defined.has(name) || /^pf_(panic|buffer|slice|random|token)/.test(name);
      if (!isDefined && !ours && !pure.has(name)) {
        problems.add(`${path.basename(archive)}: needs ${name}()`);
      }
    }
  }
  return [...problems];
}

if (isProgram(import.meta.url)) {
  const [nm, ...archives] = process.argv.slice(2);
  const outputs = new Map(archives.map((archive) => [archive,
    execFileSync(nm, ['-P', archive], { encoding: 'utf8' })]));
  report(problemsOfSymbols(outputs), outputs.size);
}
