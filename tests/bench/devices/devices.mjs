/* devices.mjs - a change of camera and a shared screen in a call, beside bare replaceTrack(). */
/* SPDX-License-Identifier: MIT */
//
//   node devices.mjs [--runs 40] [--open-ms 400] [--parts camera,screen]
//                    [--contestants ours,bare,hint,cap,both]
//
// README.md says how it measures. The output is the tables of RESULTS.md. It ends with 1, and names
// the figure, where one is above its limit.
import fs from 'node:fs';
import os from 'node:os';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import puppeteer from 'puppeteer-core';
import { Relay } from '../../e2e/relay.mjs';
import { pause, until } from '../../e2e/until.mjs';
import { median, quantile, ratio } from '../browser/statistics.mjs';
import { contestants } from './contestants.mjs';

/** @typedef {import('puppeteer-core').Page} Page */
/** @typedef {{sender: Page, receiver: Page}} Pair */
/** @typedef {'ours'|'bare'|'hint'|'cap'|'both'} Name */

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '40' },
    'open-ms': { type: 'string', default: '400' },
    parts: { type: 'string', default: 'camera,screen' },
    contestants: { type: 'string', default: 'ours,bare' },
  },
});
const parts = options.parts.split(',');
const runs = Number(options.runs);
const openMs = Number(options['open-ms']);
const names = /** @type {Name[]} */ (options.contestants.split(','));
const windowMs = openMs + 1200; // after the click
const script = fs.readFileSync(fileURLToPath(new URL('pair.js', import.meta.url)), 'utf8');
const now = () => performance.timeOrigin + performance.now();
const load = () => os.loadavg().map((one) => one.toFixed(1)).join(' ');

const relay = await Relay.start();
const browser = await puppeteer.launch({
  browser: 'chrome',
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  headless: true,
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
    '--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup',
    '--autoplay-policy=no-user-gesture-required',
    '--use-fake-device-for-media-stream=device-count=3,fps=30',
    '--use-fake-ui-for-media-stream',
  ],
});

/** A page in a window of its own: one in a back tab gets no frames. @param {string} origin */
async function open(origin) {
  const context = await browser.createBrowserContext();
  for (const name of /** @type {const} */ (['camera', 'microphone'])) {
    await context.setPermission(origin, { permission: { name }, state: 'granted' });
  }
  const page = await context.newPage({ type: 'window' });
  await page.setBypassCSP(true);
  await page.evaluateOnNewDocument(`window.openMs = ${openMs};`);
  await page.evaluateOnNewDocument(script);
  await page.goto(`${relay.url}healthz`);
  return page;
}

/**
 * When frames were presented.
 * @param {Page} page @param {'camera'|'screen'} name @param {number} since
 * @returns {Promise<number[]>}
 */
const framesSince = (page, name, since) => page.evaluate((which, from) =>
  /** @type {any} */ (window).pair.frames[which].filter((/** @type {number} */ at) => at >= from),
name, since);

/** What is seen and heard at the receiver during some action. @param {Pair} pair */
async function during({ receiver }, /** @type {() => Promise<unknown>} */ act) {
  const heard = () => receiver.evaluate(async () => {
    const { pair } = /** @type {any} */ (window);
    return { silenceMs: await pair.silence(), ...await pair.sound() };
  });
  const before = await heard();
  const since = now();
  await act();
  await pause(Math.max(0, since + windowMs - now()));
  const frames = [since, ...await framesSince(receiver, 'camera', since)];
  const after = await heard();
  let gapMs = 0;
  // Not up to the first frame: the click comes at any time between two.
  for (let i = 2; i < frames.length; i++) gapMs = Math.max(gapMs, frames[i] - frames[i - 1]);
  return { gapMs, frames: frames.length - 1, silenceMs: after.silenceMs,
    lost: after.lost - before.lost, concealedMs: after.concealedMs - before.concealedMs };
}

/** @param {Page} page @returns {Promise<string[]>} two cameras that send frames */
const cameras = (page) => page.evaluate(async () => {
  const all = await navigator.mediaDevices.enumerateDevices();
  return all.filter(({ kind, label }) => kind === 'videoinput' && !label.includes('fake_device_1'))
    .map(({ deviceId }) => deviceId);
});

/** Ms from the click to the first remote frame, and to what was picked. @param {Pair} pair */
async function share({ sender, receiver }) {
  const since = await sender.evaluate(() => {
    const at = performance.timeOrigin + performance.now();
    /** @type {any} */ (window).act.share();
    return at;
  });
  const first = await until('the screen', async () =>
    (await framesSince(receiver, 'screen', since))[0], { every: 100, ms: 20000 });
  const picked = await sender.evaluate(() => {
    const { act, pair } = /** @type {any} */ (window);
    act.unshare();
    return pair.pickedAt;
  });
  await pause(1000);
  return { all: first - since, picked: picked - since };
}

/** @param {number[]} values */
const cells = (values) => [median(values), quantile(values, 0.95), Math.max(...values)]
  .map((value) => value.toFixed(0)).join(' | ');
/** @type {string[]} */
const missed = [];

/** @param {Record<string, Pair>} pairs */
async function compareCameras(pairs) {
  /** @type {Record<string, Awaited<ReturnType<typeof during>>[]>} */
  const seen = Object.fromEntries([...names, ...names.map((name) => `${name}, undisturbed`)]
    .map((name) => [name, []]));
  /** @type {Record<string, string[]>} */
  const ids = {};
  for (const name of names) ids[name] = await cameras(pairs[name].sender);
  for (let run = -1; run < runs; run++) {
    for (const name of run % 2 ? names : [...names].reverse()) {
      const pair = pairs[name];
      const rest = await during(pair, async () => {});
      const change = await during(pair, () => pair.sender.evaluate((id) =>
        void /** @type {any} */ (window).act.switchTo(id), ids[name][run % 2 ? 1 : 0]));
      if (run < 0) continue; // a warm-up
      seen[`${name}, undisturbed`].push(rest);
      seen[name].push(change);
    }
  }
  console.log(`\n## A change of camera that takes ${openMs} ms to open, ${runs} times each\n`);
  console.log('| | longest gap between remote frames, ms: median | p95 | worst | frames | '
    + 'silence ms, worst | made-up sound ms, mean | packets lost |');
  console.log('|---|---:|---:|---:|---:|---:|---:|---:|');
  for (const [name, list] of Object.entries(seen)) {
    const sum = (/** @type {'frames'|'concealedMs'|'lost'} */ key) =>
      list.reduce((all, one) => all + one[key], 0);
    console.log(`| ${name} | ${cells(list.map(({ gapMs }) => gapMs))} | `
      + `${(sum('frames') / list.length).toFixed(1)} | `
      + `${Math.max(...list.map(({ silenceMs }) => silenceMs)).toFixed(1)} | `
      + `${(sum('concealedMs') / list.length).toFixed(1)} | ${sum('lost')} |`);
  }
  const gaps = (/** @type {string} */ name) => seen[name].map(({ gapMs }) => gapMs);
  const limit = quantile(gaps('bare'), 0.95);
  const medianTo = median(gaps('ours')) / limit;
  const p95To = quantile(gaps('ours'), 0.95) / limit;
  console.log(`\nOf the bare one's p95 (${limit.toFixed(0)} ms), our median is `
    + `${medianTo.toFixed(2)} and our p95 ${p95To.toFixed(2)}.`);
  if (!(medianTo <= 1)) missed.push(`camera: ${medianTo}, limit 1`);
  console.log(`Load: ${load()}`);
}

/** @param {Record<string, Pair>} pairs */
async function compareScreens(pairs) {
  /** @type {Record<string, {all: number, picked: number}[]>} */
  const shown = Object.fromEntries(names.map((name) => [name, []]));
  for (let run = -1; run < runs; run++) {
    for (const name of run % 2 ? names : [...names].reverse()) {
      const ms = await share(pairs[name]);
      if (run >= 0) shown[name].push(ms);
    }
  }
  console.log('\n## From the click to the first remote frame of a shared screen, '
    + `${runs} times each\n`);
  console.log('| | median ms | p95 | worst | of these, until getDisplayMedia() is done: median | '
    + 'p95 | worst |\n|---|---:|---:|---:|---:|---:|---:|');
  const times = (/** @type {Name} */ name, /** @type {'all'|'picked'} */ key) =>
    shown[name].map((one) => one[key]);
  for (const name of names) {
    console.log(`| ${name} | ${cells(times(name, 'all'))} | ${cells(times(name, 'picked'))} |`);
  }
  const to = ratio(times('ours', 'all'), times('bare', 'all'));
  console.log(`\nRatio of medians ${to.ratio.toFixed(2)} `
    + `(${to.low.toFixed(2)}–${to.high.toFixed(2)})`);
  if (!(to.ratio <= 1.1)) missed.push(`screen: ${to.ratio}, limit 1.1`);
  console.log(`Load: ${load()}`);
}

try {
  console.log(`${os.cpus().length} cores, load before: ${load()}`);
  /** @type {Record<string, Pair>} */
  const pairs = {};
  for (const name of names) {
    const pair = { sender: await open(relay.url), receiver: await open(relay.url) };
    await contestants[name](pair.sender, pair.receiver, relay.url);
    await until('a picture', async () =>
      (await framesSince(pair.receiver, 'camera', 0)).length > 30);
    pairs[name] = pair;
  }
  await pause(8000); // for the bit rates to settle
  if (parts.includes('camera')) await compareCameras(pairs);
  if (parts.includes('screen')) await compareScreens(pairs);
} finally {
  await browser.close();
  await relay.stop();
  await relay.close();
}
console.log(missed.length ? `\nMissed: ${missed.join('; ')}` : '\nEverything is within its limit.');
process.exit(missed.length ? 1 : 0);
