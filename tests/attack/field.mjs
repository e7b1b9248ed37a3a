/* field.mjs - the relay under attack, the people who talk through it, and the attackers. */
/* SPDX-License-Identifier: MIT */
//
// Everything runs in a network namespace of its own, whose loopback interface has a network of
// 131,072 addresses besides 127.0.0.0/8: the relay has no limits for loopback, but for those.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { Wire } from '../relay/client.mjs';
import { program, soon } from '../relay/relay.mjs';

export const PORT = 8080;
const METRICS_PORT = 9090;
const SKIPPED = 77; // for ctest

/** Addresses of the namespace. The relay listens on all of them. */
export const relayAddress = '198.18.0.1';
export const addresses = {
  people: '198.18.1.1',
  attackers: '198.18.8.1',
  visitor: (/** @type {number} */ i) => `198.18.${100 + (i >> 7) % 100}.${1 + i % 128}`,
};

/**
 * Runs this program again inside the namespace, unless it is in it already.
 * @param {string} script import.meta.filename
 */
export function moveIntoNamespace(script) {
  if (process.env.PF_IN_NAMESPACE) return;
  const enter = ['--net', ...(process.getuid?.() === 0 ? [] : ['--map-root-user'])];
  const set = 'ip link set lo up && ip addr add 198.18.0.1/15 dev lo';
  const tried = spawnSync('unshare', [...enter, 'sh', '-c', set], { encoding: 'utf8' });
  if (tried.status !== 0) {
    console.log(`no network namespace can be made here: ${tried.stderr || tried.error}`);
    process.exit(SKIPPED);
  }
  const { status } = spawnSync('unshare', [...enter, 'sh', '-c', `${set} && exec "$0" "$@"`,
    process.execPath, script, ...process.argv.slice(2)],
  { stdio: 'inherit', env: { ...process.env, PF_IN_NAMESPACE: '1' } });
  process.exit(status ?? 1);
}

/** @param {number} ms */
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The programs beside the relay. @param {string} name */
const tool = (name) => path.join(process.env.PF_TOOLS
  || path.resolve(path.dirname(program), '../../tests/attack'), name);

/**
 * Others on this machine shall not decide the latency, and attackers have machines of their own:
 * the relay and the people who talk have real-time priority, and a core each, where that can be
 * had. A process that uses up its core is throttled then, for 50 ms a second.
 * @param {number} core
 */
export function preferred(core) {
  if (!process.env.PF_PREFERRED) return [];
  const words = ['taskset', '-c', `${core % os.cpus().length}`, 'chrt', '--rr', '10'];
  return spawnSync(words[0], [...words.slice(1), 'true']).status === 0 ? words : [];
}

/** A program that prints one JSON object a line. */
class Talkative {
  /** @type {Record<string, any>[]} */
  #said = [];
  /** @type {((said: Record<string, any>) => void)[]} */
  #waiting = [];

  /**
   * @param {string[]} command
   */
  constructor(command) {
    this.child = spawn(command[0], command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
    this.child.stdin.on('error', () => undefined); // it has ended; its exit says why
    this.exit = new Promise((resolve) => this.child.once('close', resolve));
    readline.createInterface({ input: this.child.stdout }).on('line', (line) => {
      const said = JSON.parse(line);
      const waiting = this.#waiting.shift();
      if (waiting) waiting(said);
      else this.#said.push(said);
    });
  }

  /** @returns {Promise<Record<string, any>>} the next object */
  next() {
    const said = this.#said.shift();
    if (said) return Promise.resolve(said);
    return Promise.race([
      new Promise((resolve) => this.#waiting.push(resolve)),
      this.exit.then((code) => Promise.reject(new Error(`${this.child.spawnfile}: ${code}`))),
    ]);
  }
}

/** People who talk. */
export class Crowd extends Talkative {
  /** @param {...string} options */
  constructor(...options) {
    super([...preferred(1), tool('crowd'), ...options]);
  }

  /**
   * Begins a phase.
   * @param {string} name
   * @returns what the one before was like
   */
  async phase(name) {
    this.child.stdin.write(`${name}\n`);
    return this.next();
  }

  /** What has become of all. */
  async end() {
    this.child.stdin.end();
    await this.next(); // the last phase
    return { all: await soon('the crowd', this.next()) };
  }
}

export class Attack extends Talkative {
  /** @param {...string} options */
  constructor(...options) {
    super([tool('attack'), ...options]);
  }

  async end() {
    this.child.stdin.end();
    return soon('the attack', this.next());
  }
}

/** The relay, on all addresses of the namespace. */
export class Target {
  err = '';

  /** @param {string[]} options */
  constructor(options) {
    this.isSecure = options.includes('--tls-cert');
    const command = [...preferred(0), program, '--address', '0.0.0.0', '--port', `${PORT}`,
      '--quiet', '--metrics-port', `${METRICS_PORT}`, ...options];
    this.child = spawn(command[0], command.slice(1), { stdio: ['ignore', 'ignore', 'pipe'] });
    this.child.stderr.on('data', (data) => (this.err = (this.err + data).slice(-20000)));
    this.exit = new Promise((resolve) => this.child.once('close', resolve));
  }

  /** Waits until it listens. */
  async ready() {
    for (let up = false; !up;) {
      if (this.child.exitCode !== null) throw new Error(`the relay did not start: ${this.err}`);
      up = await Wire.connect(PORT, { host: relayAddress })
        .then((wire) => Boolean(wire.socket.destroy()), () => false);
      if (!up) await sleep(20);
    }
  }

  /**
   * A connection from that address.
   * @param {string} [from]
   */
  connect(from = addresses.visitor(0)) {
    const options = { host: relayAddress, localAddress: from };
    return this.isSecure ? Wire.connectTls(PORT, options) : Wire.connect(PORT, options);
  }

  /** Its memory in MiB: what it has of its own now, and what it had at most in all. */
  memory() {
    const status = fs.readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    const kib = (/** @type {string} */ name) =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]);
    return { own: kib('RssAnon') / 1024, peak: kib('VmHWM') / 1024 };
  }

  /** How many iterations of its event loop took longer than a millisecond so far, and than five. */
  async longIterations() {
    const text = await (await fetch(`http://localhost:${METRICS_PORT}/metrics`)).text();
    const below = (/** @type {string} */ bound) =>
      Number(text.match(new RegExp(`iteration_seconds_bucket{le="${bound}"} (\\d+)`))?.[1]);
    return [below('\\+Inf') - below('0.001'), below('\\+Inf') - below('0.005')];
  }

  /** Seconds of processor time that it has used. */
  cpu() {
    const stat = fs.readFileSync(`/proc/${this.child.pid}/stat`, 'utf8');
    const fields = stat.split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  /** @param {NodeJS.Signals} signal @returns {Promise<number | null>} */
  async end(signal) {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    return soon('the end of the relay', this.exit);
  }
}
