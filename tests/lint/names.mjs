/* names.mjs - no name of a function, struct, enum or type is defined twice. */
/* SPDX-License-Identifier: MIT */
import { filesWhere, isProgram, read, report } from './files.mjs';

/** What a line of C at the start of a declaration defines or, in a header, declares. */
const patterns = [
  { kind: 'struct', files: /\.[ch]$/, pattern: /^(?:typedef )?struct (\w+) \{/gm },
  { kind: 'union', files: /\.[ch]$/, pattern: /^(?:typedef )?union (\w+) \{/gm },
  { kind: 'enum', files: /\.[ch]$/, pattern: /^enum (\w+) \{/gm },
  { kind: 'type', files: /\.h$/, pattern: /^typedef [^{};(]*\b(\w+);/gm },
  {
    kind: 'function', files: /\.h$/,
    pattern: /^(?!typedef|#|extern|_Static_assert|\s)[\w\s*]*?\b(\w+)\([^;{]*\);/gm,
  },
  { kind: 'function', files: /\.c$/, pattern: /^EM_JS\([\w\s*]+, (\w+),/gm },
];

/** In src, a struct of a single .c file is private unless its name begins with pf_. */
const isShared = (/** @type {string} */ file, /** @type {string} */ name) =>
  file.endsWith('.h') || name.startsWith('pf_') || file.startsWith('tests/');

/** client/host.h declares it, and each host defines its own. */
const definedOften = new Set(['struct pf_host']);

/**
 * @param {Map<string, string>} sources texts of C files by name
 * @returns {{count: number, problems: string[]}}
 */
export function examine(sources) {
  /** @type {Map<string, string>} */
  const known = new Map();
  /** @type {string[]} */
  const problems = [];
  for (const [file, text] of sources) {
    for (const { kind, files, pattern } of patterns) {
      if (!files.test(file)) continue;
      for (const match of text.matchAll(pattern)) {
        const name = match[1];
        if (!isShared(file, name)) continue;
        const line = text.slice(0, match.index).split('\n').length;
        const key = `${kind} ${name}`;
        if (definedOften.has(key)) continue;
        const before = known.get(key);
        // An EM_JS() function is declared in its header as well.
        const isDeclaration = kind === 'function' && before?.replace(/:\d+$/, '').endsWith('.h')
          && file.endsWith('.c');
        if (before && !isDeclaration) {
          problems.push(`${file}:${line}: ${key} is also at ${before}`);
        }
        if (!before) known.set(key, `${file}:${line}`);
      }
    }
  }
  return { count: known.size, problems };
}

if (isProgram(import.meta.url)) {
  const names = ['src', 'tests'].flatMap((folder) =>
    filesWhere((name) => /\.[ch]$/.test(name), folder));
  names.sort((a, b) => Number(a.endsWith('.c')) - Number(b.endsWith('.c')));
  const { count, problems } = examine(new Map(names.map((name) => [name, read(name)])));
  report(problems, count);
}
