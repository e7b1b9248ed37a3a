/* about.js - the lock beside the name of the room: says what it means when it is pressed. */
/* SPDX-License-Identifier: MIT */

import { part } from './picture.js';

export class About {
  #root;
  #button;
  #text;

  /**
   * @param {HTMLElement} root that holds the button and the text
   * @param {() => void} invite the person wants to hand the link on
   */
  constructor(root, invite) {
    this.#root = root;
    this.#button = part(root, '.aboutButton', HTMLElement);
    this.#text = part(root, '.aboutText', HTMLElement);
    this.#button.addEventListener('click', () => this.#show(this.#text.hidden));
    part(root, '.aboutInvite', HTMLElement).addEventListener('click', () => {
      this.#show(false);
      invite();
    });
    root.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || this.#text.hidden) return;
      this.#show(false);
      this.#button.focus();
    });
    document.addEventListener('pointerdown', (event) => this.#closeUnless(event.target));
    root.addEventListener('focusout', (event) => {
      if (event.relatedTarget) this.#closeUnless(event.relatedTarget);
    });
  }

  /** @param {EventTarget|null} target what is used now */
  #closeUnless(target) {
    const own = target instanceof Node
      && (this.#text.contains(target) || this.#button.contains(target));
    if (!own) this.#show(false);
  }

  /** @param {boolean} shown */
  #show(shown) {
    this.#text.hidden = !shown;
    this.#button.setAttribute('aria-expanded', String(shown));
    this.#root.dataset.about = String(shown);
  }
}
