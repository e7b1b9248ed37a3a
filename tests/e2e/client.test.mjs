/* client.test.mjs - a program in C (tests/browser/client_page.c) in real browsers. */
/* SPDX-License-Identifier: MIT */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { scenario } from './harness.mjs';
import { ReverseProxy } from './proxy.mjs';
import { root } from './relay.mjs';

/** @typedef {import('./person.mjs').Person} Person */

const built = path.join(root, 'build/wasm/tests/browser');

/** Why a test of a program cannot run, or ''. @param {string} name */
const lacks = (name) => (fs.existsSync(path.join(built, `${name}.wasm`)) ? ''
  : `the program is not built (${built}/${name}.wasm)`);
const skip = lacks('client_page');

/**
 * A page with the program, in a folder, so that the relay's URL is relative to something.
 * @param {string} program
 */
function folder(program) {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'peerface-client-'));
  process.on('exit', () => fs.rmSync(made, { recursive: true, force: true }));
  fs.mkdirSync(path.join(made, 'program'));
  for (const name of fs.readdirSync(built).filter((one) => one.startsWith(`${program}.`))) {
    fs.copyFileSync(path.join(built, name), path.join(made, 'program', name));
  }
  fs.writeFileSync(path.join(made, 'program/index.html'), `<!doctype html><title>?</title>
<canvas id="canvas"></canvas><script src="${program}.js"></script>`);
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
  { needs: ['chromium', 'firefox'], skip, folder: skip ? undefined : folder('client_page') },
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

const withThreads = lacks('client_page_threads');

for (const engine of /** @type {const} */ (['chromium', 'firefox'])) {
  scenario(
    `a program in C with threads, and so with shared memory, is in a call in ${engine}`,
    { needs: [engine], skip: withThreads,
      folder: withThreads ? undefined : folder('client_page_threads') },
    async (world) => {
      // Only isolated pages share memory with workers: the relay is not the server of such pages.
      const proxy = await ReverseProxy.open(world.relay.port, { headers: {
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
      } });
      try {
        const people = [];
        for (const name of ['Ann', 'Bob']) {
          const person = await world.person(name, { engine, open: false, path: 'healthz' });
          await person.page.goto(`${proxy.url}program/index.html`);
          people.push(person);
        }
        for (const person of people) {
          await person.sees('that memory is shared', () => crossOriginIsolated);
          await says(person, /^thread unavailable sent [1-9].* broken 0 texts 1 /);
        }
        for (const person of people) await person.page.close();
        world.people.length = 0;
      } finally {
        proxy.close();
      }
    },
  );
}
