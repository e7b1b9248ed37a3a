/* i18n.js - chooses the language of the page, and puts its texts into the document. */
/* SPDX-License-Identifier: MIT */

import { isolated } from './names.js';

/** @typedef {typeof import('./i18n/en.js').default} Table */
/** @typedef {keyof Table} Key */
/** @typedef {'en'|'ko'} Language */

/** Each by its own name. English is for everybody whose language has no texts. */
export const languageNames = /** @type {const} */ ({ en: 'English', ko: '한국어' });

/** @type {Map<Language, Record<Key, string>>} the texts that have been loaded */
const tables = new Map();

/**
 * Loads the texts of a language, for Texts in that language: a page needs only one.
 * @param {Language} language
 */
export async function loadLanguage(language) {
  if (tables.has(language)) return;
  const { default: table } = await (language === 'ko' ? import('./i18n/ko.js')
    : import('./i18n/en.js'));
  tables.set(language, table);
}

/** Attributes that name a key, and the attribute that its text goes to; '' is the content. */
const places = /** @type {const} */ ([
  ['data-text', ''],
  ['data-label', 'aria-label'],
  ['data-title', 'title'],
  ['data-placeholder', 'placeholder'],
]);

/**
 * The first of the wanted languages that has a table.
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

/** The texts in the current language, which must have been loaded. */
export class Texts {
  /** @param {Language} language */
  constructor(language) {
    this.language = language;
  }

  /**
   * The text of a key, with {placeholders} filled in. What is filled in does not disturb the text
   * around it, whichever way it is written.
   * @param {Key} key
   * @param {Record<string, string|number>} [values]
   */
  get(key, values = {}) {
    return this.fill(tables.get(this.language)?.[key] ?? '', values);
  }

  /**
   * @param {string} text with {placeholders}
   * @param {Record<string, string|number>} values
   */
  fill(text, values) {
    return text.replace(/\{(\w+)\}/g, (all, name) => isolated(String(values[name] ?? all)));
  }

  /**
   * A number of people, in words.
   * @param {number} count
   */
  people(count) {
    const one = new Intl.PluralRules(this.language).select(count) === 'one';
    return this.get(one ? 'peopleOne' : 'peopleOther', { count });
  }

  /**
   * Puts the texts that depend on nothing but the language into a part of the document.
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
