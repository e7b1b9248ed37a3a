/* bench.mjs - messages between members of several relays: prints a table of RESULTS.md. */
/* SPDX-License-Identifier: MIT */
//
//   node tests/bench/cluster/bench.mjs [--rounds N]
//
// Partners are always at different relays. See README.md.
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs, promisify } from 'node:util';
import { findProgram, libraryPath } from '../../relay/manual.mjs';
import { freePort, isOpen, peers, programs, relayCommand } from '../relay/servers.mjs';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '7' } } });
const rounds = Number(values.rounds);
const run = promisify(execFile);
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'cluster-bench-'));
const env = { ...process.env, LD_LIBRARY_PATH: libraryPath() };
const redis = findProgram('redis-server');
if (!redis) throw new Error('no redis-server');

/** @typedef {{pid: number, port: number, stop: () => Promise<void>}} Process */
/** @typedef {{name: string, dialect: string, relays: number, stores: number}} Kind */
/** @typedef {{kind: Kind, relays: Process[], stores: Process[]}} Service */
/** @typedef {{title: string, options: string[], count: number}} Load */

/** @type {Kind[]} */
const kinds = [
  { name: 'one relay', dialect: 'peerface', relays: 1, stores: 0 },
  { name: 'one relay, `--redis`', dialect: 'peerface', relays: 1, stores: 1 },
  { name: 'two relays', dialect: 'peerface', relays: 2, stores: 1 },
  { name: 'three relays', dialect: 'peerface', relays: 3, stores: 1 },
  { name: 'three relays, two Redis servers', dialect: 'peerface', relays: 3, stores: 2 },
  { name: 'socket.io, one server', dialect: 'socketio', relays: 1, stores: 0 },
  { name: 'socket.io, two servers', dialect: 'socketio', relays: 2, stores: 1 },
  { name: 'socket.io, three servers', dialect: 'socketio', relays: 3, stores: 1 },
];

/** @type {Load[]} */
const loads = [
  { title: '200 B, 1', options: ['--size', '200', '--window', '1'], count: 20000 },
  { title: '200 B, 16', options: ['--size', '200', '--window', '16'], count: 80000 },
  { title: '4 KB, 1', options: ['--size', '4096', '--window', '1'], count: 10000 },
];

/** @param {number} port @param {string[]} command @returns {Promise<Process>} */
async function start(port, [file, ...args]) {
  const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'inherit'], env });
  const ended = new Promise((resolve) => child.on('close', resolve));
  const kill = () => child.kill('SIGKILL');
  process.on('exit', kill);
  for (let i = 0; !await isOpen(port); i++) {
    if (i === 100 || child.exitCode !== null) throw new Error(`${file} does not listen`);
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
  const stop = async () => {
    process.off('exit', kill);
    kill();
    await ended;
  };
  return { pid: Number(child.pid), port, stop };
}

/** @param {number} port */
const redisCommand = (port) => [/** @type {string} */ (redis), '--port', `${port}`, '--bind',
  '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', scratch];

/** @param {Kind} kind @param {number} port @param {Process[]} stores @returns {string[]} */
function serverCommand({ dialect }, port, stores) {
  if (dialect === 'socketio') {
    return [process.execPath, path.join(peers, 'socketio.mjs'), `${port}`,
      ...stores.map((store) => `${store.port}`)];
  }
  const urls = stores.flatMap((store) => ['--redis', `redis://127.0.0.1:${store.port}`]);
  const secret = stores.length > 0 ? ['--secret-file', path.join(scratch, 'secret')] : [];
  return relayCommand(port, [...urls, ...secret]);
}

/** @param {Kind} kind @returns {Promise<Service>} */
async function startService(kind) {
  const stores = [];
  for (let i = 0; i < kind.stores; i++) {
    const port = await freePort();
    stores.push(await start(port, redisCommand(port)));
  }
  const relays = [];
  for (let i = 0; i < kind.relays; i++) {
    const port = await freePort();
    relays.push(await start(port, serverCommand(kind, port, stores)));
  }
  await new Promise((resolve) => { setTimeout(resolve, 1000); }); // until Redis has been reached
  return { kind, relays, stores };
}

/** @param {Service} service @param {Load} what */
async function measure({ kind, relays, stores }, what) {
  const messages = kind.dialect === 'peerface' ? what.count : what.count / 10;
  const { stdout } = await run(path.join(programs, 'relay_load'), ['messages',
    '--dialect', kind.dialect, ...what.options, '--messages', `${messages}`,
    ...relays.flatMap(({ port }) => ['--port', `${port}`]),
    ...[...relays, ...stores].flatMap(({ pid }) => ['--pid', `${pid}`])]);
  return JSON.parse(stdout);
}

/** @param {number[]} numbers @param {number} [part] */
function quantile(numbers, part = 0.5) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

/** @param {number} value @param {number} digits */
const number = (value, digits) => value.toLocaleString('en', {
  minimumFractionDigits: digits, maximumFractionDigits: digits,
});

/** @type {Record<string, Record<string, {cpu_us: number, per_s: number}[]>>} by load, by kind */
const figures = {};
for (let round = 0; round < rounds; round++) {
  for (let i = 0; i < kinds.length; i++) {
    const kind = kinds[(i + round) % kinds.length]; // nobody is always behind the same
    const service = await startService(kind);
    for (const what of loads) {
      const byKind = figures[what.title] ??= {};
      (byKind[kind.name] ??= []).push(await measure(service, what));
    }
    for (const one of [...service.relays, ...service.stores]) await one.stop();
  }
}
fs.rmSync(scratch, { recursive: true });

console.log('## A message between members of different relays\n');
const head = loads.map(({ title }) => `${title}: µs | ratio | a second`);
console.log(`| service | ${head.join(' | ')} |`);
console.log(`|---|${'---:|'.repeat(3 * loads.length)}`);
for (const { name } of kinds) {
  const cells = loads.flatMap(({ title }) => {
    const mine = figures[title][name];
    const base = figures[title][kinds[0].name];
    const ratios = mine.map(({ cpu_us: us }, round) => us / base[round].cpu_us);
    return [number(quantile(mine.map((one) => one.cpu_us)), 2),
      `${number(quantile(ratios), 1)} (${number(quantile(ratios, 0.25), 1)}–`
      + `${number(quantile(ratios, 0.75), 1)})`,
      number(quantile(mine.map((one) => one.per_s)), 0)];
  });
  console.log(`| ${name} | ${cells.join(' | ')} |`);
}
console.log(`\n${os.cpus().length} cores (${os.cpus()[0].model}), node ${process.version}, load `
  + `${os.loadavg()[0].toFixed(1)}, ${rounds} rounds.`);
