/* fullscreen.js - one tile as large as the screen, where the browser can do that. */
/* SPDX-License-Identifier: MIT */

/**
 * What Safari calls it: before 16.4 with a prefix, and on an iPhone only for videos.
 * @typedef {object} Prefixed
 * @property {() => void} [webkitRequestFullscreen]
 * @property {() => void} [webkitExitFullscreen]
 * @property {Element} [webkitFullscreenElement]
 * @property {() => void} [webkitEnterFullscreen]
 * @property {boolean} [webkitSupportsFullscreen]
 */

/**
 * @param {HTMLElement} tile
 * @param {HTMLVideoElement & Prefixed} video
 */
export function canFullScreen(tile, video) {
  const of = /** @type {HTMLElement & Prefixed} */ (tile);
  if (document.fullscreenEnabled) return Boolean(tile.requestFullscreen);
  return Boolean(of.webkitRequestFullscreen)
    || Boolean(video.webkitSupportsFullscreen && video.videoWidth);
}

/** @param {HTMLElement} tile */
export function isFullScreen(tile) {
  const root = /** @type {Document & Prefixed} */ (tile.getRootNode());
  return (root.fullscreenElement ?? root.webkitFullscreenElement) === tile;
}

/**
 * To be called within a user gesture.
 * @param {HTMLElement} tile
 * @param {HTMLVideoElement & Prefixed} video
 */
export function toggleFullScreen(tile, video) {
  const of = /** @type {HTMLElement & Prefixed} */ (tile);
  const page = /** @type {Document & Prefixed} */ (document);
  const refused = () => {}; // by the browser's policy or the person: then nothing changes
  if (isFullScreen(tile)) {
    if (page.exitFullscreen) page.exitFullscreen().catch(refused);
    else page.webkitExitFullscreen?.();
  } else if (tile.requestFullscreen) {
    tile.requestFullscreen({ navigationUI: 'hide' }).catch(refused);
  } else if (of.webkitRequestFullscreen) {
    of.webkitRequestFullscreen();
  } else {
    video.webkitEnterFullscreen?.();
  }
}
