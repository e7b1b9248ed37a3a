/* soon.js - shows changes when the browser has time, each once and in order. */
/* SPDX-License-Identifier: MIT */

/*
 * While a connection is being made, the same thread passes on descriptions and candidates. What a
 * person sees may wait for these a moment; they must not wait for it.
 */

/** Nothing waits longer, however much there is to do: no person notices it. */
const longestMs = 50;

/**
 * Calls back when the browser has nothing else to do; in the background, where it lets a page wait
 * for a minute, at once: whoever comes is to be heard.
 * @param {() => void} action
 */
function whenIdle(action) {
  if (document.hidden) action();
  else if (typeof requestIdleCallback !== 'function') setTimeout(action, 0);
  else requestIdleCallback(action, { timeout: longestMs });
}

export class Soon {
  #wait;
  /** @type {Map<string, () => void>} in the order in which they are to be done */
  #actions = new Map();
  #waiting = false;

  /** @param {(action: () => void) => void} [wait] */
  constructor(wait = whenIdle) {
    this.#wait = wait;
  }

  /**
   * @param {string} key the last action of a key replaces the ones before it
   * @param {() => void} action
   */
  do(key, action) {
    this.#actions.delete(key);
    this.#actions.set(key, action);
    if (this.#waiting) return;
    this.#waiting = true;
    this.#wait(() => {
      this.#waiting = false;
      this.flush();
    });
  }

  /** Does now what waits, for what must come after it. */
  flush() {
    const actions = [...this.#actions.values()];
    this.#actions.clear();
    for (const action of actions) action();
  }
}
