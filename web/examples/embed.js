/* embed.js - all that a page needs to embed a call: make a room, enter it, show the peers. */
/* SPDX-License-Identifier: MIT */

import { createRoom } from '../peerface.js';

const talk = /** @type {HTMLButtonElement} */ (document.querySelector('#talk'));
const me = /** @type {HTMLVideoElement} */ (document.querySelector('#me'));
const peers = /** @type {HTMLElement} */ (document.querySelector('#peers'));
const status = /** @type {HTMLElement} */ (document.querySelector('#status'));

/** @param {Event} event */
const peerOf = (event) =>
  /** @type {CustomEvent<{peer: import('../peerface.js').Peer}>} */ (event).detail.peer;

/** @param {import('../peerface.js').Room} room */
function enter(room) {
  me.srcObject = room.stream;
  room.addEventListener('peerjoin', (event) => {
    const video = document.createElement('video');
    video.className = 'peerFace';
    video.dataset.peer = peerOf(event).id;
    video.autoplay = true;
    video.playsInline = true;
    video.srcObject = peerOf(event).stream;
    peers.append(video);
  });
  room.addEventListener('peerleave', (event) => {
    peers.querySelector(`[data-peer="${peerOf(event).id}"]`)?.remove();
  });
  room.addEventListener('roomchange', () => {
    status.textContent = room.reason || room.state;
  });
  room.join(new URL(location.href).searchParams.get('room') ?? 'workshop', 'A visitor');
}

talk.addEventListener('click', () => {
  talk.disabled = true;
  createRoom().then(enter, (error) => {
    status.textContent = String(error);
  });
});
