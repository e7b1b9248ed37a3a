/* cold.mjs - how many round trips lie between a click on a link and a lobby that can be used. */
/* SPDX-License-Identifier: MIT */
//
//   node cold.mjs [--runs 10] [--rtt 100] [--mbit 10] [FOLDER ...]   each FOLDER is a page to serve
//
// Without a FOLDER it is the page that the preset wasm builds. Beside it stands a floor: a page of
// three small files, each of which asks for the next (pages/cold). Between the browser and the
// relay is a proxy that makes every connection as slow as a distant server's: the handshake and
// every exchange take a round trip, all together have the bandwidth, and each connection has a
// congestion window of ten segments that grows by what has been acknowledged (RFC 6928, RFC 5681).
import net from 'node:net';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import puppeteer from 'puppeteer-core';
import { Relay, webFolder } from '../../e2e/relay.mjs';
import { median, quantile } from './statistics.mjs';

const { values: options, positionals } = parseArgs({
  options: {
    runs: { type: 'string', default: '10' },
    rtt: { type: 'string', default: '100' },
    mbit: { type: 'string', default: '10' },
  },
  allowPositionals: true,
});
const rtt = Number(options.rtt);
const bytesPerMs = (Number(options.mbit) * 1e6) / 8 / 1000;
const segment = 1460;
const sleep = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** When the link is free again, on the clock of performance.now(). */
let free = 0;

/**
 * Passes on what a socket sends as a distant one's would arrive.
 * @param {net.Socket} from @param {net.Socket} to @param {() => Promise<unknown>} opened
 */
async function slowly(from, to, opened) {
  let window = 10 * segment;
  let inFlight = 0;
  let acknowledged = () => {};
  let arrived = Promise.resolve(); // one part after the other
  from.on('error', () => to.destroy());
  await opened();
  for await (const chunk of from) {
    for (let at = 0; at < chunk.length; at += segment) {
      const part = chunk.subarray(at, at + segment);
      while (inFlight + part.length > window) {
        await new Promise((resolve) => { acknowledged = () => resolve(undefined); });
      }
      inFlight += part.length;
      free = Math.max(free, performance.now()) + part.length / bytesPerMs;
      const left = free;
      arrived = arrived.then(async () => {
        await sleep(left + rtt / 2 - performance.now());
        to.write(part);
      });
      setTimeout(() => {
        inFlight -= part.length;
        window += part.length;
        acknowledged();
      }, left + rtt - performance.now());
    }
  }
  await arrived;
  to.end();
}

/** @param {number} port of the relay @returns {Promise<net.Server>} */
function distant(port) {
  const server = net.createServer((client) => {
    const relay = net.connect(port, '127.0.0.1');
    const handshake = sleep(rtt);
    slowly(client, relay, () => handshake).catch(() => relay.destroy());
    slowly(relay, client, () => handshake).catch(() => client.destroy());
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

/** Runs in the page before its scripts: notes when the lobby has the texts that these give it. */
function noteUsable() {
  const host = /** @type {any} */ (window);
  new MutationObserver((_, observer) => {
    const texts = ['h1', 'form [type=submit]'].map((css) =>
      document.querySelector(css)?.textContent?.trim());
    if (!texts.every(Boolean)) return;
    host.usable = performance.now();
    observer.disconnect();
  }).observe(document, { childList: true, subtree: true, characterData: true });
}

/**
 * Opens a link in a fresh profile.
 * @param {import('puppeteer-core').Browser} browser @param {string} url
 * @returns {Promise<number>} ms from the start of the navigation until the lobby can be used
 */
async function open(browser, url) {
  const context = await browser.createBrowserContext();
  try {
    const page = await context.newPage();
    await page.evaluateOnNewDocument(noteUsable);
    await page.goto(url);
    await page.waitForFunction(() => /** @type {any} */ (window).usable);
    return await page.evaluate(() => /** @type {any} */ (window).usable);
  } finally {
    await context.close();
  }
}

const browser = await puppeteer.launch({
  browser: 'chrome',
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
});
const floor = fileURLToPath(new URL('pages/cold', import.meta.url));
const folders = [floor, ...(positionals.length > 0 ? positionals : [webFolder])];
const served = await Promise.all(folders.map(async (folder) => {
  const relay = await Relay.start([], folder);
  return { folder, relay, server: await distant(relay.port), times: /** @type {number[]} */ ([]) };
}));
try {
  for (let run = 0; run <= Number(options.runs); run++) {
    for (const { server, times } of served) {
      const { port } = /** @type {net.AddressInfo} */ (server.address());
      const ms = await open(browser, `http://localhost:${port}/?room=tea`);
      if (run > 0) times.push(ms); // the first warms up
    }
  }
  console.log(`round trip ${rtt} ms, ${options.mbit} Mbit/s, ${options.runs} openings each`);
  console.log('| page | median ms | p25–p75 | round trips |');
  console.log('|---|---:|---:|---:|');
  for (const { folder, times } of served) {
    const range = [0.25, 0.75].map((part) => quantile(times, part).toFixed(0)).join('–');
    console.log(`| ${folder} | ${median(times).toFixed(0)} | ${range} | ${
      (median(times) / rtt).toFixed(1)} |`);
  }
} finally {
  await browser.close();
  for (const { relay, server } of served) {
    server.close();
    await relay.stop();
    await relay.close();
  }
}
process.exit();
