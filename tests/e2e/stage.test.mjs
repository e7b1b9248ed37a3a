/* stage.test.mjs - the tiles fit into every window, with any number of people. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { scenario } from './harness.mjs';

/** @typedef {import('./harness.mjs').World} World */
/** @typedef {import('./harness.mjs').Engine} Engine */

const script = fs.readFileSync(new URL('stage-page.js', import.meta.url), 'utf8');
const peopleMax = 16;

/** The windows that were seen to break, and others of their kind. @type {[number, number][]} */
const windows = [
  [1280, 720], [1440, 900], [1366, 657], [430, 932], [320, 568], [844, 390], [320, 256],
  [3840, 2160],
];

const zooms = [1, 1.1, 1.25, 1.5, 4];

/** The same windows as they are at zoom factors: odd sizes, with fractions. */
const zoomed = windows.flatMap(([width, height]) =>
  zooms.map((zoom) => /** @type {[number, number]} */ ([width / zoom, height / zoom])),
).filter(([width, height]) => width >= 320 && height >= 256);

/**
 * Sizes of a call from a zoomed phone's to a wall's, in steps that hit fractions of every kind; in
 * Firefox, which is half as quick at this, every other one.
 * @param {Engine} engine
 */
function swept(engine) {
  /** @type {[number, number][]} */
  const all = [];
  for (let width = 320; width < 3900; width = width * 1.291 + 0.3) {
    for (let height = 212; height < 2200; height = height * 1.37 + 0.7) all.push([width, height]);
  }
  return all.filter((_, index) => engine === 'chromium' || index % 2 === 0);
}

/**
 * Calls a function of stage-page.js in a page of its own.
 * @param {World} world @param {Engine} engine
 * @param {'sweepPage' | 'sweepShadow'} sweep
 * @param {([number, number] | null)[]} all
 * @param {{people?: number, pinned?: boolean, corner?: string}} [how]
 * @param {import('puppeteer-core').Viewport} [viewport]
 * @returns {Promise<string[]>} what is wrong
 */
async function problemsOf(world, engine, sweep, all, how = {}, viewport = undefined) {
  const ann = await world.person('Ann', { engine, scripts: [script], open: false });
  if (viewport) await ann.page.setViewport(viewport);
  // A page of the same origin that does nothing before it is asked to.
  await ann.page.goto(new URL('examples/embed.html', world.relay.url).href);
  const { people = peopleMax, ...show } = how;
  const found = await ann.ask(
    (url, name, count, list, options) =>
      /** @type {any} */ (window).stagePage[name](url, count, list, options),
    world.relay.url,
    sweep,
    people,
    all,
    show,
  );
  await ann.page.close();
  world.people.splice(world.people.indexOf(ann), 1);
  return found;
}

for (const engine of /** @type {const} */ (['chromium', 'firefox'])) {
  scenario(
    `one to sixteen tiles fit into call screens of every size in ${engine}`,
    { needs: [engine] },
    async (world) => {
      const all = [...zoomed, ...swept(engine)];
      assert.deepEqual(await problemsOf(world, engine, 'sweepShadow', all), []);
    },
  );

  scenario(
    `one large tile and a strip of the others fit into every size in ${engine}`,
    { needs: [engine] },
    async (world) => {
      const some = [...zoomed, ...swept(engine).filter((_, index) => index % 3 === 0)];
      assert.deepEqual(await problemsOf(world, engine, 'sweepShadow', some, { pinned: true }), []);
    },
  );

  scenario(
    `in every corner one's own picture leaves names and buttons free in ${engine}`,
    { needs: [engine] },
    async (world) => {
      const corners = ['top-left', 'top-right', 'bottom-left', 'bottom-right'];
      for (const [place, corner] of corners.entries()) {
        // The windows that broke with each corner; of the others, each size with one of them.
        const others = swept(engine).filter((_, index) => index % corners.length === place);
        const some = [...zoomed, ...others];
        const how = { people: 2, corner };
        assert.deepEqual(await problemsOf(world, engine, 'sweepShadow', some, how), []);
      }
    },
  );

  scenario(
    `one to sixteen tiles fit between the top line and the controls in ${engine}`,
    { needs: [engine] },
    async (world) => {
      const some = engine === 'chromium' ? zoomed : windows;
      assert.deepEqual(await problemsOf(world, engine, 'sweepPage', some), []);
    },
  );
}

scenario('one to sixteen tiles fit into a window that is zoomed', {}, async (world) => {
  for (const [width, height] of [windows[0], windows[3]]) {
    for (const deviceScaleFactor of [1.1, 1.25]) {
      const viewport = {
        width: Math.round(width / deviceScaleFactor),
        height: Math.round(height / deviceScaleFactor),
        deviceScaleFactor,
      };
      const found = await problemsOf(world, 'chromium', 'sweepPage', [null], {}, viewport);
      assert.deepEqual(found, [], JSON.stringify(viewport));
    }
  }
});
