/* qr.test.mjs - the QR code of a link is drawn as it was made, with its quiet zone. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generate } from 'lean-qr';
import { linkTo } from '../../web/page/link.js';
import { outlineOf } from '../../web/page/qr.js';

const quiet = 4;

/** The modules that an outline covers. @param {string} path @param {number} size */
function fill(path, size) {
  const rows = Array.from({ length: size + 2 * quiet }, () => Array(size + 2 * quiet).fill(0));
  for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)) {
    for (let i = 0; i < Number(width); i++) rows[Number(y)][Number(x) + i]++;
  }
  return rows;
}

test('each dark module is covered once, and nothing else is', () => {
  for (const room of ['tea', '네시의-차', 'w'.repeat(64), '가'.repeat(21)]) {
    const code = generate(linkTo(room, 'https://video.example.org/call/'));
    const rows = fill(outlineOf(code), code.size);
    rows.forEach((row, y) => row.forEach((count, x) => {
      const dark = code.get(x - quiet, y - quiet);
      assert.equal(count, dark ? 1 : 0, `${room}: ${x}, ${y}`);
    }));
  }
});
