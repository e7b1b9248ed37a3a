/* picture.js - what every tile has: a video, and an avatar while there is no picture. */
/* SPDX-License-Identifier: MIT */

import { initialsOf } from './names.js';

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
 * The colour of a member's avatar, the same for everybody.
 * @param {string} id of the member; '' in no room
 */
function hueOf(id) {
  if (!id) return '';
  let sum = 0;
  for (const character of id) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 65521;
  return String(sum % hues);
}

/**
 * @param {HTMLElement} tile
 * @param {string} name
 * @param {string} id of the member; '' in no room
 */
export function renderAvatar(tile, name, id) {
  const avatar = part(tile, '.avatar', HTMLElement);
  avatar.textContent = initialsOf(name);
  tile.dataset.hue = hueOf(id);
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
