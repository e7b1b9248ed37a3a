/* layout.js - how large the tiles can be so that all fit without scrolling. */
/* SPDX-License-Identifier: MIT */

/** Among others a tile is never wider than 16:9 and never narrower than 4:5. */
const shared = { widest: 16 / 9, narrowest: 4 / 5 };
/** A single tile may fill nearly any screen, also that of a phone held upright. */
const single = { widest: 21 / 9, narrowest: 1 / 2 };

/**
 * The columns and the tile size that make the tiles as large as they can be.
 * @param {number} count tiles
 * @param {number} width of the room for them, in CSS pixels
 * @param {number} height of it
 * @param {number} gap between two tiles
 * @returns {{columns: number, width: number, height: number}}
 */
export function fitTiles(count, width, height, gap) {
  const { widest, narrowest } = count === 1 ? single : shared;
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
