/* backdrop.js - a blurred copy of a picture, for the room that it leaves in its tile. */
/* SPDX-License-Identifier: MIT */

/** @typedef {import('./blur.js').Blur} Blur */

export class Backdrops {
  /** Loaded with the first picture that is shown whole. @type {Promise<Blur>|undefined} */
  #blur;

  /**
   * @param {HTMLVideoElement} video
   * @param {boolean} wanted
   */
  set(video, wanted) {
    if (!wanted && !this.#blur) return;
    this.#blur ??= import('./blur.js').then(({ Blur }) => new Blur());
    this.#blur.then((blur) => blur.set(video, wanted), () => { this.#blur = undefined; });
  }
}
