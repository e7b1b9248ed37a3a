/* stage.js - puts the tiles of a call where they belong, and keeps them there. */
/* SPDX-License-Identifier: MIT */

import { ownId } from './own-id.js';
import {
  floatingBox, gridBoxes, nearestCorner, pinnedBoxes, roundDown, shapesFor,
} from './layout.js';
import { part } from './picture.js';
import { screenIdOf } from './screens.js';

/** @typedef {import('./guard.js').Guard} Guard */
/** @typedef {import('./layout.js').Box} Box */
/** @typedef {import('./layout.js').Corner} Corner */

/**
 * What decides where the tiles lie, apart from the size of the stage.
 * @typedef {object} StageView
 * @property {string} large the id of the tile that is large: a peer's, a screen's or `ownId`; '' is
 *   none
 * @property {boolean} ownHidden one's own tile is not shown
 * @property {Corner} corner where one's own tile lies, when it lies on another
 */

/** @type {StageView} */
const plain = { large: '', ownHidden: false, corner: 'bottom-right' };

/** The part of the call screen that holds the tiles: all of them, or one with one's own on top. */
export class Stage {
  #stage;
  #guard;
  #own;
  #view = plain;
  #shown = '';
  #width = 0;
  #height = 0;
  /** @type {Box|undefined} the tile that one's own lies on */
  #below;
  /** The frame in which the tiles are placed, or 0. */
  #frame = 0;

  /**
   * @param {HTMLElement} stage
   * @param {Guard} guard
   */
  constructor(stage, guard) {
    this.#stage = stage;
    this.#guard = guard;
    this.#own = part(stage, '.own', HTMLElement);
    // Not clientWidth: it rounds, and tiles that are too large by a fraction of a pixel do not fit.
    new ResizeObserver((entries) => {
      const { width, height } = entries[entries.length - 1].contentRect;
      this.#width = width;
      this.#height = height;
      this.#guard.run('stage', () => this.#place());
    }).observe(stage);
    // A phone that is turned sends pictures of another shape. The event does not bubble.
    stage.addEventListener('resize', () => this.#placeSoon(), { capture: true });
  }

  /**
   * @param {number} otherCount how many tiles of others there are: peers and screens
   * @param {Partial<StageView>} [view]
   */
  render(otherCount, view) {
    this.#view = { ...plain, ...view };
    const shown = JSON.stringify([otherCount, this.#view]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    // Alone, there is nobody else to look at.
    this.#own.hidden = this.#view.ownHidden && otherCount > 0;
    this.#stage.dataset.layout = this.#layout(otherCount);
    this.#stage.dataset.corner = this.#view.corner;
    // Reading the gap makes the browser compute the layout at once. In the next frame that costs
    // nothing extra, and what a new connection waits for goes first.
    this.#placeSoon();
  }

  /**
   * The corner in which one's own tile belongs if it is let go here.
   * @param {{x: number, y: number}} point of the window
   * @returns {Corner}
   */
  cornerAt({ x, y }) {
    const { left, top } = this.#stage.getBoundingClientRect();
    const below = this.#below ?? { left: 0, top: 0, width: this.#width, height: this.#height };
    return nearestCorner({ x: x - left, y: y - top }, below);
  }

  /** @param {number} otherCount */
  #layout(otherCount) {
    if (otherCount === 0) return 'alone';
    if (this.#view.large && otherCount > 1) return 'pinned';
    return otherCount === 1 ? 'pair' : 'grid';
  }

  #placeSoon() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#guard.run('stage', () => this.#place());
    });
  }

  #place() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    /** @type {NodeListOf<HTMLElement>} */
    const all = this.#stage.querySelectorAll('.tile');
    const tiles = [...all].filter((tile) => !tile.hidden);
    const boxes = this.#boxes(tiles);
    tiles.forEach((tile, index) => {
      const { left, top, width, height } = boxes[index];
      Object.assign(tile.style, {
        left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px`,
      });
    });
  }

  /**
   * @param {HTMLElement[]} tiles
   * @returns {Box[]} of each
   */
  #boxes(tiles) {
    const room = { left: 0, top: 0, width: this.#width, height: this.#height };
    const gap = roundDown(parseFloat(getComputedStyle(this.#stage).columnGap) || 0);
    const { layout } = this.#stage.dataset;
    const main = layout !== 'pinned' ? -1
      : tiles.findIndex((tile) => this.#idOf(tile) === this.#view.large);
    tiles.forEach((tile, index) => {
      const even = layout === 'alone' ? 'alone' : 'even';
      tile.dataset.place = main < 0 ? even : index === main ? 'large' : 'strip';
    });
    this.#below = undefined;
    if (main >= 0) {
      const shapes = this.#shapes(tiles.filter((_, index) => index !== main));
      const boxes = pinnedBoxes(tiles.length - 1, this.#width, this.#height, gap, shapes);
      return tiles.map((_, index) => index === main ? boxes.main
        : boxes.strip[index - (index > main ? 1 : 0)]);
    }
    // With two people one's own picture lies on top of the other's and takes no room from it.
    if (layout !== 'pair' || tiles.length < 2) {
      return gridBoxes(tiles.length, room, gap, this.#shapes(tiles));
    }
    return this.#pairBoxes(gridBoxes(1, room, gap)[0]);
  }

  /**
   * @param {Box} below
   * @returns {Box[]} of the other person and of oneself
   */
  #pairBoxes(below) {
    const own = floatingBox(below, this.#view.corner, this.#ownShape());
    this.#below = below;
    this.#own.dataset.place = 'floating';
    this.#stage.style.setProperty('--own-width', `${own.width}px`);
    return [below, own];
  }

  /** @param {HTMLElement[]} tiles */
  #shapes(tiles) {
    return shapesFor(tiles.map(shapeOf).filter((shape) => shape > 0), this.#height > this.#width);
  }

  /** Of one's own picture; before there is one, that of cameras as they are held here. */
  #ownShape() {
    return shapeOf(this.#own) || (this.#height > this.#width ? 3 / 4 : 4 / 3);
  }

  /** @param {HTMLElement} tile */
  #idOf(tile) {
    const { peer, sharer } = tile.dataset;
    return tile === this.#own ? ownId : sharer ? screenIdOf(sharer) : peer;
  }
}

/**
 * The width of a tile's picture divided by its height, also while the camera is off; 0 is unknown.
 * @param {HTMLElement} tile
 */
function shapeOf(tile) {
  const { videoWidth, videoHeight } = part(tile, 'video', HTMLVideoElement);
  return videoHeight > 0 ? videoWidth / videoHeight : 0;
}
