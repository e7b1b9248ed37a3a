/* capabilities.js - what a call needs of the browser, looked at before anything else. */
/* SPDX-License-Identifier: MIT */

/** @typedef {''|'webrtc'|'webassembly'} Lacking */

/**
 * What this browser lacks, so that the lobby can say so at once and not after a timeout. Either can
 * be turned off, by a setting, by an extension, or by the mode the browser runs in.
 * @param {{RTCPeerConnection?: unknown, WebAssembly?: unknown}} scope the window
 * @returns {Lacking}
 */
export function lackingIn(scope) {
  if (typeof scope.RTCPeerConnection !== 'function') return 'webrtc';
  return typeof scope.WebAssembly === 'object' ? '' : 'webassembly';
}
