/* stage.test.mjs - the tiles fit into every window, with any number of people. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { scenario } from './harness.mjs';

/** @typedef {import('./harness.mjs').World} World */
/** @typedef {import('./harness.mjs').Engine} Engine */

const script = fs.readFileSync(new URL('stage-page.js', import.meta.url), 'utf8');
const peopleMax = 8;

/** The windows that were seen to break, and others of their kind. @type {[number, number][]} */
const windows = [[1280, 720], [1440, 900], [1366, 657], [430, 932], [320, 568], [844, 390]];

const zooms = [1, 1.1, 1.25, 1.5];

/** The same windows as they are at zoom factors: odd sizes, with fractions. */
const zoomed = windows.flatMap(([width, height]) =>
  zooms.map((zoom) => /** @type {[number, number]} */ ([width / zoom, height / zoom])),
);

/** Sizes from a phone's to a wall's, in steps that hit fractions of every kind. */
function sizes() {
  const all = [...zoomed];
  for (let width = 331.3; width < 2300; width *= 1.17) {
    for (let height = 401.7; height < 1400; height *= 1.21) all.push([width, height]);
  }
  return all.filter(([width, height]) => width >= 280 && height >= 300);
}

/**
 * Calls a function of stage-page.js in a page of its own.
 * @param {World} world @param {Engine} engine
 * @param {'sweepPage' | 'sweepShadow'} sweep
 * @param {([number, number] | null)[]} all
 * @param {import('puppeteer-core').Viewport} [viewport]
 * @returns {Promise<string[]>} what is wrong
 */
async function problemsOf(world, engine, sweep, all, viewport) {
  const ann = await world.person('Ann', { engine, scripts: [script], open: false });
  if (viewport) await ann.page.setViewport(viewport);
  // A page of the same origin that does nothing before it is asked to.
  await ann.page.goto(new URL('examples/embed.html', world.relay.url).href);
  const found = await ann.ask(
    (url, name, people, list) => /** @type {any} */ (window).stagePage[name](url, people, list),
    world.relay.url,
    sweep,
    peopleMax,
    all,
  );
  await ann.page.close();
  world.people.splice(world.people.indexOf(ann), 1);
  return found;
}

for (const engine of /** @type {const} */ (['chromium', 'firefox'])) {
  scenario(
    `one to eight tiles fit into call screens of every size in ${engine}`,
    { needs: [engine] },
    async (world) => {
      assert.deepEqual(await problemsOf(world, engine, 'sweepShadow', sizes()), []);
    },
  );

  scenario(
    `one to eight tiles fit between the top line and the controls in ${engine}`,
    { needs: [engine] },
    async (world) => {
      const some = engine === 'chromium' ? zoomed : windows;
      assert.deepEqual(await problemsOf(world, engine, 'sweepPage', some), []);
    },
  );
}

scenario('one to eight tiles fit into a window that is zoomed', {}, async (world) => {
  for (const [width, height] of [windows[0], windows[3]]) {
    for (const deviceScaleFactor of [1.1, 1.25]) {
      const viewport = {
        width: Math.round(width / deviceScaleFactor),
        height: Math.round(height / deviceScaleFactor),
        deviceScaleFactor,
      };
      const found = await problemsOf(world, 'chromium', 'sweepPage', [null], viewport);
      assert.deepEqual(found, [], JSON.stringify(viewport));
    }
  }
});
