/* rejoin.js - whether a page that has just loaded goes back into the call its tab was in. */
/* SPDX-License-Identifier: MIT */

/**
 * How long after the last sign of life a reload or Back still belongs to the same call. A browser
 * that crashed and was started again is back within this time; one that restores its tabs the next
 * day is not, and must not put anybody live into a room.
 */
export const rejoinMaxMs = 5 * 60 * 1000;

/** How often a page in a call writes down that it still is. Far less than the limit above. */
export const seenEveryMs = 20 * 1000;

/**
 * 'rejoin': into the call, as the same member. 'lobby': the lobby with a preview. 'standby': the
 * lobby with camera and microphone off until the person asks for them.
 * @typedef {'rejoin'|'lobby'|'standby'} Arrival
 */

/**
 * @param {object} past
 * @param {string} past.place the room that the address names, or ''
 * @param {string} past.entered the room this tab was in when it was last seen, or ''
 * @param {number} past.seenMs when that was, in milliseconds since 1970; NaN if not known
 * @param {number} past.nowMs
 * @param {string} past.navigation PerformanceNavigationTiming.type, or '' if not known
 * @returns {Arrival}
 */
export function decideArrival({ place, entered, seenMs, nowMs, navigation }) {
  if (!place || entered !== place) return 'lobby';
  // Also when it was seen in the future: then the clock has been set, and the age is not known.
  const fresh = Math.abs(nowMs - seenMs) <= rejoinMaxMs;
  if (!fresh) return 'standby';
  return navigation === 'reload' || navigation === 'back_forward' ? 'rejoin' : 'lobby';
}

/** How the browser came to this page: 'navigate', 'reload', 'back_forward', or '' if not known. */
export function navigationKind() {
  const [entry] = performance.getEntriesByType('navigation');
  return /** @type {PerformanceNavigationTiming|undefined} */ (entry)?.type ?? '';
}
