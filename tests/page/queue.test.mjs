/* queue.test.mjs - how often a place in a full room is asked for. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Queue } from '../../web/page/queue.js';
import { fakeTimers } from './timers.mjs';

/** @param {import('node:test').TestContext} t */
function makeQueue(t) {
  const clock = fakeTimers(t);
  /** @type {any} */
  const page = {
    visibilityState: 'visible',
    addEventListener: (/** @type {string} */ _, /** @type {() => void} */ run) => {
      page.on = run;
    },
  };
  let asked = 0;
  const queue = new Queue(() => asked++, page);
  const show = (/** @type {string} */ state) => {
    page.visibilityState = state;
    page.on();
  };
  return { queue, clock, show, asked: () => asked };
}

test('a place is asked for again, each time after twice as long, at most 32 seconds', (t) => {
  const { queue, clock, asked } = makeQueue(t);
  assert.equal(queue.waiting, false);
  for (const [count, seconds] of [4, 8, 16, 32, 32].entries()) {
    queue.wait();
    assert.equal(queue.waiting, true);
    clock.pass(seconds * 1000 - 1);
    assert.equal(asked(), count);
    clock.pass(1);
    assert.equal(asked(), count + 1);
  }
});

test('nobody is put into a room while they look at something else', (t) => {
  const { queue, clock, show, asked } = makeQueue(t);
  queue.wait();
  show('hidden');
  clock.pass(60000);
  assert.equal(asked(), 0);
  show('visible');
  assert.equal(asked(), 1, 'and at once when they are back');
  show('visible');
  assert.equal(asked(), 1);
});

test('who does not want the place any more does not ask', (t) => {
  const { queue, clock, show, asked } = makeQueue(t);
  queue.wait();
  show('hidden');
  clock.pass(60000);
  queue.end();
  assert.equal(queue.waiting, false);
  show('visible');
  clock.pass(60000);
  assert.equal(asked(), 0);
});
