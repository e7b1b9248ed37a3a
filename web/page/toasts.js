/* toasts.js - short messages over the stage: who has come, what was copied. */
/* SPDX-License-Identifier: MIT */

/** How long a message stays. */
const shownMs = 4000;
/** How many are there at once: of more, the oldest goes first. */
const shownMax = 3;

/**
 * Messages for people who look. Who listens is told by the announcer, so these are hidden from
 * screen readers. They lie over the top of the stage, move nothing and take no click.
 */
export class Toasts {
  #list;

  /** @param {HTMLElement} list */
  constructor(list) {
    this.#list = list;
  }

  /** @param {string} text */
  show(text) {
    const toast = document.createElement('li');
    toast.className = 'toast';
    toast.textContent = text;
    this.#list.append(toast);
    while (this.#list.childElementCount > shownMax) this.#list.firstElementChild?.remove();
    setTimeout(() => toast.remove(), shownMs);
  }

  clear() {
    this.#list.replaceChildren();
  }
}
