/* faces.test.mjs - a program in C++ with SDL2 (src/client/examples/faces). */
/* SPDX-License-Identifier: MIT */
import { cameras, scenario } from './harness.mjs';
import { serveProgram } from './programs.mjs';

/** @typedef {import('./person.mjs').Person} Person */

/**
 * Waits until a face of that colour lies at one side of the table; its right half is dark.
 * @param {Person} person @param {'red'|'blue'} colour @param {'left'|'right'} side
 */
const seesFace = (person, colour, side) =>
  person.sees(`${colour} at the ${side}`, (channel, x) => {
    const state = /** @type {any} */ (window);
    const paper = state.paper ??= document.createElement('canvas');
    const context = paper.getContext('2d', { willReadFrequently: true });
    /* After the program's own frame: what it has drawn is still there. */
    requestAnimationFrame(() => {
      const table = /** @type {HTMLCanvasElement} */ (document.querySelector('canvas'));
      context.drawImage(table, 0, 0, 160, 120);
      const { data } = context.getImageData(x, 0, 16, 120);
      let count = 0;
      for (let at = 0; at < data.length; at += 4) {
        count += Number(data[at + channel] > 140 && data[at + 2 - channel] < 90);
      }
      state.found = { ...state.found, [`${channel} ${x}`]: count };
      document.body.dataset.looked = String(Math.random()); /* sees() looks again */
    });
    return (state.found?.[`${channel} ${x}`] ?? 0) > 100;
  }, [colour === 'red' ? 0 : 2, side === 'left' ? 2 : 122]);

scenario(
  'a program with SDL2 shows faces where their owners push them, in Chromium and Firefox',
  { needs: ['chromium', 'firefox'], ...serveProgram('faces', 'tests/install/sdl/faces') },
  async (world) => {
    const open = async (/** @type {import('./browsers.mjs').Engine} */ engine,
      /** @type {object} */ camera) => {
      const person = await world.person(engine, { engine, path: 'faces/index.html', open: false,
        shim: { cameras: [camera] } });
      await person.page.goto(person.url);
      return person;
    };
    const ann = await open('chromium', cameras.red);
    const bob = await open('firefox', cameras.blue);
    for (const person of [ann, bob]) {
      await person.sees('two faces', () => document.title === 'Faces: 2 of 2');
    }
    await ann.page.keyboard.down('ArrowRight');
    await bob.page.keyboard.down('ArrowLeft');
    for (const person of [ann, bob]) {
      await seesFace(person, 'red', 'right');
      await seesFace(person, 'blue', 'left');
    }
    await ann.page.keyboard.up('ArrowRight');
    await ann.page.keyboard.down('ArrowLeft');
    await bob.page.keyboard.up('ArrowLeft');
    await bob.page.keyboard.down('ArrowRight');
    for (const person of [ann, bob]) {
      await seesFace(person, 'red', 'left');
      await seesFace(person, 'blue', 'right');
    }
    await bob.page.close();
    await ann.sees('one face', () => document.title === 'Faces: 1 of 1');
  },
);
