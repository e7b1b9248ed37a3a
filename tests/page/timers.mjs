/* timers.mjs - timers that a test drives. */
/* SPDX-License-Identifier: MIT */

/**
 * Timers that fire only in pass(). (Those of node:test differ between versions of Node.)
 * @param {import('node:test').TestContext} t
 */
export function fakeTimers(t) {
  /** @type {Map<number, {at: number, run: () => void}>} */
  const timers = new Map();
  let now = 0;
  let last = 0;
  const { setTimeout, clearTimeout } = globalThis;
  t.after(() => Object.assign(globalThis, { setTimeout, clearTimeout }));
  Object.assign(globalThis, {
    window: globalThis,
    setTimeout: (/** @type {() => void} */ run, /** @type {number} */ ms) => {
      timers.set(++last, { at: now + ms, run });
      return last;
    },
    clearTimeout: (/** @type {number} */ id) => timers.delete(id),
  });
  const pass = (/** @type {number} */ ms) => {
    now += ms;
    for (const [id, { at, run }] of timers) {
      if (at <= now) {
        timers.delete(id);
        run();
      }
    }
  };
  return { pass, count: () => timers.size };
}
