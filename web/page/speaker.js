/* speaker.js - where the others are heard. */
/* SPDX-License-Identifier: MIT */

/** Plays every peer's <video> below a root on one device, those included that come later. */
export class Speaker {
  #root;
  #deviceId = '';

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
    const peers = root.querySelector('.peers');
    if (peers) new MutationObserver(() => this.#apply()).observe(peers, { childList: true });
  }

  /** @param {string} deviceId '' is the browser's default */
  choose(deviceId) {
    this.#deviceId = deviceId;
    this.#apply();
  }

  #apply() {
    for (const video of /** @type {NodeListOf<HTMLVideoElement>} */ (
      this.#root.querySelectorAll('.peers video'))) {
      if (!('setSinkId' in video) || video.sinkId === this.#deviceId) continue;
      // A device that has gone: the sound goes on where it was.
      video.setSinkId(this.#deviceId).catch(() => {});
    }
  }
}
