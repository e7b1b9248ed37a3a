/* fake_page.js - as much of a page as client_test.c needs, on top of fake_browser.js. */
/* SPDX-License-Identifier: MIT */
//
// fake.asked keeps what getUserMedia() was asked for. Elements are by their selectors: "#video" is
// a <video>, "#canvas" a <canvas>. Emscripten 3.1.6 has to understand this file: it drops a
// declaration that destructures.
(() => {
  const fake = /** @type {any} */ (globalThis).fake;

  class FakeElement {
    /** @param {string} tag */
    constructor(tag) {
      this.tagName = tag.toUpperCase();
      this.readyState = 0;
      this.srcObject = null;
    }

    play() {
      const error = Object.assign(new Error(), { name: 'NotAllowedError' });
      return fake.isSilent ? Promise.reject(error) : Promise.resolve();
    }

    /** @param {number} fps */
    captureStream(fps) {
      fake.fps = fps;
      return new MediaStream();
    }
  }

  const target = () => {
    const listeners = /** @type {Map<string, () => void>} */ (new Map());
    return {
      /** @param {string} type @param {() => void} act @param {{signal: AbortSignal}} options */
      addEventListener(type, act, { signal }) {
        listeners.set(type, act);
        signal.addEventListener('abort', () => listeners.delete(type));
      },
      /** @param {string} type */
      removeEventListener: (type) => listeners.delete(type),
      listeners,
    };
  };
  const document = Object.assign(target(), {
    baseURI: 'https://relay/game/index.html',
    hidden: false,
    createElement: (/** @type {string} */ tag) => new FakeElement(tag),
    querySelector(/** @type {string} */ selector) {
      if (selector === '][') throw new Error('not a selector');
      fake.elements[selector] = fake.elements[selector] || new FakeElement(selector.slice(1));
      return selector.startsWith('#') ? fake.elements[selector] : null;
    },
  });
  const page = target();
  const mediaDevices = navigator.mediaDevices;
  const getUserMedia = mediaDevices.getUserMedia;
  Object.assign(mediaDevices, target(), {
    getUserMedia: (/** @type {any} */ constraints) => {
      fake.asked.push(`${!!constraints.audio} ${!!constraints.video}`);
      return getUserMedia.call(mediaDevices, constraints);
    },
  });
  Object.assign(MediaStream.prototype, {
    getTracks: () => [], addTrack() {}, removeTrack() {},
  });
  Object.assign(fake, {
    asked: [], elements: {}, isSilent: false,
    listeners: () => page.listeners.size + document.listeners.size
      + /** @type {any} */ (mediaDevices).listeners.size,
    click: () => /** @type {() => void} */ (page.listeners.get('click'))(),
  });
  // Browsers refuse memory that is shared, node does not.
  const decode = TextDecoder.prototype.decode;
  TextDecoder.prototype.decode = function decodeUnshared(bytes, options) {
    const buffer = bytes ? /** @type {Uint8Array} */ (bytes).buffer : null;
    const isShared = typeof SharedArrayBuffer !== 'undefined'
      && /** @type {any} */ (buffer) instanceof SharedArrayBuffer;
    if (isShared) throw new TypeError('shared');
    return decode.call(this, bytes, options);
  };
  Object.assign(globalThis, { document, isSecureContext: true,
    addEventListener: page.addEventListener, removeEventListener: page.removeEventListener });
})();
