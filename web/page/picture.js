/* picture.js - what every tile has: a video, and an avatar while there is no picture. */
/* SPDX-License-Identifier: MIT */

const hues = 8;

/**
 * @template {Element} T
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new (...args: never[]) => T} type
 * @returns {T}
 */
export function part(root, selector, type) {
  const element = root.querySelector(selector);
  if (!(element instanceof type)) throw new Error(`the page has no ${selector}`);
  return element;
}

/**
 * One or two letters that stand for a name: the given name of a Korean name, otherwise initials.
 * @param {string} name
 */
export function initialsOf(name) {
  const words = name.trim().split(/\s+/u);
  const letters = Array.from(words[0]);
  if (/^[\uac00-\ud7a3]{2,4}$/u.test(words[0])) return letters.slice(-2).join('');
  const last = words.length > 1 ? Array.from(words[words.length - 1])[0] : '';
  return ((letters[0] ?? '') + last).toUpperCase();
}

/**
 * The colour of an avatar, always the same for the same seed.
 * @param {string} seed
 */
function hueOf(seed) {
  let sum = 0;
  for (const character of seed) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 65521;
  return String(sum % hues);
}

/**
 * @param {HTMLElement} tile
 * @param {string} name
 * @param {string} seed
 */
export function renderAvatar(tile, name, seed) {
  const avatar = part(tile, '.avatar', HTMLElement);
  avatar.textContent = initialsOf(name);
  tile.dataset.hue = hueOf(seed);
}

/**
 * Marks a tile as having a picture as soon as there is a frame to show.
 * @param {HTMLElement} tile
 * @param {HTMLVideoElement} video
 */
export function watchPicture(tile, video) {
  const mark = () => { tile.dataset.picture = String(video.videoWidth > 0); };
  for (const event of ['loadeddata', 'resize', 'playing', 'emptied']) {
    video.addEventListener(event, mark);
  }
}
