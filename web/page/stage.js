/* stage.js - where the tiles stand, and how large they can be so that all fit. */
/* SPDX-License-Identifier: MIT */

/**
 * How wide and how narrow a tile may be; cameras give 4:3 and 16:9, and a face is in the middle.
 * A single tile may fill nearly any screen, also that of a phone held upright.
 * @param {number} count
 * @param {boolean} upright
 */
function shapes(count, upright) {
  if (count === 1) return { widest: 21 / 9, narrowest: 1 / 2 };
  return { widest: 16 / 9, narrowest: upright ? 4 / 5 : 1 };
}

/**
 * The columns and the tile size that make the tiles as large as they can be.
 * @param {number} count tiles
 * @param {number} width of the room for them, in CSS pixels
 * @param {number} height of it
 * @param {number} gap between two tiles
 * @returns {{columns: number, width: number, height: number}}
 */
export function fitTiles(count, width, height, gap) {
  const { widest, narrowest } = shapes(count, height > width);
  let best = { columns: 1, width: 0, height: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const cellWidth = Math.max(0, (width - gap * (columns - 1)) / columns);
    const cellHeight = Math.max(0, (height - gap * (rows - 1)) / rows);
    const tile = {
      columns,
      width: Math.floor(Math.min(cellWidth, cellHeight * widest)),
      height: Math.floor(Math.min(cellHeight, cellWidth / narrowest)),
    };
    if (tile.width * tile.height > best.width * best.height) best = tile;
  }
  return best;
}

/** Where the tiles stand: their number and the room for them decide how large they are. */
export class Stage {
  #stage;
  #peerCount = 0;
  /** The frame in which the tiles are fitted, or 0. */
  #frame = 0;

  /** @param {HTMLElement} stage */
  constructor(stage) {
    this.#stage = stage;
    new ResizeObserver(() => this.#fit()).observe(stage);
  }

  /** @param {number} peerCount */
  render(peerCount) {
    if (peerCount === this.#peerCount && this.#stage.dataset.layout) return;
    this.#peerCount = peerCount;
    this.#stage.dataset.layout = ['alone', 'pair'][peerCount] ?? 'grid';
    // Measuring makes the browser lay out the page at once. With the next frame it costs nothing
    // more, and what a connection waits for goes first.
    this.#frame ||= requestAnimationFrame(() => this.#fit());
  }

  #fit() {
    this.#frame = 0;
    const gap = parseFloat(getComputedStyle(this.#stage).columnGap) || 0;
    // With two people one's own picture lies over the other's; else it is a tile like the others.
    const count = this.#peerCount === 1 ? 1 : this.#peerCount + 1;
    const { clientWidth, clientHeight } = this.#stage;
    const tile = fitTiles(count, clientWidth, clientHeight, gap);
    this.#stage.style.setProperty('--tile-width', `${tile.width}px`);
    this.#stage.style.setProperty('--tile-height', `${tile.height}px`);
    this.#stage.style.setProperty('--columns', String(tile.columns));
  }
}
