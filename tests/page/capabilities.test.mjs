/* capabilities.test.mjs - what a browser lacks, however it is missing. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lackingIn } from '../../web/page/capabilities.js';

const scope = { RTCPeerConnection: class {}, WebAssembly };

test('a browser that has everything lacks nothing', () => {
  assert.equal(lackingIn(scope), '');
});

test('WebRTC is lacking where it is not there, and where an extension has emptied it', () => {
  for (const RTCPeerConnection of [undefined, null, false, {}]) {
    assert.equal(lackingIn({ ...scope, RTCPeerConnection }), 'webrtc');
  }
  assert.equal(lackingIn({ WebAssembly }), 'webrtc');
});

test('WebAssembly is lacking where it is not there', () => {
  assert.equal(lackingIn({ ...scope, WebAssembly: undefined }), 'webassembly');
});
