/* share.test.mjs - the buttons to share a screen, the reminder, and the tiles of screens. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Guard } from '../../web/page/guard.js';
import { loadLanguage, Texts } from '../../web/page/i18n.js';
import { ScreenTiles, screenIdOf } from '../../web/page/screens.js';
import { OwnShare } from '../../web/page/share.js';

await loadLanguage('en');
const texts = new Texts('en');

/** An element of a document that is not one; its parts are made when they are asked for. */
function element() {
  const parts = new Map();
  const listeners = new Map();
  const made = /** @type {any} */ ({
    dataset: {}, hidden: false, textContent: '', label: '', offsetParent: {},
    append: () => {}, remove: () => { made.isRemoved = true; }, contains: () => false,
    setAttribute: (/** @type {string} */ name, /** @type {string} */ value) => {
      if (name === 'aria-label') made.label = value;
    },
    addEventListener: (/** @type {string} */ type, /** @type {() => void} */ act) =>
      listeners.set(type, act),
    press: () => listeners.get('click')(),
    querySelector: (/** @type {string} */ css) => {
      if (css === '.itemText') return null;
      if (!parts.has(css)) parts.set(css, element());
      return parts.get(css);
    },
    getRootNode: () => ({ activeElement: null }),
  });
  return made;
}

/** @param {boolean} [capable] */
function shareOf(capable = true) {
  Object.assign(globalThis, { HTMLElement: Object, HTMLVideoElement: Object,
    HTMLButtonElement: Object });
  const mediaDevices = capable ? { getDisplayMedia: () => {} } : {};
  Object.defineProperty(globalThis, 'navigator', { value: { mediaDevices }, configurable: true });
  const root = element();
  const button = element();
  root.querySelectorAll = () => [button];
  /** @type {string[]} */
  const heard = [];
  const share = new OwnShare(root, texts, {
    shareScreen: (on) => heard.push(`wants ${on}`),
    say: (text) => heard.push(text),
    tell: (text) => heard.push(`tells ${text}`),
  });
  return { share, button, reminder: root.querySelector('.sharing'), heard,
    stop: root.querySelector('.stopSharing') };
}

/** @type {import('../../web/peerface.js').LocalSource} */
const idle = { wanted: false, interrupted: false, state: 'idle', error: '', deviceId: '' };
const live = { ...idle, wanted: true, state: /** @type {const} */ ('live') };
const failed = { ...idle, state: /** @type {const} */ ('failed'), error: 'NotReadableError' };

/** @param {string} name @param {boolean} screenSupported */
const peer = (name, screenSupported) => /** @type {any} */ ({ name, screenSupported });

test('D35 the button is hidden where the browser cannot share', () => {
  assert.equal(shareOf(false).button.hidden, true);
  assert.equal(shareOf(true).button.hidden, false);
});

test('the button and the reminder follow the share, which is said once', () => {
  const { share, button, reminder, heard, stop } = shareOf();
  share.render(undefined, []);
  assert.deepEqual([button.label, reminder.hidden], ['Share screen', true]);
  button.press();
  share.render({ ...idle, wanted: true, state: 'opening' }, []);
  assert.deepEqual([button.label, reminder.hidden], ['Stop sharing', true]);
  share.render(live, []);
  share.render(live, []);
  assert.deepEqual([button.label, reminder.hidden], ['Stop sharing', false]);
  stop.press();
  share.render(idle, []);
  assert.equal(reminder.hidden, true);
  assert.deepEqual(heard, ['wants true', 'Your screen is being shared.', 'wants false',
    'Your screen is no longer shared.']);
});

test('D32 a cancelled dialog is not told, an error is', () => {
  const { share, heard } = shareOf();
  share.render({ ...idle, wanted: true, state: 'opening' }, []);
  share.render(idle, []);
  assert.deepEqual(heard, []);
  share.render(failed, []);
  share.render(failed, []);
  assert.deepEqual(heard, ['tells The screen could not be shared.']);
});

test('the reminder names who cannot see it', () => {
  const { share, reminder } = shareOf();
  share.render(live, [peer('Mia', true), peer('Noa', false), peer('', false)]);
  assert.equal(reminder.querySelector('.sharingText').textContent,
    'You are sharing your screen. Noa and Guest cannot see it: reload the page there.');
});

test('a screen has a tile while it is shared, and the latest is named', () => {
  const { share } = shareOf();
  share.render(live, []);
  /** @type {any[]} */
  const made = [];
  Object.assign(globalThis, {
    document: { importNode: (/** @type {any} */ node) => node.cloneNode() },
  });
  const template = /** @type {any} */ ({ content: { cloneNode: () => {
    made.push(element());
    return made[made.length - 1];
  } } });
  const forgotten = /** @type {string[]} */ ([]);
  const tiles = new ScreenTiles(element(), template, {
    texts, guard: new Guard(), say: () => {},
    toolsTemplate: /** @type {any} */ ({ content: { cloneNode: () => null } }),
    .../** @type {any} */ ({
      player: { play: () => {}, add: () => {}, forget: () => {} },
      menu: { closeWithin: () => {} }, pip: { forget: () => {} },
      pin: { id: '', possible: true, forget: (/** @type {string} */ id) => forgotten.push(id) },
    }),
  });
  const ann = /** @type {any} */ ({ id: 'a', name: 'Ann', screen: 'on', screenStream: {} });
  const bob = /** @type {any} */ ({ id: 'b', name: 'Bob', screen: 'off', screenStream: {} });
  tiles.show(ann);
  tiles.show(bob);
  assert.deepEqual([tiles.count, tiles.latest], [1, screenIdOf('a')]);
  const tile = made[0].querySelector('.tile');
  assert.equal(tile.querySelector('.badgeName').textContent, 'Ann’s screen');
  assert.equal(tile.querySelector('video').srcObject, ann.screenStream);
  tiles.show({ ...bob, screen: 'on' });
  tiles.show(ann); // who only changes is not the latest
  assert.deepEqual([tiles.count, tiles.latest], [2, screenIdOf('b')]);
  tiles.show({ ...ann, screen: 'off' });
  tiles.remove(bob);
  assert.deepEqual([tiles.count, tiles.latest], [0, '']);
  assert.ok(tile.isRemoved);
  assert.deepEqual(forgotten, [screenIdOf('a'), screenIdOf('b')]);
});
