/* guard.js - keeps a failure in one part of the page from leaving the other parts out of date. */
/* SPDX-License-Identifier: MIT */

/** Runs parts of the page one by one and catches what each of them throws. */
export class Guard {
  /** @type {Set<string>} the parts that failed the last time they ran */
  #failing = new Set();

  /**
   * Runs one part. What it throws is reported once, and again only after the part has succeeded in
   * the meantime: a part that is rendered on every change would otherwise flood the console.
   * @param {string} part a name for the console, unique among the parts
   * @param {() => void} action
   */
  run(part, action) {
    try {
      action();
      this.#failing.delete(part);
    } catch (error) {
      if (!this.#failing.has(part)) console.error(`peerface: "${part}" failed:`, error);
      this.#failing.add(part);
    }
  }

  /**
   * Forgets a part that no longer exists.
   * @param {string} part
   */
  forget(part) {
    this.#failing.delete(part);
  }
}
