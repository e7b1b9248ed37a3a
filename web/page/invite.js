/* invite.js - the link into a room, and the button that copies it. */
/* SPDX-License-Identifier: MIT */

import { part } from './picture.js';

/** @typedef {import('./i18n.js').Texts} Texts */
/** @typedef {import('./i18n.js').Key} Key */

/** How long the button says what it did. */
const shownMs = 2500;

/**
 * The address that leads into a room.
 * @param {string} room
 */
export function linkTo(room) {
  const url = new URL(location.href);
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
   * @param {() => void} changed what is to be shown is another thing
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

  /** @param {string} room */
  async copy(room) {
    try {
      await navigator.clipboard.writeText(linkTo(room));
      this.#show('copied');
    } catch {
      // There is no clipboard outside of a secure context, and it may be forbidden.
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
