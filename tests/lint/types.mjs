/* types.mjs - checks the JSDoc types of all scripts as strictly as TypeScript can. */
/* SPDX-License-Identifier: MIT */
import path from 'node:path';
import ts from 'typescript';
import { filesWhere, isProgram, report, root } from './files.mjs';

/** @type {ts.CompilerOptions} */
const options = {
  allowJs: true,
  checkJs: true,
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.dom.asynciterable.d.ts'],
};

/**
 * @param {string[]} files with full paths
 * @param {string[]} types packages with global types: none in a page, node's elsewhere
 * @returns {string[]}
 */
export function problemsOfTypes(files, types) {
  const program = ts.createProgram(files, {
    ...options, types, typeRoots: [path.join(root, 'node_modules/@types')],
  });
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const what = ts.flattenDiagnosticMessageText(messageText, '\n');
    if (!file) return what;
    const line = file.getLineAndCharacterOfPosition(start ?? 0).line + 1;
    return `${path.relative(root, file.fileName)}:${line}: ${what}`;
  });
}

if (isProgram(import.meta.url)) {
  const page = filesWhere((name) => /\.js$/.test(name), 'web');
  const tools = filesWhere((name) => /\.mjs$/.test(name) && !name.startsWith('web/'));
  /** @param {string[]} names */
  const full = (names) => names.map((name) => path.join(root, name));
  report([...problemsOfTypes(full(page), []), ...problemsOfTypes(full(tools), ['node'])],
    page.length + tools.length);
}
