/* bench.mjs - how long from "Enter Room" to pictures on both sides, beside others. */
/* SPDX-License-Identifier: MIT */
//
//   node bench.mjs [--runs 30] [--media click|ready] [--modes none,each100,random,late200]
//                  [--contestants floor,floor2,seed,peerjs,simplepeer,ours,page]
//                  [--timeout 8000] [--settle 1000] [--json FILE] [--trace]
// README.md says what the contestants are and how it measures.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import puppeteer from 'puppeteer-core';
import { startServers } from './servers.mjs';
import { median, quantile, ratio } from './statistics.mjs';

/**
 * @typedef {object} Report what observer.js of one page tells
 * @property {number} clicked
 * @property {number[]} frames
 * @property {Record<string, number>} marks
 * @property {string[]} errors
 * @property {string[]} rejected candidates refused by addIceCandidate
 * @property {string[]} gathered
 * @property {string[]} taken
 * @property {{start: number, duration: number}[]} tasks that took the page's thread for long
 *
 * @typedef {object} Call
 * @property {boolean} ok
 * @property {number} [guest] ms from the newcomer's click to their first frame of the other
 * @property {number} [host] ms from the same click to the other's first frame of the newcomer
 * @property {number} [both] the later of the two
 * @property {number} rejected candidates that addIceCandidate refused
 * @property {number} missing candidates one side gathered and the other never took
 * @property {string[]} errors
 * @property {Record<string, number>} [marks] the steps of both pages, ms from the click
 */

const here = path.dirname(fileURLToPath(import.meta.url));
const read = (/** @type {string} */ name) => fs.readFileSync(path.join(here, name), 'utf8');
const scripts = {
  observer: read('observer.js'),
  delay: read('delay.js'),
  hook: read('page-hook.js'),
};
const everybody = 'floor,floor2,seed,peerjs,simplepeer,ours,page';
const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '30' },
    media: { type: 'string', default: 'click' },
    modes: { type: 'string', default: 'none' },
    contestants: { type: 'string', default: everybody },
    timeout: { type: 'string', default: '8000' },
    settle: { type: 'string', default: '1000' },
    json: { type: 'string' },
    trace: { type: 'boolean', default: false },
  },
});
const runs = Number(options.runs);
const timeout = Number(options.timeout);
const sleep = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

const servers = await startServers();
const browser = await puppeteer.launch({
  browser: 'chrome',
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  headless: true,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--autoplay-policy=no-user-gesture-required',
    '--use-fake-device-for-media-stream=device-count=3,fps=30',
    '--use-fake-ui-for-media-stream',
  ],
});

/** @param {string} name @param {string} role */
function addressOf(name, role) {
  const query = `media=${options.media}&role=${role}&peerport=${servers.peerPort}`;
  if (name === 'page') return servers.ours?.url || '';
  if (name === 'ours') return `${servers.ours?.url}bench.html?${query}`;
  return `${servers.base}${name}.html?${query}`;
}

/**
 * Opens a page in a window of its own: one in a back tab is hidden and gets no frames.
 * @param {import('puppeteer-core').BrowserContext} context
 * @param {string} name @param {string} role @param {string} mode
 */
async function open(context, name, role, mode) {
  const page = await context.newPage({ type: 'window' });
  const setting = `window.benchDelay = ${JSON.stringify(mode)};`;
  const hook = name === 'page' ? [scripts.hook] : [];
  for (const script of [setting, scripts.delay, scripts.observer, ...hook]) {
    await page.evaluateOnNewDocument(script);
  }
  const response = await page.goto(addressOf(name, role));
  // 304: the first page of the two has filled the cache.
  if (!response?.ok() && response?.status() !== 304) {
    throw new Error(`${response?.status()} for ${page.url()}`);
  }
  const ready = await page.evaluate(async () => {
    const host = /** @type {any} */ (window);
    for (let tries = 0; !host.bench && tries < 500; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const late = new Promise((resolve) => setTimeout(() => resolve('late'), 10000));
    return Promise.race([host.bench?.ready, late]).then(
      (value) => Boolean(host.bench) && value !== 'late',
    );
  });
  if (!ready) throw new Error(`${name} did not get ready`);
  return page;
}

/** @param {import('puppeteer-core').Page} page @param {string} room @returns {Promise<void>} */
const click = (page, room) =>
  page.evaluate((name) => /** @type {any} */ (window).observer.click(name), room);
/** @param {import('puppeteer-core').Page} page @param {number} count @returns {Promise<boolean>} */
const pictures = (page, count) =>
  page.evaluate((n, ms) => /** @type {any} */ (window).observer.pictures(n, ms), count, timeout);
/** @param {import('puppeteer-core').Page} page @returns {Promise<Report>} */
const report = (page) => page.evaluate(() => /** @type {any} */ (window).observer.report());

/**
 * A fresh profile, in which the page has been given camera and microphone on an earlier visit.
 * @param {string} name
 */
async function profile(name) {
  const context = await browser.createBrowserContext();
  await context.setPermission(new URL(addressOf(name, 'host')).origin,
    { permission: { name: 'camera' }, state: 'granted' },
    { permission: { name: 'microphone' }, state: 'granted' });
  return context;
}

let serial = 0;

/**
 * One call between two fresh pages (for the floor: within one).
 * @param {string} name @param {string} mode
 * @returns {Promise<Call>}
 */
async function call(name, mode) {
  const contexts = [await profile(name)];
  const room = `room-${process.pid}-${++serial}`;
  try {
    const single = name === 'floor';
    const host = await open(contexts[0], name, 'host', mode);
    // The page asks a person who is in the room in another tab; the others do not notice.
    if (name === 'page') contexts.push(await profile(name));
    const guest = single ? host : await open(contexts[contexts.length - 1], name, 'guest', mode);
    if (!single) await click(host, room);
    // Everything that can be done before the click is done, for each contestant alike.
    await sleep(Number(options.settle));
    await click(guest, room);
    const seen = single
      ? [await pictures(host, 2)]
      : await Promise.all([pictures(host, 1), pictures(guest, 1)]);
    if (mode !== 'none') await sleep(400); // the last candidates are still on their way
    return measure(seen.every(Boolean), await report(guest), await report(host), single);
  } finally {
    for (const context of contexts) await context.close();
  }
}

/**
 * When each step was done first, and how long the page's thread was taken before the picture.
 * @param {string} side @param {Report} report @param {(time: number) => number} since
 * @returns {Record<string, number>}
 */
function stepsOf(side, { marks, frames, tasks }, since) {
  const steps = Object.entries(marks).filter(([, time]) => since(time) >= 0)
    .map(([mark, time]) => [`${side}: ${mark}`, Math.round(since(time))]);
  const busy = tasks.filter(({ start }) => since(start) >= 0 && start < frames[0])
    .reduce((sum, { duration }) => sum + duration, 0);
  return Object.fromEntries([...steps, [`${side}: long tasks`, Math.round(busy)]]);
}

/**
 * @param {boolean} ok @param {Report} guest @param {Report} host @param {boolean} single
 * @returns {Call}
 */
function measure(ok, guest, host, single) {
  const since = (/** @type {number} */ time) => time - guest.clicked;
  const sides = single ? [guest] : [guest, host];
  const lost = (/** @type {Report} */ from, /** @type {Report} */ to) =>
    from.gathered.filter((candidate) => !to.taken.includes(candidate)).length;
  const first = { guest: guest.frames[single ? 1 : 0], host: host.frames[0] };
  return {
    ok,
    ...(ok
      ? {
          guest: since(first.guest),
          host: since(first.host),
          both: since(Math.max(first.guest, first.host)),
        }
      : {}),
    rejected: sides.flatMap(({ rejected }) => rejected).length,
    missing: single ? 0 : lost(guest, host) + lost(host, guest),
    errors: sides.flatMap(({ errors }) => errors),
    marks: {
      ...stepsOf('newcomer', guest, since),
      ...(single ? {} : stepsOf('other', host, since)),
    },
  };
}

const modes = options.modes.split(',');
const contestants = options.contestants
  .split(',')
  .filter((name) => servers.ours || !['ours', 'page'].includes(name))
  // The real page shows a preview, so its camera is always open before the click.
  .filter((name) => name !== 'page' || options.media === 'ready');
if (contestants.length < options.contestants.split(',').length) {
  console.error(
    `left out here: ${options.contestants
      .split(',')
      .filter((name) => !contestants.includes(name))
      .join(', ')}`,
  );
}

/** @type {Record<string, Record<string, Call[]>>} calls by mode and contestant */
const results = Object.fromEntries(
  modes.map((mode) => [mode, Object.fromEntries(contestants.map((name) => [name, []]))]),
);

/** @param {string} name @param {string} mode @returns {Promise<Call>} */
const attempt = (name, mode) =>
  call(name, mode).catch((error) => ({
    ok: false,
    rejected: 0,
    missing: 0,
    errors: [String(error)],
  }));

/** A table of one mode. @param {string} mode */
function print(mode) {
  const times = (/** @type {string} */ name, /** @type {'both'|'guest'|'host'} */ side) =>
    results[mode][name].filter(({ ok }) => ok).map((one) => Number(one[side]));
  // A call without signaling is the same floor in every mode. Every contestant but the first floor
  // has two pages, so the floor of two pages is what they are held against.
  const floor = ['floor2', 'floor'].find((name) => contestants.includes(name));
  const reference = floor ? times(floor, 'both') : [];
  console.log(`\nmode ${mode}, media ${options.media}, ${runs} calls each: ms from the click`);
  console.log(
    '| contestant | both: median | p25–p75 | newcomer | other side | ratio to floor (95 %) |' +
      ' failed | calls that lost candidates | candidates lost |',
  );
  console.log('|---|---:|---:|---:|---:|---:|---:|---:|---:|');
  for (const name of contestants) {
    const calls = results[mode][name];
    const both = times(name, 'both');
    const show = (/** @type {number} */ value) => (Number.isNaN(value) ? '–' : value.toFixed(0));
    const against = ratio(both, reference);
    // No ratio out of calls that mostly failed.
    const known = both.length >= Math.max(3, runs * 0.9) && reference.length > 0;
    const range = known
      ? `${against.ratio.toFixed(2)} (${against.low.toFixed(2)}–${against.high.toFixed(2)})`
      : '–';
    const rejected = calls.map((one) => one.rejected);
    console.log(
      `| ${[
        name,
        show(median(both)),
        `${show(quantile(both, 0.25))}–${show(quantile(both, 0.75))}`,
        show(median(times(name, 'guest'))),
        show(median(times(name, 'host'))),
        range,
        calls.filter(({ ok }) => !ok).length,
        rejected.filter(Boolean).length,
        rejected.reduce((sum, value) => sum + value, 0),
      ].join(' | ')} |`,
    );
  }
  for (const name of contestants) {
    const errors = [...new Set(results[mode][name].flatMap((one) => (one.ok ? [] : one.errors)))];
    if (errors.length > 0) console.log(`  ${name}: ${errors.slice(0, 3).join('; ')}`);
  }
}

/** Where the time goes: the median of each step's, for each contestant. @param {string} mode */
function printTrace(mode) {
  const steps = ['newcomer', 'other'].flatMap((side) =>
    ['connection', 'local', 'remote', 'track', 'connecting', 'connected', 'picture', 'long tasks']
      .map((step) => `${side}: ${step}`));
  console.log(`\nmode ${mode}: median ms from the click at which a step was done first`);
  console.log(`| step | ${contestants.join(' | ')} |`);
  console.log(`|---|${contestants.map(() => '---:|').join('')}`);
  for (const step of steps) {
    const cells = contestants.map((name) => {
      const values = results[mode][name].filter(({ ok }) => ok).map((one) =>
        step === 'newcomer: picture' ? one.guest
          : step === 'other: picture' ? one.host : one.marks?.[step])
        .filter((value) => value !== undefined);
      return values.length > 0 ? median(/** @type {number[]} */ (values)).toFixed(0) : '–';
    });
    console.log(`| ${[step, ...cells].join(' | ')} |`);
  }
}

let failedOurs = 0;
try {
  for (const name of contestants) await attempt(name, 'none'); // warms up, not counted
  for (let round = 0; round < runs; round++) {
    for (const mode of modes) {
      const order = contestants.map(
        (_, index) => contestants[(index + round) % contestants.length],
      );
      for (const name of order) results[mode][name].push(await attempt(name, mode));
    }
    process.stderr.write(`\rround ${round + 1} of ${runs}, load ${os.loadavg()[0].toFixed(1)}  `);
  }
  process.stderr.write('\n');
  console.log(`${await browser.version()}, ${os.cpus().length} cores, node ${process.version}`);
  modes.forEach(print);
  if (options.trace) modes.forEach(printTrace);
  failedOurs = modes
    .flatMap((mode) => ['ours', 'page'].flatMap((name) => results[mode][name] || []))
    .filter(({ ok }) => !ok).length;
  if (options.json) {
    fs.writeFileSync(
      options.json,
      JSON.stringify({ options, browser: await browser.version(), results }),
    );
  }
} finally {
  await browser.close();
  await servers.close();
}
// The others may fail, that is what is measured; ours may not.
process.exit(failedOurs > 0 ? 1 : 0);
