/* announcer.js - says to a screen reader what others see happen. */
/* SPDX-License-Identifier: MIT */

/** Lines that stay in the document; a reader that is busy still finds them. */
const linesMax = 6;

export class Announcer {
  #log;

  /** @param {HTMLElement} log a polite live region that is always in the document */
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
