/* camera.mjs - what a camera films: somebody who moves a little, and the noise of a sensor. */
/* SPDX-License-Identifier: MIT */
//
// Chromium's own pattern of plain colours costs an encoder next to nothing: at 640x480 it never
// comes near the bit rate of a camera, and without one there is nothing to limit.
import fs from 'node:fs';

const width = 640;
const height = 480;
const frames = 120; // a loop of 4 s
const noise = 5; // of 255, at most, either way

/** A small generator with a fixed seed. */
function generator() {
  let state = 42;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * @param {Buffer} luma @param {number} turn from 0 to 2 pi
 * @param {Int8Array} grain @param {number} shift of it
 */
function paint(luma, turn, grain, shift) {
  const x0 = 320 + 30 * Math.sin(turn);
  const y0 = 220 + 12 * Math.sin(2 * turn);
  const mouth = 14 + 10 * Math.sin(8 * turn);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let tone = 90 + 60 * (x / width) + ((x >> 5) + (y >> 6)) % 3 * 14; // shelves
      const face = ((x - x0) / 95) ** 2 + ((y - y0) / 125) ** 2;
      const body = ((x - x0) / 220) ** 2 + ((y - 520) / 190) ** 2;
      if (body < 1) tone = 60 + 10 * Math.sin(x / 7) + 6 * Math.sin(y / 5); // a woven shirt
      if (face < 1) tone = 185 - 45 * face;
      if (((x - x0) / 30) ** 2 + ((y - y0 - 62) / mouth) ** 2 < 1) tone = 70;
      for (const side of [-38, 38]) {
        if (((x - x0 - side) / 14) ** 2 + ((y - y0 + 25) / 8) ** 2 < 1) tone = 40;
      }
      const at = y * width + x;
      luma[at] = tone + grain[(at + shift) % grain.length];
    }
  }
}

/** @param {string} file a Y4M file, unless it is there */
export function film(file) {
  if (fs.existsSync(file)) return;
  const random = generator();
  const grain = Int8Array.from({ length: 1 << 20 }, () =>
    Math.round((random() + random() - 1) * noise));
  const output = fs.openSync(`${file}.part`, 'w');
  fs.writeSync(output, `YUV4MPEG2 W${width} H${height} F30:1 Ip A1:1 C420mpeg2\n`);
  const luma = Buffer.alloc(width * height);
  const chroma = Buffer.alloc(width * height / 2, 128);
  for (let i = 0; i < frames; i++) {
    paint(luma, 2 * Math.PI * i / frames, grain, Math.floor(random() * grain.length));
    fs.writeSync(output, 'FRAME\n');
    fs.writeSync(output, luma);
    fs.writeSync(output, chroma);
  }
  fs.closeSync(output);
  fs.renameSync(`${file}.part`, file);
}
