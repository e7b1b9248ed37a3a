/* wake-lock.js - keeps the screen on during a call. */
/* SPDX-License-Identifier: MIT */

/**
 * Holds a screen wake lock while it is wanted and the page is visible. The browser releases it when
 * the page is hidden (W3C Screen Wake Lock, "handling document loss of visibility"), so it is asked
 * for again on return. A browser without it, or one that refuses to save power, changes nothing.
 */
export class ScreenWakeLock {
  #wanted = false;
  #asking = false;
  /** @type {WakeLockSentinel|undefined} */
  #lock;

  /** @param {Document} document */
  constructor(document) {
    document.addEventListener('visibilitychange', () => this.#update());
  }

  /** @param {boolean} wanted */
  want(wanted) {
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    this.#update();
  }

  #update() {
    if (!this.#wanted) {
      this.#lock?.release().catch(() => {});
      this.#lock = undefined;
      return;
    }
    const held = this.#lock && !this.#lock.released;
    if (held || this.#asking || document.visibilityState !== 'visible') return;
    if (!('wakeLock' in navigator)) return;
    this.#asking = true;
    navigator.wakeLock.request('screen').then((lock) => {
      this.#lock = lock;
      if (!this.#wanted) this.#update();
    }, () => {}).finally(() => { this.#asking = false; });
  }
}
