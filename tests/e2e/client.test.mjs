/* client.test.mjs - a program in C (tests/browser/client_page.c) in real browsers. */
/* SPDX-License-Identifier: MIT */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { scenario } from './harness.mjs';
import { root } from './relay.mjs';

/** @typedef {import('./person.mjs').Person} Person */

const built = path.join(root, 'build/wasm/tests/browser');
const names = ['client_page.js', 'client_page.wasm'];
const skip = names.every((name) => fs.existsSync(path.join(built, name))) ? ''
  : `the program is not built (${built})`;

/** A page with the program, in a folder, so that the relay's URL is relative to something. */
function folder() {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'peerface-client-'));
  process.on('exit', () => fs.rmSync(made, { recursive: true, force: true }));
  fs.mkdirSync(path.join(made, 'program'));
  for (const name of names) {
    fs.copyFileSync(path.join(built, name), path.join(made, 'program', name));
  }
  fs.writeFileSync(path.join(made, 'program/index.html'), `<!doctype html><title>?</title>
<canvas id="canvas"></canvas><script src="client_page.js"></script>`);
  return made;
}

/** Counts what a person would be asked for. */
const counting = `(() => {
  window.asked = 0;
  const { getUserMedia } = MediaDevices.prototype;
  MediaDevices.prototype.getUserMedia = function count(...args) {
    window.asked++;
    return getUserMedia.apply(this, args);
  };
})();`;

/** @param {Person} person @param {RegExp} pattern */
const says = (person, pattern) =>
  person.sees(`a title like ${pattern}`, (source) => new RegExp(source).test(document.title),
    [pattern.source]);

scenario(
  'a program in C sends its canvas, texts and more than fits, and asks nobody for a device',
  { needs: ['chromium', 'firefox'], skip, folder: skip ? undefined : folder() },
  async (world) => {
    const path = 'program/index.html';
    const ann = await world.person('Ann', { path, open: false, scripts: [counting] });
    const bob = await world.person('Bob', {
      engine: 'firefox', path, open: false, scripts: [counting] });
    for (const person of [ann, bob]) await person.page.goto(person.url);
    for (const person of [ann, bob]) {
      // 17 of 60,000 bytes are 1 MiB; a browser may have sent some of them at once.
      await says(person, /^sent [1-9][0-9]+ full 1 writable 1 heard [1-9][0-9]+ broken 0 texts 1 /);
    }
    const sentBy = (/** @type {Person} */ person) => person.ask(() => document.title.split(' ')[1]);
    await says(bob, new RegExp(` heard ${await sentBy(ann)} `)); // all that was taken arrives
    await says(ann, new RegExp(` heard ${await sentBy(bob)} `));
    await says(bob, /green$/); // Chromium's canvas, as Firefox sees it
    for (const person of [ann, bob]) {
      await person.sees('that nobody was asked', () => /** @type {any} */ (window).asked === 0);
    }
  },
);
