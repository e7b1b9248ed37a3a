/* manual.mjs - takes configurations out of the operator's manual, and runs programs on them. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { soon } from './relay.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
/** Where emsdk-env.sh unpacks programs that are not installed. */
const unpacked = path.join(root, 'build/third_party/programs');

/**
 * The indented block of the manual whose first line is a comment with that name.
 * @param {string} name
 */
export function blockOfManual(name) {
  const manual = fs.readFileSync(path.join(root, 'src/relay/OPERATING.md'), 'utf8');
  const start = manual.indexOf(`\n    # ${name}\n`);
  assert.ok(start >= 0, `the manual has no block ${name}`);
  const lines = manual.slice(start + 1).split('\n');
  const end = lines.findIndex((line) => line !== '' && !line.startsWith('    '));
  return `${lines.slice(0, end).map((line) => line.slice(4)).join('\n').trimEnd()}\n`;
}

/**
 * @param {string} text
 * @param {Record<string, string>} places what is to be replaced, each at least once, by what
 */
export function substitute(text, places) {
  for (const [from, to] of Object.entries(places)) {
    assert.ok(text.includes(from), `the manual does not say ${from}`);
    text = text.replaceAll(from, to);
  }
  return text;
}

/** The file of a program, installed or unpacked, or null. @param {string} name */
export function findProgram(name) {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin',
    path.join(unpacked, 'usr/sbin'), path.join(unpacked, 'usr/bin')];
  return folders.map((folder) => path.join(folder, name)).find((file) => fs.existsSync(file))
    ?? null;
}

/** The folders of the libraries of unpacked programs. */
export function libraryPath() {
  const folder = path.join(unpacked, 'usr/lib');
  const names = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  return names.filter((name) => name.endsWith('-gnu')).map((name) => path.join(folder, name))
    .concat(process.env.LD_LIBRARY_PATH ?? []).join(':');
}

/**
 * Runs a server until the end of the test, and waits until it listens.
 * @param {import('node:test').TestContext} t
 * @param {number} port
 * @param {string} file
 * @param {...string} options
 */
export async function startServer(t, port, file, ...options) {
  const child = spawn(file, options, {
    stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, LD_LIBRARY_PATH: libraryPath() },
  });
  const exit = new Promise((resolve) => child.once('close', resolve));
  let said = '';
  let ended = false;
  child.stdout.on('data', (data) => (said += data));
  child.stderr.on('data', (data) => (said += data));
  child.once('close', () => (ended = true));
  t.after(async () => {
    child.kill('SIGKILL');
    await exit;
  });
  const listens = () => new Promise((resolve) => {
    const socket = net.connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => resolve(true));
    socket.once('error', () => setTimeout(resolve, 20, false));
    socket.once('connect', () => socket.destroy());
  });
  await soon(file, (async () => {
    while (!await listens()) assert.ok(!ended, `${file} has ended: ${said}`);
  })());
}

/**
 * A file for nginx with what a block of the manual says, which belongs into its part "http".
 * @param {string} folder for all that nginx writes
 * @param {string} site
 * @returns {string[]} the options of nginx
 */
export function nginxWith(folder, site) {
  const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) =>
    `${name}_temp_path ${path.join(folder, name)};`);
  const file = path.join(folder, 'nginx.conf');
  fs.writeFileSync(file, `daemon off; master_process off; pid ${folder}/pid; events {}
    http { access_log off; ${folders.join(' ')}\n${site}}\n`);
  return ['-e', 'stderr', '-p', folder, '-c', file];
}

/**
 * A file for HAProxy with what a block of the manual says, and the timeouts of Debian's file.
 * @param {string} folder
 * @param {string} ours
 * @returns {string[]} the options of HAProxy
 */
export function haproxyWith(folder, ours) {
  const file = path.join(folder, 'haproxy.cfg');
  fs.writeFileSync(file, `defaults\n  timeout connect 5000\n  timeout client 50000
  timeout server 50000\n\n${ours}`);
  return ['-db', '-f', file];
}
