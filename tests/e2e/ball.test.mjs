/* ball.test.mjs - a game in C without JavaScript of its own (src/client/examples/ball). */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { cameras, scenario } from './harness.mjs';
import { serveProgram } from './programs.mjs';

/** @typedef {import('./harness.mjs').World} World */
/** @typedef {import('./person.mjs').Person} Person */

const options = { ...serveProgram('ball'),
  needs: /** @type {import('./browsers.mjs').Engine[]} */ (['chromium', 'firefox']) };

/**
 * @param {World} world @param {string} name
 * @param {import('./browsers.mjs').Engine} engine
 * @param {object} camera
 */
async function play(world, name, engine, camera) {
  const person = await world.person(name, {
    engine, path: 'ball/index.html', open: false, shim: { cameras: [camera] } });
  await person.page.goto(person.url);
  return person;
}

/**
 * Waits until a ball is where it should be, as the page's title tells.
 * @param {Person} person @param {string} whose @param {number} from @param {number} to
 */
const sees = (person, whose, from, to) =>
  person.sees(`the ball of ${whose}`, (name, min, max) => {
    const x = Number(new RegExp(`${name} ([0-9.]+) `).exec(document.title)?.[1]);
    return x >= min && x <= max;
  }, [whose, from, to]);

/** Waits for a canvas of WebGL or a video in which a colour is seen. */
const colour = (/** @type {Person} */ person, /** @type {string} */ css,
  /** @type {number} */ channel) =>
  person.sees(`colour ${channel} in ${css}`, (selector, which) => {
    const state = /** @type {any} */ (window);
    const source = /** @type {any} */ (document.querySelector(selector));
    const paper = state.paper ??= document.createElement('canvas');
    const context = paper.getContext('2d', { willReadFrequently: true });
    /* After the game's own frame: what it has drawn is still there. */
    requestAnimationFrame(() => {
      context.drawImage(source, 0, 0, 160, 120);
      const { data } = context.getImageData(0, 0, 160, 120);
      const isOf = (/** @type {number} */ at) => [0, 1, 2].every((one) =>
        (one === which ? data[at + one] > 140 : data[at + one] < 90));
      let count = 0;
      for (let at = 0; at < data.length; at += 4) count += Number(isOf(at));
      state.colours = { ...state.colours, [selector + which]: count > 100 };
      document.body.dataset.looked = String(Math.random()); /* sees() looks again */
    });
    return state.colours?.[selector + which] === true;
  }, [css, channel]);

scenario(
  'a game in C shows where the others are, and their faces, in Chromium and Firefox',
  options,
  async (world) => {
    const ann = await play(world, 'Ann', 'chromium', cameras.red);
    const bob = await play(world, 'Bob', 'firefox', cameras.blue);
    for (const person of [ann, bob]) await sees(person, 'ball', 0.5, 0.5);
    await ann.page.keyboard.down('ArrowLeft');
    await sees(bob, 'ball', 0, 0.1);
    await ann.page.keyboard.up('ArrowLeft');
    await bob.page.keyboard.down('ArrowRight');
    await sees(ann, 'ball', 0.9, 1);
    await bob.page.keyboard.up('ArrowRight');
    await colour(ann, '#canvas', 0); // one's own face, and the other's, as textures
    await colour(ann, '#canvas', 2); // (Firefox without a screen has no WebGL)
    await colour(ann, '#friend', 2);
    await colour(bob, '#friend', 0);
  },
);

scenario(
  'a page with peerface.js plays with a game in C, over the channel of its name',
  options,
  async (world) => {
    const ann = await play(world, 'Ann', 'chromium', cameras.red);
    const bob = await world.person('Bob', { engine: 'firefox', path: 'healthz', open: false });
    await bob.page.goto(bob.url);
    await bob.ask(async (url) => {
      const { createRoom } = await import(`${url}peerface.js`);
      const room = await createRoom({ microphone: false, camera: false });
      const channel = await room.openChannel('ball', { reliable: false });
      const state = Object.assign(/** @type {any} */ (window), { room, channel, x: NaN });
      channel.addEventListener('message', (/** @type {CustomEvent} */ event) => {
        state.x = new DataView(event.detail.data).getFloat32(8, true);
      });
      room.join('tea', 'Bob');
    }, world.relay.url);
    await bob.sees('the ball of the game', () => /** @type {any} */ (window).x === 0.5);
    const sent = await bob.ask(() => {
      const data = new DataView(new ArrayBuffer(16));
      data.setUint32(0, 7, true); // the run
      data.setUint32(4, 1, true); // the number
      data.setFloat32(8, 0.25, true);
      data.setFloat32(12, 0.75, true);
      return /** @type {any} */ (window).channel.send(data.buffer);
    });
    assert.equal(sent, true);
    await sees(ann, 'Bob', 0.25, 0.25);
  },
);
