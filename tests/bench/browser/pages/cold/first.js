/* first.js - what a page's script is to the floor of a cold click. */
/* SPDX-License-Identifier: MIT */
const { text } = await import('./texts.js');
for (const css of ['h1', 'button']) {
  /** @type {HTMLElement} */ (document.querySelector(css)).textContent = text;
}
