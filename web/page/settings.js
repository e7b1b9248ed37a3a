/* settings.js - the settings of the call: devices, speaker, self view, sounds, language, about. */
/* SPDX-License-Identifier: MIT */

import { languageNames } from './i18n.js';
import { part } from './picture.js';

/** @typedef {import('./i18n.js').Texts} Texts */
/** @typedef {import('./preferences.js').Preferences} Preferences */
/** @typedef {import('./preferences.js').Preference} Preference */

/**
 * @typedef {object} SettingsHooks
 * @property {(language: string) => void} chooseLanguage
 * @property {() => void} showShortcuts
 * @property {() => Promise<string>} version of the call client
 * @property {import('./selfview.js').SelfView} selfView
 */

export class Settings {
  #dialog;
  #texts;
  #preferences;
  #languages;
  #version;
  #selfView;
  #ownShown;
  #ownMirrored;
  #ownCorner;

  /**
   * @param {HTMLElement} root of the call screen, which holds the dialog
   * @param {Texts} texts
   * @param {Preferences} preferences
   * @param {SettingsHooks} hooks
   */
  constructor(root, texts, preferences, hooks) {
    const dialog = part(root, '.settings', HTMLDialogElement);
    this.#dialog = dialog;
    this.#texts = texts;
    this.#preferences = preferences;
    this.#languages = part(dialog, '.settingsLanguage', HTMLSelectElement);
    this.#languages.replaceChildren(...Object.entries(languageNames).map(([language, name]) =>
      new Option(name, language)));
    this.#languages.addEventListener('change', () => hooks.chooseLanguage(this.#languages.value));
    for (const box of this.#boxes()) {
      box.addEventListener('change', () =>
        preferences.set(/** @type {Preference} */ (box.dataset.preference), box.checked));
    }
    const { selfView } = hooks;
    this.#selfView = selfView;
    this.#ownShown = part(dialog, '.ownShown', HTMLInputElement);
    this.#ownShown.addEventListener('change', () => { selfView.hidden = !this.#ownShown.checked; });
    this.#ownMirrored = part(dialog, '.ownMirrored', HTMLInputElement);
    this.#ownMirrored.addEventListener('change', () => {
      selfView.mirrored = this.#ownMirrored.checked;
    });
    this.#ownCorner = part(dialog, '.ownCorner', HTMLSelectElement);
    this.#ownCorner.addEventListener('change', () => {
      selfView.corner = /** @type {import('./layout.js').Corner} */ (this.#ownCorner.value);
    });
    this.#version = hooks.version;
    part(dialog, '.shortcutsButton', HTMLElement).addEventListener('click', hooks.showShortcuts);
  }

  open() {
    this.#languages.value = this.#texts.language;
    for (const box of this.#boxes()) {
      box.checked = this.#preferences.isOn(/** @type {Preference} */ (box.dataset.preference));
    }
    this.#showSelfView();
    this.#version().then((version) => {
      part(this.#dialog, '.version', HTMLElement).textContent = version;
    }, () => {});
    this.#dialog.showModal();
  }

  /** @returns {NodeListOf<HTMLInputElement>} */
  #boxes() {
    return this.#dialog.querySelectorAll('input[data-preference]');
  }

  #showSelfView() {
    this.#ownShown.checked = !this.#selfView.hidden;
    this.#ownMirrored.checked = this.#selfView.mirrored;
    this.#ownCorner.value = this.#selfView.corner;
  }
}
