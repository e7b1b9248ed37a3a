/* statistics.mjs - medians, and ratios of medians with a bootstrap interval. */
/* SPDX-License-Identifier: MIT */

/** @param {number[]} values @param {number} part from 0 to 1 @returns {number} */
export function quantile(values, part) {
  if (values.length === 0) return NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * part;
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (at - below);
}

/** @param {number[]} values */
export const median = (values) => quantile(values, 0.5);

/** A small generator with a fixed seed: the same figures give the same interval. */
function generator() {
  let state = 42;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state / 4294967296;
  };
}

/**
 * The ratio of two medians and its 95 % bootstrap interval.
 * @param {number[]} values @param {number[]} reference
 */
export function ratio(values, reference, rounds = 4000) {
  if (values.length === 0 || reference.length === 0) return { ratio: NaN, low: NaN, high: NaN };
  const random = generator();
  /** @param {number[]} list */
  const resample = (list) => list.map(() => list[Math.floor(random() * list.length)]);
  const drawn = Array.from(
    { length: rounds },
    () => median(resample(values)) / median(resample(reference)),
  );
  return {
    ratio: median(values) / median(reference),
    low: quantile(drawn, 0.025),
    high: quantile(drawn, 0.975),
  };
}
