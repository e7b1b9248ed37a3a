/* stage.js - lays out the tiles of a call so that all of them fit and are as large as possible. */
/* SPDX-License-Identifier: MIT */

/**
 * How wide and how narrow a tile may be. Cameras send 4:3 or 16:9 with the face in the middle, so
 * that much can be cropped. A single tile may fill nearly any screen, even a phone held upright.
 * @param {number} count
 * @param {boolean} upright
 */
function shapes(count, upright) {
  if (count === 1) return { widest: 21 / 9, narrowest: 1 / 2 };
  return { widest: 16 / 9, narrowest: upright ? 4 / 5 : 1 };
}

/**
 * Rounds down to a length that every engine can represent: Chromium counts in 1/64 and Firefox in
 * 1/60 of a pixel. Tiles never become larger than the room for them by rounding.
 * @param {number} length in CSS pixels
 */
function roundDown(length) {
  return Math.floor(Math.max(0, length) * 2) / 2;
}

/**
 * The number of columns that makes the tiles as large as they can be, and their size. All tiles
 * have the same size; the last row may hold fewer.
 * @param {number} count of tiles
 * @param {number} width of the room for them, in CSS pixels, fractions included
 * @param {number} height of it
 * @param {number} gap between two tiles
 * @returns {{columns: number, width: number, height: number}}
 */
export function fitTiles(count, width, height, gap) {
  const { widest, narrowest } = shapes(count, height > width);
  let best = { columns: 1, width: 0, height: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const cellWidth = (width - gap * (columns - 1)) / columns;
    const cellHeight = (height - gap * (rows - 1)) / rows;
    const tile = {
      columns,
      width: roundDown(Math.min(cellWidth, cellHeight * widest)),
      height: roundDown(Math.min(cellHeight, cellWidth / narrowest)),
    };
    if (tile.width * tile.height > best.width * best.height) best = tile;
  }
  return best;
}

/**
 * The `grid-column` of each tile. Every tile spans two columns of the grid, so that a last row with
 * fewer tiles can be centred by starting half a tile further in.
 * @param {number} count of tiles
 * @param {number} columns of tiles
 * @returns {string[]}
 */
export function placeTiles(count, columns) {
  const last = count % columns;
  const places = Array(count).fill('span 2');
  if (last > 0) places[count - last] = `${1 + columns - last} / span 2`;
  return places;
}

/** The part of the call screen that holds the tiles: all of them, or one with one's own on top. */
export class Stage {
  #stage;
  #peerCount = 0;
  #width = 0;
  #height = 0;
  /** The frame in which the tiles are fitted, or 0. */
  #frame = 0;

  /** @param {HTMLElement} stage */
  constructor(stage) {
    this.#stage = stage;
    // Not clientWidth: it rounds, and tiles that are too large by a fraction of a pixel do not fit.
    new ResizeObserver((entries) => {
      const { width, height } = entries[entries.length - 1].contentRect;
      this.#width = width;
      this.#height = height;
      this.#fit();
    }).observe(stage);
  }

  /** @param {number} peerCount */
  render(peerCount) {
    if (peerCount === this.#peerCount && this.#stage.dataset.layout) return;
    this.#peerCount = peerCount;
    this.#stage.dataset.layout = ['alone', 'pair'][peerCount] ?? 'grid';
    // Reading the gap makes the browser compute the layout at once. In the next frame that costs
    // nothing extra, and what a new connection waits for goes first.
    this.#frame ||= requestAnimationFrame(() => this.#fit());
  }

  #fit() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    // With two people one's own picture lies on top of the other's and takes no place in the grid.
    const pair = this.#peerCount === 1;
    const count = pair ? 1 : this.#peerCount + 1;
    const gap = parseFloat(getComputedStyle(this.#stage).columnGap) || 0;
    const tile = fitTiles(count, this.#width, this.#height, gap);
    const { style } = this.#stage;
    style.setProperty('--grid-columns', String(2 * tile.columns));
    style.setProperty('--tile-width', `${tile.width}px`);
    style.setProperty('--tile-height', `${tile.height}px`);
    const places = placeTiles(count, tile.columns);
    /** @type {NodeListOf<HTMLElement>} */
    const tiles = this.#stage.querySelectorAll('.tile');
    tiles.forEach((element, index) => { element.style.gridColumn = places[index] ?? 'auto'; });
  }
}
