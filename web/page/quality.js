/* quality.js - how well a peer's picture and sound come and go, in words. */
/* SPDX-License-Identifier: MIT */

/** @typedef {import('../peerface.js').Peer} Peer */
/** @typedef {import('./i18n.js').Key} Key */

/** @type {Partial<Record<Peer['qualityReason'], Key>>} */
const keys = {
  'their-network': 'qualityTheirs',
  'your-network': 'qualityYours',
  busy: 'qualityBusy',
};

/** @type {Partial<Record<Peer['qualityReason'], Key>>} */
const obstacleKeys = {
  'their-network': 'obstacleTheirs',
  'your-network': 'obstacleYours',
  'no-turn': 'obstacleBetween',
};

/** @typedef {Pick<Peer, 'state'|'quality'|'qualityReason'>} Connection */

/**
 * What there is to say of a connection that works. A picture that is small on purpose is no news.
 * @param {Connection} peer
 * @param {readonly Peer['quality'][]} told which qualities are
 * @returns {Key|undefined}
 */
export function qualityKey({ state, quality, qualityReason }, told) {
  return state === 'connected' && told.includes(quality) ? keys[qualityReason] : undefined;
}

/**
 * What is in the way of a connection that does not come about; '': nothing, or nobody knows.
 * @param {Connection} peer
 * @returns {Key|''}
 */
export function obstacleKey({ state, qualityReason }) {
  return (state !== 'connected' && state !== 'unstable' && obstacleKeys[qualityReason]) || '';
}
