/* outage.test.mjs - what is said when the relay is back. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Outage } from '../../web/page/outage.js';
import { fakeTimers } from './timers.mjs';

/**
 * @param {import('node:test').TestContext} t
 * @param {{before: string[], after: string[], ms: number, state?: string}} outage
 */
function lookAt(t, { before, after, ms, state = 'joined' }) {
  const clock = fakeTimers(t);
  let changes = 0;
  const outage = new Outage(() => changes++);
  outage.watch('joined', false, before);
  outage.watch('reconnecting', true, before);
  clock.pass(ms);
  outage.watch('reconnecting', true, after);
  outage.watch(state, false, after);
  const { back } = outage;
  outage.watch(state, false, after);
  assert.equal(outage.back, back, 'it is said for a while');
  clock.pass(6000);
  assert.equal(outage.back, '');
  return { back, changes };
}

test('nobody has left when everybody who was there still is', (t) => {
  assert.deepEqual(lookAt(t, { before: ['a', 'b'], after: ['b', 'a', 'c'], ms: 3000 }),
    { back: 'all', changes: 1 });
});

test('somebody has left, or nobody else was there: only the connection is back', (t) => {
  assert.equal(lookAt(t, { before: ['a', 'b'], after: ['b'], ms: 3000 }).back, 'some');
  assert.equal(lookAt(t, { before: [], after: [], ms: 3000 }).back, 'some');
});

test('of an outage that nobody was told of, and after leaving, nothing is said', (t) => {
  assert.equal(lookAt(t, { before: ['a'], after: ['a'], ms: 999 }).back, '');
  assert.equal(lookAt(t, { before: ['a'], after: [], ms: 3000, state: 'standby' }).back, '');
});
