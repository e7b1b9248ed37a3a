/* handshakes.mjs - what a full TLS handshake costs the relay and nginx. */
/* SPDX-License-Identifier: MIT */
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { findProgram, libraryPath, nginxWith } from '../../relay/manual.mjs';
import { freePort, isOpen, relayCommand } from './servers.mjs';

/** @typedef {{cert: string, key: string}} Certificate */
/** @typedef {{name: string, port: number, pid: number, end: () => void}} Contestant */

const SECONDS = 3;
const ticksPerSecond = 100; // USER_HZ

/** Processor time of a process, in µs. @param {number} pid */
function processorTime(pid) {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [user, system] = stat.slice(stat.lastIndexOf(')') + 2).split(' ').slice(11, 13).map(Number);
  return (user + system) * 1e6 / ticksPerSecond;
}

/**
 * @param {string} name @param {number} port @param {string} file @param {string[]} args
 * @returns {Promise<Contestant>}
 */
async function begin(name, port, file, args) {
  const child = spawn(file, args, {
    stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, LD_LIBRARY_PATH: libraryPath() },
  });
  process.on('exit', () => child.kill('SIGKILL'));
  for (let i = 0; !await isOpen(port); i++) {
    if (i === 100 || child.exitCode !== null) throw new Error(`${name} does not listen`);
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  return { name, port, pid: Number(child.pid), end: () => child.kill('SIGKILL') };
}

/**
 * Full handshakes, one after the other, with one request each. The client is a process of its own.
 * @param {Contestant} contestant
 * @param {string} protocol a flag of `openssl s_time`
 */
function measure({ port, pid }, protocol) {
  const before = processorTime(pid);
  const { stdout, stderr } = spawnSync('openssl', ['s_time', '-connect', `127.0.0.1:${port}`,
    '-new', '-time', `${SECONDS}`, '-www', '/healthz', protocol], { encoding: 'utf8' });
  const [, count, seconds] = /(\d+) connections in (\d+) real seconds/.exec(stdout) ?? [];
  if (!count) throw new Error(`openssl s_time: ${stdout} ${stderr}`);
  return { rate: Number(count) / Number(seconds),
    cost: (processorTime(pid) - before) / Number(count) };
}

/** @param {number[]} numbers */
const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

/** @param {Certificate} certificate @param {number} rounds */
export async function measureHandshakes({ cert, key }, rounds) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'relay-handshakes-'));
  const [port, other] = [await freePort(), await freePort()];
  const [relay, ...options] = relayCommand(port, ['--tls-cert', cert, '--tls-key', key]);
  const contestants = [await begin('peerface-relay', port, relay, options)];
  const nginx = findProgram('nginx');
  if (nginx) {
    const site = `server { listen 127.0.0.1:${other} ssl; ssl_certificate ${cert};
      ssl_certificate_key ${key}; ssl_protocols TLSv1.2 TLSv1.3; keepalive_timeout 0;
      location / { return 200 "ok\\n"; } }`;
    contestants.push(await begin('nginx', other, nginx, nginxWith(folder, site)));
  }
  console.log('## Full TLS handshakes with one request each, one client (openssl s_time)\n');
  console.log('| | server | a second | µs of the server for each |\n|---|---|---:|---:|');
  for (const [title, flag] of [['TLS 1.3', '-tls1_3'], ['TLS 1.2', '-tls1_2']]) {
    /** @type {{rate: number, cost: number}[][]} */
    const figures = contestants.map(() => []);
    for (let round = 0; round < Math.min(rounds, 5); round++) {
      contestants.forEach((one, i) => figures[i].push(measure(one, flag)));
    }
    contestants.forEach(({ name }, i) => console.log(`| ${title} | ${name} `
      + `| ${Math.round(median(figures[i].map(({ rate }) => rate)))} `
      + `| ${Math.round(median(figures[i].map(({ cost }) => cost)))} |`));
  }
  console.log('');
  for (const one of contestants) one.end();
  fs.rmSync(folder, { recursive: true });
}
