/* fit.test.mjs - when a picture fills its tile, and when it is shown whole. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseFit, cutBy, TileFit } from '../../web/page/fit.js';

/** @typedef {import('../../web/page/fit.js').Size} Size */

const laptop = { width: 1280, height: 720 };
const phone = { width: 720, height: 1280 };

/** @param {Size} picture @param {Size} tile */
const suits = (picture, tile) => chooseFit(cutBy(picture, tile), '');

test('what is cut of a picture is what lies outside of its tile', () => {
  assert.equal(cutBy({ width: 400, height: 300 }, { width: 800, height: 600 }), 0);
  assert.equal(cutBy({ width: 400, height: 300 }, { width: 300, height: 300 }), 0.25);
  assert.equal(cutBy({ width: 300, height: 400 }, { width: 600, height: 400 }), 0.5);
  assert.equal(cutBy({ width: 300, height: 400 }, { width: 0, height: 0 }), 0);
});

test('a phone held upright is shown whole on a laptop, and the other way round', () => {
  assert.equal(suits(phone, { width: 1200, height: 675 }), 'whole');
  assert.equal(suits(laptop, { width: 390, height: 700 }), 'whole');
});

test('a picture of which filling the tile cuts a quarter or less fills it', () => {
  assert.equal(suits(laptop, { width: 1180, height: 664 }), 'fill');
  assert.equal(suits({ width: 640, height: 480 }, { width: 1280, height: 720 }), 'fill');
  assert.equal(suits({ width: 640, height: 480 }, { width: 480, height: 480 }), 'fill');
  assert.equal(suits({ width: 640, height: 480 }, { width: 470, height: 480 }), 'whole');
});

test('what the person wants is done, where it makes a difference', () => {
  assert.equal(chooseFit(0.6, 'fill'), 'fill');
  assert.equal(chooseFit(0.1, 'whole'), 'whole');
  assert.equal(chooseFit(0.001, 'whole'), 'fill');
});

/** A tile of that size with a picture of that size, as far as its fit needs them. */
function tileWith(/** @type {Size} */ picture, /** @type {Size} */ size) {
  /** @type {(entries: object[]) => void} */
  let observe = () => {};
  Object.assign(globalThis, {
    ResizeObserver: class {
      constructor(/** @type {any} */ callback) { observe = callback; }
      observe() {}
      disconnect() {}
    },
  });
  const tile = /** @type {any} */ ({ dataset: {} });
  const video = /** @type {any} */ ({
    videoWidth: picture.width, videoHeight: picture.height, addEventListener: () => {},
  });
  /** @type {boolean[]} */
  const told = [];
  const fit = new TileFit(tile, video, (whole) => told.push(whole));
  const resize = (/** @type {Size} */ to) => observe([{ contentRect: to }]);
  resize(size);
  return { tile, fit, told, resize };
}

test('a choice stays when the tile changes its size', () => {
  const { tile, fit, told, resize } = tileWith(phone, { width: 1200, height: 675 });
  assert.deepEqual([tile.dataset.fit, fit.choosable], ['whole', true]);
  fit.toggle();
  assert.equal(tile.dataset.fit, 'fill');
  resize({ width: 600, height: 400 });
  assert.equal(tile.dataset.fit, 'fill');
  fit.toggle();
  assert.deepEqual(told, [true, false, false, true]);
});

test('a picture of the shape of its tile leaves no choice', () => {
  const { tile, fit } = tileWith(laptop, { width: 640, height: 360 });
  assert.deepEqual([tile.dataset.fit, tile.dataset.fits, fit.choosable], ['fill', 'one', false]);
});

test('without a picture there is nothing to fit', () => {
  const { tile, fit, told } = tileWith({ width: 0, height: 0 }, { width: 640, height: 360 });
  assert.deepEqual([tile.dataset.fit, fit.choosable, told], ['fill', false, [false]]);
});
