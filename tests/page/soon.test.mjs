/* soon.test.mjs - changes are shown once each, in order, and before what must come after them. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Soon } from '../../web/page/soon.js';

/** Waits until it is told. */
function patient() {
  /** @type {(() => void)[]} */
  const waiting = [];
  /** @type {string[]} */
  const done = [];
  const soon = new Soon((action) => waiting.push(action));
  return {
    soon, waiting, done,
    note: (/** @type {string} */ key, what = key) => soon.do(key, () => done.push(what)),
  };
}

test('what changes several times is shown once, and the last change counts', () => {
  const { waiting, done, note } = patient();
  note('peer', 'peer as it was');
  note('all');
  note('peer', 'peer as it is');
  note('all');
  assert.deepEqual([waiting.length, done], [1, []]);
  waiting[0]();
  assert.deepEqual(done, ['peer as it is', 'all']);
});

test('what must come after it has all of it shown first, and it is not shown again', () => {
  const { soon, waiting, done, note } = patient();
  note('a');
  soon.flush();
  assert.deepEqual(done, ['a']);
  note('b');
  waiting[0]();
  assert.deepEqual([waiting.length, done], [1, ['a', 'b']]);
});

test('what changes while changes are shown is shown the next time', () => {
  const { soon, waiting, done, note } = patient();
  soon.do('first', () => note('second'));
  waiting[0]();
  assert.deepEqual([waiting.length, done], [2, []]);
  waiting[1]();
  assert.deepEqual(done, ['second']);
});
