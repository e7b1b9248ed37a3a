/* preferences.js - the switches that a person sets once and keeps. */
/* SPDX-License-Identifier: MIT */

/** @typedef {import('./store.js').Store} Store */

/**
 * 'sounds': when people come and go. 'mutedSpeech': to be told when one speaks while muted.
 * 'singleKeys': M, V, H, ? and the space bar without Ctrl (WCAG 2.1.4 requires a way to turn them
 * off).
 * @typedef {'sounds'|'mutedSpeech'|'singleKeys'|import('./sound-processing.js').Processing}
 *   Preference
 */

/** All of them are on until the person turns them off. */
export class Preferences {
  #store;

  /** @param {Store} store */
  constructor(store) {
    this.#store = store;
  }

  /** @param {Preference} name */
  isOn(name) {
    return this.#store.get(name) !== 'off';
  }

  /**
   * @param {Preference} name
   * @param {boolean} on
   */
  set(name, on) {
    this.#store.set(name, on ? '' : 'off');
  }
}
