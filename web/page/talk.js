/* talk.js - push to talk: who is muted is heard while they hold the space bar. */
/* SPDX-License-Identifier: MIT */

/** Where a space is text, or presses what has the focus. */
const taken = 'input, textarea, select, button, a[href], summary, [role^="menuitem"],'
  + ' [contenteditable]:not([contenteditable="false"])';

/** A space so soon after another key belongs to what somebody types who has missed the field. */
const typingMs = 600;

/**
 * @typedef {object} TalkHooks
 * @property {() => boolean} available shortcuts with single keys apply at the moment, in a call
 * @property {() => boolean} muted
 * @property {(on: boolean) => void} set unmutes and mutes
 */

/**
 * The microphone is off again with the key, and with anything that may keep the page from noticing
 * that the key has gone up: another window, a hidden page, a page that is left.
 */
export class PushToTalk {
  #hooks;
  #held = false;
  #typedMs = -Infinity;

  /**
   * @param {Window} window
   * @param {TalkHooks} hooks
   */
  constructor(window, hooks) {
    this.#hooks = hooks;
    const { document } = window;
    document.addEventListener('keydown', (event) => this.#onDown(event));
    document.addEventListener('keyup', (event) => {
      if (event.code === 'Space') this.release();
    });
    document.addEventListener('visibilitychange', () => this.release());
    for (const type of ['blur', 'pagehide']) window.addEventListener(type, () => this.release());
  }

  /** The person is heard only for as long as they hold the key. */
  get held() {
    return this.#held;
  }

  /** Ends it, if it has begun. */
  release() {
    if (!this.#held) return;
    this.#held = false;
    if (!this.#hooks.muted()) this.#hooks.set(false); // muted meanwhile by other means: it stays so
  }

  /** @param {KeyboardEvent} event */
  #onDown(event) {
    const space = event.code === 'Space' && event.key === ' ';
    if (!space || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) {
      if (event.key.length === 1) this.#typedMs = event.timeStamp;
      return;
    }
    if (this.#held) return event.preventDefault(); // the page does not scroll
    const [target] = event.composedPath();
    if (event.repeat || event.timeStamp - this.#typedMs < typingMs) return;
    if (target instanceof Element && target.closest(taken)) return;
    if (!this.#hooks.available() || !this.#hooks.muted()) return;
    event.preventDefault();
    this.#held = true;
    this.#hooks.set(true);
  }
}
