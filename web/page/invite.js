/* invite.js - the link to a room, and the button that copies it. */
/* SPDX-License-Identifier: MIT */

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
  #texts;
  #tell;
  #changed;
  #copied = false;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;

  /**
   * @param {Texts} texts
   * @param {(text: string) => void} tell the person
   * @param {() => void} changed something else is to be shown
   */
  constructor(texts, tell, changed) {
    this.#texts = texts;
    this.#tell = tell;
    this.#changed = changed;
  }

  get copied() {
    return this.#copied;
  }

  /** @param {string} link */
  async copy(link) {
    try {
      await navigator.clipboard.writeText(link);
      this.#show();
    } catch {
      // There is no clipboard outside a secure context, and access may be denied.
      this.#tell(this.#texts.get('linkNotCopied'));
    }
  }

  #show() {
    this.#copied = true;
    this.#tell(this.#texts.get('linkCopied'));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#copied = false;
      this.#changed();
    }, shownMs);
    this.#changed();
  }
}
