/* reach.js - finds out why the relay cannot be reached, by asking it over HTTP. */
/* SPDX-License-Identifier: MIT */

import { askRelay as ask } from '../peerface-load.js';

/**
 * What is known: '' nothing, or the relay can be reached; 'unreached': HTTP does not get through
 * either; 'refused': the relay answers and refuses WebSockets of this origin; 'blocked': the relay
 * answers and would accept them, but they do not get through.
 * @typedef {''|'unreached'|'refused'|'blocked'} Reach
 */
/** @typedef {import('../peerface-load.js').Answer} Answer */

/** The first question; a relay that restarts is back by then. */
const firstAskMs = 1000;
const askEveryMs = 5000;
/**
 * For how long the relay must have answered before the WebSocket counts as blocked. The core waits
 * at most 10 s between two attempts: a relay that has just come back has not been tried yet.
 */
const blockedAfterMs = 12000;

/**
 * Asks the relay that serves this page.
 * @param {string} base the address of the page
 * @returns {Promise<Answer>}
 */
export const askRelay = (base) => ask(base, new URL(base).origin);

/**
 * How many people a room of the relay has places for; 0 if that cannot be found out.
 * @param {string} base the address of the page
 * @returns {Promise<number>}
 */
export async function askPlaces(base) {
  try {
    const { places } = await (await fetch(new URL('healthz', base))).json();
    return Number.isInteger(places) ? places : 0;
  } catch {
    return 0;
  }
}

/** Keeps asking for as long as the relay is away. */
export class ReachProbe {
  #ask;
  #changed;
  /** @type {Reach} */
  #reach = '';
  #away = false;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;
  /** How long the relay has been answering. */
  #answeringMs = 0;

  /**
   * @param {() => Promise<Answer>} ask
   * @param {() => void} changed `reach` has another value
   */
  constructor(ask, changed) {
    this.#ask = ask;
    this.#changed = changed;
  }

  get reach() {
    return this.#reach;
  }

  /** @param {boolean} away the WebSocket to the relay is not open and is being tried again */
  watch(away) {
    if (away === this.#away) return;
    this.#away = away;
    this.#answeringMs = 0;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (away) this.#askIn(firstAskMs);
    else this.#reach = ''; // the caller is rendering
  }

  /** @param {number} ms */
  #askIn(ms) {
    const timer = setTimeout(async () => {
      const answer = await this.#ask();
      if (this.#timer !== timer) return; // the relay is back, or away again
      this.#take(answer);
      this.#askIn(askEveryMs);
    }, ms);
    this.#timer = timer;
  }

  /** @param {Answer} answer */
  #take(answer) {
    if (answer !== 'allowed') this.#answeringMs = 0;
    const blocked = this.#answeringMs >= blockedAfterMs;
    if (answer === 'allowed') this.#answeringMs += askEveryMs;
    const reach = answer === 'allowed' ? (blocked ? 'blocked' : '') : answer;
    if (reach === this.#reach) return;
    this.#reach = reach;
    this.#changed();
  }
}
