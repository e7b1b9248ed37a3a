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
    setAttribute: () => {}, addEventListener: () => {},
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
  Object.assign(globalThis, { HTMLElement: Object, HTMLVideoElement: Object });
  const content = element();
  const template = /** @type {any} */ ({ content: { cloneNode: () => content } });
  const tiles = new PeerTiles(element(), template, {
    texts: new Texts('en'), guard: new Guard(), say: () => {},
    player: /** @type {any} */ ({ play: () => {} }),
  });
  tiles.show({ id: '1', name: 'Bob', state: 'connected', microphone: 'on', camera: 'on',
    away: false, videoSupported: true, stream: /** @type {any} */ ({}), ...peer });
  const tile = content.querySelector('.tile');
  const text = (/** @type {string} */ css) => tile.querySelector(css).textContent;
  return { ...tile.dataset, note: text('.tileNote'), badge: text('.badgeState') };
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
