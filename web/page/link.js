/* link.js - the link to a room: one that survives chat programs, and one that people can read. */
/* SPDX-License-Identifier: MIT */

/**
 * A value of a query that no chat program cuts or formats. Programs that turn text into links drop
 * a full stop, a bracket or a hyphen at the end, and take _ and * for italics. So letters, digits
 * and hyphens between them stay, and everything else is encoded.
 * @param {string} text
 */
function encode(text) {
  const hex = (/** @type {string} */ sign) =>
    `%${sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  return encodeURIComponent(text).replace(/[!'()*._~]|^-|-$/g, hex);
}

/**
 * The address that leads into a room: that of the page, wherever it is published.
 * @param {string} room
 * @param {string} page the address of the page
 */
export function linkTo(room, page) {
  const url = new URL(page);
  const others = [...url.searchParams].filter(([key]) => key !== 'room' && key !== 'name')
    .map(([key, value]) => `${encode(key)}=${encode(value)}`);
  url.search = [...others, `room=${encode(room)}`].join('&');
  url.hash = '';
  return url.href;
}

/**
 * The address of the page without a room.
 * @param {string} page the address of the page
 */
export function linkToStart(page) {
  const url = new URL(page);
  url.searchParams.delete('room');
  url.searchParams.delete('name');
  url.hash = '';
  return url.href;
}

/** Letters of any script but Latin, as they are encoded: two bytes or more, each above 0x7f. */
const encodedLetters = /(?:%[89A-F][0-9A-F])+/gi;

/**
 * A link as people read it: without the scheme, and with letters instead of their codes. Whoever
 * types what is shown gets to the same room, so nothing else is decoded.
 * @param {string} link
 */
export function readable(link) {
  return link.replace(/^https?:\/\//, '').replace(encodedLetters, (codes) => {
    try {
      const text = decodeURIComponent(codes);
      return /^[\p{L}\p{M}\p{N}]+$/u.test(text) ? text : codes;
    } catch { // it need not be UTF-8
      return codes;
    }
  });
}
