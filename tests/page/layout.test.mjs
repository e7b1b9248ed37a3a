/* layout.test.mjs - tiles that fit, evenly, beside a large one, and on top of another. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  anyShape, corners, fitTiles, floatingBox, gridBoxes, nearestCorner, pinnedBoxes, shapesFor,
} from '../../web/page/layout.js';

/** @typedef {import('../../web/page/layout.js').Box} Box */
/** @typedef {import('../../web/page/layout.js').Shapes} Shapes */

const peopleMax = 16;
const gaps = [8, 9.37, 14];

/** Tiles for laptops, for phones, and for people nobody has seen yet. @type {Shapes[]} */
const shapesAll = [
  { widest: 16 / 9, narrowest: 4 / 3 }, { widest: 3 / 4, narrowest: 9 / 16 },
  { widest: 16 / 9, narrowest: 4 / 5 },
];
const [laptops] = shapesAll;

/** Widths and heights of a stage, from a zoomed phone's to a wall's, with every fraction. */
function* sizes(step = 1.045) {
  for (let width = 240.3; width < 3840; width *= step) {
    for (let height = 96.7; height < 2160; height *= step + 0.02) yield { width, height };
  }
}

/**
 * The largest area that a tile could have, computed without the code under test.
 * @param {number} count @param {number} width @param {number} height @param {number} gap
 * @param {Shapes} shapes
 */
function largestArea(count, width, height, gap, shapes) {
  const widest = count === 1 ? 21 / 9 : shapes.widest;
  const narrowest = count === 1 ? 1 / 2 : shapes.narrowest;
  const areas = Array.from({ length: count }, (_, index) => {
    const columns = index + 1;
    const rows = Math.ceil(count / columns);
    const cell = [(width - gap * (columns - 1)) / columns, (height - gap * (rows - 1)) / rows];
    if (cell[0] <= 0 || cell[1] <= 0) return 0;
    return Math.min(cell[0], cell[1] * widest) * Math.min(cell[1], cell[0] / narrowest);
  });
  return Math.max(...areas);
}

/**
 * What is wrong with boxes on a stage: they leave it or cover one another.
 * @param {Box[]} boxes @param {number} width @param {number} height @returns {string[]}
 */
function faults(boxes, width, height) {
  const found = [];
  for (const [index, box] of boxes.entries()) {
    const [right, bottom] = [box.left + box.width, box.top + box.height];
    if (!(box.left >= 0 && box.top >= 0 && right <= width && bottom <= height)) {
      found.push(`${index} leaves the stage: ${JSON.stringify(box)}`);
    }
    for (const other of boxes.slice(0, index)) {
      const across = Math.min(right, other.left + other.width) - Math.max(box.left, other.left);
      const down = Math.min(bottom, other.top + other.height) - Math.max(box.top, other.top);
      if (across > 0 && down > 0) found.push(`${index} covers another: ${JSON.stringify(box)}`);
    }
  }
  return found;
}

/** @param {Box} box */
const area = ({ width, height }) => width * height;

test('1 to 16 tiles fit into every size, fractions included, and are as large as can be', () => {
  let looked = 0;
  for (const { width, height } of sizes()) {
    for (let count = 1; count <= peopleMax; count++) {
      const shapes = shapesAll[looked % shapesAll.length];
      const gap = gaps[(looked++ >> 2) % gaps.length];
      const tile = fitTiles(count, width, height, gap, shapes);
      const rows = Math.ceil(count / tile.columns);
      const where = `${count} tiles in ${width} x ${height}, gap ${gap}: ${JSON.stringify(tile)}`;
      assert.ok(tile.columns >= 1 && tile.columns <= count, where);
      assert.ok(tile.columns * tile.width + (tile.columns - 1) * gap <= width, where);
      assert.ok(rows * tile.height + (rows - 1) * gap <= height, where);
      // Half a pixel may be lost in each direction, and no more.
      const most = (tile.width + 0.5) * (tile.height + 0.5);
      assert.ok(most >= largestArea(count, width, height, gap, shapes), where);
    }
  }
  assert.ok(looked > 30000, `${looked} layouts were looked at`);
});

test('a tile is never far from the shape of a camera picture', () => {
  for (const { width, height } of sizes()) {
    for (let count = 1; count <= peopleMax; count++) {
      const shapes = shapesAll[count % shapesAll.length];
      const tile = fitTiles(count, width, height, 10, shapes);
      if (tile.height < 60) continue; // half a pixel changes the shape of a tiny one
      const shape = tile.width / tile.height;
      const { widest, narrowest } = count === 1 ? anyShape : shapes;
      const where = `${count} tiles in ${width} x ${height}: ${JSON.stringify(tile)}`;
      assert.ok(shape >= narrowest - 0.02 && shape <= widest + 0.02, where);
    }
  }
});

test('tiles have a shape in which most pictures are seen', () => {
  const [across, upright] = [16 / 9, 9 / 16];
  for (const [pictures, tall] of /** @type {[number[], boolean][]} */ ([
    [[across, across], false], [[across, 4 / 3, upright], false], [[across, upright], false],
    [[upright, 3 / 4, across], true], [[upright], true],
  ])) {
    const { widest, narrowest } = shapesFor(pictures, false);
    assert.equal(widest < 1, tall, `${pictures}`);
    for (const shape of pictures.filter((picture) => picture < 1 === tall)) {
      for (const tile of [widest, narrowest]) {
        const cut = 1 - Math.min(shape / tile, tile / shape);
        assert.ok(cut <= 0.2501, `${shape} loses ${cut} in ${tile}`);
      }
    }
  }
  assert.deepEqual(shapesFor([], false), shapesFor([across], false), 'it is as it will be');
});

test('a stage without any size gives tiles without any', () => {
  const { columns, width } = fitTiles(3, 0, 0, 10, laptops);
  assert.deepEqual([columns, width], [1, 0]);
  const { main, strip } = pinnedBoxes(3, 0, 0, 10, laptops);
  assert.deepEqual([main, ...strip].map(area), [0, 0, 0, 0]);
});

test('tiles of a grid lie on the stage, none on another, and every row is centred', () => {
  for (const { width, height } of sizes(1.12)) {
    for (let count = 1; count <= peopleMax; count++) {
      const shapes = shapesAll[count % shapesAll.length];
      const boxes = gridBoxes(count, { left: 0, top: 0, width, height }, 8, shapes);
      const where = `${count} in ${width} x ${height}`;
      assert.deepEqual(faults(boxes, width, height), [], where);
      for (const top of new Set(boxes.map((box) => box.top))) {
        const row = boxes.filter((box) => box.top === top);
        const last = row[row.length - 1];
        const right = width - last.left - last.width;
        assert.ok(Math.abs(right - row[0].left) <= 1, `${where}: row at ${top}`);
      }
    }
  }
});

test('a tile that is pinned is large, and the others fit beside or below it', () => {
  for (const { width, height } of sizes(1.09)) {
    for (let others = 1; others < peopleMax; others++) {
      const { main, strip } = pinnedBoxes(others, width, height, 8, laptops);
      const where = `${others} others in ${width} x ${height}: ${JSON.stringify(main)}`;
      assert.equal(strip.length, others);
      assert.deepEqual(faults([main, ...strip], width, height), [], where);
      // A stage like a ribbon has room for all of them.
      if (height < 140 || Math.max(width / height, height / width) > 3) continue;
      const even = fitTiles(others + 1, width, height, 8, laptops);
      assert.ok(area(main) > 1.15 * even.width * even.height, `${where} is not large`);
      assert.ok(strip.every((box) => area(box) * 2 < area(main)), `${where} is not alone large`);
      assert.ok(strip.every((box) => box.width >= 16 && box.height >= 16), `${where}: no strip`);
    }
  }
});

test('one\'s own picture lies in the corner of another tile that it was put into', () => {
  for (const { width, height } of sizes(1.09)) {
    for (const shape of [9 / 21, 9 / 16, 3 / 4, 1, 4 / 3, 16 / 9, 21 / 9]) {
      const [tile] = gridBoxes(1, { left: 0, top: 0, width, height }, 8);
      for (const corner of corners) {
        const own = floatingBox(tile, corner, shape);
        const where = `${shape}, ${corner} of ${JSON.stringify(tile)}: ${JSON.stringify(own)}`;
        const right = tile.left + tile.width - own.left - own.width;
        const bottom = tile.top + tile.height - own.top - own.height;
        const [left, top] = [own.left - tile.left, own.top - tile.top];
        assert.ok(Math.min(left, right, top, bottom) >= 7.5, where);
        assert.equal(left < right, corner.endsWith('left'), where);
        if (height > 200) assert.equal(top < bottom, corner.startsWith('top'), where);
        if (corner.startsWith('top')) assert.ok(top >= 44, `${where} covers the buttons`);
        assert.ok(own.width <= tile.width / 2 && own.height <= tile.height / 2, where);
      }
    }
  }
});

test('one\'s own picture is as large held upright as held across', () => {
  const tile = { left: 0, top: 0, width: 1200, height: 700 };
  const across = area(floatingBox(tile, 'top-left', 4 / 3));
  const upright = area(floatingBox(tile, 'top-left', 3 / 4));
  assert.ok(Math.abs(across - upright) < 0.02 * across, `${across} and ${upright}`);
});

test('the corner nearest to where the picture is let go is chosen', () => {
  const box = { left: 100, top: 50, width: 400, height: 200 };
  assert.equal(nearestCorner({ x: 120, y: 60 }, box), 'top-left');
  assert.equal(nearestCorner({ x: 301, y: 60 }, box), 'top-right');
  assert.equal(nearestCorner({ x: 299, y: 151 }, box), 'bottom-left');
  assert.equal(nearestCorner({ x: 9999, y: 9999 }, box), 'bottom-right');
});
