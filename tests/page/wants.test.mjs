/* wants.test.mjs - how wide a picture is in its tile, and when a peer is told. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { obstacleKey, qualityKey } from '../../web/page/quality.js';
import { Wants, widthIn } from '../../web/page/wants.js';

test('a picture that fills its tile is as wide as it or wider, and one shown whole not', () => {
  for (let width = 50; width < 2000; width += 130) {
    for (let height = 50; height < 1200; height += 90) {
      for (const ratio of [9 / 16, 3 / 4, 4 / 3, 16 / 9]) {
        const [fill, whole] = [false, true].map((all) => widthIn({ width, height }, ratio, all));
        assert.ok(fill >= width && whole <= width);
        assert.ok(fill / ratio >= height - 1e-6 && whole / ratio <= height + 1e-6);
      }
    }
  }
  assert.equal(widthIn({ width: 0, height: 100 }, 1, false), 0);
});

/** A page with one tile. @param {import('node:test').TestContext} t */
function pageWith(t) {
  const tile = { dataset: { peer: 'a' }, clientWidth: 320, clientHeight: 240,
    querySelector: () => ({ videoWidth: 640, videoHeight: 480 }) };
  const listeners = new Map();
  const page = { hidden: false, tiles: [tile], fit: 'cover',
    laidOut: (resized = false) => void resized };
  const names = ['document', 'window', 'devicePixelRatio', 'getComputedStyle', 'ResizeObserver'];
  const before = names.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]);
  Object.assign(globalThis, {
    document: { get hidden() { return page.hidden; },
      addEventListener: (/** @type {string} */ type, /** @type {() => void} */ f) =>
        listeners.set(type, f) },
    window: {}, devicePixelRatio: 2,
    getComputedStyle: () => ({ objectFit: page.fit }),
    ResizeObserver: class {
      #anew = false;
      constructor(/** @type {() => void} */ f) {
        page.laidOut = (resized = false) => {
          if (this.#anew || resized) f();
          this.#anew = false;
        };
      }
      observe() { this.#anew = true; }
      disconnect() {}
    },
  });
  t.after(() => {
    for (const [name, descriptor] of /** @type {any} */ (before)) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else delete (/** @type {any} */ (globalThis))[name];
    }
  });
  return { page, tile, seen: () => listeners.get('visibilitychange')() };
}

test('a peer is told each change once, and nothing while the page is hidden', (t) => {
  const { page, tile, seen } = pageWith(t);
  /** @type {any[]} */
  const told = [];
  const root = /** @type {any} */ ({ querySelectorAll: () => page.tiles, addEventListener() {} });
  const peer = /** @type {any} */ ({ id: 'a' });
  const wants = new Wants(root, (_, widths) => told.push(widths));
  for (let times = 0; times < 2; times++) {
    wants.render(new Map([['a', peer]]));
    assert.deepEqual(told, times ? [{ camera: 640 }] : [], 'not before the layout');
    page.laidOut();
  }
  assert.deepEqual(told.splice(0), [{ camera: 640 }]);
  tile.clientWidth = 400;
  page.laidOut(true);
  page.laidOut(true);
  assert.deepEqual(told.splice(0), [{ camera: 800 }]);
  page.hidden = true;
  seen();
  assert.deepEqual(told.splice(0), [{ camera: 0 }]);
  page.hidden = false;
  page.fit = 'contain';
  seen();
  assert.deepEqual(told.splice(0), [{ camera: 640 }]);
  page.tiles.push(/** @type {any} */ ({ ...tile, dataset: { sharer: 'a' } }));
  wants.render(new Map([['a', peer]]));
  page.laidOut();
  assert.deepEqual(told.splice(0), [{ camera: 640, screen: 640 }]);
  page.hidden = true;
  page.tiles.pop();
  wants.render(new Map([['a', peer]]));
  assert.deepEqual(told.splice(0), [{ camera: 0 }], 'at once: nothing is laid out');
});

test('a picture that is small on purpose, and a peer that is not connected, are no news', () => {
  const peer = /** @type {any} */ ({ state: 'connected', quality: 'bad',
    qualityReason: 'their-network' });
  assert.equal(qualityKey(peer, ['bad']), 'qualityTheirs');
  assert.equal(qualityKey({ ...peer, quality: 'weak' }, ['bad']), undefined);
  assert.equal(qualityKey({ ...peer, quality: 'weak' }, ['weak', 'bad']), 'qualityTheirs');
  assert.equal(qualityKey({ ...peer, state: 'reconnecting' }, ['bad']), undefined);
  const small = { ...peer, quality: 'good', qualityReason: 'small' };
  assert.equal(qualityKey(small, ['bad']), undefined);
});

test('what is in the way is told of who is not connected, and of nobody else', () => {
  const peer = /** @type {any} */ ({ state: 'connecting', quality: 'bad',
    qualityReason: 'no-turn' });
  assert.equal(obstacleKey(peer), 'obstacleBetween');
  assert.equal(obstacleKey({ ...peer, qualityReason: 'your-network' }), 'obstacleYours');
  assert.equal(obstacleKey({ ...peer, qualityReason: 'their-network' }), 'obstacleTheirs');
  assert.equal(obstacleKey({ ...peer, qualityReason: 'busy' }), '');
  for (const state of /** @type {const} */ (['connected', 'unstable'])) {
    assert.equal(obstacleKey({ ...peer, state }), '');
  }
});
