/* simplepeer.js - simple-peer over a bare WebSocket relay; whoever is in the room offers. */
/* SPDX-License-Identifier: MIT */
const socket = new WebSocket(`ws://${location.host}/ws`);
const send = (message) => socket.send(JSON.stringify(message));
let stream;
let peer;

function make(initiator) {
  peer = new SimplePeer({ initiator, stream, trickle: true, config: { iceServers: [] } });
  peer.on('signal', (signal) => send({ signal }));
  peer.on('stream', (remote) => {
    byId('remote').srcObject = remote;
  });
  peer.on('error', (error) => window.observer.errors.push(`simple-peer ${error.message}`));
}

socket.onmessage = ({ data }) => {
  const message = JSON.parse(data);
  if (message.welcome) make(true);
  if (!message.signal) return;
  if (!peer) make(false);
  peer.signal(message.signal);
};

window.bench = {
  ready: Promise.all([new Promise((resolve) => (socket.onopen = resolve)), prepared]),
  async join(room) {
    stream = await media();
    send({ join: room });
  },
};
