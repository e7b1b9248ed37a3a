/* delay.js - injected into every page: holds back messages on its WebSockets. */
/* SPDX-License-Identifier: MIT */
//
// window.benchDelay, set before, is one of
//   none    nothing is held back
//   each100 every message, of whatever kind, takes 100 ms more out and 100 ms more in, in order: a
//           relay 100 ms away
//   random  every incoming message with an offer, an answer or a candidate takes 0 to 200 ms more,
//           each on its own, so that they overtake each other
//   late200 every incoming message with an offer or an answer takes 200 ms more, so that candidates
//           overtake them
// Messages are told apart by what all contestants have in common: an RTCSessionDescriptionInit
// holds "type":"offer" or "answer", an RTCIceCandidateInit holds "candidate:".
(() => {
  const host = /** @type {any} */ (window);
  const mode = host.benchDelay || 'none';
  if (mode === 'none') return;
  const describes = (/** @type {string} */ text) => /"type":"(offer|answer)"/.test(text);
  const incoming = (/** @type {any} */ data) => {
    if (mode === 'each100') return 100;
    if (typeof data !== 'string') return 0;
    if (mode === 'late200') return describes(data) ? 200 : 0;
    return describes(data) || /candidate:/.test(data) ? Math.random() * 200 : 0;
  };
  const outgoing = mode === 'each100' ? 100 : 0;
  const again = new WeakSet();

  /** @param {WebSocket} socket */
  function hold(socket) {
    const native = { send: socket.send.bind(socket), close: socket.close.bind(socket) };
    const later = (/** @type {() => void} */ action) =>
      setTimeout(() => {
        if (socket.readyState === WebSocket.OPEN) action();
      }, outgoing);
    if (outgoing > 0) {
      socket.send = (/** @type {any} */ data) => void later(() => native.send(data));
      socket.close = (/** @type {any[]} */ ...args) => void later(() => native.close(...args));
    }
    // This is the first listener of the socket, so the page's own do not see what is held back.
    socket.addEventListener('message', (event) => {
      const ms = again.has(event) ? 0 : incoming(event.data);
      if (ms === 0) return;
      event.stopImmediatePropagation();
      setTimeout(() => {
        const late = new MessageEvent('message', { data: event.data, origin: event.origin });
        again.add(late);
        socket.dispatchEvent(late);
      }, ms);
    });
    return socket;
  }

  host.WebSocket = new Proxy(WebSocket, {
    construct: (target, args, self) => hold(Reflect.construct(target, args, self)),
  });
})();
