/* store.js - a Storage that may be unavailable: then nothing is remembered. */
/* SPDX-License-Identifier: MIT */

export class Store {
  #open;

  /** @param {() => Storage} open returns the storage; throws where the browser denies access */
  constructor(open) {
    this.#open = open;
  }

  /**
   * @param {string} key
   * @returns {string} '' if there is no value
   */
  get(key) {
    try {
      return this.#open().getItem(`peerface.${key}`) ?? '';
    } catch {
      return '';
    }
  }

  /**
   * Stores a value; '' removes it.
   * @param {string} key
   * @param {string} value
   */
  set(key, value) {
    try {
      if (value) this.#open().setItem(`peerface.${key}`, value);
      else this.#open().removeItem(`peerface.${key}`);
    } catch {
      // Denied or full: the page works without it.
    }
  }
}
