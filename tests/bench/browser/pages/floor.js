/* floor.js - the floor: two RTCPeerConnections in one page, signaling is a function call. */
/* SPDX-License-Identifier: MIT */
let first;
let second;

function connect(from, to) {
  const waiting = [];
  from.onicecandidate = ({ candidate }) => {
    if (!candidate) return;
    if (to.remoteDescription) to.addIceCandidate(candidate);
    else waiting.push(candidate);
  };
  return () => waiting.splice(0).forEach((candidate) => to.addIceCandidate(candidate));
}

window.bench = {
  // The host's camera is open in either case: it was there before.
  ready: (async () => {
    first = await openMedia();
    if (prepared) second = await prepared;
  })(),
  async join() {
    second = second || (await openMedia());
    const a = new RTCPeerConnection();
    const b = new RTCPeerConnection();
    const flushToB = connect(a, b);
    const flushToA = connect(b, a);
    a.ontrack = ({ streams }) => {
      byId('remote').srcObject = streams[0];
    };
    b.ontrack = ({ streams }) => {
      byId('remote2').srcObject = streams[0];
    };
    first.getTracks().forEach((track) => a.addTrack(track, first));
    second.getTracks().forEach((track) => b.addTrack(track, second));
    // A description is handed over as soon as it exists; setting it at home goes on meanwhile.
    const offer = await a.createOffer();
    a.setLocalDescription(offer);
    await b.setRemoteDescription(offer);
    flushToB();
    const answer = await b.createAnswer();
    b.setLocalDescription(answer);
    await a.setRemoteDescription(answer);
    flushToA();
  },
};
