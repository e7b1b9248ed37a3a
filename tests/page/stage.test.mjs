/* stage.test.mjs - tiles that fit, and the letters that stand for a name. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initialsOf } from '../../web/page/picture.js';
import { fitTiles } from '../../web/page/stage.js';

const gap = 10;
const screens = { small: [300, 420], phone: [370, 700], lying: [820, 250], desktop: [1250, 660],
  wide: [2530, 1300] };

for (const [name, [width, height]] of Object.entries(screens)) {
  test(`one to eight tiles fit on a ${name} screen, in a sensible shape and size`, () => {
    for (let count = 1; count <= 8; count++) {
      const tile = fitTiles(count, width, height, gap);
      const rows = Math.ceil(count / tile.columns);
      const where = `${count} tiles: ${JSON.stringify(tile)}`;
      assert.ok(tile.columns * tile.width + (tile.columns - 1) * gap <= width, where);
      assert.ok(rows * tile.height + (rows - 1) * gap <= height, where);
      // Whole pixels let the shape be off by one.
      const shape = tile.width / tile.height;
      assert.ok(shape >= (count === 1 ? 0.49 : 0.79) && shape <= 2.35, where);
      assert.ok(tile.width * tile.height * count > width * height * 0.42, where);
    }
  });
}

test('a stage without any size gives tiles without any', () => {
  assert.equal(fitTiles(3, 0, 0, gap).width, 0);
});

test('two initials stand for a name, and of a Korean one the given name', () => {
  assert.equal(initialsOf('Ada Lovelace'), 'AL');
  assert.equal(initialsOf('  bob '), 'B');
  assert.equal(initialsOf('김민수'), '민수');
  assert.equal(initialsOf('Ana María de la Cruz'), 'AC');
  assert.equal(initialsOf('🦊 Fox'), '🦊F');
  assert.equal(initialsOf(''), '');
});
