/* trouble.js - what is wrong with one's own microphone or camera. */
/* SPDX-License-Identifier: MIT */

/** @typedef {import('../peerface.js').LocalSource} LocalSource */
/** @typedef {''|'denied'|'none'|'busy'|'insecure'|'unsupported'|'unchanged'} Trouble */

/** @type {Record<string, Trouble>} */
const troubles = {
  NotAllowedError: 'denied',
  SecurityError: 'denied',
  NotFoundError: 'none',
  OverconstrainedError: 'none',
  InsecureContext: 'insecure',
  unsupported: 'unsupported',
};

/**
 * What is wrong with a source that the person wants.
 * @param {LocalSource|undefined} source
 * @returns {Trouble}
 */
export function troubleOf(source) {
  if (!source || !source.wanted || !source.error) return '';
  if (source.state === 'live') return 'unchanged';
  return source.state === 'failed' ? troubles[source.error] ?? 'busy' : '';
}
