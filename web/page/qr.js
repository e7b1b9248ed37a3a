/* qr.js - draws the link of a room as a QR code. Loaded when somebody asks for one. */
/* SPDX-License-Identifier: MIT */

import { generate } from 'lean-qr';

const namespace = 'http://www.w3.org/2000/svg';

/** So many light modules must surround the code (ISO/IEC 18004, 6.3.8). */
const quiet = 4;

/**
 * The outline of the dark modules, a rectangle for each run of them in a row.
 * @param {{size: number, get: (x: number, y: number) => boolean}} code
 */
export function outlineOf(code) {
  let path = '';
  for (let y = 0; y < code.size; y++) {
    for (let x = 0; x < code.size; x++) {
      if (!code.get(x, y) || code.get(x - 1, y)) continue;
      let end = x + 1;
      while (code.get(end, y)) end++;
      path += `M${x + quiet} ${y + quiet}h${end - x}v1h${x - end}z`;
    }
  }
  return path;
}

/**
 * Dark on light in either colour scheme, because not every reader takes the reverse.
 * @param {string} text
 */
export function drawCode(text) {
  const code = generate(text);
  const edge = code.size + 2 * quiet;
  const svg = document.createElementNS(namespace, 'svg');
  svg.setAttribute('viewBox', `0 0 ${edge} ${edge}`);
  svg.setAttribute('shape-rendering', 'crispEdges');
  svg.setAttribute('role', 'img');
  const light = document.createElementNS(namespace, 'path');
  light.setAttribute('d', `M0 0h${edge}v${edge}h-${edge}z`);
  light.setAttribute('fill', '#ffffff');
  const dark = document.createElementNS(namespace, 'path');
  dark.setAttribute('d', outlineOf(code));
  dark.setAttribute('fill', '#000000');
  svg.append(light, dark);
  return svg;
}
