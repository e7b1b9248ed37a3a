/* run.mjs - attacks the relay while people talk, and says what they noticed of it. */
/* SPDX-License-Identifier: MIT */
//
//   node tests/attack/run.mjs [--short] [--sanitized] [--runs=N] [SCENARIO...]
//
// In each scenario people talk undisturbed, then under attack, then undisturbed again. It fails
// when one of them loses a message or the connection, when somebody who should is not let in, when
// the relay's memory does not come back, or when it does not end with 0. Latency is judged where it
// means something: in full length, without sanitizers, by the median of N runs (1).
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { makeCertificate, tlsOptions } from '../relay/certificate.mjs';
import { Attack, Crowd, PORT, Target, addresses, moveIntoNamespace, relayAddress, sleep }
  from './field.mjs';
import { badTickets, badTokens, makeToken, ticketSecret, tokenSecret } from './forge.mjs';
import { origin, scenarios } from './scenarios.mjs';
import { Visitors } from './visitors.mjs';

/** @typedef {import('./scenarios.mjs').Scenario} Scenario */

const ROOM = 'tea';
const LATENCY_RATIO_MAX = 2; // p99 under attack, of that of the quiet seconds before
const GROWTH_MAX_MIB = 8; // of the relay's memory, over an attack
const SETTLE_MS = 20000; // until it has come back

const flags = process.argv.slice(2).filter((word) => word.startsWith('--'));
const names = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const isShort = flags.includes('--short');
const isSanitized = flags.includes('--sanitized');
const runs = Number(flags.find((word) => word.startsWith('--runs='))?.slice(7) ?? 1);
const size = isShort ? { pairs: 20, quiet: 1000, attack: 3000, after: 500 }
  : { pairs: 100, quiet: 6000, attack: 15000, after: 4000 };

/** The files that the relay and the attackers need. */
function prepare() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'peerface-attack-'));
  const web = path.join(folder, 'web');
  fs.mkdirSync(web);
  fs.writeFileSync(path.join(web, 'large.bin'), Buffer.alloc(8 << 20));
  fs.writeFileSync(path.join(folder, 'keys'), tokenSecret);
  fs.writeFileSync(path.join(folder, 'secret'), ticketSecret, { mode: 0o600 });
  const certificate = makeCertificate(folder, 'a');
  return { folder, web, keys: path.join(folder, 'keys'), certificate };
}

/** The short version judges no time, whatever else the machine does: nobody may time out. */
const patience = isShort
  ? ['--handshake-ms', '30000', '--request-ms', '30000', '--ping-ms', '30000'] : [];

/** @param {ReturnType<typeof prepare>} files @param {Scenario} scenario */
function relayOptions(files, scenario) {
  return [...patience, '--web', files.web, '--secret-file', path.join(files.folder, 'secret'),
    ...(scenario.tls ? tlsOptions(files.certificate) : []),
    ...(scenario.forged === 'tokens' ? ['--token-keys', files.keys] : [])];
}

/**
 * Writes what an attack presents.
 * @param {ReturnType<typeof prepare>} files
 * @param {Scenario} scenario
 * @param {Visitors} visitors
 */
async function forge(files, scenario, visitors) {
  if (!scenario.forged) return [];
  const file = path.join(files.folder, 'lines');
  if (scenario.forged === 'tokens') {
    fs.writeFileSync(file, badTokens(ROOM).join('\n'));
  } else {
    const eve = await visitors.join(ROOM);
    fs.writeFileSync(file, badTickets(ROOM, eve.joined.ticket).join('\n'));
    eve.send({ type: 'leave' });
  }
  return ['--lines', file];
}

/** @param {Scenario} scenario @param {string[]} more */
function attackOptions(scenario, more) {
  const width = isShort ? scenario.shortWidth ?? scenario.width : scenario.width;
  return [scenario.attack, ...origin(scenario), '--room', ROOM,
    ...(width ? ['--width', `${width}`] : []), ...more];
}

/** @param {Scenario} scenario @param {string} [token] */
function crowdOptions(scenario, token) {
  return [`${relayAddress}:${PORT}`, '--people', `${2 * size.pairs}`, '--talkers', `${size.pairs}`,
    '--from', addresses.people, '--addresses', '50', '--rooms', 'pair ',
    ...(scenario.tls ? ['--tls'] : []), ...(token ? ['--token', token] : [])];
}

/**
 * Waits until the relay's memory is near what it was.
 * @param {Target} target
 * @param {number} before
 */
async function settled(target, before) {
  const end = Date.now() + SETTLE_MS;
  while (target.memory().own > before + 1 && Date.now() < end) await sleep(250);
  return target.memory();
}

/** @param {ReturnType<typeof prepare>} files @param {Scenario} scenario */
async function play(files, scenario) {
  const token = scenario.forged === 'tokens' ? makeToken({ room: '*' }) : undefined;
  const target = new Target(relayOptions(files, scenario));
  try {
    await target.ready();
    const crowd = new Crowd(...crowdOptions(scenario, token));
    const ready = await crowd.next();
    const visitors = new Visitors(target, { room: ROOM, token });
    await visitors.begin();
    const lines = await forge(files, scenario, visitors);
    await sleep(500);
    await crowd.phase('quiet');
    const before = target.memory();
    await sleep(size.quiet);
    const quiet = await crowd.phase('attack');
    const attack = new Attack(...attackOptions(scenario, lines));
    const cpu = target.cpu();
    const long = await target.longIterations();
    await sleep(size.attack);
    const busy = (target.cpu() - cpu) / (size.attack / 1000);
    const during = await crowd.phase('after');
    const longer = (await target.longIterations()).map((count, i) => count - long[i]);
    const atEnd = target.memory();
    const attacked = await attack.end();
    await sleep(size.after);
    const after = await settled(target, before.own);
    const { all } = await crowd.end();
    const met = await visitors.end();
    const code = await target.end('SIGTERM');
    return { ready, quiet, during, all, attacked, before, atEnd, after, busy, longer,
      met,      complaints: visitors.complaints, code, err: target.err };
  } finally {
    target.child.kill('SIGKILL');
  }
}

/**
 * What is wrong with a scenario's outcome.
 * @param {Scenario} scenario
 * @param {Awaited<ReturnType<typeof play>>} outcome
 */
function judge(scenario, { all, attacked, before, after, met, complaints, code, err }) {
  const problems = [];
  if (all.inside !== 2 * size.pairs || all.lost > 0) problems.push(`${all.lost} people were lost`);
  if (all.missing > 0) problems.push(`${all.missing} messages were lost`);
  if (all.repeated > 0) problems.push(`${all.repeated} messages came twice`);
  if (attacked.opened === 0) problems.push('there was no attack');
  for (const [who, { tried, failed }] of Object.entries(met)) {
    const isOutside = scenario.fills && (who === 'newcomer' || who === 'guest');
    if (tried === 0) problems.push(`no ${who} came`);
    if (failed > 0 && !isOutside) problems.push(`${who}: ${failed} of ${tried} failed`);
  }
  if (problems.length > 0) problems.push(...new Set(complaints));
  if (!isSanitized && after.own > before.own + GROWTH_MAX_MIB) {
    problems.push(`memory grew from ${before.own.toFixed(1)} to ${after.own.toFixed(1)} MiB`);
  }
  if (code !== 0) problems.push(`the relay ended with ${code}: ${err}`);
  return problems;
}

/** @param {Scenario} scenario @param {Awaited<ReturnType<typeof play>>} outcome */
function row(scenario, { quiet, during, attacked, before, atEnd, after, busy, longer,
  met }) {
  const ms = (/** @type {number} */ value) => value.toFixed(2);
  const visits = Object.values(met).reduce((sum, { tried }) => sum + tried, 0);
  const longest = Math.max(...Object.values(met).map(({ longestMs }) => longestMs));
  return `| ${scenario.name} | ${attacked.opened} | ${attacked.open} | ${Math.round(busy * 100)} `
    + `| ${ms(quiet.p99)} | ${ms(during.p99)} | ${ms(during.p99 / quiet.p99)} `
    + `| ${ms(quiet.p50)} | ${ms(during.p50)} | ${ms(during.max)} | ${longer.join(', ')} `
    + `| ${before.own.toFixed(1)} | ${atEnd.own.toFixed(1)} | ${after.own.toFixed(1)} `
    + `| ${visits} | ${longest} |`;
}

async function main() {
  const unknown = names.filter((name) => !scenarios.some((scenario) => scenario.name === name));
  if (unknown.length > 0) throw new Error(`unknown: ${unknown.join(' ')}`);
  const files = prepare();
  console.log('| attack | connections opened | open at the end | relay CPU % | p99 quiet | p99 '
    + 'attacked | ratio | p50 quiet | p50 attacked | max attacked | iterations > 1, 5 ms '
    + '| MiB before '
    + '| MiB attacked | MiB after | visits | longest, ms |');
  console.log(`|---|${'---:|'.repeat(15)}`);
  let failures = 0;
  for (const scenario of scenarios) {
    if (names.length > 0 && !names.includes(scenario.name)) continue;
    /** @type {number[]} */
    const ratios = [];
    for (let run = 0; run < runs; run++) {
      const outcome = await play(files, scenario);
      const problems = judge(scenario, outcome);
      ratios.push(outcome.during.p99 / outcome.quiet.p99);
      console.log(row(scenario, outcome));
      if (flags.includes('--verbose')) console.log(JSON.stringify(outcome, undefined, 1));
      for (const problem of problems) console.log(`  ${scenario.name}: ${problem}`);
      failures += problems.length;
    }
    if (!isShort && !isSanitized) {
      const ratio = ratios.sort((a, b) => a - b)[ratios.length >> 1];
      const isReached = ratio <= LATENCY_RATIO_MAX;
      console.log(`  ${scenario.name}: p99 ${ratio.toFixed(2)} of the quiet one, aim `
        + `${LATENCY_RATIO_MAX}: ${isReached ? 'reached' : 'missed'}`);
      failures += isReached ? 0 : 1;
    }
  }
  fs.rmSync(files.folder, { recursive: true, force: true });
  process.exitCode = failures > 0 ? 1 : 0;
}

if (!isShort && !isSanitized) process.env.PF_PREFERRED = '1';
moveIntoNamespace(process.argv[1]);
await main();
