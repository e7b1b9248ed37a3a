/* selfview.js - how a person sees their own picture: mirrored, hidden, and in which corner. */
/* SPDX-License-Identifier: MIT */

import { corners } from './layout.js';

/** @typedef {import('./layout.js').Corner} Corner */
/** @typedef {Pick<import('./store.js').Store, 'get'|'set'>} Keeper */

/** What the person has chosen. It is kept, and the others never notice. */
export class SelfView {
  #store;
  #changed;
  #mirrored;
  #hidden;
  /** @type {Corner} */
  #corner;

  /**
   * @param {Keeper} store
   * @param {() => void} changed
   */
  constructor(store, changed) {
    this.#store = store;
    this.#changed = changed;
    this.#mirrored = store.get('selfMirrored') !== 'no';
    this.#hidden = store.get('selfHidden') === 'yes';
    this.#corner = corners.find((corner) => corner === store.get('selfCorner')) ?? 'bottom-right';
  }

  /** As in a mirror: that is how people know themselves. */
  get mirrored() {
    return this.#mirrored;
  }

  set mirrored(mirrored) {
    this.#mirrored = mirrored;
    this.#keep('selfMirrored', mirrored ? '' : 'no');
  }

  get hidden() {
    return this.#hidden;
  }

  set hidden(hidden) {
    this.#hidden = hidden;
    this.#keep('selfHidden', hidden ? 'yes' : '');
  }

  /** Where it lies, when it lies on the picture of somebody else. */
  get corner() {
    return this.#corner;
  }

  set corner(corner) {
    this.#corner = corner;
    this.#keep('selfCorner', corner);
  }

  /**
   * @param {string} key
   * @param {string} value
   */
  #keep(key, value) {
    this.#store.set(key, value); // may be denied: then it holds until the page is closed
    this.#changed();
  }
}
