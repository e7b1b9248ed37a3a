/* wants.js - tells each peer how wide its pictures are shown, so that it sends no more. */
/* SPDX-License-Identifier: MIT */

/** @typedef {import('../peerface.js').Peer} Peer */
/** @typedef {{camera?: number, screen?: number}} Widths */
/** @typedef {import('./fit.js').Size} Size */

/** Of a picture that has not come yet. */
const usualRatio = 4 / 3;

/**
 * How wide a picture is, in CSS pixels, that fills a tile or fits into it.
 * @param {Size} tile
 * @param {number} ratio the picture's, of width to height
 * @param {boolean} whole it is not cut
 */
export function widthIn({ width, height }, ratio, whole) {
  if (!width || !height) return 0;
  return (whole ? Math.min : Math.max)(width, height * ratio);
}

/** A small window above others shows a tile, also while the page is hidden. */
const inSmallWindow = () => Boolean(document.pictureInPictureElement
  || /** @type {any} */ (window).documentPictureInPicture?.window);

export class Wants {
  #root;
  #want;
  /** @type {Map<string, Peer>} */
  #peers = new Map();
  /** What each peer has been told. @type {WeakMap<Peer, Widths>} */
  #told = new WeakMap();
  #observer = new ResizeObserver(() => this.#tell());

  /**
   * @param {Element} root holds the tiles
   * @param {(peer: Peer, widths: Widths) => void} want
   */
  constructor(root, want) {
    this.#root = root;
    this.#want = want;
    document.addEventListener('visibilitychange', () => this.#tell());
    // None of them bubbles.
    for (const type of ['resize', 'enterpictureinpicture', 'leavepictureinpicture']) {
      root.addEventListener(type, () => this.#tell(), { capture: true });
    }
  }

  /**
   * Measuring now would make the browser compute the layout at once, and once more when the tiles
   * have been placed. An observer that begins anew is called when that has been done.
   * @param {Map<string, Peer>} peers who is in the room, or has changed
   */
  render(peers) {
    this.#peers = peers;
    this.#observer.disconnect();
    this.#observer.observe(this.#root);
    for (const tile of this.#tiles()) this.#observer.observe(tile);
    if (document.hidden) this.#tell(); // nothing is laid out
  }

  /** @returns {NodeListOf<HTMLElement>} */
  #tiles() {
    return this.#root.querySelectorAll('.tile[data-peer], .tile[data-sharer]');
  }

  #tell() {
    /** @type {Map<Peer, Widths>} */
    const wanted = new Map();
    for (const tile of this.#tiles()) {
      const { peer: shown, sharer } = tile.dataset;
      const peer = this.#peers.get(shown ?? sharer ?? '');
      if (!peer) continue;
      const widths = wanted.get(peer) ?? {};
      widths[shown ? 'camera' : 'screen'] = this.#widthOf(tile);
      wanted.set(peer, widths);
    }
    for (const [peer, widths] of wanted) {
      const told = this.#told.get(peer) ?? {};
      if (told.camera === widths.camera && told.screen === widths.screen) continue;
      this.#told.set(peer, widths);
      this.#want(peer, widths);
    }
  }

  /** In device pixels. @param {HTMLElement} tile */
  #widthOf(tile) {
    if (document.hidden && !inSmallWindow()) return 0;
    const video = /** @type {HTMLVideoElement} */ (tile.querySelector('video'));
    const ratio = video.videoWidth / video.videoHeight || usualRatio;
    const whole = getComputedStyle(video).objectFit === 'contain';
    const size = { width: tile.clientWidth, height: tile.clientHeight };
    return Math.ceil(widthIn(size, ratio, whole) * devicePixelRatio);
  }
}
