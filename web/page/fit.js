/* fit.js - whether a picture fills its tile or is shown whole, as each person wants it. */
/* SPDX-License-Identifier: MIT */

/** @typedef {'fill'|'whole'} Fit */
/** @typedef {{width: number, height: number}} Size */

/** Of a picture of which filling the tile would cut more, the whole is shown. */
const cutMax = 0.25;
/** Where less than this is cut, both ways look the same. */
const cutSeen = 0.02;

/**
 * How much of a picture is cut when it fills the tile: from 0 to 1.
 * @param {Size} picture
 * @param {Size} tile
 */
export function cutBy(picture, tile) {
  const across = tile.width / picture.width;
  const down = tile.height / picture.height;
  return across > 0 && down > 0 ? 1 - Math.min(across, down) / Math.max(across, down) : 0;
}

/**
 * @param {number} cut
 * @param {Fit|''} wanted by the person; '' is whatever suits
 * @returns {Fit}
 */
export function chooseFit(cut, wanted) {
  if (cut < cutSeen) return 'fill';
  return wanted || (cut > cutMax ? 'whole' : 'fill');
}

/** How the picture of one tile lies in it. */
export class TileFit {
  #tile;
  #video;
  #changed;
  /** @type {Fit|''} */
  #wanted = '';
  #cut = 0;
  #size = { width: 0, height: 0 };
  #observer;

  /**
   * @param {HTMLElement} tile
   * @param {HTMLVideoElement} video
   * @param {(whole: boolean) => void} changed whether the picture is shown whole, with room beside
   */
  constructor(tile, video, changed) {
    this.#tile = tile;
    this.#video = video;
    this.#changed = changed;
    this.#observer = new ResizeObserver((entries) => {
      const { width, height } = entries[entries.length - 1].contentRect;
      this.#size = { width, height };
      this.#decide();
    });
    this.#observer.observe(tile);
    video.addEventListener('resize', () => this.#decide());
  }

  /** @returns {Fit} */
  get fit() {
    return chooseFit(this.#cut, this.#wanted);
  }

  /** There is a picture, and filling the tile looks different from showing it whole. */
  get choosable() {
    return this.#video.videoWidth > 0 && this.#cut >= cutSeen;
  }

  toggle() {
    this.#wanted = this.fit === 'fill' ? 'whole' : 'fill';
    this.#decide();
  }

  end() {
    this.#observer.disconnect();
    this.#changed(false);
  }

  #decide() {
    const { videoWidth: width, videoHeight: height } = this.#video;
    this.#cut = width && height ? cutBy({ width, height }, this.#size) : 0;
    const data = this.#tile.dataset;
    data.fit = this.fit;
    data.fits = this.choosable ? 'both' : 'one';
    this.#changed(this.fit === 'whole');
  }
}
