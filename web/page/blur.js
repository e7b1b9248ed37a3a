/* blur.js - paints the blurred copies behind pictures that are shown whole. */
/* SPDX-License-Identifier: MIT */

/*
 * A handful of pixels, painted once a second and enlarged: the enlarging is the blur. A CSS
 * filter over a second video would be computed for every frame and at full size.
 */

/** The pixels across that a picture is reduced to, and then enlarged to before CSS enlarges it. */
const coarse = 12;
const fine = 48;
const everyMs = 1000;
/** How far the copies lie apart, in fine pixels, that are put on one another to blur. */
const shifts = [[-2, -1], [1, -2], [2, 1], [-1, 2]];

/** @param {number} width @param {number} ratio of height to width */
function canvasOf(width, ratio) {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = Math.max(1, Math.round(width * ratio));
  return canvas;
}

/** The copy behind one video. */
class Backdrop {
  #video;
  #small = canvasOf(coarse, 1);
  #canvas = canvasOf(fine, 1);

  /** @param {HTMLVideoElement} video */
  constructor(video) {
    this.#video = video;
    this.#canvas.className = 'backdrop';
    this.#canvas.setAttribute('aria-hidden', 'true');
    video.before(this.#canvas);
  }

  paint() {
    const { videoWidth, videoHeight } = this.#video;
    if (!videoWidth || this.#video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
    if (this.#canvas.checkVisibility?.() === false) return; // an avatar is shown instead
    const ratio = Math.min(2, Math.max(0.5, videoHeight / videoWidth));
    if (Math.round(coarse * ratio) !== this.#small.height) {
      this.#small.height = Math.round(coarse * ratio);
      this.#canvas.height = Math.round(fine * ratio);
    }
    const small = this.#small.getContext('2d');
    const large = this.#canvas.getContext('2d');
    if (!small || !large) return;
    small.drawImage(this.#video, 0, 0, this.#small.width, this.#small.height);
    const { width, height } = this.#canvas;
    shifts.forEach(([x, y], index) => {
      large.globalAlpha = 1 / (index + 1); // each copy counts as much as the others
      large.drawImage(this.#small, x - 4, y - 4, width + 8, height + 8);
    });
    large.globalAlpha = 1;
  }

  end() {
    this.#canvas.remove();
  }
}

/** The copies behind all videos that are shown whole. Nothing is painted while there are none. */
export class Blur {
  /** @type {Map<HTMLVideoElement, Backdrop>} */
  #all = new Map();
  /** @type {ReturnType<typeof setInterval>|undefined} */
  #timer;
  /** Then tiles.css does not show them. */
  #still = matchMedia('(prefers-reduced-motion: reduce), (forced-colors: active)');

  constructor() {
    this.#still.addEventListener('change', () => this.#run());
    document.addEventListener('visibilitychange', () => this.#run());
  }

  /**
   * @param {HTMLVideoElement} video
   * @param {boolean} wanted
   */
  set(video, wanted) {
    if (wanted === this.#all.has(video)) return;
    if (wanted) this.#all.set(video, new Backdrop(video));
    else this.#all.get(video)?.end();
    if (!wanted) this.#all.delete(video);
    this.#run();
  }

  /** Restarts the timer, so that a new copy is painted at once. */
  #run() {
    clearInterval(this.#timer);
    if (this.#all.size === 0 || document.hidden || this.#still.matches) return;
    this.#paint();
    this.#timer = setInterval(() => this.#paint(), everyMs);
  }

  #paint() {
    for (const backdrop of this.#all.values()) backdrop.paint();
  }
}
