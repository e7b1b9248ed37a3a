/* news.test.mjs - what is said of the others and of one's own sources is true when it is said. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOff } from '../../web/page/controls.js';
import { OwnNews, PeerNews } from '../../web/page/news.js';

/** @typedef {import('../../web/page/news.js').PeerLook} PeerLook */
/** @typedef {import('../../web/peerface.js').LocalSource} LocalSource */

/**
 * @param {PeerLook['state']} state
 * @param {PeerLook['microphone']} [microphone]
 * @param {PeerLook['camera']} [camera]
 * @returns {PeerLook}
 */
const look = (state, microphone = 'on', camera = 'on') => ({ state, microphone, camera });

/** @param {PeerLook[]} looks */
function saidOf(...looks) {
  const news = new PeerNews();
  return looks.flatMap((each) => news.changed(each));
}

/** @param {Partial<LocalSource>} [source] @returns {LocalSource} */
const source = (source) =>
  ({ wanted: true, interrupted: false, state: 'live', error: '', deviceId: 'a', ...source });

test('what the system of a peer pauses is not said to be muted or switched off (D22)', () => {
  assert.deepEqual(saidOf(look('connected'), look('connected', 'interrupted'),
    look('connected', 'interrupted'), look('connected', 'on', 'interrupted'), look('connected')),
  ['saidMicrophoneInterrupted', 'saidMicrophoneBack', 'saidCameraInterrupted', 'saidCameraBack']);
  assert.deepEqual(saidOf(look('connected'), look('connected', 'interrupted'),
    look('connected', 'off'), look('connected')),
  ['saidMicrophoneInterrupted', 'saidMuted', 'saidUnmuted']);
  assert.deepEqual(saidOf(look('connected', 'off'), look('connected', 'interrupted')),
    ['saidMuted', 'saidUnmuted']);
});

test('what one’s own system pauses is said, and that it is back (D22)', () => {
  const news = new OwnNews();
  assert.equal(news.changed('microphone', source()), '');
  assert.equal(news.changed('microphone', source({ interrupted: true })),
    'saidYourMicrophoneInterrupted');
  assert.equal(news.changed('microphone', source({ interrupted: true })), '');
  assert.equal(news.changed('camera', source()), '');
  assert.equal(news.changed('microphone', source()), 'saidYourMicrophoneBack');
  news.changed('microphone', source({ interrupted: true }));
  assert.equal(news.changed('microphone', source({ wanted: false })), '', 'muted meanwhile');
});

test('who joins and is heard and seen is no further news (R33)', () => {
  assert.deepEqual(saidOf(look('connecting', 'none', 'none'), look('connected')), []);
  assert.deepEqual(saidOf(look('connecting', 'none', 'none'), look('connected', 'none', 'none'),
    look('connected')), []);
});

test('who joins muted and without picture is said to be', () => {
  assert.deepEqual(saidOf(look('connecting', 'none', 'none'), look('connected', 'off', 'off')),
    ['saidMuted', 'saidCameraOff']);
});

test('every switch of a source is news, once', () => {
  assert.deepEqual(saidOf(look('connected'), look('connected', 'off'), look('connected', 'off'),
    look('connected', 'on', 'none'), look('connected', 'on', 'off'), look('connected')),
  ['saidMuted', 'saidUnmuted', 'saidCameraOff', 'saidCameraOn']);
});

test('who reloads is not said to be muted, and is said to be back', () => {
  const reload = [look('connected'), look('connecting', 'none', 'none')];
  assert.deepEqual(saidOf(...reload, look('connected')), ['saidConnected']);
  assert.deepEqual(saidOf(...reload, look('connected', 'none', 'none'), look('connected')),
    ['saidConnected']);
  assert.deepEqual(saidOf(...reload, look('connected', 'none', 'none'), look('connected', 'off')),
    ['saidConnected', 'saidMuted']);
});

test('a connection that never was is not said to be lost', () => {
  assert.deepEqual(saidOf(look('connecting'), look('reconnecting')), []);
  assert.deepEqual(saidOf(look('connecting'), look('reconnecting'), look('connected')), []);
  assert.deepEqual(saidOf(look('connecting'), look('reconnecting'), look('unreachable'),
    look('connected')), ['saidUnreachable', 'saidConnected']);
  assert.deepEqual(saidOf(look('connected'), look('reconnecting'), look('connected')),
    ['saidReconnecting', 'saidConnected']);
});

test('one can be heard once the microphone is live, and not before', () => {
  const news = new OwnNews();
  assert.equal(news.changed('microphone', source()), '');
  assert.equal(news.switched('microphone', true), '');
  assert.equal(news.changed('microphone', source({ state: 'opening' })), '');
  assert.equal(news.changed('microphone', source()), 'saidYouUnmuted');
  assert.equal(news.changed('microphone', source()), '');
});

test('a source that fails or is switched off meanwhile is never said to be on', () => {
  const news = new OwnNews();
  news.switched('camera', true);
  assert.equal(news.changed('camera', source({ state: 'failed' })), '');
  assert.equal(news.changed('camera', source()), '');
  news.switched('camera', true);
  assert.equal(news.switched('camera', false), 'saidYouCameraOff');
  assert.equal(news.changed('camera', source()), '');
});

test('a source that has failed is not off: it goes live by itself', () => {
  assert.equal(isOff(source({ state: 'failed', error: 'NotFoundError' })), false);
  assert.equal(isOff(source({ wanted: false })), true);
});
