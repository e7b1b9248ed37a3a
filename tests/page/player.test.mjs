/* player.test.mjs - peers' videos play on, whoever pauses them, unless somebody insists. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Player } from '../../web/page/player.js';

const page = Object.assign(new EventTarget(), { hidden: false });
Object.assign(globalThis, { document: page });

/** A video that counts how often it is told to play. */
class Video extends EventTarget {
  plays = 0;
  paused = true;
  isConnected = true;
  /** @type {object|null} */
  srcObject = {};
  /** @type {string} the name of the error with which the browser refuses */
  refusal = '';

  async play() {
    this.plays++;
    if (this.refusal) throw Object.assign(new Error('refused'), { name: this.refusal });
    this.paused = false;
  }

  /** The browser pauses it. @param {number} ms */
  pause(ms) {
    this.paused = true;
    const event = new Event('pause');
    Object.defineProperty(event, 'timeStamp', { value: ms });
    this.dispatchEvent(event);
  }
}

async function playing() {
  const video = new Video();
  let changes = 0;
  const player = new Player(() => changes++);
  player.add(/** @type {any} */ (video));
  await settled();
  return { video, player, changes: () => changes };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('a video that a media key pauses plays on', async () => {
  const { video, player } = await playing();
  for (const ms of [1000, 9000, 17000, 25000]) {
    video.pause(ms);
    await settled();
    assert.deepEqual([video.paused, player.blocked], [false, false], `at ${ms}`);
  }
});

test('a video that is paused over and over is played by the person', async () => {
  const { video, player, changes } = await playing();
  for (const ms of [1000, 1100, 1200]) {
    video.pause(ms);
    await settled();
  }
  assert.deepEqual([video.paused, player.blocked, changes()], [true, true, 1]);
  player.retry();
  await settled();
  assert.deepEqual([video.paused, player.blocked], [false, false]);
});

test('a video that goes away is not played', async () => {
  const { video, player } = await playing();
  video.isConnected = false;
  video.pause(1000);
  assert.equal(video.plays, 1);
  video.isConnected = true;
  player.forget(/** @type {any} */ (video));
  video.pause(2000);
  assert.equal(video.plays, 1);
});

test('what was paused while the page was hidden plays when it is seen again', async () => {
  const { video } = await playing();
  video.refusal = 'NotAllowedError';
  page.hidden = true;
  video.pause(1000);
  await settled();
  assert.equal(video.paused, true);
  video.refusal = '';
  page.dispatchEvent(new Event('visibilitychange'));
  assert.equal(video.plays, 2, 'still hidden');
  page.hidden = false;
  page.dispatchEvent(new Event('visibilitychange'));
  await settled();
  assert.equal(video.paused, false);
});

test('a player without videos listens to nothing, and can be forgotten', async (t) => {
  let listeners = 0;
  t.mock.method(page, 'addEventListener', () => listeners++);
  t.mock.method(page, 'removeEventListener', () => listeners--);
  const { video, player } = await playing();
  const other = new Video();
  player.add(/** @type {any} */ (other));
  assert.equal(listeners, 1);
  player.forget(/** @type {any} */ (video));
  assert.equal(listeners, 1);
  player.forget(/** @type {any} */ (other));
  assert.equal(listeners, 0);
});
