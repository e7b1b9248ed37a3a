/* survival.mjs - measures how long pictures freeze while the relay or the network is down. */
/* SPDX-License-Identifier: MIT */
//
//   PF_RELAY=... PF_WEB=... node tests/bench/survival/survival.mjs [--runs 5] [chromium] [firefox]
//
// Each run is two calls of three people: in one the relay fails in several ways, in the other the
// network of one person. Both also measure the same pictures undisturbed for as long, for
// comparison. The output is the tables of RESULTS.md. Creating network namespaces needs root.
//
// It ends with 1, and names the figure, where one is above its limit: 200 ms for a gap while the
// relay is down, 3 s for a picture to return. Undisturbed pictures have no limit, but where they
// freeze for longer than 200 ms themselves, the machine is too busy for a verdict.
import os from 'node:os';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { closeBrowsers } from '../../e2e/browsers.mjs';
import { cameras, World } from '../../e2e/harness.mjs';
import { Lan, whyNoLan } from '../../e2e/lan.mjs';
import { picturesOf } from '../../e2e/memory.mjs';
import { Relay } from '../../e2e/relay.mjs';
import { pause } from '../../e2e/until.mjs';
import { Wire } from '../../e2e/wire.mjs';

/** @typedef {import('../../e2e/browsers.mjs').Engine} Engine */
/** @typedef {import('../../e2e/person.mjs').Person} Person */

const small = { shim: { cameras: [cameras.green] } };
const names = ['Ann', 'Bob', 'Cho'];
const expects = [/./]; // browsers report each socket that cannot be opened
const limitsMs = { gap: 200, back: 3000 };
const cutMs = 8000;
const afterMs = 8000; // a picture must be back by then

/** @type {Map<string, number[]>} by the name of what was measured */
const figures = new Map();

/** @type {Map<string, number>} the limits of those that have one */
const limits = new Map();

/** @param {string} what @param {number[]} values @param {keyof typeof limitsMs} [limit] */
function note(what, values, limit) {
  figures.set(what, [...(figures.get(what) || []), ...values]);
  if (limit) limits.set(what, limitsMs[limit]);
  console.error(`${what}: ${values.map(Math.round).join(' ')}`);
}

/** @param {number[]} values @param {number} share */
function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}

/**
 * @param {World} world
 * @param {(name: string) => import('../../e2e/harness.mjs').PersonOptions} options
 */
async function three(world, options) {
  const people = [];
  for (const name of names) {
    const person = await world.person(name, { ...small, ...options(name) });
    await person.enter('tea');
    await person.shown('#call');
    people.push(person);
  }
  await Promise.all(people.map((person) => person.inCallWith(2)));
  return people;
}

/** @typedef {Awaited<ReturnType<typeof picturesOf>>} Pictures */

/**
 * The longest gap of each picture while something lasts.
 * @param {Pictures} pictures
 * @param {() => Promise<void>} body
 */
async function gapsDuring(pictures, body) {
  const since = await Promise.all(pictures.map(({ person }) => person.now()));
  await body();
  return Promise.all(pictures.map(({ person, id }, index) => person.gap(id, since[index])));
}

/** @param {Engine} engine */
async function takeRelayAway(engine) {
  const world = new World(await Relay.start(), { expects });
  const wire = await Wire.open(world.relay.port);
  try {
    const people = await three(world, () => ({ engine, url: wire.url }));
    const pictures = await picturesOf(people);
    const restarted = async () => {
      await world.relay.kill();
      await pause(3000);
      await world.relay.start();
      await pause(17000);
    };
    /** @param {import('../../e2e/wire.mjs').Cut} how */
    const cut = (how) => async () => {
      wire.cut(how);
      await pause(20000);
      wire.mend();
      await Promise.all(people.map((person) => person.notice('')));
    };
    await pause(3000); // for the bitrate to settle
    note(`${engine}: undisturbed`, await gapsDuring(pictures, () => pause(20000)));
    note(`${engine}: relay killed and restarted`, await gapsDuring(pictures, restarted), 'gap');
    note(`${engine}: WebSockets closed for 20 s`, await gapsDuring(pictures, cut('closed')), 'gap');
    note(`${engine}: WebSockets silent for 20 s`, await gapsDuring(pictures, cut('silence')),
      'gap');
    note(`${engine}: undisturbed`, await gapsDuring(pictures, () => pause(20000)));
  } finally {
    wire.close();
    await world.close();
  }
}

/**
 * How long each picture took to come back, and its longest gap from then on.
 * @param {Pictures} pictures
 * @param {import('../../e2e/lan.mjs').Cut} how
 */
async function cutNetwork(pictures, how) {
  const lan = Lan.get();
  lan.cut(how);
  await pause(cutMs);
  const since = await Promise.all(pictures.map(({ person }) => person.now()));
  lan.mend();
  await pause(afterMs);
  return Promise.all(
    pictures.map(({ person, id }, index) => person.back(id, since[index])),
  );
}

/** @param {Engine} engine */
async function takeNetworkAway(engine) {
  const relay = await Relay.start([], undefined, Lan.get().relay);
  const world = new World(relay, { expects, lan: true });
  try {
    const people = await three(world, (name) => ({
      engine,
      host: name === 'Ann' ? 'far' : 'near',
    }));
    const all = await picturesOf(people);
    const crossing = all.filter(({ person, other }) => [person.name, other.name].includes('Ann'));
    await pause(3000);
    note(`${engine}: undisturbed across the router`,
      await gapsDuring(crossing, () => pause(cutMs + afterMs)));
    for (const how of /** @type {const} */ (['silence', 'link'])) {
      const title = how === 'silence' ? 'every packet lost' : 'no carrier';
      const back = await cutNetwork(crossing, how);
      note(`${engine}: back after 8 s with ${title}`, back, 'back');
      await Promise.all(people.map((person) => person.waitForPeers(2)));
      await pause(5000);
    }
  } finally {
    await world.close();
  }
}

const { values, positionals } = parseArgs({
  options: { runs: { type: 'string', default: '5' } },
  allowPositionals: true,
});
const both = ['chromium', 'firefox'];
const engines = /** @type {Engine[]} */ (positionals.length > 0 ? positionals : both);
const noLan = whyNoLan();
if (noLan) console.error(`network failures are not measured: ${noLan}`);
try {
  for (let run = 0; run < Number(values.runs); run++) {
    for (const engine of engines) {
      console.error(`run ${run + 1}, ${engine}, load ${os.loadavg()[0].toFixed(1)}`);
      await takeRelayAway(engine);
      if (!noLan) await takeNetworkAway(engine);
    }
  }
} finally {
  await Lan.closeAll();
  await closeBrowsers();
}
console.log('| what | pictures | median ms | p95 ms | worst ms |\n|---|---:|---:|---:|---:|');
for (const [what, list] of [...figures].sort(([a], [b]) => (a < b ? -1 : 1))) {
  const columns = [0.5, 0.95, 1].map((share) => Math.round(quantile(list, share)));
  console.log(`| ${[what, list.length, ...columns].join(' | ')} |`);
}
for (const [what, limit] of limits) {
  const worst = Math.round(Math.max(...(figures.get(what) || [])));
  if (worst <= limit) continue;
  console.error(`above the limit: ${what}: ${worst} ms, at most ${limit} ms`);
  process.exitCode = 1;
}
