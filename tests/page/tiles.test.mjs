/* tiles.test.mjs - what the tile of a peer shows and says. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Guard } from '../../web/page/guard.js';
import { loadLanguage, Texts } from '../../web/page/i18n.js';
import { PeerTiles } from '../../web/page/tiles.js';

/** @typedef {import('../../web/peerface.js').Peer} Peer */

await loadLanguage('en');

/** An element of a document that is not one; its parts are made when they are asked for. */
function element() {
  const parts = new Map();
  return /** @type {any} */ ({
    dataset: {}, hidden: false, textContent: '', append: () => {}, remove: () => {},
    setAttribute: () => {}, addEventListener: () => {}, contains: () => false,
    querySelector: (/** @type {string} */ css) => {
      if (!parts.has(css)) parts.set(css, element());
      return parts.get(css);
    },
  });
}

/**
 * The tile of a peer like this.
 * @param {Partial<Peer>} peer
 */
function tileOf(peer) {
  Object.assign(globalThis, {
    HTMLElement: Object, HTMLVideoElement: Object, HTMLButtonElement: Object,
    ResizeObserver: class { observe() {} },
    document: { importNode: (/** @type {any} */ node) => node.cloneNode() },
  });
  const content = element();
  const template = /** @type {any} */ ({ content: { cloneNode: () => content } });
  const tiles = new PeerTiles(element(), template, {
    texts: new Texts('en'), guard: new Guard(), say: () => {},
    toolsTemplate: /** @type {any} */ ({ content: { cloneNode: () => null } }),
    .../** @type {any} */ ({
      player: { play: () => {}, add: () => {} }, backdrops: { set: () => {} }, menu: {},
      pin: { id: '', possible: false }, pip: {},
    }),
  });
  const shown = Object.assign(/** @type {Peer} */ ({ id: '1', name: 'Bob', state: 'connected',
    microphone: 'on', camera: 'on', away: false, videoSupported: true, hand: 0,
    stream: {} }), peer);
  tiles.show(shown);
  const tile = content.querySelector('.tile');
  const text = (/** @type {string} */ css) => tile.querySelector(css).textContent;
  const look = () => ({ ...tile.dataset, note: text('.tileNote'), badge: text('.badgeState'),
    chip: tile.querySelector('.connection').hidden ? '' : text('.connection') });
  return {
    ...look(),
    look,
    told: () => tiles.hasTold('1'),
    /** What it shows after a change. @param {Partial<Peer>} change */
    then: (change) => {
      tiles.show(Object.assign(shown, change));
      return look();
    },
  };
}

test('a peer who is seen and heard needs no words', () => {
  const { camera, note, badge } = tileOf({});
  assert.deepEqual([camera, note, badge], ['on', '', '']);
});

test('a camera whose video cannot be received is not shown, and the tile says why', () => {
  const { camera, muted, note, badge } = tileOf({ videoSupported: false });
  assert.notEqual(camera, 'on', 'tiles.css would show the video');
  assert.equal(muted, 'false');
  assert.match(note, /no video format in common/);
  assert.equal(badge, note);
});

test('a camera that is off is said to be off, whatever could be received', () => {
  for (const videoSupported of [true, false]) {
    const { camera, note } = tileOf({ camera: 'off', videoSupported });
    assert.deepEqual([camera, note], ['off', 'Camera off']);
  }
  assert.equal(tileOf({ camera: 'none', videoSupported: false }).note, 'No camera');
});

test('before the first connection, the tile says only that it is being made', () => {
  assert.equal(tileOf({ state: 'connecting', videoSupported: false }).note, 'Connecting…');
});

test('what a peer has not said yet is not shown as none', () => {
  for (const state of /** @type {const} */ (['connecting', 'reconnecting', 'unreachable'])) {
    const peer = { state, microphone: 'none', camera: 'none', videoSupported: false };
    const { microphone, muted, camera, note, badge } = tileOf(/** @type {Partial<Peer>} */ (peer));
    assert.deepEqual([microphone, camera, muted, badge], ['unknown', 'unknown', 'false', ''],
      state);
    assert.doesNotMatch(note, /camera/i, state);
  }
});

test('a peer that has said so has none, also while its connection is repaired', () => {
  const tile = tileOf({ state: 'connecting', microphone: 'none', camera: 'none' });
  assert.equal(tile.then({ state: 'connected' }).badge, 'No microphone, No camera');
  const lost = tile.then({ state: 'reconnecting' });
  assert.deepEqual([lost.microphone, lost.camera, lost.badge],
    ['none', 'none', 'No microphone, No camera']);
});

test('after a reload, what a peer had said before does not count', () => {
  const tile = tileOf({ microphone: 'none', camera: 'none' });
  assert.equal(tile.told(), true);
  tile.then({ state: 'connecting' });
  assert.equal(tile.then({ state: 'reconnecting' }).camera, 'unknown');
  assert.equal(tile.told(), false);
});

test('a chip says whose connection to the server is lost', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  Object.assign(globalThis, { window: globalThis });
  const tile = tileOf({ name: 'Mia', away: true });
  assert.equal(tile.chip, '');
  context.mock.timers.tick(3000);
  assert.equal(tile.look().chip, 'Mia has lost the connection to the server');
});
