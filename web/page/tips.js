/* tips.js - what a button does and which key does the same, shown on hover and on focus. */
/* SPDX-License-Identifier: MIT */

import { part } from './picture.js';

/** How long a pointer rests on a button before its tip appears. Focus by keyboard needs no rest. */
export const restMs = 500;
/** The distance to the button, in CSS pixels. */
const gap = 8;

/**
 * Where a tip goes: above its button or, where there is no room, below; never outside the window.
 * @param {{left: number, top: number, width: number, height: number}} button
 * @param {{width: number, height: number}} tip
 * @param {{width: number, height: number}} view
 * @returns {{left: number, top: number}}
 */
export function placeTip(button, tip, view) {
  const centred = button.left + (button.width - tip.width) / 2;
  const above = button.top - tip.height - gap;
  return {
    left: Math.max(4, Math.min(centred, view.width - tip.width - 4)),
    top: above >= 4 ? above : button.top + button.height + gap,
  };
}

/**
 * Tips for every element below a root that has the attribute data-tip. The text is the element's
 * accessible name, so a screen reader hears nothing twice; data-keys holds the keys, as text. With
 * data-tip="cut" there is a tip only while the text does not fit into the element, with
 * data-tip="icon" only while its word is not shown.
 * Escape hides a tip, and so does everything that is done with its button (WCAG 1.4.13).
 */
export class Tips {
  #tip;
  /** @type {Element|undefined} */
  #shown;
  #timer = 0;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#tip = document.createElement('div');
    this.#tip.className = 'tip';
    this.#tip.setAttribute('aria-hidden', 'true');
    this.#tip.popover = 'manual'; // on top of everything, dialogs included
    root.append(this.#tip);
    root.addEventListener('pointerover', (event) => this.#onOver(event));
    root.addEventListener('focusin', (event) => {
      const owner = ownerOf(event);
      if (!owner?.matches(':focus-visible')) return;
      // A task later: what has moved the focus may be a panel that is being shown, or hidden by a
      // key, and meanwhile no other one may be shown (HTML, "show popover").
      setTimeout(() => { if (owner.matches(':focus')) this.#show(owner); });
    });
    for (const type of ['focusout', 'pointerdown', 'click', 'wheel']) {
      root.addEventListener(type, () => this.#hide(), { passive: true });
    }
    root.addEventListener('pointerleave', () => this.#hide());
    root.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.#hide();
    });
  }

  /** @param {PointerEvent} event */
  #onOver(event) {
    if (event.pointerType === 'touch') return;
    const owner = ownerOf(event);
    if (owner === this.#shown) return;
    this.#hide();
    if (owner) this.#timer = window.setTimeout(() => this.#show(owner), restMs);
  }

  /** @param {Element} owner */
  #show(owner) {
    this.#hide();
    const name = owner.getAttribute('aria-label') || owner.textContent?.trim() || '';
    if (!name || !owner.isConnected) return;
    const mode = owner.getAttribute('data-tip');
    if (mode === 'cut' && owner.scrollWidth <= owner.clientWidth) return;
    if (mode === 'icon' && (part(owner, 'span', HTMLElement).offsetWidth > 1)) return;
    const keys = (owner.getAttribute('data-keys') ?? '').split(' ').filter(Boolean);
    this.#tip.replaceChildren(name, ...keys.map((key) => {
      const element = document.createElement('kbd');
      element.textContent = key;
      return element;
    }));
    this.#tip.showPopover();
    const { left, top } = placeTip(owner.getBoundingClientRect(),
      this.#tip.getBoundingClientRect(), { width: innerWidth, height: innerHeight });
    this.#tip.style.left = `${left}px`;
    this.#tip.style.top = `${top}px`;
    this.#shown = owner;
  }

  #hide() {
    clearTimeout(this.#timer);
    if (this.#shown) this.#tip.hidePopover();
    this.#shown = undefined;
  }
}

/** @param {Event} event */
function ownerOf(event) {
  const [target] = event.composedPath();
  return target instanceof Element ? target.closest('[data-tip]') ?? undefined : undefined;
}
