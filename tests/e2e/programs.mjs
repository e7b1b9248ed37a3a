/* programs.mjs - examples that are programs in C or C++, beside the page on one relay. */
/* SPDX-License-Identifier: MIT */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root, webFolder } from './relay.mjs';

/**
 * What a scenario needs to have the program served as NAME/index.html.
 * @param {string} name of the program, and of its wasm
 * @param {string} [built] where the build puts its folder `web`
 * @returns {{skip: string, folder?: string}} the folder that the relay serves
 */
export function serveProgram(name, built = `src/client/examples/${name}`) {
  const program = path.join(root, 'build/wasm', built, 'web');
  if (!fs.existsSync(path.join(program, `${name}.wasm`))) {
    return { skip: `${name} is not built (${program})` };
  }
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `peerface-${name}-`));
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
  fs.cpSync(webFolder, folder, { recursive: true });
  fs.cpSync(program, path.join(folder, name), { recursive: true });
  return { skip: '', folder };
}
