/* headers.mjs - every header compiles on its own. */
/* SPDX-License-Identifier: MIT */
//
//   node headers.mjs [COMPILER [CJSON]]
//
// CJSON is the folder of cJSON.h; by default the one that emsdk-env.sh creates.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { filesWhere, isProgram, report, root } from './files.mjs';

/**
 * @param {string} compiler @param {string[]} folders to include from @param {string} name
 * @param {string} text a C file @returns {string[]}
 */
export function problemsOfC(compiler, folders, name, text) {
  const { status, stderr } = spawnSync(compiler, ['-x', 'c', '-std=c11', '-D_GNU_SOURCE', '-Wall',
    '-Wextra', '-Werror', '-fsyntax-only', ...folders.map((folder) => `-I${folder}`), '-'],
  { input: text, encoding: 'utf8' });
  return status === 0 ? [] : [`${name}:1: does not compile alone\n${stderr}`];
}

if (isProgram(import.meta.url)) {
  const [compiler = 'cc', cjson = path.join(root, 'build/third_party/cjson')] =
    process.argv.slice(2);
  // Most headers of tests need cmocka, which requires other headers before it.
  const names = [...filesWhere((name) => name.endsWith('.h'), 'src'),
    ...['tests/sim', 'tests/model'].flatMap((folder) =>
      filesWhere((name) => name.endsWith('.h'), folder))];
  report(names.flatMap((name) => {
    const include = `#include "${path.join(root, name)}"\n`;
    return problemsOfC(compiler, [path.join(root, 'src'), path.join(root, 'src/client'), cjson,
      path.join(root, path.dirname(name))], name, `${include}${include}extern int unused;\n`);
  }), names.length);
}
