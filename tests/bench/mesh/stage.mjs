/* stage.mjs - one browser under test far away, and a process of peers near the relay. */
/* SPDX-License-Identifier: MIT */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { family } from '../../e2e/browsers.mjs';
import { Lan } from '../../e2e/lan.mjs';
import { Relay, root } from '../../e2e/relay.mjs';
import { until } from '../../e2e/until.mjs';
import { film } from './camera.mjs';
import { Members } from './members.mjs';

/** @typedef {import('../../e2e/browsers.mjs').Engine} Engine */
/** @typedef {import('puppeteer-core').Page} Page */

const read = (/** @type {string} */ name) =>
  fs.readFileSync(fileURLToPath(new URL(name, import.meta.url)), 'utf8');
const scripts = [read('watch.js'), read('../browser/page-hook.js')];
const view = { width: 1280, height: 720 };
const ticksPerSecond = 100; // USER_HZ

/** What this benchmark makes once and keeps. */
export const kept = path.join(root, 'build/bench-mesh');

/** What a process is there for, as browsers name theirs. @param {number} pid */
function kindOf(pid) {
  const words = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split(/[\0 ]/);
  const named = words.find((word) => word.startsWith('--utility-sub-type='))
    ?? words.find((word) => word.startsWith('--type='));
  if (named) return named.split(/[=.]/).at(-1) ?? '';
  return words.includes('-contentproc') ? words.at(-2) ?? '' : 'main';
}

/**
 * User and system time of a process and all that it has started, in ms, by kind.
 * @param {number} pid
 */
export function processorMs(pid) {
  /** @type {Record<string, number>} */
  const ms = {};
  for (const one of family(pid)) {
    try {
      const after = fs.readFileSync(`/proc/${one}/stat`, 'utf8').split(') ')[1].split(' ');
      const ticks = Number(after[11]) + Number(after[12]);
      const kind = kindOf(one);
      ms[kind] = (ms[kind] ?? 0) + ticks * 1000 / ticksPerSecond;
    } catch {} // it has just ended
  }
  return ms;
}

export class Stage {
  /** @private @type {import('puppeteer-core').BrowserContext[]} */
  contexts = [];

  /** @param {Engine} engine */
  static async build(engine) {
    fs.mkdirSync(kept, { recursive: true });
    const file = path.join(kept, 'camera.y4m');
    film(file);
    const lan = Lan.get(engine);
    lan.camera = { fps: 30, file };
    const relay = await Relay.start([], undefined, lan.relay);
    const browser = await lan.browser('far', engine);
    return new Stage(engine, lan, relay, browser);
  }

  /**
   * @private
   * @param {Engine} engine @param {Lan} lan @param {Relay} relay
   * @param {import('puppeteer-core').Browser} browser
   */
  constructor(engine, lan, relay, browser) {
    this.engine = engine;
    this.lan = lan;
    this.relay = relay;
    this.browser = browser;
    this.members = new Members(lan.prefix('near'));
    this.pid = /** @type {number} */ (browser.process()?.pid);
  }

  get socket() {
    return `${this.relay.url.replace('http', 'ws')}ws`;
  }

  /**
   * Our page, in that room.
   * @param {string} room @param {boolean} policy @param {boolean} [focused] it cannot be hidden
   * @returns {Promise<Page>}
   */
  async page(room, policy, focused = true) {
    const context = await this.browser.createBrowserContext();
    this.contexts.push(context);
    const page = await context.newPage({ type: 'window' });
    if (this.engine === 'chromium') {
      await page.emulateFocusedPage(focused);
      for (const name of /** @type {const} */ (['camera', 'microphone'])) {
        await context.setPermission(new URL(this.relay.url).origin,
          { permission: { name }, state: 'granted' });
      }
    }
    await page.setViewport(view);
    if (!policy) await page.evaluateOnNewDocument('window.withoutPolicy = true;');
    for (const script of scripts) await page.evaluateOnNewDocument(script);
    await page.goto(this.relay.url);
    await page.evaluate(() => /** @type {any} */ (window).bench.ready);
    await page.evaluate((name) => /** @type {any} */ (window).bench.join(name), room);
    return page;
  }

  /** @param {string} room @param {number} count of peers who ask for that width */
  async join(room, count, camera = 420) {
    let at = 0;
    for (let i = 0; i < count; i++) {
      at = await this.members.join({ url: this.socket, room, camera });
    }
    await this.members.flowing();
    return at;
  }

  /** Everybody goes home. */
  async clear() {
    await this.members.leave();
    for (const context of this.contexts.splice(0)) await context.close().catch(() => {});
    this.lan.narrow(0);
  }

  async close() {
    await this.clear();
    await this.members.close();
    await this.relay.close();
  }
}

/** @typedef {{bytes: number, pixels: number, frames: number, sizes: string[]}} Pictures */
/** @param {Page} page @param {'outbound-rtp'|'inbound-rtp'} type @returns {Promise<Pictures>} */
export const pictures = (page, type) =>
  page.evaluate((which) => /** @type {any} */ (window).pictures(which), type);

/** @param {Page} page @param {boolean} hidden */
export const becomes = (page, hidden) => until(`the page to be ${hidden ? 'hidden' : 'visible'}`,
  () => page.evaluate((want) => document.hidden === want, hidden), { every: 10, ms: 10000 });
