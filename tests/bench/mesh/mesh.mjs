/* mesh.mjs - eight in a call: a browser that is measured, and seven peers by werift. */
/* SPDX-License-Identifier: MIT */
//
//   node mesh.mjs [--runs 3] [--parts load,hidden,page,narrow] [chromium] [firefox]
//
// README.md says what the parts are and how they measure. The output is the tables of RESULTS.md.
// Creating network namespaces needs root. It ends with 1, and names the figure, where one is worse
// than its limit.
import os from 'node:os';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { closeBrowsers } from '../../e2e/browsers.mjs';
import { Lan, whyNoLan } from '../../e2e/lan.mjs';
import { pause, until } from '../../e2e/until.mjs';
import { median, quantile } from '../browser/statistics.mjs';
import { recording } from './recording.mjs';
import { becomes, pictures, processorMs, Stage } from './stage.mjs';
import { mean, round, table } from './table.mjs';

/** @typedef {import('../../e2e/browsers.mjs').Engine} Engine */
/**
 * Who follows the policy. sender: only the browser under test does not, so that it receives the
 * same pictures. unseen: all do, and no peer shows the picture: what the rest costs.
 * @typedef {'policy' | 'none' | 'sender' | 'unseen'} Manner
 * @typedef {Awaited<ReturnType<typeof loadOf>>} Load
 */

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '3' },
    parts: { type: 'string', default: 'load,hidden,page,narrow' },
  },
});
const runs = Number(options.runs);
const parts = options.parts.split(',');
const engines = /** @type {Engine[]} */ (
  positionals.length ? positionals : ['chromium', 'firefox']);

const peersCount = 7;
const width = 307; // what our page asks for with eight in a window of 1280x720
const settleMs = 5000; // after the eighth's coming
const spanMs = 15000;
const partMs = 5000; // of it
const uplinkKbps = 1000;
const narrowMs = 60000;
const gapMsMax = 200;
const adaptMs = 15000;
const beforeMs = 10000; // undisturbed

/** @type {string[]} what is worse than its limit */
const missed = [];

/** @param {string} what @param {number} value @param {number} limit */
function atMost(what, value, limit) {
  if (!(value <= limit)) missed.push(`${what}: ${round(value, 3)}, limit ${limit}`);
}

const load = () => os.loadavg().map((one) => one.toFixed(1)).join(' ');
const say = (/** @type {string} */ text) => console.error(`${text} (load ${load()})`);

let rooms = 0;

/**
 * Seven, and then the eighth.
 * @param {Stage} stage @param {Manner} manner
 */
async function eight(stage, manner) {
  const room = `mesh${++rooms}`;
  await stage.members.ask('send', { what: manner === 'none' ? 'uncapped' : 'policy' });
  const page = await stage.page(room, manner === 'policy' || manner === 'unseen');
  const camera = manner === 'unseen' ? 0 : width;
  await stage.join(room, peersCount - 1, camera);
  await pause(10000);
  const came = await stage.join(room, 1, camera);
  return { page, came };
}

/** @param {Record<string, number>} values */
const sum = (values) => Object.values(values).reduce((all, value) => all + value, 0);

/**
 * Cores, by kind of process.
 * @param {Record<string, number>} after @param {Record<string, number>} before in ms
 * @param {number} seconds
 */
const difference = (after, before, seconds) => Object.fromEntries(
  Object.entries(after).map(([kind, ms]) => [kind, (ms - (before[kind] ?? 0)) / 1000 / seconds]));

const now = () => performance.timeOrigin + performance.now();
const until5s = (/** @type {number} */ came) => pause(Math.max(0, came + settleMs - now()));

/**
 * What is sent, and what that costs.
 * @param {Stage} stage @param {Manner} manner
 */
async function loadOf(stage, manner) {
  const { page, came } = await eight(stage, manner);
  await until5s(came);
  const from = now();
  const before = await pictures(page, 'outbound-rtp');
  const cost = { browser: processorMs(stage.pid), peers: processorMs(stage.members.pid) };
  await pause(spanMs);
  const seconds = (now() - from) / 1000;
  const byProcess = difference(processorMs(stage.pid), cost.browser, seconds);
  const peers = sum(difference(processorMs(stage.members.pid), cost.peers, seconds));
  const after = await pictures(page, 'outbound-rtp');
  const received = await pictures(page, 'inbound-rtp');
  const { parts: inParts, each } =
    await stage.members.ask('measure', { from, to: from + spanMs, partMs });
  const wanted = (await stage.members.ask('state')).map(
    (/** @type {any} */ { asked }) => asked.at(-1)?.camera);
  const perSecond = (/** @type {'pixels'|'bytes'} */ key) =>
    inParts.map((/** @type {any} */ part) => part[key] * 1000 / partMs / 1e6);
  const figures = {
    mpixel: mean(perSecond('pixels')),
    mpixelMost: Math.max(...perSecond('pixels')),
    mbit: mean(perSecond('bytes')) * 8,
    mbitMost: Math.max(...perSecond('bytes')) * 8,
    fps: mean(each.map((/** @type {any} */ one) => one.frames * 1000 / spanMs)),
    browser: sum(byProcess),
    peers,
  };
  const stats = { mpixel: (after.pixels - before.pixels) / seconds / 1e6,
    mbit: (after.bytes - before.bytes) * 8 / seconds / 1e6 };
  say(`${stage.engine} ${manner}: ${JSON.stringify({ ...figures, byProcess, stats })} sends `
    + `${after.sizes.join(' ')} gets ${received.sizes.join(' ')} asks ${wanted.join(' ')}`);
  return { ...figures, byProcess };
}

/** @param {Stage} stage */
async function compareLoad(stage) {
  const names = /** @type {const} */ ({ policy: 'with the policy', none: 'without',
    sender: 'without, receives the same', unseen: 'with the policy, nobody looks' });
  const manners = /** @type {Manner[]} */ (Object.keys(names));
  /** @type {Record<Manner, Load[]>} */
  const found = { policy: [], none: [], sender: [], unseen: [] };
  for (let run = 0; run < runs; run++) {
    for (const manner of run % 2 ? [...manners].reverse() : manners) {
      found[manner].push(await loadOf(stage, manner));
      await stage.clear();
    }
  }
  /** @param {Manner} manner @param {Exclude<keyof Load, 'byProcess'>} key */
  const middle = (manner, key) => median(found[manner].map((one) => one[key]));
  const rows = manners.map((manner) => [
    names[manner],
    `${round(middle(manner, 'mpixel'), 2)} (${round(middle(manner, 'mpixelMost'), 2)})`,
    `${round(middle(manner, 'mbit'), 2)} (${round(middle(manner, 'mbitMost'), 2)})`,
    round(middle(manner, 'fps'), 1),
    round(middle(manner, 'browser'), 2), round(middle(manner, 'peers'), 2),
  ]);
  const ratios = (/** @type {Manner} */ other) =>
    found.policy.map((one, run) => one.browser / found[other][run].browser);
  console.log(`\n## ${stage.engine}: what is sent, 5 to 20 s after the eighth's coming, `
    + `${runs} runs\n`);
  console.log(table(['', 'Mpixel/s: mean (highest 5 s)', 'Mbit/s: mean (highest 5 s)',
    'frames/s per peer', 'cores: browser', 'cores: peers'], rows));
  const all = ratios('none');
  console.log('\nProcessor time of the browser with the policy, to without: '
    + `${round(median(all), 2)} (${all.map((one) => round(one, 2)).join(', ')}); to without and `
    + `the same received: ${round(median(ratios('sender')), 2)}.`);
  atMost(`${stage.engine}: Mpixel/s`, middle('policy', 'mpixelMost'), 8.5);
  atMost(`${stage.engine}: Mbit/s`, middle('policy', 'mbitMost'), 1.2);
  atMost(`${stage.engine}: processor time, ratio`, median(all), 0.25);
  const kinds = [...new Set(found.policy.concat(found.none)
    .flatMap((one) => Object.keys(one.byProcess)))];
  console.log(`\nCores by kind of process:\n`);
  console.log(table(['', ...kinds], manners.map((manner) => [names[manner], ...kinds.map((kind) =>
    round(median(found[manner].map(({ byProcess }) => byProcess[kind] ?? 0)), 2))])));
}

/** @param {string} what @param {number[]} values @param {number} limit */
function verdict(what, values, limit) {
  atMost(what, Math.max(...values), limit);
  return [what, values.length, ...[median(values), quantile(values, 0.95), Math.max(...values)]
    .map((value) => round(value)), limit];
}

/**
 * Each peer hides the picture for some time, one shortly after the other.
 * @param {Stage} stage @param {number} holdMs @param {number} count of rounds
 */
async function hideTiles(stage, holdMs, count) {
  /** @type {number[]} */
  const sentMs = [];
  /** @type {number[]} */
  const backMs = [];
  for (let round = 0; round < count; round++) {
    const all = Array.from({ length: peersCount }, async (_, peer) => {
      await pause(peer * 300);
      const { at: hidden } = await stage.members.ask('want', { peer, camera: 0 });
      await pause(holdMs);
      const { lastByte } = await stage.members.ask('arrivals', { peer, since: hidden });
      const { at: shown } = await stage.members.ask('want', { peer, camera: width });
      await pause(4000);
      const { frames } = await stage.members.ask('arrivals', { peer, since: shown });
      sentMs.push(Math.max(0, lastByte - hidden));
      const first = frames[0]?.at ?? Infinity;
      backMs.push(first - shown);
    });
    await Promise.all(all);
  }
  say(`${stage.engine} hidden for ${holdMs}: ${sentMs.map(Math.round)} / `
    + `${backMs.map(Math.round)}`);
  return { sentMs, backMs };
}

/** @param {Stage} stage */
async function compareHidden(stage) {
  await eight(stage, 'policy');
  await pause(5000);
  const long = await hideTiles(stage, 6000, runs);
  const short = await hideTiles(stage, 3000, runs);
  await stage.clear();
  const { engine } = stage;
  console.log(`\n## ${engine}: a tile hidden at one of seven peers, ms\n`);
  console.log(table(['', 'times', 'median', 'p95', 'worst', 'limit'], [
    verdict(`${engine}: from hidden to the last byte`, long.sentMs, 3000),
    verdict(`${engine}: from shown to a picture, hidden for 6 s`, long.backMs, 500),
    verdict(`${engine}: from shown to a picture, hidden for 3 s`, short.backMs, 500),
  ]));
}

/**
 * Two of our pages and a peer; another page is opened in front of one.
 * @param {Stage} stage
 */
async function compareHiddenPage(stage) {
  const room = `mesh${++rooms}`;
  await stage.members.ask('send', { what: 'policy' });
  await stage.page(room, true);
  const page = await stage.page(room, true, false);
  await stage.join(room, 1, width);
  await pause(8000);
  const sentMs = [];
  const backMs = [];
  const received = async () => (await pictures(page, 'inbound-rtp'));
  for (let run = 0; run < runs * 2; run++) {
    const cover = await page.browserContext().newPage();
    await cover.bringToFront();
    const hidden = now();
    await becomes(page, true);
    let last = hidden;
    let { bytes } = await received();
    while (now() < hidden + 6000) {
      const sum = await received();
      if (sum.bytes !== bytes) last = now();
      bytes = sum.bytes;
      await pause(20);
    }
    const { frames } = await received();
    await page.bringToFront();
    const shown = now();
    await until('frames', async () => (await received()).frames > frames, { every: 5, ms: 10000 });
    backMs.push(now() - shown);
    sentMs.push(last - hidden);
    await cover.close();
    await pause(4000);
  }
  await stage.clear();
  const { engine } = stage;
  say(`${engine} hidden page: ${sentMs.map(Math.round)} / ${backMs.map(Math.round)}`);
  console.log(`\n## ${engine}: one of our pages hidden for 6 s, ms\n`);
  console.log(table(['', 'times', 'median', 'p95', 'worst', 'limit'], [
    verdict(`${engine}: from hidden to the last byte of any picture`, sentMs, 3000),
    verdict(`${engine}: from shown to the first picture`, backMs, 500),
  ]));
}

/**
 * @param {Stage} stage @param {Manner} manner
 */
async function narrowOf(stage, manner) {
  const { page } = await eight(stage, manner);
  await pause(settleMs + beforeMs);
  const from = now();
  stage.lan.narrow(uplinkKbps);
  await pause(narrowMs);
  const { sizes } = await pictures(page, 'outbound-rtp');
  const spans = { before: [from - beforeMs, from], first: [from, from + adaptMs],
    later: [from + adaptMs, from + narrowMs] };
  /** @type {any} */
  const found = {};
  for (const [name, [begin, end]] of Object.entries(spans)) {
    const { each } = await stage.members.ask('measure', { from: begin, to: end, partMs: 1000 });
    const sound = each.map((/** @type {any} */ one) => one.sound);
    const sum = (/** @type {'lost'|'expected'} */ key) =>
      sound.reduce((/** @type {number} */ all, /** @type {any} */ one) => all + one[key], 0);
    const fps = each.map((/** @type {any} */ one) => one.frames * 1000 / (end - begin));
    found[name] = {
      loss: 100 * sum('lost') / sum('expected'),
      lossWorst: Math.max(...sound.map((/** @type {any} */ { lost, expected }) =>
        100 * lost / expected)),
      gapMs: Math.max(...sound.map((/** @type {any} */ { gapMs }) => gapMs)),
      fps: mean(fps),
      fpsLeast: Math.min(...fps),
      mbit: each.reduce((/** @type {number} */ all, /** @type {any} */ { bytes }) =>
        all + bytes, 0) * 8 / 1000 / (end - begin),
    };
  }
  say(`${stage.engine} narrow ${manner}: ${JSON.stringify(found)} sends ${sizes.join(' ')}`);
  await stage.clear();
  return found;
}

/** @param {Stage} stage */
async function compareNarrow(stage) {
  /** @type {Record<string, any[]>} */
  const found = { policy: [], none: [] };
  for (let run = 0; run < Math.max(1, runs - 1); run++) {
    found.policy.push(await narrowOf(stage, 'policy'));
    // What is received is the same: only the uplink is narrow.
    found.none.push(await narrowOf(stage, 'sender'));
  }
  const rows = [];
  for (const [manner, name] of [['policy', 'with the policy'], ['none', 'without']]) {
    for (const [span, when] of [['before', '10 s before'], ['first', 'first 15 s'],
      ['later', '15 to 60 s']]) {
      const all = found[manner].map((one) => one[span]);
      const worst = (/** @type {string} */ key) => Math.max(...all.map((one) => one[key]));
      const least = Math.min(...all.map((one) => one.fpsLeast));
      rows.push([`${name}, ${when}`,
        `${round(mean(all.map((one) => one.loss)), 2)} (${round(worst('lossWorst'), 2)})`,
        round(worst('gapMs')),
        `${round(mean(all.map((one) => one.fps)), 1)} (${round(least, 1)})`,
        round(mean(all.map((one) => one.mbit)), 2)]);
      if (span === 'before' && worst('gapMs') > gapMsMax) {
        missed.push(`${stage.engine}: the machine is too busy for a verdict on gaps of sound`);
      }
      if (manner !== 'policy' || span === 'before') continue;
      atMost(`${stage.engine}: loss of sound in %, ${when}`, worst('loss'), 2);
      atMost(`${stage.engine}: gap of sound in ms, ${when}`, worst('gapMs'), gapMsMax);
      atMost(`${stage.engine}: 5 frames/s, to what the worst peer has, ${when}`, 5 / least, 1);
    }
  }
  console.log(`\n## ${stage.engine}: the uplink becomes 1 Mbit/s\n`);
  console.log(table(['', 'sound lost, %: all (worst peer)', 'longest gap of sound, ms',
    'frames/s: mean (worst peer)', 'video Mbit/s'], rows));
}

/** @type {Record<string, (stage: Stage) => Promise<void>>} */
const measures = {
  load: compareLoad,
  hidden: compareHidden,
  page: compareHiddenPage,
  narrow: compareNarrow,
};

const reason = whyNoLan();
if (reason) throw new Error(reason);
console.log(`${os.cpus().length} cores, load before: ${load()}`);
try {
  for (const engine of engines) {
    const chromium = await Stage.build('chromium');
    const file = await recording(chromium);
    if (engine !== 'chromium') await chromium.close();
    const stage = engine === 'chromium' ? chromium : await Stage.build(engine);
    await stage.members.ask('load', { file });
    try {
      for (const part of parts) await measures[part](stage);
    } finally {
      await stage.close();
    }
  }
} finally {
  await Lan.closeAll();
  await closeBrowsers();
}
console.log(`\nLoad after: ${load()}\n`);
console.log(missed.length ? `Missed:\n\n${missed.map((one) => `- ${one}`).join('\n')}`
  : 'Everything is within its limit.');
process.exit(missed.length ? 1 : 0);
