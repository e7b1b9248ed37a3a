/* floor2.js - the floor of two pages: one RTCPeerConnection each, signaling by BroadcastChannel. */
/* SPDX-License-Identifier: MIT */
//
// What a second page and its renderer cost is in here, and no server is.
let pc;
let stream;
let signaling;
const early = [];

function open() {
  pc = new RTCPeerConnection();
  pc.onicecandidate = ({ candidate }) => {
    if (candidate) signaling.postMessage({ candidate: candidate.toJSON() });
  };
  pc.ontrack = ({ streams }) => {
    byId('remote').srcObject = streams[0];
  };
  stream.getTracks().forEach((track) => pc.addTrack(track, stream));
}

const plain = ({ type, sdp }) => ({ description: { type, sdp } });

async function take(description) {
  if (!pc) open();
  await pc.setRemoteDescription(description);
  early.splice(0).forEach((candidate) => pc.addIceCandidate(candidate));
  if (description.type === 'answer') return;
  const answer = await pc.createAnswer();
  pc.setLocalDescription(answer);
  signaling.postMessage(plain(answer));
}

window.bench = {
  ready: prepared,
  async join(room) {
    stream = await media();
    signaling = new BroadcastChannel(room);
    signaling.onmessage = ({ data }) => {
      if (data.description) take(data.description);
      else if (pc?.remoteDescription) pc.addIceCandidate(data.candidate);
      else early.push(data.candidate);
    };
    if (parameters.get('role') === 'host') return;
    open();
    const offer = await pc.createOffer();
    pc.setLocalDescription(offer);
    signaling.postMessage(plain(offer));
  },
};
