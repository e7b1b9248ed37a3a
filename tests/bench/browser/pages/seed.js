/* seed.js - the tutorial app, rebuilt from its description. */
/* SPDX-License-Identifier: MIT */
//
// socket.io, media before joining, whoever is in the room is told of the newcomer and offers,
// candidates are added as they come.
const socket = io();
let stream;
let roomName;
let pc;

socket.on('welcome', async () => {
  const offer = await pc.createOffer();
  pc.setLocalDescription(offer);
  socket.emit('offer', offer, roomName);
});
socket.on('offer', async (offer) => {
  pc.setRemoteDescription(offer);
  const answer = await pc.createAnswer();
  pc.setLocalDescription(answer);
  socket.emit('answer', answer, roomName);
});
socket.on('answer', (answer) => pc.setRemoteDescription(answer));
socket.on('ice', (candidate) => pc.addIceCandidate(candidate));

const upgraded = new Promise((resolve) => {
  const check = () => {
    const { engine } = socket.io;
    if (engine.transport.name === 'websocket') resolve();
    else engine.once('upgrade', resolve);
  };
  if (socket.connected) check();
  else socket.on('connect', check);
});

window.bench = {
  ready: Promise.all([upgraded, prepared]),
  async join(room) {
    stream = await media();
    pc = new RTCPeerConnection();
    pc.addEventListener('icecandidate', ({ candidate }) => socket.emit('ice', candidate, roomName));
    pc.addEventListener('track', ({ streams }) => {
      byId('remote').srcObject = streams[0];
    });
    stream.getTracks().forEach((track) => pc.addTrack(track, stream));
    roomName = room;
    socket.emit('join_room', room);
  },
};
