/* peerjs.js - PeerJS, which has no rooms: the first takes the room's name as its id. */
/* SPDX-License-Identifier: MIT */
const options = {
  host: location.hostname,
  port: Number(parameters.get('peerport')),
  path: '/',
  config: { iceServers: [] },
};
const isHost = parameters.get('role') === 'host';
const opened = (peer) => new Promise((resolve) => peer.on('open', resolve));
const show = (call) =>
  call.on('stream', (stream) => {
    if (byId('remote').srcObject !== stream) byId('remote').srcObject = stream;
  });

const guest = isHost ? null : new Peer(options);
window.bench = {
  ready: Promise.all([guest && opened(guest), prepared]),
  async join(room) {
    const stream = await media();
    if (guest) {
      show(guest.call(room, stream));
      return;
    }
    const peer = new Peer(room, options);
    peer.on('call', (call) => {
      show(call);
      call.answer(stream);
    });
    await opened(peer);
  },
};
