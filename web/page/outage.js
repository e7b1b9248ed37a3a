/* outage.js - what there is to say when the relay is back: whether everybody is still there. */
/* SPDX-License-Identifier: MIT */

/**
 * '': there is nothing to say; 'all': everybody who was in the call still is; 'some': somebody has
 * left meanwhile, or nobody else was there.
 * @typedef {''|'all'|'some'} Back
 */

/** An outage that is over sooner was not shown either. */
export const relayAwayMs = 1000;

/** How long it is said. */
const shownMs = 6000;

export class Outage {
  #changed;
  /** @type {string[]|undefined} who was there when it began; undefined: there is none */
  #before;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;
  #isLong = false;
  /** @type {Back} */
  #back = '';

  /** @param {() => void} changed `back` has another value */
  constructor(changed) {
    this.#changed = changed;
  }

  get back() {
    return this.#back;
  }

  /**
   * To be told of every change.
   * @param {string} state of the room
   * @param {boolean} relayAway
   * @param {string[]} peers the ids of those who are there
   */
  watch(state, relayAway, peers) {
    if (state === 'reconnecting' || (state === 'joined' && relayAway)) this.#begin(peers);
    else if (state === 'joined') this.#end(peers);
    else this.#forget();
  }

  /** @param {string[]} peers */
  #begin(peers) {
    if (this.#before) return;
    this.#forget();
    this.#before = peers;
    this.#timer = setTimeout(() => { this.#isLong = true; }, relayAwayMs);
  }

  /** @param {string[]} peers */
  #end(peers) {
    if (!this.#before) return;
    const before = this.#before;
    const isLong = this.#isLong;
    this.#forget();
    if (!isLong) return;
    const nobodyLeft = before.length > 0 && before.every((peer) => peers.includes(peer));
    this.#back = nobodyLeft ? 'all' : 'some';
    this.#timer = setTimeout(() => {
      this.#back = '';
      this.#changed();
    }, shownMs);
  }

  #forget() {
    clearTimeout(this.#timer);
    this.#before = undefined;
    this.#isLong = false;
    this.#back = '';
  }
}
