/* diagram.js - the sequence diagram, of which each row of the list draws its own stripe. */
/* SPDX-License-Identifier: MIT */

/** @typedef {import('./call.js').Row} Row */

const SVG = 'http://www.w3.org/2000/svg';
const HEAD = 7; // px, of an arrow
const STUB = 18; // px, of an arrow from or to somebody unknown

/**
 * @param {string} name @param {Record<string, string|number>} attributes
 * @returns {SVGElement}
 */
export function draw(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}

/** @param {number} from @param {number} to @param {number} y @param {string} kind */
function arrow(from, to, y, kind) {
  const back = to > from ? -HEAD : HEAD;
  return [
    draw('line', { x1: from, x2: to + back / 2, y1: y, y2: y, class: `arrow ${kind}` }),
    draw('path', {
      d: `M${to} ${y}l${back} ${-HEAD * 0.6}v${HEAD * 1.2}z`, class: `arrowHead ${kind}`,
    }),
  ];
}

/**
 * @param {Row} row
 * @param {number} columns
 * @param {number} width of a column, px
 * @param {number} height px
 */
export function stripe(row, columns, width, height) {
  const svg = draw('svg', {
    width: columns * width, height, viewBox: `0 0 ${columns * width} ${height}`,
    'aria-hidden': 'true',
  });
  const middle = (/** @type {number} */ column) => column * width + width / 2;
  for (let i = 0; i < columns; i++) {
    svg.append(draw('line', {
      x1: middle(i), x2: middle(i), y1: 0, y2: height, class: i === 0 ? 'life relay' : 'life',
    }));
  }
  const y = height / 2;
  const own = middle(row.column);
  const { passage } = row;
  if (passage) {
    const other = row.other >= 0 ? middle(row.other) : own + STUB;
    const kind = passage.relay ? 'overRelay' : 'direct';
    svg.append(...(passage.sends ? arrow(own, other, y, kind) : arrow(other, own, y, kind)));
  }
  svg.append(draw('circle', {
    cx: own, cy: y, r: row.kind === 'command' ? 3.2 : 4.5, class: `dot ${row.kind}`,
  }));
  return svg;
}
