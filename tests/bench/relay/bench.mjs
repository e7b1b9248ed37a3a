/* bench.mjs - the relay beside others: prints the tables of RESULTS.md. See README.md. */
/* SPDX-License-Identifier: MIT */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { makeCertificate } from '../../relay/certificate.mjs';
import { measureHandshakes } from './handshakes.mjs';
import {
  another, floor, hold, load, others, ours, oursOperated, oursOverTls, overTls, start,
} from './servers.mjs';

/** @typedef {import('./servers.mjs').Kind} Kind */
/** @typedef {import('./servers.mjs').Server} Server */
/** @typedef {import('./servers.mjs').Figures} Figures */
/** @typedef {{title: string, options: string[], count: number, goal: number}} Load */

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    only: { type: 'string', default: 'messages,crowd,tls,handshakes,storm,memory' },
    'no-others': { type: 'boolean', default: false },
    json: { type: 'string' },
    another: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
const parts = values.only.split(',');
/** @type {Record<string, any>} all figures, for --json */
const record = {};

/** `count` messages are measured; of those that take ten times as long, a tenth. @type {Load[]} */
const loads = [
  { title: '200 B, 1', options: ['--size', '200', '--window', '1'],
    count: 40000, goal: 1.05 },
  { title: '200 B, 16', options: ['--size', '200', '--window', '16'],
    count: 200000, goal: 1.3 },
  { title: '4 KB, 1', options: ['--size', '4096', '--window', '1'],
    count: 30000, goal: 1.1 },
  { title: '4 KB, 4', options: ['--size', '4096', '--window', '4'],
    count: 60000, goal: 2.0 },
];

/** @param {number[]} numbers @param {number} [part] @returns {number} */
function quantile(numbers, part = 0.5) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

/** @param {string[]} head @param {string[][]} rows */
function print(head, rows) {
  const line = (/** @type {string[]} */ cells) => console.log(`| ${cells.join(' | ')} |`);
  line(head);
  console.log(`|---|${'---:|'.repeat(head.length - 1)}`);
  rows.forEach(line);
  console.log('');
}

/** @param {number} value @param {number} digits @returns {string} */
const number = (value, digits = 0) => value.toLocaleString('en', {
  minimumFractionDigits: digits, maximumFractionDigits: digits,
});

/**
 * One figure of each server in each round, in turn, so that what else the machine does meets all.
 * @param {Server[]} servers
 * @param {(server: Server) => Promise<number>} measure
 * @returns {Promise<number[][]>} by server
 */
async function inRounds(servers, measure) {
  /** @type {number[][]} */
  const figures = servers.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < servers.length; i++) {
      const index = (i + round) % servers.length; // nobody is always behind the same
      figures[index].push(await measure(servers[index]));
    }
  }
  return figures;
}

/** The median ratio of a round. @param {number[]} figures @param {number[]} base */
function ratio(figures, base) {
  const ratios = figures.map((figure, round) => figure / base[round]);
  return `${number(quantile(ratios), 2)} (${number(quantile(ratios, 0.25), 2)}–`
    + `${number(quantile(ratios, 0.75), 2)})`;
}

/** @param {Server} server @param {Load} what @returns {Promise<number>} µs for a message */
async function messageCost(server, what) {
  const isFast = server.kind === floor || server.kind.dialect === 'peerface';
  const messages = isFast ? what.count : what.count / 10;
  const tls = server.kind.name.endsWith('TLS') ? ['--tls'] : [];
  const options = [...what.options, '--messages', `${messages}`, ...tls];
  return (await load(server, 'messages', options)).cpu_us;
}

/** @param {Kind[]} kinds */
async function measureMessages(kinds) {
  const servers = await Promise.all(kinds.map(start));
  /** @type {string[][]} */
  const rows = servers.map(({ kind }) => [kind.name]);
  for (const what of loads) {
    const figures = await inRounds(servers, (server) => messageCost(server, what));
    record[what.title] = Object.fromEntries(kinds.map((kind, i) => [kind.name, figures[i]]));
    const base = figures[kinds.indexOf(floor)];
    figures.forEach((figure, i) => {
      rows[i].push(number(quantile(figure), 2), ratio(figure, base));
    });
    const other = figures[kinds.findIndex(({ name }) => name === 'another build')];
    if (other) console.log(`${what.title}: ${ratio(figures[kinds.indexOf(ours)], other)} of it\n`);
  }
  console.log('## A message: µs of the server, and the ratio to the floor\n');
  print(['relay', ...loads.flatMap(({ title, goal }) => [title, `ratio, goal ${goal}`])], rows);
  await Promise.all(servers.map((server) => server.stop()));
}

/** Beside members that are silent, and what a larger crowd costs. @param {Kind[]} kinds */
async function measureCrowds(kinds) {
  const [what] = loads;
  /* Ours takes newcomers up to seven eighths of its 20,000 descriptors. */
  const crowds = [0, 10000, 16800];
  /** @type {string[][]} */
  const rows = [];
  for (const kind of kinds) {
    const isOurs = kind === floor || kind === ours;
    const sizes = isOurs ? crowds : crowds.slice(0, 2);
    const servers = await Promise.all(sizes.map(() => start(kind)));
    const held = [];
    for (let i = 1; i < sizes.length; i++) held.push(await hold(servers[i], sizes[i]));
    const figures = await inRounds(servers, (server) => messageCost(server, what));
    record[`crowd: ${kind.name}`] = figures;
    const cells = figures.flatMap((figure, i) => [
      number(quantile(figure), 2), ...i > 0 ? [ratio(figure, figures[0])] : [],
    ]);
    rows.push([kind.name, ...cells, ...isOurs ? [] : ['–', '–']]);
    await Promise.all(held.map((release) => release()));
    await Promise.all(servers.map((server) => server.stop()));
  }
  console.log('## The same message (200 B, 1) beside silent members, µs\n');
  print(['relay', 'none', 'beside 10,000', 'ratio', 'beside 16,800', 'ratio, goal 1.05'], rows);
}

/** Each without TLS and with it. @param {[Kind, Kind][]} pairs */
async function measureTls(pairs) {
  const servers = await Promise.all(pairs.flat().map(start));
  /** @type {string[][]} */
  const rows = [];
  for (const what of loads) {
    const figures = await inRounds(servers, (server) => messageCost(server, what));
    record[`tls: ${what.title}`] = figures;
    for (const [i, [{ name }]] of pairs.entries()) {
      const [plain, secure] = figures.slice(2 * i, 2 * i + 2);
      const more = secure.map((figure, round) => figure - plain[round]);
      rows.push([what.title, name, number(quantile(plain), 2), number(quantile(secure), 2),
        number(quantile(more), 2), ratio(secure, plain)]);
    }
  }
  console.log('## A message over TLS, µs of the server\n');
  print(['', 'relay', 'plain', 'TLS', 'more', 'ratio'], rows);
  await Promise.all(servers.map((server) => server.stop()));
}

/** @param {Kind[]} kinds */
async function measureStorms(kinds) {
  const options = ['--members', '4000', '--at-once', '128'];
  const servers = await Promise.all(kinds.map(start));
  /** @type {Figures[][]} */
  const storms = kinds.map(() => []);
  const times = Math.min(rounds, 5);
  for (let round = 0; round < times; round++) {
    for (const [i, server] of servers.entries()) {
      const tls = server.kind.name.endsWith('TLS') ? ['--tls'] : [];
      storms[i].push(await load(server, 'storm', [...options, ...tls]));
    }
  }
  record.storm = Object.fromEntries(kinds.map((kind, i) => [kind.name, storms[i]]));
  const rows = storms.map((storm, i) => [kinds[i].name,
    number(quantile(storm.map((one) => one.per_s))),
    number(quantile(storm.map((one) => one.p99_ms)), 1),
    number(quantile(storm.map((one) => one.cpu_us)), 1)]);
  console.log('## 4,000 members join, 128 at a time\n');
  print(['relay', 'joins a second', 'p99, ms', 'µs of the server for each'], rows);
  await Promise.all(servers.map((server) => server.stop()));
}

/** Each in a process of its own: memory is not given back. @param {Kind[]} kinds */
async function measureMemory(kinds) {
  /** @type {string[][]} */
  const rows = [];
  for (const kind of kinds) {
    const tls = kind.name.endsWith('TLS') ? ['--tls'] : [];
    const sizes = [];
    const times = kind.dialect === 'peerface' ? Math.min(rounds, 3) : 1;
    for (let round = 0; round < times; round++) {
      const server = await start(kind);
      const options = ['--members', '10000', '--settle-ms', '2000', ...tls];
      sizes.push(await load(server, 'idle', options));
      await server.stop();
    }
    record[`memory: ${kind.name}`] = sizes;
    rows.push([kind.name, number(quantile(sizes.map(({ rss }) => rss)))]);
  }
  console.log('## Memory of the process for each of 10,000 silent members, bytes\n');
  print(['relay', 'bytes'], rows);
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'relay-bench-'));
try {
  const certificate = makeCertificate(folder, 'localhost');
  const secure = oursOverTls(certificate);
  const rest = values['no-others'] ? [] : others();
  const began = os.loadavg()[0];
  const builds = values.another ? [another(values.another)] : [];
  if (parts.includes('messages')) {
    await measureMessages([floor, ours, oursOperated, ...builds, ...rest]);
  }
  if (parts.includes('crowd')) await measureCrowds([floor, ours, ...rest]);
  if (parts.includes('tls')) {
    const withTls = rest.filter(({ name }) => /^(?:ws|Bun)/.test(name));
    await measureTls([[ours, secure],
      ...withTls.map((kind) => /** @type {[Kind, Kind]} */ ([kind, overTls(kind, certificate)]))]);
  }
  if (parts.includes('handshakes')) await measureHandshakes(certificate, rounds);
  if (parts.includes('storm')) await measureStorms([ours, secure, ...rest]);
  if (parts.includes('memory')) await measureMemory([ours, secure, ...rest]);
  console.log(`${os.cpus().length} cores (${os.cpus()[0].model}), node ${process.version}, load `
    + `${number(began, 1)} at first, ${number(os.loadavg()[0], 1)} at last, ${rounds} rounds.`);
  if (values.json) fs.writeFileSync(values.json, JSON.stringify(record, null, 1));
} finally {
  fs.rmSync(folder, { recursive: true });
}
