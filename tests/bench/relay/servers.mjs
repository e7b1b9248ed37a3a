/* servers.mjs - starts the relays that are compared, and puts load on them. */
/* SPDX-License-Identifier: MIT */
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const here = path.dirname(fileURLToPath(import.meta.url));
process.setMaxListeners(0); // one for each server, so that none is left behind
const root = path.resolve(here, '../../..');
export const peers = path.join(here, 'peers');
const build = process.env.PF_BUILD ?? path.join(root, 'build/release');
export const programs = path.join(build, 'tests/relay/bench');
const relay = process.env.PF_RELAY ?? path.join(build, 'src/relay/peerface-relay');
const bun = path.join(peers, 'node_modules/bun/bin/bun.exe');

/** @typedef {{name: string, dialect: string, command: (port: number) => string[]}} Kind */
/** @typedef {{kind: Kind, port: number, pid: number, stop: () => Promise<void>}} Server */
/** @typedef {{cpu_us: number, per_s: number, p99_ms: number, rss: number, heap: number}} Figures */

/**
 * No limits, and no pings while something is measured.
 * @param {number} port
 * @param {string[]} more
 * @returns {string[]}
 */
export function relayCommand(port, more = []) {
  return [relay, '--address', '127.0.0.1', '--port', `${port}`, '--quiet',
    '--burst', '1000000000', '--rate', '1000000000', '--ping-ms', '3600000', '--grace-ms', '1000',
    '--clients-max', '24000', '--rooms-max', '24000', '--requests-max', '256', ...more];
}

/** @param {string} name @param {string} dialect @param {string} script @returns {Kind} */
function nodeKind(name, dialect, script) {
  const command = (/** @type {number} */ port) => [
    process.execPath, path.join(peers, script), `${port}`,
  ];
  return { name, dialect, command };
}

/** @type {Kind} */
export const floor = {
  name: 'TCP forwarder (floor)',
  dialect: 'bytes',
  command: (port) => [path.join(programs, 'relay_forwarder'), `${port}`],
};

/** @type {Kind} */
export const ours = { name: 'peerface-relay', dialect: 'peerface', command: relayCommand };

/**
 * Another build of the relay, with the options that all builds have had.
 * @param {string} file
 * @returns {Kind}
 */
export function another(file) {
  const command = (/** @type {number} */ port) =>
    [file, ...relayCommand(port).slice(1).filter((word) => !/^(--requests-max|256)$/.test(word))];
  return { name: 'another build', dialect: 'peerface', command };
}

/** @param {{cert: string, key: string}} certificate @returns {Kind} */
export function oursOverTls({ cert, key }) {
  const command = (/** @type {number} */ port) =>
    relayCommand(port, ['--tls-cert', cert, '--tls-key', key]);
  return { name: 'peerface-relay, TLS', dialect: 'peerface', command };
}

/**
 * As it is operated: it logs what happens as JSON, has an address for metrics, asks who is silent,
 * and has its limits, of which only those of messages are too high to be reached.
 * @type {Kind}
 */
export const oursOperated = {
  name: 'peerface-relay, operated',
  dialect: 'peerface',
  command: (port) => [relay, '--address', '127.0.0.1', '--port', `${port}`, '--clients-max',
    '24000', '--rooms-max', '24000', '--burst', '1000000000', '--rate', '1000000000',
    '--log-level', 'info', '--log-format', 'json',
    '--metrics-address', '127.0.0.2', '--metrics-port', `${port}`],
};

/** @param {Kind} kind one of others() @param {{cert: string, key: string}} files @returns {Kind} */
export function overTls(kind, { cert, key }) {
  const command = (/** @type {number} */ port) => [...kind.command(port), cert, key];
  return { ...kind, name: `${kind.name}, TLS`, command };
}

/** @returns {Kind[]} the others, as far as they are installed */
export function others() {
  if (!fs.existsSync(path.join(peers, 'node_modules'))) return [];
  const found = [
    nodeKind('ws 8', 'rooms', 'ws.mjs'),
    nodeKind('socket.io 4', 'socketio', 'socketio.mjs'),
    nodeKind('PeerServer', 'peerjs', 'peerserver.mjs'),
  ];
  if (fs.existsSync(bun)) {
    const command = (/** @type {number} */ port) => [bun, path.join(peers, 'bun.mjs'), `${port}`];
    found.push({ name: 'Bun (µWebSockets)', dialect: 'rooms', command });
  }
  return found;
}

/** @returns {Promise<number>} a port that is free, for now */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {net.AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}

/** @param {number} port @returns {Promise<boolean>} */
export function isOpen(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('connect', () => { socket.destroy(); resolve(true); });
    socket.on('error', () => resolve(false));
  });
}

/** @param {Kind} kind @returns {Promise<Server>} */
export async function start(kind) {
  const port = await freePort();
  const [file, ...args] = kind.command(port);
  const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise((resolve) => child.on('close', resolve));
  process.on('exit', () => child.kill('SIGKILL'));
  for (let i = 0; kind !== floor && !await isOpen(port); i++) {
    if (i === 100 || child.exitCode !== null) throw new Error(`${kind.name} does not listen`);
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
  // The floor would take the connection that asks for a partner.
  if (kind === floor) await new Promise((resolve) => { setTimeout(resolve, 500); });
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  return { kind, port, pid: Number(child.pid), stop };
}

/** @param {Server} server @param {string} mode @param {string[]} options @returns {string[]} */
function loadArguments({ kind, port, pid }, mode, options) {
  return [mode, '--dialect', kind.dialect, '--port', `${port}`, '--pid', `${pid}`, ...options];
}

/**
 * @param {Server} server
 * @param {string} mode of the program relay_load
 * @param {string[]} options
 * @returns {Promise<Figures>}
 */
export async function load(server, mode, options) {
  const { stdout } = await run(path.join(programs, 'relay_load'),
    loadArguments(server, mode, options));
  return JSON.parse(stdout);
}

/**
 * Members that have joined and are silent.
 * @param {Server} server
 * @param {number} count
 * @returns {Promise<() => Promise<void>>} lets them go
 */
export async function hold(server, count) {
  const child = spawn(path.join(programs, 'relay_load'),
    loadArguments(server, 'hold', ['--members', `${count}`]),
    { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.on('close', resolve));
  await new Promise((resolve, reject) => {
    child.stdout.once('data', resolve);
    child.on('close', () => reject(new Error(`${server.kind.name} does not take ${count}`)));
  });
  return async () => {
    child.stdin.end();
    await ended;
  };
}
