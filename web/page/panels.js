/* panels.js - the panels that open beside their button, and the dialogs of the call. */
/* SPDX-License-Identifier: MIT */

import { placeTip } from './tips.js';

/**
 * Puts each panel (an element with the attribute popover) next to the button that opens it. On a
 * narrow screen the style sheet makes a sheet at the bottom of it, wherever the button is.
 */
export class Panels {
  /** @type {NodeListOf<HTMLElement>} */
  #all;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#all = root.querySelectorAll('.panel[popover]');
    for (const panel of this.#all) {
      const openers = /** @type {NodeListOf<HTMLElement>} */ (
        root.querySelectorAll(`[popovertarget="${panel.id}"]`));
      const moveToOpener = () => place(panel, [...openers].find((opener) => opener.offsetParent));
      // What grows stays where it is as long as it is inside: somebody may be about to press.
      const growing = new ResizeObserver(() => {
        if (panel.getBoundingClientRect().bottom > innerHeight) moveToOpener();
      });
      panel.addEventListener('toggle', (event) => {
        const open = /** @type {ToggleEvent} */ (event).newState === 'open';
        if (!open) {
          growing.disconnect();
          return removeEventListener('resize', moveToOpener);
        }
        growing.observe(panel);
        moveToOpener();
        addEventListener('resize', moveToOpener);
      });
      // Whoever has chosen is done with the panel.
      panel.addEventListener('click', (event) => {
        const target = /** @type {Element} */ (event.target);
        if (target.closest('.item, .reaction')) panel.hidePopover();
      });
    }
    for (const dialog of root.querySelectorAll('dialog.sheet')) listen(dialog);
  }

  /** What they are about is over. */
  close() {
    // One that has just been opened may not have had its event yet.
    for (const panel of this.#all) panel.hidePopover?.();
  }
}

/** Between a panel and the edges of the window. */
const marginPx = 8;

/**
 * Beside its button where there is room, and over it where the window is too low for both.
 * @param {HTMLElement} panel
 * @param {HTMLElement|undefined} opener
 */
function place(panel, opener) {
  if (!opener) return;
  const box = panel.getBoundingClientRect();
  const { left, top } = placeTip(opener.getBoundingClientRect(), box,
    { width: innerWidth, height: innerHeight });
  const lowest = innerHeight - marginPx - box.height;
  panel.style.setProperty('--left', `${left}px`);
  panel.style.setProperty('--top', `${Math.max(marginPx, Math.min(top, lowest))}px`);
}

/** @param {Element} dialog */
function listen(dialog) {
  if (!(dialog instanceof HTMLDialogElement)) return;
  dialog.addEventListener('click', (event) => {
    const target = /** @type {Element} */ (event.target);
    // A click beside a dialog has the dialog itself as its target.
    if (target === dialog || target.closest('.closeButton')) dialog.close();
  });
}
