/* until.mjs - bounded waiting that says what it waited for. */
/* SPDX-License-Identifier: MIT */

/**
 * One bound for every wait. It is far above what anything takes, also on a machine that is busy
 * with other things: a wait ends with what it waits for, and the bound only ends a test that has
 * failed. PF_PATIENCE=3 makes every bound three times as long.
 */
export const patience = Number(process.env.PF_PATIENCE || 1);
export const boundMs = 120000 * patience;

/**
 * For what asks again and again, here and in a few helpers. No test waits for a time: it waits for
 * what shall happen (`until`, `person.sees()`), or says what it observes for how long (`stays`,
 * `standsStill`), or how long a fault lasts (`lasting`). tests/lint/waits.mjs looks after that.
 * @param {number} ms
 */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * A fault, or an interruption, that is to last at least so long: its length is part of the case.
 * @param {number} ms
 */
export const lasting = pause;

/**
 * Gives what a promise gives, or undefined when that takes longer.
 * @template T
 * @param {number} ms
 * @param {Promise<T>} promise
 * @returns {Promise<T | undefined>}
 */
export async function within(ms, promise) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return /** @type {T | undefined} */ (await Promise.race([promise, late]));
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Asks again and again until the answer is truthy, and gives that answer.
 * @template T
 * @param {string} what ends the sentence "waited ... for"
 * @param {() => T | Promise<T>} ask
 * @param {{ms?: number, every?: number, show?: () => unknown}} options show: what to report
 *   on a timeout instead of the last answer
 * @returns {Promise<NonNullable<T>>}
 */
export async function until(what, ask, { ms = boundMs, every = 50, show } = {}) {
  const end = Date.now() + ms;
  let last;
  do {
    last = await ask();
    if (last) return /** @type {NonNullable<T>} */ (last);
    await pause(every);
  } while (Date.now() < end);
  const seen = show ? await show() : JSON.stringify(last);
  throw new Error(`waited ${ms} ms for ${what}; last seen: ${seen}`);
}

/**
 * Shows that something does not happen: what `ask` gives stays truthy from now on, as long as the
 * window of observation lasts. A failure can come late, a success cannot be had earlier; so the
 * window is as long as what must not happen would take, and no longer.
 * @param {string} what ends the sentence "it was not so any more that ..."
 * @param {number} windowMs
 * @param {() => unknown} ask
 * @param {{every?: number}} options
 */
export async function stays(what, windowMs, ask, { every = 100 } = {}) {
  const end = Date.now() + windowMs;
  for (;;) {
    const left = end - Date.now();
    if (!await ask()) throw new Error(`it was not so any more that ${what}`);
    if (left <= 0) return;
    await pause(Math.min(every, left));
  }
}

/**
 * Waits for a window of time in which a count does not grow, or only by so much.
 * @param {string} what ends the sentence "waited ... for"
 * @param {number} windowMs
 * @param {() => Promise<number>} count NaN: cannot be told now
 * @param {{most?: number, show?: () => unknown}} options
 */
export const standsStill = (what, windowMs, count, { most = 0, show } = {}) =>
  until(what, async () => {
    const before = await count();
    await pause(windowMs);
    return await count() - before <= most;
  }, { show });
