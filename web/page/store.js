/* store.js - what the page remembers. A browser may refuse storage; then nothing is remembered. */
/* SPDX-License-Identifier: MIT */

export class Store {
  #open;

  /** @param {() => Storage} open gives the storage; throws where the browser forbids it */
  constructor(open) {
    this.#open = open;
  }

  /**
   * @param {string} key
   * @returns {string} '' if there is nothing
   */
  get(key) {
    try {
      return this.#open().getItem(`peerface.${key}`) ?? '';
    } catch {
      return '';
    }
  }

  /**
   * Remembers a value; '' forgets it.
   * @param {string} key
   * @param {string} value
   */
  set(key, value) {
    try {
      if (value) this.#open().setItem(`peerface.${key}`, value);
      else this.#open().removeItem(`peerface.${key}`);
    } catch {
      // Forbidden or full: the page works without memory.
    }
  }
}
