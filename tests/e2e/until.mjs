/* until.mjs - bounded waiting that says what it waited for. */
/* SPDX-License-Identifier: MIT */

/** On a busy machine everything takes longer: PF_PATIENCE=3 waits three times as long. */
const patience = Number(process.env.PF_PATIENCE || 1);

/** @param {number} ms */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Asks again and again until the answer is truthy, and gives that answer.
 * @template T
 * @param {string} what ends the sentence "waited ... for"
 * @param {() => T | Promise<T>} ask
 * @param {{ms?: number, every?: number, show?: () => unknown}} options show: what to tell
 *   on failure instead of the last answer
 * @returns {Promise<NonNullable<T>>}
 */
export async function until(what, ask, { ms = 15000, every = 50, show } = {}) {
  const end = Date.now() + ms * patience;
  let last;
  do {
    last = await ask();
    if (last) return /** @type {NonNullable<T>} */ (last);
    await pause(every);
  } while (Date.now() < end);
  const seen = show ? await show() : last;
  throw new Error(`waited ${ms * patience} ms for ${what}; last seen: ${JSON.stringify(seen)}`);
}
