/* preferences.js - the switches that a person sets once and keeps. */
/* SPDX-License-Identifier: MIT */

/** @typedef {import('./store.js').Store} Store */

/**
 * 'sounds': when people come and go. 'chatSounds': when a message comes. 'mutedSpeech': to be told
 * when one speaks while muted. 'singleKeys': M, V, H, C, ? and the space bar without Ctrl (WCAG
 * 2.1.4 requires a way to turn them off).
 * @typedef {'sounds'|'chatSounds'|'mutedSpeech'|'singleKeys'
 *   |import('./sound-processing.js').Processing} Preference
 */

/** What is off until the person turns it on; all others are on until it is turned off. */
const offAtFirst = new Set(['chatSounds']);

export class Preferences {
  #store;

  /** @param {Store} store */
  constructor(store) {
    this.#store = store;
  }

  /** @param {Preference} name */
  isOn(name) {
    return (this.#store.get(name) || (offAtFirst.has(name) ? 'off' : 'on')) === 'on';
  }

  /**
   * @param {Preference} name
   * @param {boolean} on
   */
  set(name, on) {
    const initial = !offAtFirst.has(name);
    this.#store.set(name, on === initial ? '' : on ? 'on' : 'off');
  }
}
