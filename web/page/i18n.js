/* i18n.js - which language the page speaks, and putting its texts into the document. */
/* SPDX-License-Identifier: MIT */

import en from './i18n/en.js';
import ko from './i18n/ko.js';

/** @typedef {keyof typeof en} Key */
/** @typedef {'en'|'ko'} Language */

/** One table per language; the first is the one for everybody else. */
export const tables = { en, ko };

/** Attributes of the document that name a key, and what the text of that key becomes. */
const places = /** @type {const} */ ([
  ['data-text', ''],
  ['data-label', 'aria-label'],
  ['data-title', 'title'],
  ['data-placeholder', 'placeholder'],
]);

/**
 * The first of the wanted languages that there is a table for.
 * @param {readonly string[]} wanted language tags, best first
 * @returns {Language}
 */
export function chooseLanguage(wanted) {
  for (const tag of wanted) {
    const primary = tag.toLowerCase().split('-')[0];
    if (primary === 'en' || primary === 'ko') return primary;
  }
  return 'en';
}

/** The texts in the language that is chosen at the time. */
export class Texts {
  /** @param {Language} language */
  constructor(language) {
    this.language = language;
  }

  /**
   * The text of a key, with {placeholders} filled in.
   * @param {Key} key
   * @param {Record<string, string|number>} [values]
   */
  get(key, values = {}) {
    const text = tables[this.language][key];
    return text.replace(/\{(\w+)\}/g, (all, name) => String(values[name] ?? all));
  }

  /**
   * How many people that is.
   * @param {number} count
   */
  people(count) {
    const one = new Intl.PluralRules(this.language).select(count) === 'one';
    return this.get(one ? 'peopleOne' : 'peopleOther', { count });
  }

  /**
   * Puts the texts that never change within a language into a part of the document.
   * @param {ParentNode} root
   */
  apply(root) {
    for (const [marker, attribute] of places) {
      for (const element of root.querySelectorAll(`[${marker}]`)) {
        const text = this.get(/** @type {Key} */ (element.getAttribute(marker)));
        if (attribute) element.setAttribute(attribute, text);
        else element.textContent = text;
      }
    }
  }
}
