/* shortcuts.test.mjs - which letter a key is, on every layout; and what a call needs. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lackingIn } from '../../web/page/capabilities.js';
import { letterOf } from '../../web/page/shortcuts.js';

test('a shortcut is the letter that is printed on the key', () => {
  assert.equal(letterOf({ key: 'm', code: 'KeyM' }), 'm');
  assert.equal(letterOf({ key: 'M', code: 'KeyM' }), 'm', 'with Caps Lock');
  assert.equal(letterOf({ key: 'm', code: 'Semicolon' }), 'm', 'French layout');
  assert.equal(letterOf({ key: ',', code: 'KeyM' }), '', 'French layout');
});

test('where no Latin letter is printed, the place of the key decides', () => {
  assert.equal(letterOf({ key: 'ㅡ', code: 'KeyM' }), 'm', 'Korean');
  assert.equal(letterOf({ key: 'Process', code: 'KeyM' }), 'm', 'with an input method');
  assert.equal(letterOf({ key: 'м', code: 'KeyV' }), 'v', 'Russian');
  assert.equal(letterOf({ key: 'Enter', code: 'Enter' }), '');
});

test('what the browser lacks for a call is known before anything is tried', () => {
  const RTCPeerConnection = class {};
  assert.equal(lackingIn({ RTCPeerConnection, WebAssembly }), '');
  assert.equal(lackingIn({ WebAssembly }), 'webrtc');
  assert.equal(lackingIn({ RTCPeerConnection }), 'webassembly');
});
