/* hosting.js - what a host of the room sees and does: its door, who knocks, quiet. */
/* SPDX-License-Identifier: MIT */

import { visibleName } from './names.js';
import { part, renderAvatar } from './picture.js';
import { placeRows } from './rows.js';

/** @typedef {import('../peerface.js').Room} Room */
/** @typedef {import('../peerface.js').Knock} Knock */
/** @typedef {import('../peerface.js').HostAction} HostAction */
/** @typedef {import('./i18n.js').Texts} Texts */
/** @typedef {import('./i18n.js').Key} Key */

/**
 * How things are in the room.
 * @typedef {object} Terms
 * @property {boolean} joined the relay is there, so that a host can act
 * @property {boolean} host one is host
 * @property {boolean} locked
 * @property {readonly Knock[]} knocks
 */

/**
 * @typedef {object} HostingHooks
 * @property {(action: HostAction, who?: {id: string}) => void} host does what a host may do
 * @property {(text: string) => void} tell shows and says a short message
 * @property {(text: string) => void} knocked somebody new is at the door, once for each
 */

/** @type {Terms} */
const none = { joined: false, host: false, locked: false, knocks: [] };

export class Hosting {
  #texts;
  #hooks;
  #bar;
  #lock;
  #list;
  #template;
  /** What was shown last. */
  #terms = none;
  /** By the id of the knock. @type {Map<string, HTMLElement>} */
  #cards = new Map();
  /** The ids of those who have been told of. @type {Set<string>} */
  #told = new Set();

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
    // Without the relay nothing can be done, and nothing is known to have changed.
    this.#terms = now.joined || !terms ? now : { ...before, joined: false };
    this.#bar.hidden = !now.host || !now.joined;
    this.#lock.setAttribute('aria-checked', String(this.#terms.locked));
    if (!terms) this.#told.clear();
    else if (now.joined) this.#tellChange(before, now);
    this.#renderKnocks();
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
    for (const knock of now.knocks) {
      if (this.#told.has(knock.id)) continue;
      this.#told.add(knock.id);
      this.#hooks.knocked(this.#texts.get('knocks', { name: this.#nameOf(knock) }));
    }
  }

  #renderKnocks() {
    const { knocks, joined } = this.#terms;
    const ids = new Set(knocks.map(({ id }) => id));
    for (const id of this.#cards.keys()) if (!ids.has(id)) this.#cards.delete(id);
    this.#list.hidden = !knocks.length || !joined;
    placeRows(this.#list, knocks.map((knock) => this.#cardOf(knock)), (next) => {
      next?.querySelector('button')?.focus();
    });
  }

  /**
   * The card of somebody stays the same element for as long as they wait.
   * @param {Knock} knock
   */
  #cardOf(knock) {
    const card = this.#cards.get(knock.id) ?? this.#makeCard(knock);
    this.#cards.set(knock.id, card);
    const name = this.#nameOf(knock);
    if (card.dataset.shown === name + this.#texts.language) return card;
    card.dataset.shown = name + this.#texts.language;
    renderAvatar(card, name, knock.id);
    part(card, '.knockText', HTMLElement).textContent = this.#texts.get('knocks', { name });
    for (const [selector, key, label] of /** @type {[string, Key, Key][]} */ ([
      ['.admitTool', 'letIn', 'letInName'], ['.refuseTool', 'turnAway', 'turnAwayName'],
    ])) {
      const button = part(card, selector, HTMLElement);
      button.textContent = this.#texts.get(key);
      button.setAttribute('aria-label', this.#texts.get(label, { name }));
    }
    return card;
  }

  /** @param {Knock} knock */
  #makeCard(knock) {
    const content = /** @type {DocumentFragment} */ (this.#template.content.cloneNode(true));
    const card = part(content, '.knock', HTMLElement);
    part(card, '.admitTool', HTMLElement)
      .addEventListener('click', () => this.#hooks.host('admit', knock));
    part(card, '.refuseTool', HTMLElement)
      .addEventListener('click', () => this.#hooks.host('refuse', knock));
    return card;
  }

  /** @param {Knock} knock */
  #nameOf({ name }) {
    return visibleName(name, this.#texts.get('guest'));
  }
}
