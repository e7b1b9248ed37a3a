/* share.js - sharing one's own screen: the buttons, and the reminder that it is being shared. */
/* SPDX-License-Identifier: MIT */

import { visibleName } from './names.js';
import { part } from './picture.js';

/** @typedef {import('../peerface.js').LocalSource} LocalSource */
/** @typedef {import('../peerface.js').Peer} Peer */
/** @typedef {import('./i18n.js').Texts} Texts */

/**
 * @typedef {object} ShareHooks
 * @property {(on: boolean) => void} shareScreen the person wants to, or wants to end it
 * @property {(text: string) => void} tell a short message that people see, and hear
 * @property {(text: string) => void} say to a screen reader
 */

/** Phones cannot. */
export function canShareScreen() {
  return typeof navigator.mediaDevices?.getDisplayMedia === 'function';
}

/**
 * One's own share. It is never shown to oneself as a picture: of one's own screen, that would be a
 * picture within a picture within a picture.
 */
export class OwnShare {
  #root;
  #texts;
  #hooks;
  #buttons;
  #reminder;
  /** @type {LocalSource['state']} what was told last */
  #told = 'idle';

  /**
   * @param {HTMLElement} root of the call screen
   * @param {Texts} texts
   * @param {ShareHooks} hooks
   */
  constructor(root, texts, hooks) {
    this.#root = root;
    this.#texts = texts;
    this.#hooks = hooks;
    this.#buttons = /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll('.shareButton'));
    this.#reminder = part(root, '.sharing', HTMLElement);
    for (const button of this.#buttons) {
      button.hidden = !canShareScreen();
      // Within the click, without which the browser does not ask what to share.
      button.addEventListener('click', () => hooks.shareScreen(button.dataset.on !== 'true'));
    }
    part(root, '.stopSharing', HTMLElement).addEventListener('click', () => {
      hooks.shareScreen(false);
    });
  }

  /**
   * @param {LocalSource|undefined} screen
   * @param {Iterable<Peer>} peers
   */
  render(screen, peers) {
    const { wanted = false, state = 'idle' } = screen ?? {};
    for (const button of this.#buttons) {
      button.dataset.on = String(wanted);
      const text = this.#texts.get(wanted ? 'stopSharing' : 'shareScreen');
      const words = button.querySelector('.itemText');
      if (words) words.textContent = text;
      else button.setAttribute('aria-label', text);
    }
    this.#showReminder(state === 'live', peers);
    this.#tellChange(state);
  }

  /**
   * @param {boolean} shown
   * @param {Iterable<Peer>} peers
   */
  #showReminder(shown, peers) {
    const root = /** @type {Document|ShadowRoot} */ (this.#root.getRootNode());
    const focused = this.#reminder.contains(root.activeElement);
    this.#reminder.hidden = !shown;
    part(this.#reminder, '.sharingText', HTMLElement).textContent = this.#text(peers);
    // Who has stopped it by keyboard goes on where it can be begun again.
    if (!shown && focused) {
      [...this.#buttons].find((button) => button.offsetParent !== null)?.focus();
    }
  }

  /**
   * What is shared, and who does not see it.
   * @param {Iterable<Peer>} peers
   */
  #text(peers) {
    const names = [...peers].filter((peer) => peer.screenSupported === false)
      .map((peer) => visibleName(peer.name, this.#texts.get('guest')));
    const text = this.#texts.get('youAreSharing');
    if (!names.length) return text;
    const people = new Intl.ListFormat(this.#texts.language).format(names);
    return `${text} ${this.#texts.get('screenNotSeenBy', { people })}`;
  }

  /** @param {LocalSource['state']} state */
  #tellChange(state) {
    const before = this.#told;
    this.#told = state;
    if (state === before) return;
    if (state === 'live') this.#hooks.say(this.#texts.get('saidYouShare'));
    else if (before === 'live') this.#hooks.say(this.#texts.get('saidYouShareNoMore'));
    if (state === 'failed') this.#hooks.tell(this.#texts.get('shareFailed'));
  }
}
