/* top.js - the line at the top of the page: the room, the number of people, the language. */
/* SPDX-License-Identifier: MIT */

import { languageNames } from './i18n.js';
import { part } from './picture.js';

/** @typedef {import('./i18n.js').Texts} Texts */

export class TopLine {
  #texts;
  #where;
  #title;
  #people;
  #peopleBox;
  #languages;

  /**
   * @param {HTMLElement} root
   * @param {Texts} texts
   * @param {(language: string) => void} chooseLanguage
   */
  constructor(root, texts, chooseLanguage) {
    this.#texts = texts;
    this.#where = part(root, '.where', HTMLElement);
    this.#title = part(root, '.roomTitle', HTMLElement);
    this.#people = part(root, '.peopleCount', HTMLElement);
    this.#peopleBox = part(root, '.people', HTMLElement);
    this.#languages = part(root, '.languageBox select', HTMLSelectElement);
    this.#languages.replaceChildren(...Object.entries(languageNames).map(([language, name]) => {
      const option = new Option(name, language);
      option.lang = language;
      return option;
    }));
    this.#languages.addEventListener('change', () => chooseLanguage(this.#languages.value));
  }

  /** What gets the focus when the call screen appears. */
  get heading() {
    return this.#title;
  }

  /**
   * @param {object} view
   * @param {boolean} view.inCall
   * @param {string} view.place
   * @param {number} view.people 0: not known yet
   */
  render({ inCall, place, people }) {
    this.#where.hidden = !inCall;
    this.#title.textContent = place;
    this.#people.textContent = people ? this.#texts.people(people) : '';
    this.#peopleBox.hidden = !people;
    this.#languages.value = this.#texts.language;
  }
}
