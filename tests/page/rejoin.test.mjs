/* rejoin.test.mjs - when a page that loads goes back into a call by itself. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideArrival, rejoinMaxMs, seenEveryMs } from '../../web/page/rejoin.js';

const nowMs = Date.UTC(2026, 10, 26, 9);
const minute = 60 * 1000;

/** @param {Partial<Parameters<typeof decideArrival>[0]>} past */
const arrival = (past) => decideArrival({
  place: 'tea', entered: 'tea', seenMs: nowMs - minute, nowMs, navigation: 'reload', ...past,
});

test('a reload and Back within minutes go back into the call', () => {
  assert.equal(arrival({ navigation: 'reload' }), 'rejoin');
  assert.equal(arrival({ navigation: 'back_forward' }), 'rejoin');
  assert.equal(arrival({ seenMs: nowMs - rejoinMaxMs }), 'rejoin');
});

test('a tab that was restored the next day opens neither camera nor microphone', () => {
  for (const navigation of ['reload', 'back_forward', 'navigate', '']) {
    assert.equal(arrival({ navigation, seenMs: nowMs - 14 * 60 * minute }), 'standby', navigation);
  }
  assert.equal(arrival({ seenMs: nowMs - rejoinMaxMs - 1 }), 'standby');
});

test('a tab of which nobody knows when it was in the call stays out of it', () => {
  assert.equal(arrival({ seenMs: NaN }), 'standby');
  assert.equal(arrival({ seenMs: nowMs + 14 * 60 * minute }), 'standby', 'the clock was set back');
});

test('a person who opens the address again is asked first', () => {
  assert.equal(arrival({ navigation: 'navigate' }), 'lobby');
  assert.equal(arrival({ navigation: 'prerender' }), 'lobby');
  assert.equal(arrival({ navigation: '' }), 'lobby');
});

test('a tab that was in no call, or in another room, shows the lobby', () => {
  assert.equal(arrival({ entered: '' }), 'lobby');
  assert.equal(arrival({ entered: 'jam' }), 'lobby');
  assert.equal(arrival({ place: '', entered: '' }), 'lobby');
});

test('a call is noted often enough for every reload in it to be fresh', () => {
  // A browser slows the timers of a tab in the background down to one a minute.
  assert.ok(seenEveryMs + minute < rejoinMaxMs);
});
