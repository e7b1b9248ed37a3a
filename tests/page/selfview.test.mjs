/* selfview.test.mjs - how a person sees themselves is remembered; and whose tile is large. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadLanguage, Texts } from '../../web/page/i18n.js';
import { Pin } from '../../web/page/pin.js';
import { SelfView } from '../../web/page/selfview.js';

await loadLanguage('en');

/** A store, and what is in it. */
function memory() {
  /** @type {Record<string, string>} */
  const kept = {};
  return {
    kept,
    get: (/** @type {string} */ key) => kept[key] ?? '',
    set: (/** @type {string} */ key, /** @type {string} */ value) => { kept[key] = value; },
  };
}

test('at first one sees oneself mirrored, at the bottom right', () => {
  const { mirrored, hidden, corner } = new SelfView(memory(), () => {});
  assert.deepEqual([mirrored, hidden, corner], [true, false, 'bottom-right']);
});

test('what one has chosen holds at once and at the next visit', () => {
  const store = memory();
  let changes = 0;
  const view = new SelfView(store, () => changes++);
  view.mirrored = false;
  view.hidden = true;
  view.corner = 'top-left';
  assert.deepEqual([view.mirrored, view.hidden, view.corner], [false, true, 'top-left']);
  assert.equal(changes, 3);
  const next = new SelfView(store, () => {});
  assert.deepEqual([next.mirrored, next.hidden, next.corner], [false, true, 'top-left']);
  next.mirrored = true;
  next.hidden = false;
  const last = new SelfView(store, () => {});
  assert.deepEqual([last.mirrored, last.hidden], [true, false]);
});

test('where nothing can be stored, a choice holds for the visit', () => {
  const view = new SelfView({ get: () => '', set: () => {} }, () => {});
  view.hidden = true;
  assert.equal(view.hidden, true);
});

test('a corner that there is not is not believed', () => {
  const store = memory();
  store.kept.selfCorner = 'middle';
  assert.equal(new SelfView(store, () => {}).corner, 'bottom-right');
});

test('one tile at most is pinned, and that is said', () => {
  /** @type {string[]} */
  const said = [];
  const pin = new Pin(new Texts('en'), { say: (text) => said.push(text), changed: () => {} });
  pin.toggle('a', 'Ann');
  pin.toggle('b', 'Bob');
  assert.equal(pin.id, 'b');
  pin.toggle('b', 'Bob');
  assert.equal(pin.id, '');
  assert.deepEqual(said, ['Ann: pinned.', 'Bob: pinned.', 'Bob: no longer pinned.']);
  pin.toggle('a', 'Ann');
  pin.forget('b');
  assert.equal(pin.id, 'a');
  pin.forget('a');
  assert.equal(pin.id, '');
});
