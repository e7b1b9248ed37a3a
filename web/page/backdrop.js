/* backdrop.js - a blurred copy of a picture, for the room that it leaves in its tile. */
/* SPDX-License-Identifier: MIT */

/** @typedef {import('./blur.js').Blur} Blur */

export class Backdrops {
  /** @type {Blur|undefined} it is loaded with what is captured */
  #blur;
  /** Pictures that were shown whole before. @type {Set<HTMLVideoElement>} */
  #whole = new Set();

  /** @param {Blur} blur */
  complete(blur) {
    this.#blur = blur;
    for (const video of this.#whole) blur.set(video, true);
    this.#whole.clear();
  }

  /**
   * @param {HTMLVideoElement} video
   * @param {boolean} wanted
   */
  set(video, wanted) {
    if (this.#blur) this.#blur.set(video, wanted);
    else if (wanted) this.#whole.add(video);
    else this.#whole.delete(video);
  }
}
