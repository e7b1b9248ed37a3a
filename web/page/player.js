/* player.js - plays what arrives, although browsers may want a gesture before there is sound. */
/* SPDX-License-Identifier: MIT */

/** Plays what arrives, and tells when the browser wants a gesture first. */
export class Player {
  #blocked;
  #changed;

  /** @param {() => void} changed the answer of `blocked` is another one */
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
      // AbortError: the element was given other tracks meanwhile; it has to be asked again.
      if (error.name === 'AbortError' && video.isConnected) requestAnimationFrame(() => {
        if (video.isConnected && video.paused) this.play(video);
      });
      this.#note(video, error.name === 'NotAllowedError' && video.isConnected);
    });
  }

  /** To be called within a gesture of the person. */
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
