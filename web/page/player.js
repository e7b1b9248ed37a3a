/* player.js - plays the peers' media, which a browser may refuse before a gesture. */
/* SPDX-License-Identifier: MIT */

/** Plays videos with sound, and tells when the browser requires a gesture first. */
export class Player {
  #blocked;
  #changed;

  /** @param {() => void} changed `blocked` has another value */
  constructor(changed) {
    /** @type {Set<HTMLVideoElement>} */
    this.#blocked = new Set();
    this.#changed = changed;
  }

  get blocked() {
    return this.#blocked.size > 0;
  }

  /** @param {HTMLVideoElement} video */
  play(video) {
    video.play().then(() => this.#note(video, false), (error) => {
      // AbortError: the tracks of the element changed in the meantime, so play() starts over.
      if (error.name === 'AbortError' && video.isConnected) requestAnimationFrame(() => {
        if (video.isConnected && video.paused) this.play(video);
      });
      this.#note(video, error.name === 'NotAllowedError' && video.isConnected);
    });
  }

  /** To be called within a user gesture. */
  retry() {
    for (const video of this.#blocked) this.play(video);
  }

  /** @param {HTMLVideoElement} video */
  forget(video) {
    this.#note(video, false);
  }

  /**
   * @param {HTMLVideoElement} video
   * @param {boolean} blocked
   */
  #note(video, blocked) {
    const before = this.blocked;
    if (blocked) this.#blocked.add(video);
    else this.#blocked.delete(video);
    if (this.blocked !== before) this.#changed();
  }
}
