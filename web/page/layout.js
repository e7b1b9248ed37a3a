/* layout.js - where the tiles of a call lie, so that all fit and are as large as possible. */
/* SPDX-License-Identifier: MIT */

/** @typedef {{left: number, top: number, width: number, height: number}} Box  in CSS pixels */
/** @typedef {'top-left'|'top-right'|'bottom-left'|'bottom-right'} Corner */

/** @type {readonly Corner[]} in the order of reading */
export const corners = ['top-left', 'top-right', 'bottom-left', 'bottom-right'];

/**
 * How wide and how narrow tiles may be: their width divided by their height.
 * @typedef {object} Shapes
 * @property {number} widest
 * @property {number} narrowest
 */

/** A single tile may fill nearly any screen, even a phone held upright. */
export const anyShape = { widest: 21 / 9, narrowest: 1 / 2 };

/**
 * Tiles in which most of the pictures lose no more than a quarter: cameras send 16:9 or 4:3, phones
 * held upright the same the other way round. A larger tile with a picture that it has to leave room
 * beside would show less.
 * @param {number[]} pictures the shapes of those that are known
 * @param {boolean} upright whether the stage is, which tells where no picture does
 * @returns {Shapes}
 */
export function shapesFor(pictures, upright) {
  if (pictures.length === 0 && upright) return { widest: 16 / 9, narrowest: 4 / 5 };
  const tall = pictures.filter((shape) => shape < 1).length;
  return tall * 2 > pictures.length ? { widest: 3 / 4, narrowest: 9 / 16 }
    : { widest: 16 / 9, narrowest: 4 / 3 };
}

/**
 * Rounds down to a length that every engine can represent: Chromium counts in 1/64 and Firefox in
 * 1/60 of a pixel. Tiles never become larger than the room for them by rounding.
 * @param {number} length in CSS pixels
 */
export function roundDown(length) {
  return Math.floor(Math.max(0, length) * 2) / 2;
}

/**
 * The number of columns that makes the tiles as large as they can be, and their size. All tiles
 * have the same size; the last row may hold fewer.
 * @param {number} count of tiles
 * @param {number} width of the room for them, in CSS pixels, fractions included
 * @param {number} height of it
 * @param {number} gap between two tiles
 * @param {Shapes} shapes
 * @returns {{columns: number, width: number, height: number}}
 */
export function fitTiles(count, width, height, gap, shapes) {
  const { widest, narrowest } = count === 1 ? anyShape : shapes;
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
 * The boxes of tiles of one size, as large as they can be. Each row is centred.
 * @param {number} count of tiles
 * @param {Box} room for them
 * @param {number} gap between two tiles
 * @param {Shapes} [shapes]
 * @returns {Box[]}
 */
export function gridBoxes(count, room, gap, shapes = anyShape) {
  const { columns, width, height } = fitTiles(count, room.width, room.height, gap, shapes);
  const rows = Math.ceil(count / columns);
  const top = room.top + roundDown((room.height - rows * height - (rows - 1) * gap) / 2);
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = Math.min(columns, count - row * columns);
    const left = room.left + roundDown((room.width - inRow * width - (inRow - 1) * gap) / 2);
    return {
      left: left + (index - row * columns) * (width + gap),
      top: top + row * (height + gap),
      width,
      height,
    };
  });
}

/**
 * The room for one large tile and for the strip of the others, which is so much of the whole.
 * @param {number} width
 * @param {number} height
 * @param {number} gap
 * @param {number} share of the strip
 * @param {'right'|'below'} side where the strip lies
 * @returns {{main: Box, strip: Box}}
 */
function divide(width, height, gap, share, side) {
  if (side === 'right') {
    const left = roundDown((width - gap) * (1 - share));
    return {
      main: { left: 0, top: 0, width: left, height },
      strip: { left: left + gap, top: 0, width: Math.max(0, width - left - gap), height },
    };
  }
  const top = roundDown((height - gap) * (1 - share));
  return {
    main: { left: 0, top: 0, width, height: top },
    strip: { left: 0, top: top + gap, width, height: Math.max(0, height - top - gap) },
  };
}

const stripShares = Array.from({ length: 20 }, (_, index) => 0.1 + 0.02 * index);
/** A tile of the strip that is this much of the stage is large enough to know a face by. */
const stripTileShare = 0.03;

/** @param {{width: number, height: number}} box */
const areaOf = ({ width, height }) => width * height;

/**
 * One large tile, and the others in a strip beside or below it. The strip takes what its tiles need
 * to be recognised; everything else goes to the large one.
 * @param {number} others how many tiles the strip has
 * @param {number} width of the stage
 * @param {number} height of it
 * @param {number} gap between two tiles
 * @param {Shapes} shapes of the others
 * @returns {{main: Box, strip: Box[]}}
 */
export function pinnedBoxes(others, width, height, gap, shapes) {
  const whole = { left: 0, top: 0, width, height };
  if (others === 0) return { main: gridBoxes(1, whole, gap)[0], strip: [] };
  const enough = width * height * stripTileShare;
  let best = { main: { left: 0, top: 0, width: 0, height: 0 }, strip: whole };
  let bestScore = -1;
  for (const side of /** @type {const} */ (['right', 'below'])) {
    for (const share of stripShares) {
      const parts = divide(width, height, gap, share, side);
      const small = fitTiles(others, parts.strip.width, parts.strip.height, gap, shapes);
      const score = areaOf(fitTiles(1, parts.main.width, parts.main.height, gap, anyShape))
        * Math.min(areaOf(small), enough);
      if (score > bestScore) [best, bestScore] = [parts, score];
    }
  }
  return {
    main: gridBoxes(1, best.main, gap)[0],
    strip: gridBoxes(others, best.strip, gap, shapes),
  };
}

/** Above and below a tile's middle is kept free for its name and its buttons. */
const edgeMin = 8;
const edgeMax = 14;
/** The height of the buttons of a tile, with the room around them. */
const toolsHeight = 44;

/**
 * One's own picture in a corner of another tile: as large as it can be without being in the way,
 * in the shape of the picture, and never over the buttons at the top of that tile.
 * @param {Box} tile
 * @param {Corner} corner
 * @param {number} shape of the picture: its width divided by its height
 * @returns {Box}
 */
export function floatingBox(tile, corner, shape) {
  const ratio = Math.min(16 / 9, Math.max(9 / 16, shape));
  const less = Math.min(tile.width, tile.height);
  const edge = less < 400 ? edgeMin : edgeMax;
  const atTop = corner.startsWith('top');
  const most = {
    width: tile.width * 0.45 - edge,
    height: Math.min(tile.height * 0.5, tile.height - edge - (atTop ? toolsHeight + edge : 0)),
  };
  // The same area in every shape: a picture that turns becomes neither larger nor smaller.
  const side = Math.min(240, Math.max(104, less * 0.21)) * Math.sqrt(3 / 4);
  const width = Math.max(0, Math.min(side * Math.sqrt(ratio), most.width, most.height * ratio));
  const box = { width: roundDown(width), height: roundDown(width / ratio) };
  return {
    ...box,
    left: tile.left + (corner.endsWith('left') ? edge : tile.width - edge - box.width),
    top: tile.top + (atTop ? toolsHeight : tile.height - edge - box.height),
  };
}

/**
 * The corner that is nearest to a point.
 * @param {{x: number, y: number}} point
 * @param {Box} box
 * @returns {Corner}
 */
export function nearestCorner({ x, y }, box) {
  const vertical = y < box.top + box.height / 2 ? 'top' : 'bottom';
  const horizontal = x < box.left + box.width / 2 ? 'left' : 'right';
  return /** @type {Corner} */ (`${vertical}-${horizontal}`);
}
