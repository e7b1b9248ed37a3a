/* invite.js - hands the link of a room on: by the clipboard, the phone's own menu, or a QR code. */
/* SPDX-License-Identifier: MIT */

import { readable } from './link.js';
import { part } from './picture.js';

/** @typedef {import('./i18n.js').Texts} Texts */
/** @typedef {import('./i18n.js').Key} Key */

/** How long a button shows the outcome. */
const shownMs = 2500;

/** Copies the link, and tells how that went. */
export class Invite {
  #texts;
  #tell;
  #changed;
  #refused;
  #copied = false;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;

  /**
   * @param {Texts} texts
   * @param {(text: string) => void} tell the person
   * @param {() => void} changed something else is to be shown
   * @param {() => void} refused the browser does not let the page copy
   */
  constructor(texts, tell, changed, refused) {
    this.#texts = texts;
    this.#tell = tell;
    this.#changed = changed;
    this.#refused = refused;
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
      this.#refused();
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

/** Phones have it, and some desktops. */
export const canShare = () => typeof navigator.share === 'function';

/**
 * Shows the system's own menu for handing something on.
 * @param {string} title
 * @param {string} url
 * @returns {Promise<boolean>} false: it was closed again
 */
export async function share(title, url) {
  try {
    await navigator.share({ title, url });
    return true;
  } catch {
    return false;
  }
}

/** The dialog with every way to invite. The link in it is selected, to be copied by hand. */
export class InviteDialog {
  #dialog;
  #texts;
  #copy;
  #link;
  #place = '';
  #href = '';

  /**
   * @param {HTMLDialogElement} dialog
   * @param {Texts} texts
   * @param {() => Promise<void>} copy
   */
  constructor(dialog, texts, copy) {
    this.#dialog = dialog;
    this.#texts = texts;
    this.#copy = copy;
    this.#link = part(dialog, '.inviteLink', HTMLInputElement);
    const shareButton = part(dialog, '.inviteShare', HTMLElement);
    shareButton.hidden = !canShare();
    shareButton.addEventListener('click', () => this.#share());
    part(dialog, '.inviteCopy', HTMLElement).addEventListener('click', () => this.#press());
    this.#link.addEventListener('focus', () => this.#link.select());
    // A click beside the dialog lands on the dialog itself.
    dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
  }

  /**
   * @param {string} place
   * @param {string} href the link to it
   * @param {'ways'|'by-hand'} why 'by-hand': copying has failed
   */
  open(place, href, why) {
    this.#place = place;
    this.#href = href;
    this.#link.value = href;
    part(this.#dialog, '.inviteTitle', HTMLElement).textContent =
      this.#texts.get('inviteTitle', { room: place });
    part(this.#dialog, '.inviteText', HTMLElement).textContent =
      this.#texts.get(why === 'by-hand' ? 'copyByHand' : 'inviteText');
    part(this.#dialog, '.inviteCopy', HTMLElement).textContent = this.#texts.get('copyLink');
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#showCode();
    this.#link.focus();
    this.#link.select();
  }

  async #press() {
    await this.#copy();
    this.#link.focus();
    this.#link.select();
  }

  /** While it is open, what is said outside of it is not heard. */
  showCopied() {
    for (const place of ['.inviteCopy', '.inviteText']) {
      part(this.#dialog, place, HTMLElement).textContent = this.#texts.get('linkCopied');
    }
  }

  close() {
    if (this.#dialog.open) this.#dialog.close();
  }

  async #share() {
    const title = this.#texts.get('shareTitle', { room: this.#place });
    if (await share(title, this.#href)) this.#dialog.close();
  }

  /** The code and what draws it are loaded when the dialog opens for the first time. */
  async #showCode() {
    const place = part(this.#dialog, '.inviteCode', HTMLElement);
    try {
      const { drawCode } = await import('./qr.js');
      const code = drawCode(this.#href);
      code.setAttribute('aria-label', this.#texts.get('qrLabel', { link: readable(this.#href) }));
      place.replaceChildren(code);
      place.hidden = false;
    } catch {
      place.hidden = true; // without a network, or a link too long for a code
    }
  }
}
