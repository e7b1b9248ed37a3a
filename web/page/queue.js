/* queue.js - waits for a free place in a room that is full, by asking again. */
/* SPDX-License-Identifier: MIT */

/** The first time, and the most. Each wait is twice the one before. */
const firstMs = 4000;
const mostMs = 32000;

/**
 * Asks again for as long as somebody looks at the page: nobody is to be put into a room while they
 * are away from it.
 */
export class Queue {
  #ask;
  #document;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;
  #waitMs = 0;
  /** The time has come while nobody looked. */
  #due = false;

  /**
   * @param {() => void} ask for a place; whoever is refused again calls wait() again
   * @param {Pick<Document, 'visibilityState'|'addEventListener'>} document
   */
  constructor(ask, document) {
    this.#ask = ask;
    this.#document = document;
    document.addEventListener('visibilitychange', () => {
      if (this.#due && document.visibilityState === 'visible') this.askNow();
    });
  }

  /** The person waits for a place. */
  get waiting() {
    return this.#waitMs > 0;
  }

  /** There was no place: asks again later. */
  wait() {
    this.#waitMs = Math.min(mostMs, this.#waitMs ? 2 * this.#waitMs : firstMs);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#due = true;
      if (this.#document.visibilityState === 'visible') this.askNow();
    }, this.#waitMs);
  }

  askNow() {
    clearTimeout(this.#timer);
    this.#due = false;
    this.#ask();
  }

  /** The person has a place, or wants none any more. */
  end() {
    clearTimeout(this.#timer);
    this.#due = false;
    this.#waitMs = 0;
  }
}
