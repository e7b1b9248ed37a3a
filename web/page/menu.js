/* menu.js - a menu that opens at a button, for pointer, touch, keyboard and screen reader. */
/* SPDX-License-Identifier: MIT */

import { isFullScreen } from './fullscreen.js';
import { part } from './picture.js';

/**
 * @typedef {object} Item
 * @property {string} code names it for styles and tests
 * @property {string} label
 * @property {string} icon the id of a symbol, without "icon-"
 * @property {boolean} [checked] it can be on or off, and this is what it is
 * @property {boolean} [oneOf] of those with this, one is on
 * @property {() => void} act
 */

/** Between the menu and its button, and the edges of the window. */
const marginPx = 8;

/** One menu for all buttons of a component: it is filled when it opens. */
export class Menu {
  #element;
  #home;
  #title;
  #list;
  /** @type {HTMLElement|undefined} the button that it is open at */
  #anchor;
  /** Removes the listeners that are needed while it is open. */
  #open = new AbortController();

  /** @param {HTMLElement} element has a title and a list in it */
  constructor(element) {
    this.#element = element;
    this.#home = /** @type {HTMLElement} */ (element.parentElement);
    this.#title = part(element, '.menuTitle', HTMLElement);
    this.#list = part(element, '[role="menu"]', HTMLElement);
    element.addEventListener('keydown', (event) => this.#onKey(event));
  }

  /**
   * Opens it at a button, or closes it if it is open there.
   * @param {HTMLElement} anchor
   * @param {string} title
   * @param {Item[]} items
   */
  toggle(anchor, title, items) {
    if (this.#anchor === anchor) return this.close();
    this.close();
    this.#anchor = anchor;
    this.#title.textContent = title;
    this.#list.setAttribute('aria-label', title);
    this.#list.replaceChildren(...items.map((item) => this.#button(item)));
    anchor.setAttribute('aria-expanded', 'true');
    // While a tile fills the screen, everything outside of it is inert.
    /** @type {HTMLElement|null} */
    const tile = anchor.closest('.tile');
    (tile && isFullScreen(tile) ? tile : this.#home).append(this.#element);
    this.#element.hidden = false;
    this.#element.showPopover?.(); // above everything, and cut by nothing
    this.#moveTo(anchor.getBoundingClientRect());
    this.#buttons[0]?.focus({ preventScroll: true });
    this.#listen();
  }

  /** @param {boolean} [back] the focus returns to the button */
  close(back = true) {
    const anchor = this.#anchor;
    if (!anchor) return;
    this.#anchor = undefined;
    this.#open.abort();
    anchor.setAttribute('aria-expanded', 'false');
    if (back) anchor.focus({ preventScroll: true });
    this.#element.hidePopover?.();
    this.#element.hidden = true;
    this.#home.append(this.#element);
  }

  /** @param {Node} part of the document that goes away */
  closeWithin(part) {
    if (this.#anchor && part.contains(this.#anchor)) this.close(false);
  }

  /** @returns {HTMLElement[]} */
  get #buttons() {
    return /** @type {HTMLElement[]} */ ([...this.#list.children]);
  }

  /** @param {Item} item */
  #button({ code, label, icon, checked, oneOf, act }) {
    const button = document.createElement('button');
    button.type = 'button';
    button.tabIndex = -1;
    button.dataset.code = code;
    const role = checked === undefined ? 'menuitem' : oneOf ? 'menuitemradio' : 'menuitemcheckbox';
    button.setAttribute('role', role);
    if (checked !== undefined) button.setAttribute('aria-checked', String(checked));
    const words = document.createElement('span');
    words.textContent = label;
    button.append(iconOf(icon), words);
    if (checked) button.append(iconOf('check'));
    button.addEventListener('click', () => {
      this.close();
      act();
    });
    return button;
  }

  #listen() {
    this.#open = new AbortController();
    const { signal } = this.#open;
    document.addEventListener('pointerdown', (event) => {
      const path = event.composedPath();
      const anchor = /** @type {EventTarget} */ (this.#anchor);
      if (!path.includes(this.#element) && !path.includes(anchor)) this.close(false);
    }, { capture: true, signal });
    this.#element.addEventListener('focusout', (event) => {
      const next = /** @type {Node|null} */ (event.relatedTarget);
      if (next && next !== this.#anchor && !this.#element.contains(next)) this.close(false);
    }, { signal });
    addEventListener('resize', () => this.close(), { signal });
    document.addEventListener('fullscreenchange', () => this.close(), { signal });
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const buttons = this.#buttons;
    const at = buttons.findIndex((button) => button === event.composedPath()[0]);
    /** @type {Record<string, number>} */
    const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 };
    if (event.key in steps) buttons.at(steps[event.key] % buttons.length)?.focus();
    else if (event.key === 'Escape' || event.key === 'Tab') this.close();
    else return;
    if (event.key === 'Tab') return; // on from the button
    event.preventDefault();
    event.stopPropagation();
  }

  /**
   * Below the button or above it, and never out of the window.
   * @param {DOMRect} anchor
   */
  #moveTo(anchor) {
    const { style } = this.#element;
    style.left = style.top = '0px';
    const own = this.#element.getBoundingClientRect();
    const most = { x: innerWidth - marginPx - own.width, y: innerHeight - marginPx - own.height };
    const below = anchor.bottom + marginPx / 2;
    const above = anchor.top - marginPx / 2 - own.height;
    const x = Math.max(marginPx, Math.min(anchor.right - own.width, most.x));
    const y = below <= most.y ? below : Math.max(marginPx, Math.min(above, most.y));
    // Not the window but some element around may be what positions count from.
    style.left = `${x - own.left}px`;
    style.top = `${y - own.top}px`;
  }
}

/** @param {string} name */
export function iconOf(name) {
  const space = 'http://www.w3.org/2000/svg';
  const icon = document.createElementNS(space, 'svg');
  const use = document.createElementNS(space, 'use');
  icon.setAttribute('class', 'icon');
  icon.setAttribute('aria-hidden', 'true');
  use.setAttribute('href', `#icon-${name}`);
  icon.append(use);
  return icon;
}
