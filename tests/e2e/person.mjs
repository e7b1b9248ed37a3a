/* person.mjs - a person at the page: what they do, and what they see and hear. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { typingMs } from '../../web/page/shortcuts.js';
import { standsStill, until, within } from './until.mjs';
import { watchPage } from './watch.mjs';

/**
 * @typedef {{id: string, muted: string, microphone: string, camera: string, state: string,
 *   away: string, text: string}} Tile
 * @typedef {{connections: number, connectionsEver: number, negotiations: number,
 *   offers: number, restarts: number, iceErrors: string[],
 *   liveAudio: number, liveVideo: number, audioIds: string[],
 *   captures: {constraints: string, outcome: string}[], replaced: number, sockets: number,
 *   early: number,
 *   sent: {kind: string, enabled: boolean, state: string, device: string, id: string}[]}} Summary
 */

/**
 * What a page looks like to somebody who has to find out why a test waits for ever. Runs in the
 * page.
 */
function describePage() {
  const { probe } = /** @type {any} */ (window);
  const field = (/** @type {string} */ css) =>
    /** @type {HTMLInputElement | null} */ (document.querySelector(css))?.value;
  const notice = document.querySelector('#notice');
  return {
    url: location.href,
    loaded: document.readyState,
    screen: document.body?.dataset.screen,
    hidden: document.hidden,
    notice: notice?.getAttribute('data-notice'),
    saying: notice?.textContent?.trim(),
    roomError: document.querySelector('#roomError:not([hidden])')?.textContent,
    fields: [field('#room'), field('#name')],
    focus: document.activeElement?.id || document.activeElement?.tagName,
    clicks: probe?.clicks,
    peers: probe?.peers(),
    captures: probe?.captures,
    sockets: probe?.sockets.map((/** @type {WebSocket} */ socket) =>
      `${socket.url} ${['connecting', 'open', 'closing', 'closed'][socket.readyState]}`),
    connections: probe?.connections.map((/** @type {any} */ { pc, closed }) =>
      closed ? 'closed' : `${pc.signalingState} ${pc.iceConnectionState} ${pc.connectionState}`),
    wire: probe?.wire.slice(-12).map((/** @type {any} */ { way, text, at }) =>
      `${Math.round(at)} ${way} ${text.slice(0, 100)}`),
    now: Math.round(performance.now()),
  };
}

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
    /** @type {string[]} the last lines that the page wrote */
    this.console = [];
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

  /**
   * Waits for something in the page, and gives it.
   * @param {string} what @param {(...args: any[]) => any} code @param {any[]} args
   * @param {{ms?: number}} options
   */
  sees(what, code, args = [], options = {}) {
    return until(`${this.name} to see ${what}`, () => watchPage(this.page, code, args), {
      every: 0,
      show: () => this.describe(),
      ...options,
    });
  }

  /** The state of the page and what it said in the console, for a person to read. */
  async describe() {
    const state = await within(10000, this.ask(describePage).catch((error) => String(error)));
    return JSON.stringify({ state: state ?? 'the page does not answer', console: this.console },
      null, 1);
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

  /**
   * Clicks at an element once it stands still and nothing covers it: a click goes to a place, and
   * a layout that is still moving would make it miss.
   * @param {string} selector
   */
  async click(selector) {
    await this.sees(
      `${selector} stand still, with nothing in front of it`,
      async (css) => {
        const box = () => {
          const rect = document.querySelector(css)?.getBoundingClientRect();
          return rect && [rect.left, rect.top, rect.width, rect.height].join();
        };
        const before = box();
        // A page that is hidden has no frames.
        const frame = (/** @type {any} */ then) =>
          document.hidden ? setTimeout(then, 50) : requestAnimationFrame(then);
        await new Promise((resolve) => frame(() => frame(resolve)));
        if (!before || box() !== before) return false;
        const element = document.querySelector(css);
        element.scrollIntoView({ block: 'nearest' });
        const { left, top, width, height } = element.getBoundingClientRect();
        const front = document.elementFromPoint(left + width / 2, top + height / 2);
        return width > 0 && height > 0 && element.contains(front);
      },
      [selector],
    );
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
    await this.sees(
      `"${text}" in ${selector}`,
      (css, typed) =>
        /** @type {HTMLInputElement} */ (document.querySelector(css)).value === typed,
      [selector, text],
    );
  }

  /** Opens the page, or opens it again. */
  async open(url = this.url) {
    await this.page.goto(url, { waitUntil: 'load' });
    await this.shown('#welcome');
    await this.lobby();
    await this.painted();
  }

  /**
   * Waits until the page has been drawn: a person cannot click or type at what they do not see yet.
   * On a busy machine that is seconds after the page has loaded, and whether a browser passes on
   * input that arrives earlier is not known. Firefox does not always say that it has drawn a page;
   * a frame of a video that it has shown says so too.
   */
  painted() {
    return this.sees('the page drawn', () => {
      const { frameTimes } = /** @type {any} */ (window).probe;
      return performance.getEntriesByType('paint').length > 0 ||
        frameTimes.get(document.querySelector('#preview'))?.length > 1;
    });
  }

  /** Waits until the lobby shows the own picture: camera and permission are there. */
  previews() {
    return this.sees('their own picture in the lobby', () => {
      const video = /** @type {HTMLVideoElement | null} */ (document.querySelector('#preview'));
      return video && video.videoWidth > 0 && !video.paused;
    });
  }

  /**
   * Into the room, from whatever the lobby shows: its start, a link's room, or the one just left.
   * @param {string} room
   * @returns {Promise<void>}
   */
  async enter(room) {
    await this.shown('#welcome');
    const { mode, title } = await this.lobby();
    if (mode !== 'start' && !title.includes(room)) {
      await this.click('#back');
      await this.shown('#room');
      return this.enter(room);
    }
    if (mode === 'start') await this.fill('#room', room);
    if (mode !== 'left') await this.fill('#name', this.name);
    await this.press();
  }

  /**
   * What the lobby is for at the moment, and what it says. The texts come after the document; till
   * then the form is an ordinary one (arrival.js).
   * @returns {Promise<{mode: string, title: string}>}
   */
  lobby() {
    return this.sees('the lobby', () => {
      const title = document.querySelector('#headline')?.textContent;
      const root = /** @type {HTMLElement} */ (document.querySelector('#welcome'));
      return title && { mode: root.dataset.mode, title };
    });
  }

  /** The button that leads into the room. */
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

  /**
   * Presses a letter that stands alone: for a moment, the page takes the next one for a part of the
   * same word. The timer here is as long as the page's and starts after it, so it ends after it.
   * @param {'m'|'v'} letter
   */
  async pressAlone(letter) {
    await this.ask((ms) => {
      /** @type {any} */ (window).stoodAlone = false;
      window.addEventListener('keydown', () => setTimeout(() => {
        /** @type {any} */ (window).stoodAlone = true;
      }, ms), { once: true });
    }, typingMs);
    await this.page.keyboard.press(letter);
    await this.sees('a letter that stood alone', () => /** @type {any} */ (window).stoodAlone);
  }

  /** Waits until frames of a peer are decoded and presented, and move. @param {string} id */
  async videoPlaying(id) {
    const before = { ...(await this.flow(id)), ...(await this.picture(id)) };
    await this.sees(
      `the picture of ${id} move`,
      async (peer, then) => {
        const { probe } = /** @type {any} */ (window);
        const now = { ...(await probe.flow(peer)), ...probe.picture(peer) };
        return (
          now.decoded >= then.decoded + 3 &&
          now.presented >= then.presented + 3 &&
          now.width > 0 &&
          now.print !== then.print
        );
      },
      [id, before],
    );
  }

  /** Waits until sound of a peer arrives: packets that carry energy. @param {string} id */
  async audioFlowing(id) {
    const before = await this.flow(id);
    await this.sees(
      `sound of ${id}`,
      async (peer, then) => {
        const now = await /** @type {any} */ (window).probe.flow(peer);
        return now.packets > then.packets + 5 && now.energy > then.energy + 1e-5;
      },
      [id, before],
    );
  }

  /**
   * Waits for a whole second in which no energy arrives from a peer. The fake microphones beep at
   * least once a second.
   * @param {string} id
   */
  async audioSilent(id) {
    const energy = async () => {
      const now = await this.flow(id);
      return now.connected ? now.energy : NaN;
    };
    await standsStill(`${this.name} to hear nothing of ${id}`, 1300, energy,
      { most: 1e-7, show: () => this.describe() });
  }

  /**
   * Waits for a whole second without moving pictures from a peer. Firefox goes on sending one black
   * frame a second when a sender has no track.
   * @param {string} id
   */
  async videoStill(id) {
    await standsStill(`${this.name} to get no more pictures from ${id}`, 1000,
      async () => (await this.flow(id)).decoded, { most: 2, show: () => this.describe() });
  }

  /**
   * Waits until a peer's picture has that colour on its left half.
   * @param {string} id @param {string} colour
   */
  seesColour(id, colour) {
    const channel = ['red', 'green', 'blue'].indexOf(colour);
    return this.sees(
      `${colour} from ${id}`,
      (peer, wanted) => {
        const { left } = /** @type {any} */ (window).probe.picture(peer);
        return (
          left[wanted] > 90 &&
          left.every(
            (/** @type {number} */ value, /** @type {number} */ index) =>
              index === wanted || value < left[wanted] - 50,
          )
        );
      },
      [id, channel],
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
