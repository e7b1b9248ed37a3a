/* person.mjs - a person at the page: what they do, and what they see and hear. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { pause, until } from './until.mjs';

/**
 * @typedef {{id: string, muted: string, camera: string, state: string, away: string,
 *   text: string}} Tile
 * @typedef {{connections: number, connectionsEver: number, negotiations: number,
 *   offers: number, restarts: number, iceErrors: string[],
 *   liveAudio: number, liveVideo: number, audioIds: string[],
 *   captures: {constraints: string, outcome: string}[], replaced: number, sockets: number,
 *   early: number,
 *   sent: {kind: string, enabled: boolean, state: string, device: string, id: string}[]}} Summary
 */

/**
 * A picture that stands still for so long has been disturbed. Far above what a busy machine does to
 * it: how long a gap really is, is a matter for a benchmark.
 */
export const frozenMs = 4000;

export class Person {
  /**
   * @param {string} name
   * @param {import('puppeteer-core').Page} page
   * @param {string} url of the page they open
   */
  constructor(name, page, url) {
    this.name = name;
    this.page = page;
    this.url = url;
  }

  /**
   * @template T
   * @param {(...args: any[]) => T} code runs in the page
   * @param {...any} args
   * @returns {Promise<Awaited<T>>}
   */
  ask(code, ...args) {
    return /** @type {any} */ (this.page.evaluate(code, ...args));
  }

  /** Waits for something in the page. @param {string} what @param {(...args: any[]) => any} code */
  sees(what, code, /** @type {any[]} */ args = [], options = {}) {
    return until(`${this.name} to see ${what}`, () => this.ask(code, ...args), {
      show: () =>
        this.ask(() => ({
          notice: document.querySelector('#notice')?.getAttribute('data-notice'),
          welcome: !document.querySelector('#welcome')?.hasAttribute('hidden'),
          peers: /** @type {any} */ (window).probe?.peers(),
        })),
      ...options,
    });
  }

  /** @param {string} selector */
  shown(selector, options = {}) {
    return this.sees(
      selector,
      (css) => {
        const element = document.querySelector(css);
        return element && !element.closest('[hidden]') && element.getClientRects().length > 0;
      },
      [selector],
      options,
    );
  }

  /** Waits for the banner to show one of these codes; '' is none. @param {...string} codes */
  notice(...codes) {
    return this.sees(
      `the notice ${codes.join(' or ')}`,
      (wanted) => {
        const element = document.querySelector('#notice');
        const code = element?.getAttribute('data-notice') ?? '';
        if (!wanted.includes(code)) return false;
        return code === '' || Boolean(element?.textContent?.trim());
      },
      [codes],
    );
  }

  /** @param {string} selector */
  async click(selector) {
    await this.shown(selector);
    await this.page.click(selector);
  }

  /** Types over what is there. @param {string} selector @param {string} text */
  async fill(selector, text) {
    await this.shown(selector);
    await this.ask((css) => {
      const input = /** @type {HTMLInputElement} */ (document.querySelector(css));
      input.focus();
      input.select();
    }, selector);
    if (text) await this.page.keyboard.type(text);
    else await this.page.keyboard.press('Backspace');
  }

  /** Opens the page, or opens it again. */
  async open(url = this.url) {
    await this.page.goto(url, { waitUntil: 'load' });
    await this.shown('#welcome');
  }

  /** Waits until the lobby shows the own picture: camera and permission are there. */
  previews() {
    return this.sees('their own picture in the lobby', () => {
      const video = /** @type {HTMLVideoElement | null} */ (document.querySelector('#preview'));
      return video && video.videoWidth > 0 && !video.paused;
    });
  }

  /** @param {string} room */
  async enter(room) {
    await this.shown('#welcome');
    await this.fill('#room', room);
    await this.fill('#name', this.name);
    await this.press();
  }

  /** "Enter Room". */
  press() {
    return this.click('#welcome form [type=submit]');
  }

  /** @returns {Promise<Tile[]>} */
  peers() {
    return this.ask(() => /** @type {any} */ (window).probe.peers());
  }

  /** @returns {Promise<Summary>} */
  summary() {
    return this.ask(() => /** @type {any} */ (window).probe.summary());
  }

  /** Waits for exactly so many tiles, each in that state. @param {number} count */
  waitForPeers(count, state = 'connected') {
    return this.sees(
      `${count} peers, ${state}`,
      (n, wanted) => {
        const peers = /** @type {any} */ (window).probe.peers();
        const ready = peers.every((/** @type {any} */ peer) => peer.state === wanted);
        return !document.querySelector('#call')?.hasAttribute('hidden') &&
          peers.length === n &&
          ready
          ? { peers }
          : null;
      },
      [count, state],
      { ms: 25000 },
    ).then((answer) => /** @type {Tile[]} */ (answer.peers));
  }

  /** The id of the peer of that name. @param {string} name @returns {Promise<string>} */
  async idOf(name) {
    const tile = await this.sees(
      `a tile of ${name}`,
      (wanted) => {
        const peers = /** @type {any} */ (window).probe.peers();
        return peers.find((/** @type {any} */ peer) => peer.text.includes(wanted));
      },
      [name],
    );
    return tile.id;
  }

  /** Waits for data of a tile. @param {string} id @param {Partial<Tile>} wanted */
  tile(id, wanted) {
    return this.sees(
      `tile ${id} with ${JSON.stringify(wanted)}`,
      (peer, want) => {
        const found = /** @type {any} */ (window).probe
          .peers()
          .find((/** @type {any} */ t) => t.id === peer);
        return found && Object.entries(want).every(([key, value]) => found[key] === value);
      },
      [id, wanted],
    );
  }

  /** @param {string} id @returns {Promise<any>} */
  flow(id) {
    return this.ask((peer) => /** @type {any} */ (window).probe.flow(peer), id);
  }

  /** @param {string} id @returns {Promise<any>} */
  picture(id) {
    return this.ask((peer) => /** @type {any} */ (window).probe.picture(peer), id);
  }

  /** Waits until frames of a peer are decoded and presented, and move. @param {string} id */
  async videoPlaying(id) {
    const before = { ...(await this.flow(id)), ...(await this.picture(id)) };
    await until(
      `${this.name} to see the picture of ${id} move`,
      async () => {
        const now = { ...(await this.flow(id)), ...(await this.picture(id)) };
        return (
          now.decoded >= before.decoded + 3 &&
          now.presented >= before.presented + 3 &&
          now.width > 0 &&
          now.print !== before.print
        );
      },
      {
        ms: 20000,
        show: async () => ({ before, flow: await this.flow(id), picture: await this.picture(id) }),
      },
    );
  }

  /** Waits until sound of a peer arrives: packets that carry energy. @param {string} id */
  async audioFlowing(id) {
    const before = await this.flow(id);
    await until(
      `${this.name} to hear ${id}`,
      async () => {
        const now = await this.flow(id);
        return now.packets > before.packets + 5 && now.energy > before.energy + 1e-5;
      },
      { ms: 20000, show: async () => ({ before, now: await this.flow(id) }) },
    );
  }

  /**
   * Waits for a whole second in which no energy arrives from a peer. The fake microphones beep at
   * least once a second.
   * @param {string} id
   */
  async audioSilent(id) {
    await until(
      `${this.name} to hear nothing of ${id}`,
      async () => {
        const before = await this.flow(id);
        await pause(1300);
        const now = await this.flow(id);
        return now.connected && now.energy - before.energy < 1e-7;
      },
      { ms: 12000, show: () => this.flow(id) },
    );
  }

  /**
   * Waits for a whole second without moving pictures from a peer. Firefox goes on sending one black
   * frame a second when a sender has no track.
   * @param {string} id
   */
  async videoStill(id) {
    await until(
      `${this.name} to get no more pictures from ${id}`,
      async () => {
        const before = await this.flow(id);
        await pause(1000);
        return (await this.flow(id)).decoded - before.decoded <= 2;
      },
      { ms: 12000, show: () => this.flow(id) },
    );
  }

  /**
   * Waits until a peer's picture has that colour on its left half.
   * @param {string} id @param {string} colour
   */
  async seesColour(id, colour) {
    const channel = ['red', 'green', 'blue'].indexOf(colour);
    await until(
      `${this.name} to see ${colour} from ${id}`,
      async () => {
        const { left } = await this.picture(id);
        return (
          left[channel] > 90 &&
          left.every(
            (/** @type {number} */ value, /** @type {number} */ index) =>
              index === channel || value < left[channel] - 50,
          )
        );
      },
      { show: () => this.picture(id) },
    );
  }

  /** Sees and hears exactly so many others. @param {number} count */
  async inCallWith(count) {
    const peers = await this.waitForPeers(count);
    await Promise.all(
      peers.flatMap((peer) => [this.videoPlaying(peer.id), this.audioFlowing(peer.id)]),
    );
    return peers;
  }

  /** The browser's own time, for gaps(). */
  now() {
    return this.ask(() => performance.now());
  }

  /** The longest time without a frame of a peer since. @param {string} id @param {number} since */
  gap(id, since) {
    return this.ask((peer, time) => /** @type {any} */ (window).probe.gap(peer, time), id, since);
  }

  /** How long after `since` a frame of a peer came. @param {string} id @param {number} since */
  back(id, since) {
    return this.ask((peer, time) => /** @type {any} */ (window).probe.back(peer, time), id, since);
  }

  /**
   * The labels of a select, by value.
   * @param {string} selector
   * @returns {Promise<Record<string, string>>}
   */
  options(selector) {
    return this.ask(
      (css) =>
        Object.fromEntries(
          [.../** @type {HTMLSelectElement} */ (document.querySelector(css)).options].map(
            (option) => [option.value, option.text],
          ),
        ),
      selector,
    );
  }

  /** @param {string} selector */
  value(selector) {
    return this.ask(
      (css) => /** @type {HTMLSelectElement} */ (document.querySelector(css)).value,
      selector,
    );
  }

  /**
   * Chooses the option whose text contains `label`.
   * @param {string} selector @param {string} label
   */
  async choose(selector, label) {
    await this.sees(
      `"${label}" in ${selector}`,
      (css, text) =>
        [.../** @type {HTMLSelectElement} */ (document.querySelector(css)).options].some((option) =>
          option.text.includes(text),
        ),
      [selector, label],
    );
    const all = Object.entries(await this.options(selector));
    const [value] = /** @type {[string, string]} */ (all.find(([, text]) => text.includes(label)));
    await this.page.select(selector, value);
  }

  /**
   * Fails unless nothing was negotiated, opened or restarted since `before`.
   * @param {Summary} before
   */
  async nothingNegotiatedSince(before) {
    const now = await this.summary();
    assert.equal(now.negotiations, before.negotiations, `${this.name} negotiated again`);
    assert.equal(
      now.connectionsEver,
      before.connectionsEver,
      `${this.name} opened another connection`,
    );
    assert.equal(now.restarts, before.restarts, `${this.name} restarted ICE`);
  }

  /** Waits until no camera or microphone is open, and no connection or socket is left. */
  nothingLeftOpen() {
    return this.sees('camera, microphone, connections and sockets closed', () => {
      const { connections, liveVideo, liveAudio, sockets } = /** @type {any} */ (
        window
      ).probe.summary();
      return connections + liveVideo + liveAudio + sockets === 0;
    });
  }
}
