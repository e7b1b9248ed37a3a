/* hosting.js - what a host of the room sees and does: its door, who knocks, quiet. */
/* SPDX-License-Identifier: MIT */

import { part, renderAvatar } from './picture.js';

/** @typedef {import('../peerface.js').Room} Room */
/** @typedef {import('../peerface.js').Knock} Knock */
/** @typedef {import('../peerface.js').HostAction} HostAction */
/** @typedef {import('./i18n.js').Texts} Texts */
/** @typedef {import('./i18n.js').Key} Key */

/**
 * How things are in the room.
 * @typedef {object} Terms
 * @property {boolean} host one is host
 * @property {boolean} locked
 * @property {readonly Knock[]} knocks
 */

/**
 * @typedef {object} HostingHooks
 * @property {(action: HostAction, who?: {id: string}) => void} host does what a host may do
 * @property {(text: string) => void} tell shows and says a short message
 * @property {() => void} knocked somebody new is at the door
 */

/** @type {Terms} */
const none = { host: false, locked: false, knocks: [] };

export class Hosting {
  #texts;
  #hooks;
  #bar;
  #lock;
  #list;
  #template;
  /** What was shown last. */
  #terms = none;
  #language = '';

  /**
   * @param {HTMLElement} root of the call screen
   * @param {Texts} texts
   * @param {HostingHooks} hooks
   */
  constructor(root, texts, hooks) {
    this.#texts = texts;
    this.#hooks = hooks;
    this.#bar = part(root, '.hostBar', HTMLElement);
    this.#lock = part(root, '.lockTool', HTMLButtonElement);
    this.#list = part(root, '.knocks', HTMLElement);
    this.#template = part(root, '.knockTemplate', HTMLTemplateElement);
    this.#lock.addEventListener('click', () => hooks.host(this.#terms.locked ? 'open' : 'lock'));
    part(root, '.muteAllTool', HTMLElement).addEventListener('click', () => {
      hooks.host('mute');
      hooks.tell(texts.get('saidMutedAll'));
    });
  }

  /** @param {Terms|undefined} terms undefined: one is in no room */
  render(terms) {
    const now = terms ?? none;
    const before = this.#terms;
    this.#terms = now;
    this.#bar.hidden = !now.host;
    this.#lock.setAttribute('aria-checked', String(now.locked));
    if (terms) this.#tellChange(before, now);
    this.#renderKnocks(before.knocks);
  }

  /**
   * @param {Terms} before
   * @param {Terms} now
   */
  #tellChange(before, now) {
    if (before.locked !== now.locked) {
      this.#hooks.tell(this.#texts.get(now.locked ? 'saidLocked' : 'saidOpened'));
    }
    if (!before.host && now.host && before !== none) {
      this.#hooks.tell(this.#texts.get('saidYouHost'));
    }
    const known = new Set(before.knocks.map(({ id }) => id));
    const fresh = now.knocks.filter(({ id }) => !known.has(id));
    if (fresh.length) this.#hooks.knocked();
  }

  /** @param {readonly Knock[]} before */
  #renderKnocks(before) {
    const { knocks } = this.#terms;
    this.#list.hidden = !knocks.length;
    if (knocks === before && this.#language === this.#texts.language) return;
    this.#language = this.#texts.language;
    const focused = this.#list.contains(document.activeElement);
    this.#list.replaceChildren(...knocks.map((knock) => this.#card(knock)));
    if (focused) this.#list.querySelector('button')?.focus();
  }

  /** @param {Knock} knock */
  #card(knock) {
    const content = /** @type {DocumentFragment} */ (this.#template.content.cloneNode(true));
    const card = part(content, '.knock', HTMLElement);
    const name = knock.name || this.#texts.get('guest');
    renderAvatar(card, name, knock.id);
    part(card, '.knockText', HTMLElement).textContent = this.#texts.get('knocks', { name });
    for (const [selector, action, key] of /** @type {[string, HostAction, Key][]} */ ([
      ['.admitTool', 'admit', 'letInName'], ['.refuseTool', 'refuse', 'turnAwayName'],
    ])) {
      const button = part(card, selector, HTMLElement);
      button.textContent = this.#texts.get(action === 'admit' ? 'letIn' : 'turnAway');
      button.setAttribute('aria-label', this.#texts.get(key, { name }));
      button.addEventListener('click', () => this.#hooks.host(action, knock));
    }
    return card;
  }
}
