/* until.mjs - bounded waiting that says what it waited for. */
/* SPDX-License-Identifier: MIT */

/**
 * One bound for every wait. It is far above what anything takes, also on a machine that is busy
 * with other things: a wait ends with what it waits for, and the bound only ends a test that has
 * failed. PF_PATIENCE=3 makes every bound three times as long.
 */
export const patience = Number(process.env.PF_PATIENCE || 1);
export const boundMs = 120000 * patience;

/** @param {number} ms */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

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
