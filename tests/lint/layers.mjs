/* layers.mjs - draws which folder of src includes which, and fails on an arrow up or a cycle. */
/* SPDX-License-Identifier: MIT */
import path from 'node:path';
import { filesWhere, isProgram, read, report } from './files.mjs';

/**
 * The folders of src, bottom-up. A folder may include itself and folders before it, except those of
 * the other side.
 */
export const layers = [
  'base', 'protocol',
  'core', 'core/common', 'core/media', 'core/peer', 'core/room', 'inspect',
  'browser', 'browser/module',
  'client/peerface', 'client', 'client/browser',
  'relay/wire', 'relay/hub', 'relay/cluster', 'relay/server', 'relay/app',
  'bot',
];

/** The client and the relay share base and protocol, and nothing else. The bot is on no side. */
const sides = [/^core|^inspect|^browser|^client/, /^relay/];

/**
 * @param {string} from @param {string} to folders of src
 * @returns {string} what is wrong with the include, or ''
 */
function problemOfArrow(from, to) {
  const [above, below] = [layers.indexOf(from), layers.indexOf(to)];
  if (above < 0) return `the folder ${from} is not in the list of layers`;
  if (below < 0) return `the folder ${to} is not in the list of layers`;
  if (below > above) return `${from} includes ${to}, which is above it`;
  const crosses = sides.some((side, i) => side.test(from) && sides[1 - i].test(to));
  return crosses ? `${from} includes ${to}: the client and the relay share only what is below both`
    : '';
}

/**
 * @param {Map<string, string>} sources the texts of .c and .h files by their names below src
 * @returns {{arrows: Map<string, Set<string>>, problems: string[]}}
 */
export function examine(sources) {
  /** @type {Map<string, Set<string>>} */
  const arrows = new Map();
  /** @type {string[]} */
  const problems = [];
  for (const [name, text] of sources) {
    const from = path.posix.dirname(name);
    if (!arrows.has(from)) arrows.set(from, new Set());
    text.split('\n').forEach((line, i) => {
      const included = /^#include "([^"]+)"/.exec(line)?.[1];
      if (!included) return;
      const where = `src/${name}:${i + 1}:`;
      if (!sources.has(included)) {
        problems.push(`${where} ${included} is no file below src`);
        return;
      }
      const to = path.posix.dirname(included);
      if (to === from) return;
      arrows.get(from)?.add(to);
      const problem = problemOfArrow(from, to);
      if (problem) problems.push(`${where} ${problem}`);
    });
  }
  return { arrows, problems };
}

if (isProgram(import.meta.url)) {
  // An example is a program as others write it.
  const names = filesWhere((name) => /\.[ch]$/.test(name) && !/\/examples\//.test(name), 'src');
  const sources = new Map(names.map((name) => [name.slice('src/'.length), read(name)]));
  const { arrows, problems } = examine(sources);
  for (const folder of layers) {
    const below = layers.filter((other) => arrows.get(folder)?.has(other));
    console.log(`${folder.padEnd(12)} -> ${below.join(', ') || 'nothing'}`);
    if (!arrows.has(folder)) problems.push(`src/${folder}: listed, but there is no such folder`);
  }
  report(problems, names.length);
}
