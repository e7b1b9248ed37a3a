/* settings.js - the settings of the call: devices, speaker, self view, sounds, language, about. */
/* SPDX-License-Identifier: MIT */

import { languageNames } from './i18n.js';
import { part } from './picture.js';
import { canProcess, isProcessing } from './sound-processing.js';

/** @typedef {import('./i18n.js').Texts} Texts */
/** @typedef {import('./preferences.js').Preferences} Preferences */
/** @typedef {import('./preferences.js').Preference} Preference */

/**
 * @typedef {object} SettingsHooks
 * @property {(language: string) => void} chooseLanguage
 * @property {() => void} showShortcuts
 * @property {() => Promise<string>} version of the call client
 * @property {import('./selfview.js').SelfView} selfView
 * @property {() => void} processingChanged what is done to the microphone's sound
 */

export class Settings {
  #dialog;
  #texts;
  #preferences;
  #languages;
  /** @type {import('./blurred-background.js').BlurredBackground|undefined} */
  blur;
  #blurred;
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
      box.addEventListener('change', () => {
        const name = /** @type {Preference} */ (box.dataset.preference);
        preferences.set(name, box.checked);
        if (isProcessing(name)) hooks.processingChanged();
      });
    }
    this.#blurred = part(dialog, '.backgroundBlur', HTMLInputElement);
    this.#blurred.addEventListener('change', () => this.blur?.set(this.#blurred.checked));
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
      const name = /** @type {Preference} */ (box.dataset.preference);
      box.checked = this.#preferences.isOn(name);
      this.#setting(box).hidden = isProcessing(name) && !canProcess(name);
    }
    this.render();
    this.#showSelfView();
    this.#version().then((version) => {
      part(this.#dialog, '.version', HTMLElement).textContent = version;
    }, () => {});
    this.#dialog.showModal();
  }

  /** What may change while the dialog is open: the system can blur as well. */
  render() {
    this.#setting(this.#blurred).hidden = !this.blur?.possible;
    this.#blurred.checked = this.blur?.on ?? false;
  }

  /** What a switch is shown in. @param {HTMLElement} box */
  #setting(box) {
    return /** @type {HTMLElement} */ (box.closest('.setting'));
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
