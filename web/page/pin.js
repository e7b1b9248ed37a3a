/* pin.js - whose tile is large, because the person wants it to be. */
/* SPDX-License-Identifier: MIT */

/** @typedef {import('./i18n.js').Texts} Texts */

/**
 * @typedef {object} PinHooks
 * @property {(text: string) => void} say to a screen reader
 * @property {() => void} changed
 */

export class Pin {
  #texts;
  #hooks;
  #id = '';
  /** There are enough tiles for one of them to be larger than the others. */
  possible = false;

  /**
   * @param {Texts} texts
   * @param {PinHooks} hooks
   */
  constructor(texts, hooks) {
    this.#texts = texts;
    this.#hooks = hooks;
  }

  /** Of the tile; '' is none. */
  get id() {
    return this.#id;
  }

  /**
   * @param {string} id
   * @param {string} name for the announcement
   */
  toggle(id, name) {
    const unpinned = this.#id === id;
    const said = this.#texts.get(unpinned ? 'saidUnpinned' : 'saidPinned', { name });
    this.#id = unpinned ? '' : id;
    this.#hooks.say(said);
    this.#hooks.changed();
  }

  /**
   * That tile goes away.
   * @param {string} id
   */
  forget(id) {
    if (this.#id === id) this.#id = '';
  }
}
