/* announcer.js - tells a screen reader what happens in the call. */
/* SPDX-License-Identifier: MIT */

/** How many lines stay in the document, so that a busy screen reader still finds them. */
const linesMax = 6;

export class Announcer {
  #log;

  /** @param {HTMLElement} log a polite live region; it must be in the document from the start */
  constructor(log) {
    this.#log = log;
  }

  /** @param {string} text */
  say(text) {
    const line = document.createElement('p');
    line.textContent = text;
    this.#log.append(line);
    while (this.#log.childElementCount > linesMax) this.#log.firstElementChild?.remove();
  }
}
