/* announcer.js - tells a screen reader what happens in the call. */
/* SPDX-License-Identifier: MIT */

/** How many lines stay in the document, so that a busy screen reader still finds them. */
const linesMax = 6;
/** News within so long of each other is one line: a reader would cut the first ones short. */
const batchMs = 1000;

/**
 * A sentence, also where a text is only a title: without a full stop a reader runs on.
 * @param {string} text
 */
export function sentence(text) {
  return /[.!?…。]["”)]*$/u.test(text) ? text : `${text}.`;
}

export class Announcer {
  #log;
  #run;
  /** @type {string[]} */
  #waiting = [];
  /** @type {ReturnType<typeof setTimeout>|undefined} while there was news less than a batch ago */
  #timer;

  /**
   * @param {HTMLElement} log a polite live region; it must be in the document from the start
   * @param {(action: () => void) => void} run runs what may fail
   */
  constructor(log, run) {
    this.#log = log;
    this.#run = run;
  }

  /**
   * Says a text: at once if nothing was said for a while, else together with what else comes.
   * @param {string} text
   */
  say(text) {
    this.#waiting.push(sentence(text));
    if (this.#timer === undefined) this.#flush();
  }

  #flush() {
    const text = this.#waiting.splice(0).join(' ');
    this.#timer = text ? setTimeout(() => this.#flush(), batchMs) : undefined;
    if (text) this.#run(() => this.#append(text));
  }

  /** @param {string} text */
  #append(text) {
    const line = document.createElement('p');
    line.textContent = text;
    this.#log.append(line);
    while (this.#log.childElementCount > linesMax) this.#log.firstElementChild?.remove();
  }
}
