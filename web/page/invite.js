/* invite.js - the link to a room, and the button that copies it. */
/* SPDX-License-Identifier: MIT */

import { part } from './picture.js';

/** @typedef {import('./i18n.js').Texts} Texts */
/** @typedef {import('./i18n.js').Key} Key */

/** How long the button shows the outcome. */
const shownMs = 2500;

/**
 * The address that leads into a room: that of the page, wherever it is published.
 * @param {string} room
 * @param {string} page the address of the page
 */
export function linkTo(room, page) {
  const url = new URL(page);
  url.searchParams.set('room', room);
  url.hash = '';
  return url.href;
}

export class Invite {
  #button;
  #texts;
  #say;
  #changed;
  /** @type {''|'copied'|'failed'} */
  #outcome = '';
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;

  /**
   * @param {HTMLElement} button
   * @param {Texts} texts
   * @param {(text: string) => void} say to a screen reader
   * @param {() => void} changed something else is to be shown
   */
  constructor(button, texts, say, changed) {
    this.#button = button;
    this.#texts = texts;
    this.#say = say;
    this.#changed = changed;
  }

  get copied() {
    return this.#outcome === 'copied';
  }

  /** @param {string} link */
  async copy(link) {
    try {
      await navigator.clipboard.writeText(link);
      this.#show('copied');
    } catch {
      // There is no clipboard outside a secure context, and access may be denied.
      this.#show('failed');
    }
  }

  render() {
    this.#button.dataset.done = String(this.copied);
    this.#button.dataset.failed = String(this.#outcome === 'failed');
    part(this.#button, '.wideText', HTMLElement).textContent = this.#texts.get(this.#key());
  }

  /** @param {'copied'|'failed'} outcome */
  #show(outcome) {
    this.#outcome = outcome;
    this.#say(this.#texts.get(this.#key()));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#outcome = '';
      this.#changed();
    }, shownMs);
    this.#changed();
  }

  /** @returns {Key} */
  #key() {
    if (this.#outcome === 'failed') return 'linkNotCopied';
    return this.copied ? 'linkCopied' : 'copyLink';
  }
}
