/* stage.test.mjs - tiles that fit. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitTiles, placeTiles } from '../../web/page/stage.js';

const gaps = [8, 9.37, 14];

/** Widths and heights from a phone's to a wall's, in steps that hit every fraction. */
function* sizes() {
  for (let width = 240.3; width < 2600; width *= 1.043) {
    for (let height = 130.7; height < 1500; height *= 1.061) yield { width, height };
  }
}

/**
 * The largest area that a tile could have, computed without the code under test.
 * @param {number} count @param {number} width @param {number} height @param {number} gap
 */
function largestArea(count, width, height, gap) {
  const widest = count === 1 ? 21 / 9 : 16 / 9;
  const narrowest = count === 1 ? 1 / 2 : height > width ? 4 / 5 : 1;
  const areas = Array.from({ length: count }, (_, index) => {
    const columns = index + 1;
    const rows = Math.ceil(count / columns);
    const cell = [(width - gap * (columns - 1)) / columns, (height - gap * (rows - 1)) / rows];
    if (cell[0] <= 0 || cell[1] <= 0) return 0;
    return Math.min(cell[0], cell[1] * widest) * Math.min(cell[1], cell[0] / narrowest);
  });
  return Math.max(...areas);
}

test('1 to 16 tiles fit into every size, fractions included, and are as large as can be', () => {
  let looked = 0;
  for (const { width, height } of sizes()) {
    for (let count = 1; count <= 16; count++) {
      const gap = gaps[looked++ % gaps.length];
      const tile = fitTiles(count, width, height, gap);
      const rows = Math.ceil(count / tile.columns);
      const where = `${count} tiles in ${width} x ${height}, gap ${gap}: ${JSON.stringify(tile)}`;
      assert.ok(tile.columns >= 1 && tile.columns <= count, where);
      assert.ok(tile.columns * tile.width + (tile.columns - 1) * gap <= width, where);
      assert.ok(rows * tile.height + (rows - 1) * gap <= height, where);
      // Half a pixel may be lost in each direction, and no more.
      const area = (tile.width + 0.5) * (tile.height + 0.5);
      assert.ok(area >= largestArea(count, width, height, gap), where);
    }
  }
  assert.ok(looked > 30000, `${looked} layouts were looked at`);
});

test('a tile is never far from the shape of a camera picture', () => {
  for (const { width, height } of sizes()) {
    for (let count = 1; count <= 8; count++) {
      const tile = fitTiles(count, width, height, 10);
      if (tile.height < 60) continue; // half a pixel changes the shape of a tiny one
      const shape = tile.width / tile.height;
      const where = `${count} tiles in ${width} x ${height}: ${JSON.stringify(tile)}`;
      assert.ok(shape >= (count === 1 ? 0.49 : 0.78) && shape <= (count === 1 ? 2.36 : 1.8), where);
    }
  }
});

test('a stage without any size gives tiles without any', () => {
  const { columns, width } = fitTiles(3, 0, 0, 10);
  assert.deepEqual([columns, width], [1, 0]);
});

test('a last row with fewer tiles is centred, half a tile being one column of the grid', () => {
  assert.deepEqual(placeTiles(4, 2), Array(4).fill('span 2'));
  assert.deepEqual(placeTiles(3, 2), ['span 2', 'span 2', '2 / span 2']);
  assert.deepEqual(placeTiles(5, 3), ['span 2', 'span 2', 'span 2', '2 / span 2', 'span 2']);
  assert.deepEqual(placeTiles(7, 3), [...Array(6).fill('span 2'), '3 / span 2']);
  assert.deepEqual(placeTiles(1, 1), ['span 2']);
});
