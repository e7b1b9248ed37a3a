/* ours.js - our ES module in a page of a few lines, served by our relay. */
/* SPDX-License-Identifier: MIT */
import { createRoom } from './peerface.js';

const isReady = new URLSearchParams(location.search).get('media') === 'ready';

/** Resolves at the first event of this type after which the claim holds. */
function when(room, type, holds) {
  return new Promise((resolve) => {
    const check = () => holds() && resolve();
    room.addEventListener(type, check);
    check();
  });
}

const made = createRoom({ camera: isReady, microphone: isReady }).then(async (room) => {
  document.getElementById('local').srcObject = room.stream;
  room.addEventListener('peerjoin', ({ detail }) => {
    document.getElementById('remote').srcObject = detail.peer.stream;
  });
  if (isReady) await when(room, 'localchange', () => room.camera.state === 'live');
  return room;
});

window.bench = {
  ready: made,
  async join(name) {
    const room = await made;
    if (!isReady) {
      room.setMicrophone(true);
      room.setCamera(true);
    }
    room.join(name);
    await when(room, 'roomchange', () => room.state === 'joined');
  },
};
