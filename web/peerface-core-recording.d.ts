/* peerface-core-recording.d.ts - peerface-core with an event log. */
/* SPDX-License-Identifier: MIT */
export { default } from './peerface-core.js';
