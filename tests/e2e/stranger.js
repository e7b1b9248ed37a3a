/* stranger.js - injected: another implementation of a client, for one peer. */
/* SPDX-License-Identifier: MIT */
//
// `offers` sets the connection up before the stranger makes its offer; `answers` may change it
// between the peer's offer and the stranger's answer. `more` is added to what it sends: to "join",
// to each `state`, and to everything else.
(() => {
  /**
   * @param {string} url of the relay's WebSocket
   * @param {string} room
   * @param {{offers?: (pc: RTCPeerConnection) => void,
   *   answers?: (pc: RTCPeerConnection) => void,
   *   more?: {join?: object, state?: object, other?: object}}} manners
   */
  const meet = (url, room, { offers = () => {}, answers = () => {}, more = {} }) => {
    const stranger = /** @type {any} */ ({ joined: false, peer: null, states: [] });
    const pc = (stranger.pc = new RTCPeerConnection());
    const channel = pc.createDataChannel('peerface', { negotiated: true, id: 0 });
    stranger.channel = channel;
    channel.onmessage = ({ data }) => stranger.states.push(JSON.parse(data));
    const socket = new WebSocket(url, 'peerface.v1');
    const send = (/** @type {object} */ message) => socket.send(JSON.stringify(message));
    const signal = (/** @type {object} */ content) =>
      send({
        ...more.other,
        ...{ type: 'signal', to: stranger.peer.id, fromInstance: 7, epoch: 1, offerNumber: 1 },
        ...{ toInstance: stranger.peer.instance, ...content },
      });
    const state = { sequence: 1, microphone: 'none', camera: 'none', ...more.state };
    const describe = () =>
      signal({ kind: 'description', description: pc.localDescription, state });
    pc.onicecandidate = ({ candidate }) => candidate && signal({ kind: 'candidate', candidate });

    const offer = async () => {
      offers(pc);
      await pc.setLocalDescription();
      describe();
    };
    const take = async (/** @type {any} */ description) => {
      await pc.setRemoteDescription(description);
      if (description.type === 'answer') return;
      answers(pc);
      await pc.setLocalDescription();
      describe();
    };
    const handle = async (/** @type {any} */ message) => {
      if (message.type === 'hello') {
        send({ type: 'join', room, name: 'Stranger', instance: 7, ...more.join });
      }
      if (message.type === 'ping') send({ type: 'pong' });
      if (message.type === 'joined') {
        stranger.joined = true;
        [stranger.peer = null] = message.members;
        if (stranger.peer) await offer();
      }
      if (message.type === 'member') {
        stranger.peer = message;
        if (message.preparedOffer) await take(message.preparedOffer.description);
        for (const candidate of message.preparedOffer?.candidates ?? []) {
          await pc.addIceCandidate(candidate);
        }
      }
      if (message.kind === 'description') await take(message.description);
      if (message.kind === 'candidate') await pc.addIceCandidate(message.candidate);
    };
    let work = Promise.resolve();
    socket.onmessage = ({ data }) => {
      work = work.then(() => handle(JSON.parse(data)));
    };
    return stranger;
  };
  /** @type {any} */ (window).meet = meet;
})();
