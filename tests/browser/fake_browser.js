/* fake_browser.js - as much of a browser as library_test.c needs, with a relay behind WebSocket. */
/* SPDX-License-Identifier: MIT */
//
// Linked in front of the program. The relay's answers depend on the URL: of wss://relay/<digit> the
// digit becomes our member id, and the only other member is called "peer of <digit>".
(() => {
  class FakeSocket {
    /** @param {string} url */
    constructor(url) {
      this.readyState = 1;
      this.url = url;
      this.digit = url.slice(-1);
      /** @type {((event: {data: string}) => void)|null} */
      this.onmessage = null;
      fake.sockets.push(this);
      this.tell({ type: 'hello', iceServers: [], membersMax: 8, pingMs: 15000, graceMs: 20000 });
    }

    /** @param {object} message */
    tell(message) {
      setTimeout(() => this.onmessage && this.onmessage({ data: JSON.stringify(message) }), 1);
    }

    /** @param {string} text */
    send(text) {
      const { type } = JSON.parse(text);
      if (type !== 'join') return;
      const members = [{ name: `peer of ${this.digit}`, instance: 42, away: false,
        id: `00000000000000b${this.digit}` }];
      this.tell({ type: 'joined', self: `00000000000000a${this.digit}`, resumed: false,
        ticket: `ticket of ${this.digit}`, members });
    }

    close() {
      this.readyState = 3;
    }
  }

  class FakeTrack {
    /** @param {string} kind */
    constructor(kind) {
      this.kind = kind;
      this.isStopped = false;
    }

    getSettings() {
      return { deviceId: `the ${this.kind}` };
    }

    stop() {
      this.isStopped = true;
    }
  }

  class FakeStream {
    constructor() {
      this.audio = new FakeTrack('audio');
      this.video = new FakeTrack('video');
    }

    getAudioTracks() {
      return [this.audio];
    }

    getVideoTracks() {
      return [this.video];
    }
  }

  class FakeConnection {
    constructor() {
      fake.connections.push(this);
      this.isClosed = false;
    }

    addTransceiver() {}

    getTransceivers() {
      return [];
    }

    createDataChannel() {
      return { readyState: 'connecting', id: 0 };
    }

    createOffer() {
      return new Promise(() => {});
    }

    close() {
      this.isClosed = true;
    }
  }

  const fake = {
    sockets: /** @type {FakeSocket[]} */ ([]),
    connections: /** @type {FakeConnection[]} */ ([]),
    captures: /** @type {{stream: FakeStream, open: () => void}[]} */ ([]),
  };
  const mediaDevices = {
    enumerateDevices: async () => [{ kind: 'audioinput', deviceId: 'm', label: 'Microphone' }],
    getUserMedia: () =>
      new Promise((resolve) => {
        const stream = new FakeStream();
        fake.captures.push({ stream, open: () => resolve(stream) });
      }),
  };
  Object.defineProperty(globalThis, 'navigator', { value: { mediaDevices }, configurable: true });
  Object.assign(globalThis, {
    fake, WebSocket: FakeSocket, RTCPeerConnection: FakeConnection, MediaStream: FakeStream,
  });
})();
