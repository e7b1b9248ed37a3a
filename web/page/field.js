/* field.js - a text field that says below itself what is wrong with what was typed. */
/* SPDX-License-Identifier: MIT */

import { part } from './picture.js';
import { tidy } from './roomname.js';

/** @typedef {import('./i18n.js').Texts} Texts */
/** @typedef {import('./i18n.js').Key} Key */

export class Field {
  #input;
  #error;
  #texts;
  #fits;
  #wrong;

  /**
   * @param {HTMLElement} root
   * @param {Texts} texts
   * @param {(typed: string) => boolean} fits
   * @param {Key} wrong said of what does not fit
   * @param {() => void} typed
   */
  constructor(root, texts, fits, wrong, typed) {
    this.#input = part(root, 'input', HTMLInputElement);
    this.#error = part(root, '.fieldError', HTMLElement);
    this.#texts = texts;
    this.#fits = fits;
    this.#wrong = wrong;
    this.#input.addEventListener('input', () => {
      this.render();
      typed();
    });
    // What is sent is what is shown.
    this.#input.addEventListener('change', () => { this.#input.value = this.text; });
  }

  get text() {
    return tidy(this.#input.value);
  }

  /** @param {string} text */
  set text(text) {
    this.#input.value = text;
    this.render();
  }

  /** Whether it fits; the field that does not gets the focus. */
  check() {
    this.render();
    const fits = this.#fits(this.#input.value);
    if (!fits) this.#input.focus();
    return fits;
  }

  focus() {
    this.#input.focus();
  }

  render() {
    const fits = this.#fits(this.#input.value);
    const text = fits ? '' : this.#texts.get(this.#wrong);
    if (this.#error.textContent !== text) this.#error.textContent = text;
    this.#error.hidden = fits;
    this.#input.setAttribute('aria-invalid', String(!fits));
  }
}
