/* failing-world.mjs - a simulated world in which a check fails, of a simulator with a defect. */
/* SPDX-License-Identifier: MIT */
import fs from 'node:fs';
import { Run } from '../../web/inspect/run.js';

/**
 * Which seeds fail changes with every rule of the call, so the first one is looked for.
 * @param {string} file the simulator's module
 * @param {RegExp} failure the words of the check
 */
export async function failingWorld(file, failure) {
  const module = await WebAssembly.compile(fs.readFileSync(file));
  for (let seed = 1; seed <= 100; seed++) {
    const world = await Run.begin(module, String(seed), 0, 0);
    while (world.go(1000));
    if (failure.test(world.failure)) return { seed, world };
  }
  throw new Error(`no world of ${file} fails with ${failure}`);
}
