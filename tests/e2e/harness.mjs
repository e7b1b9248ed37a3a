/* harness.mjs - one test: a relay, people at pages in browsers, and what fails every test. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { browser, missing } from './browsers.mjs';
import { Lan, whyNoLan } from './lan.mjs';
import { Person } from './person.mjs';
import { Relay, relayFile, root, webFolder } from './relay.mjs';
import { boundMs, until, within } from './until.mjs';

export { lasting, standsStill, stays, until } from './until.mjs';

/** What browsers report for each attempt to reach a relay that is down. */
export const socketErrors = [
  /WebSocket connection to .* failed/,
  /can.t establish a connection/,
  /connection to .* was interrupted/,
  /net::ERR_.*\/healthz/, // where the page asks what is wrong
];

/**
 * @typedef {import('./browsers.mjs').Engine} Engine
 * @typedef {object} ScenarioOptions
 * @property {Engine[]} [needs] the browsers it uses
 * @property {string[]} [relay] further options of the relay
 * @property {string} [folder] another folder for the relay to serve
 * @property {RegExp[]} [expects] problems reported in the console that belong to the test
 * @property {boolean} [lan] the relay and the browsers run in a network of their own that can fail
 * @property {string} [skip] why it cannot run here
 * @property {number} [people] at the same time (2): what it costs the machine
 * @property {boolean} [slow] it mostly waits, so it starts before the others
 * @property {string[]} [alone] what no other test of that name here may use meanwhile
 *
 * @typedef {object} Test
 * @property {string} name
 * @property {ScenarioOptions} options
 * @property {(world: World) => Promise<void>} body
 *
 * @typedef {object} PersonOptions
 * @property {Engine} [engine]
 * @property {import('./browsers.mjs').Variant} [variant]
 * @property {object} [shim] what probe.js is to change
 * @property {import('./lan.mjs').Host} [host] where, in a network that can fail; default: near
 * @property {string} [path] of the page, with query
 * @property {string} [url] a whole other address
 * @property {Person} [beside] opens a page in the same browser profile as this person's
 * @property {boolean} [open] false: does not open the page yet
 * @property {boolean} [asks] the browser has not been told yet whether the page may use the camera
 * @property {('camera'|'microphone')[]} [blocks] what Chromium has been told to refuse
 * @property {string[]} [scripts] further scripts to run before the page's own
 */

/**
 * Relay options: a member whose socket is lost stays for an hour. Whoever disappears for the others
 * has then really left, however long a busy machine takes to show it.
 */
export const endlessGrace = ['--grace-ms', '3600000'];

export const artifacts = process.env.PF_ARTIFACTS || path.join(root, 'build/artifacts');
const probe = fs.readFileSync(fileURLToPath(new URL('probe.js', import.meta.url)), 'utf8');

/** Cameras of one colour each, for tests that have to tell cameras apart. */
export const cameras = {
  red: { id: 'camera-red', label: 'Red camera', color: '#e00000' },
  green: { id: 'camera-green', label: 'Green camera', color: '#00c000' },
  blue: { id: 'camera-blue', label: 'Blue camera', color: '#0000e0' },
};

/**
 * Firefox has one window with the focus, however many tests run in it. In another, Enter presses no
 * button, and the focus moves without an event. So what moves the focus between windows goes one
 * after the other. (Chromium can be told that each page has the focus.)
 */
let front = Promise.resolve();

/**
 * @template T
 * @param {() => Promise<T>} act
 * @returns {Promise<T>}
 */
function inFront(act) {
  const done = front.then(act);
  front = done.then(() => {}, () => {});
  return done;
}

/** @param {import('puppeteer-core').Page} page */
const focused = (page) =>
  until('a window of Firefox in front', async () => {
    await page.bringToFront();
    return page.evaluate(() => document.hasFocus());
  });

/**
 * A window of Firefox whose keys arrive.
 * @param {import('puppeteer-core').BrowserContext} context
 */
async function firefoxWindow(context) {
  const page = await inFront(async () => {
    const opened = await context.newPage({ type: 'window' });
    await focused(opened); // it is given the focus some time after it has opened
    return opened;
  });
  const press = page.keyboard.press.bind(page.keyboard);
  page.keyboard.press = (...args) =>
    inFront(async () => {
      await focused(page);
      await press(...args);
    });
  return page;
}

export class World {
  /** @type {Person[]} */
  people = [];
  /** @type {string[]} */
  problems = [];
  /** Further servers of the test, which end with it. @type {{output: string, close(): any}[]} */
  servers = [];
  /** @private @type {Set<import('puppeteer-core').BrowserContext>} */
  contexts = new Set();
  /** @private */
  closed = false;

  /** @param {Relay} relay @param {ScenarioOptions} options */
  constructor(relay, options) {
    this.relay = relay;
    this.options = options;
  }

  /**
   * A person with a browser profile of their own, at the lobby.
   * @param {string} name
   * @param {PersonOptions} options
   */
  async person(name, options = {}) {
    if (this.closed) throw new Error('the test is over');
    const context = options.beside
      ? options.beside.page.browserContext()
      : await (await this.browser(options)).createBrowserContext();
    this.contexts.add(context);
    const { engine = 'chromium', variant } = options;
    // A window each: a page in a back tab is hidden and gets no frames.
    const page = engine === 'firefox' ? await firefoxWindow(context)
      : await context.newPage({ type: 'window' });
    page.setDefaultTimeout(boundMs);
    if (engine === 'chromium' && variant !== 'throttled') await page.emulateFocusedPage(true);
    const url = options.url || new URL(options.path || '', this.relay.url).href;
    await this.allow(context, url, options);
    const person = new Person(name, page, url);
    this.people.push(person);
    this.listen(person, page);
    if (options.shim) {
      await page.evaluateOnNewDocument((shim) => {
        /** @type {any} */ (window).shim = shim;
      }, options.shim);
    }
    for (const script of [...(options.scripts || []), probe])
      await page.evaluateOnNewDocument(script);
    if (options.open !== false) await person.open();
    return person;
  }

  /** @private @param {PersonOptions} options */
  browser({ engine = 'chromium', variant, host = 'near' }) {
    return this.options.lan ? this.lan.browser(host, engine) : browser(engine, variant);
  }

  /**
   * The answer that somebody has given once and for all. Firefox has it in its preferences.
   * @private
   * @param {import('puppeteer-core').BrowserContext} context @param {string} url
   * @param {PersonOptions} options
   */
  async allow(context, url, { engine = 'chromium', variant, asks, blocks = [] }) {
    if (engine !== 'chromium') return;
    const state = asks ? 'prompt' : variant === 'denied' ? 'denied' : 'granted';
    /** @param {'camera'|'microphone'} name */
    const answer = (name) => /** @type {const} */ (
      { permission: { name }, state: blocks.includes(name) ? 'denied' : state });
    await context.setPermission(new URL(url).origin, answer('camera'), answer('microphone'))
      .catch(() => {}); // an insecure page, which has nothing to ask for
  }

  /** The network that can fail; each engine has one, so that they can be tested side by side. */
  get lan() {
    return Lan.get(engineOf(this.options));
  }

  /** @private @param {Person} person @param {import('puppeteer-core').Page} page */
  listen(person, page) {
    // Browsers ask for this file where a page names no icon.
    const expected = [/favicon\.ico/, ...(this.options.expects || [])];
    const report = (/** @type {string} */ text) => {
      if (expected.some((pattern) => pattern.test(text))) return;
      this.problems.push(`${person.name}: ${text}`);
    };
    page.on('console', (message) => {
      person.console = [...person.console.slice(-19), `${message.type()}: ${message.text()}`];
      if (message.type() !== 'error') return;
      report(`${message.text()} (${message.location()?.url || ''})`);
    });
    page.on('pageerror', (error) => report(`uncaught ${error}`));
    page.on('error', (error) => report(`page crashed: ${error}`));
  }

  /** Keeps a picture and the probe's record of every page. @param {string} test */
  async keepEvidence(test) {
    const name = test.replace(/[^a-z0-9]+/gi, '-').slice(0, 80);
    fs.mkdirSync(artifacts, { recursive: true });
    for (const person of this.people) {
      const file = path.join(artifacts, `${name}-${person.name}`);
      await within(10000, person.page.screenshot({ path: `${file}.png` }).catch(() => null));
      fs.writeFileSync(`${file}.json`, await person.describe());
      const wire = person.ask(() => /** @type {any} */ (window).probe.wire).catch(String);
      const messages = (await within(10000, wire)) ?? 'the page does not answer';
      fs.writeFileSync(`${file}-wire.json`, JSON.stringify(messages, null, 1));
    }
    fs.writeFileSync(
      path.join(artifacts, `${name}.log`),
      [...this.problems, ...[this.relay, ...this.servers].map(({ output }) =>
        `--- relay\n${output}`)].join('\n'),
    );
  }

  async close() {
    this.closed = true;
    if (this.options.lan) this.lan.mend();
    for (const context of this.contexts) await context.close().catch(() => {});
    await this.relay.close();
    for (const server of this.servers) await server.close();
  }
}

/** @param {Engine[]} needs @param {boolean} [lan] @returns {string} */
function whyNot(needs, lan) {
  const lacks = needs.map(missing).filter(Boolean);
  if (lan) noLan ??= whyNoLan();
  if (lan && noLan) lacks.push(noLan);
  if (!fs.existsSync(relayFile)) lacks.push(`the relay is not built (${relayFile})`);
  if (!fs.existsSync(path.join(webFolder, 'index.html'))) lacks.push(`no page in ${webFolder}`);
  // Where everything is said to be there, a skipped test would hide that it is not.
  if (lacks.length > 0 && process.env.PF_E2E_REQUIRED) throw new Error(lacks.join('; '));
  return lacks.join('; ');
}

/** @type {string | undefined} */
let noLan;

/** @param {ScenarioOptions} options */
const engineOf = ({ needs = ['chromium'] }) => needs[0];

/** The tests that the topics' files have registered. @type {Test[]} */
export const tests = [];

/**
 * Registers a test. Its name is a sentence. Whatever the test looks at, it also fails when a page
 * reports an error, a rejected promise or a violation of the content security policy, and when the
 * relay does not end cleanly.
 * @param {string} name
 * @param {ScenarioOptions} options
 * @param {(world: World) => Promise<void>} body
 */
export function scenario(name, options, body) {
  tests.push({ name, options, body });
}

/** @param {Test} test @returns {string} why it cannot run here, '' if it can */
export const skipped = ({ options }) =>
  options.skip || whyNot(options.needs || ['chromium'], options.lan);

/** What the test needs for itself alone. @param {Test} test @returns {string[]} */
export const locksOf = ({ options }) => [
  ...(options.alone || []),
  ...(options.lan ? [`network ${engineOf(options)}`] : []),
];

/** No test takes this long, unless it waits for what never comes. */
const testMs = 5 * boundMs;

/** Runs one test; what it rejects with is the failure. @param {Test} test */
export async function runTest({ name, options, body }) {
  const place = options.lan ? Lan.get(engineOf(options)).relay : undefined;
  const world = new World(await Relay.start(options.relay, options.folder, place), options);
  try {
    const over = body(world).then(() => true);
    over.catch(() => {}); // it may still fail after its time is up
    if (!(await within(testMs, over))) throw new Error(`not over after ${testMs} ms`);
    assert.deepEqual(world.problems, [], 'problems reported by the pages');
    assert.equal(await world.relay.stop(), 0, `the relay ends on SIGTERM: ${world.relay.output}`);
  } catch (error) {
    await world.keepEvidence(name);
    throw error;
  } finally {
    await world.close();
  }
}

/**
 * Two people in one room who see and hear each other.
 * @param {World} world
 * @param {PersonOptions} [forAnn]
 * @param {PersonOptions} [forBob]
 */
export async function annAndBob(world, forAnn, forBob) {
  const ann = await world.person('Ann', forAnn);
  const bob = await world.person('Bob', forBob);
  await ann.enter('tea');
  await ann.shown('#call');
  await bob.enter('tea');
  await Promise.all([ann.inCallWith(1), bob.inCallWith(1)]);
  return { ann, bob, annId: await bob.idOf('Ann'), bobId: await ann.idOf('Bob') };
}
