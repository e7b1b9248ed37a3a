/* twotabs.js - one person in two tabs: finds the other tab, and moves its call here. */
/* SPDX-License-Identifier: MIT */

/*
 * A tab in a room holds a lock of the browser that names the room, so another tab finds out without
 * waiting for an answer, and nothing stays behind when a tab is closed or crashes. To move a call,
 * the other tab hands its ticket over; the relay then takes this tab for the same member, and tells
 * the other one that it has been replaced.
 */

/** A tab that has not answered by then is asleep; its member is left to the relay. */
const answerMs = 1000;

/**
 * @typedef {object} Surroundings
 * @property {Pick<LockManager, 'query'|'request'>} [locks] undefined in an insecure page
 * @property {() => BroadcastChannel} openChannel
 * @property {string} folder of the page: another one has another relay
 * @property {() => string} ticket of the call in this tab, or ''
 */

export class TwoTabs {
  #surroundings;
  /** @type {BroadcastChannel|undefined} */
  #channel;
  /** The room this tab is in, or ''. */
  #room = '';
  /** Ends the lock. */
  #release = () => {};

  /** @param {Surroundings} surroundings */
  constructor(surroundings) {
    this.#surroundings = surroundings;
  }

  /**
   * Another tab of this browser is in the room.
   * @param {string} room its key
   */
  async isElsewhere(room) {
    const { locks } = this.#surroundings;
    if (!locks || room === this.#room) return false;
    try {
      const { held = [] } = await locks.query();
      return held.some(({ name }) => name === this.#nameOf(room));
    } catch {
      return false; // a document that may not use locks
    }
  }

  /** @param {string} room the key of the one this tab is in now, or '' */
  note(room) {
    if (room === this.#room) return;
    this.#release();
    this.#room = room;
    if (!room) return;
    this.#listen();
    const held = new Promise((resolve) => { this.#release = () => resolve(undefined); });
    // Shared, because a person may be in the room twice, once muted.
    this.#surroundings.locks?.request(this.#nameOf(room), { mode: 'shared' }, () => held)
      .catch(() => {}); // then the other tab is not found
  }

  /**
   * Asks the other tab for its ticket.
   * @param {string} room its key
   * @returns {Promise<string>} '' if it does not answer
   */
  askForTicket(room) {
    const channel = this.#listen();
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(''), answerMs);
      channel.addEventListener('message', function answered({ data }) {
        if (data?.ticketOf !== room) return;
        clearTimeout(timer);
        channel.removeEventListener('message', answered);
        resolve(String(data.ticket));
      });
      channel.postMessage({ wanted: room });
    });
  }

  #listen() {
    if (this.#channel) return this.#channel;
    const channel = this.#surroundings.openChannel();
    this.#channel = channel;
    channel.addEventListener('message', ({ data }) => {
      const ticket = this.#surroundings.ticket();
      if (!this.#room || data?.wanted !== this.#room || !ticket) return;
      channel.postMessage({ ticketOf: this.#room, ticket });
    });
    return channel;
  }

  /** @param {string} room */
  #nameOf(room) {
    return `peerface ${this.#surroundings.folder} ${room}`;
  }
}
