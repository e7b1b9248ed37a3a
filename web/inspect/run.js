/* run.js - runs a seed of the simulator, and goes to any of its steps. */
/* SPDX-License-Identifier: MIT */

import { passageOf } from './lines.js';
import { Machine } from './machine.js';

/**
 * @typedef {import('./call.js').Row} Row
 * @typedef {import('./call.js').Column} Column
 * @typedef {import('./lines.js').Line} Line
 *
 * As tests/sim/inspect says it.
 * @typedef {{page?: string, host?: number, event?: Line, command?: Line, note?: string}} Said
 * @typedef {{lines: Said[], us: number, quiet: boolean, failure?: string}} Told
 *
 * @typedef {{host: number, hostile: boolean, browser: string, room: number, online: boolean,
 *   relayCut: boolean, asleep: boolean, throttled: boolean, page?: string, state?: string,
 *   self?: string | null, apart: number[]}} Host
 * @typedef {{us: number, quiet: boolean, hosts: Host[],
 *   sockets: {host: number, page: string, state: string, broken: boolean, relay: number,
 *     up: number, down: number}[],
 *   connections: {host: number, to: number, state: string, usable: boolean, channel: boolean}[],
 *   relays: {up: boolean, named: boolean}[]}} Picture
 */

/** enum sim_fault_group of tests/sim/faults.h. */
export const groups = /** @type {const} */ ({
  delay: 1, wire: 2, relay: 4, network: 8, machine: 16, devices: 32, browser: 64, pages: 128,
  hostile: 256, people: 512,
});

/** @typedef {keyof typeof groups} Group */

const ROWS_MAX = 200000; // of a seed: what comes after is not listed
const FIRST_HOSTILE = 16; // SIM_HOSTS_MAX

/** A host's letter, as the simulator's trace has it. @param {number} host */
export const letterOf = (host) => String.fromCharCode(65 + host);

/** Of "B3": the page's number in the world. @param {string} page */
const numberOf = (page) => Number(page.slice(1));

/** What one page has said of itself: the ids of its peers by connection. */
class Page {
  /** @type {Map<number, string>} */
  peers = new Map();
}

export class Run {
  /** @type {Row[]} */
  rows = [];

  /** @type {{at: number, row: number}[]} by step; a step may have no row */
  moments = [];

  /** @type {Map<string, number>} the hosts by the member ids that they have had */
  #hosts = new Map();

  /** @type {Map<string, Page>} */
  #pages = new Map();

  /** What a check said, or ''. */
  failure = '';

  /** When the faults have ended; the number of steps, if they have not. */
  quietStep = -1;

  /** The last step that can be gone to: one in which an assertion fails has no end. */
  #lastWhole = Infinity;

  /** Whether there were more rows than are kept. */
  isCut = false;

  /** @param {Machine} machine @param {string} seed @param {number} people */
  constructor(machine, seed, people) {
    this.machine = machine;
    this.seed = seed;
    this.people = people;
    /** @type {Column[]} */
    this.columns = [];
  }

  /**
   * @param {WebAssembly.Module} module peerface-world.wasm
   * @param {string} seed a number of up to 64 bits
   * @param {number} people 0: as many as the seed has
   * @param {number} without of `groups`
   */
  static async begin(module, seed, people, without) {
    const machine = await Machine.start(module, 'sim_module');
    machine.self = machine.exports.sim_module_new();
    if (machine.self === 0) throw new Error('memory is short');
    const number = BigInt.asUintN(64, BigInt(seed));
    machine.call('begin', Number(number >> 32n), Number(number & 0xffffffffn), people, without);
    const run = new Run(machine, seed, people);
    const told = /** @type {Told} */ (machine.said());
    run.#makeColumns();
    machine.begin();
    run.#take(told);
    return run;
  }

  get steps() {
    return this.moments.length - 1;
  }

  /** Runs for about so long. False when it is over. @param {number} ms */
  go(ms) {
    const until = performance.now() + ms;
    while (performance.now() < until) {
      if (!this.#step()) return false;
    }
    return true;
  }

  /** The picture after so many steps. @param {number} step @returns {Picture} */
  picture(step) {
    this.#seek(step);
    this.machine.call('picture');
    return this.machine.said();
  }

  /**
   * The state of a page's room, or null.
   * @param {number} step @param {string} page @returns {any}
   */
  state(step, page) {
    this.#seek(step);
    this.machine.call('state', numberOf(page));
    return this.machine.said();
  }

  /** The event logs that the pages have recorded until then. @param {number} step */
  logs(step) {
    this.#seek(step);
    return [...this.#pages.keys()].flatMap((page) => {
      this.machine.call('log', numberOf(page));
      const bytes = this.machine.bytes().slice();
      return bytes.length > 0 ? [{ name: `${this.seed}-${page}.log`, bytes }] : [];
    });
  }

  /** The hash of what has happened, as worlds.txt has it. */
  hash() {
    const half = (/** @type {number} */ high) =>
      (this.machine.call('hash', high) >>> 0).toString(16).padStart(8, '0');
    return half(1) + half(0);
  }

  /** @param {number} step */
  #seek(step) {
    this.machine.seek(Math.min(step, this.#lastWhole));
  }

  /** @returns {boolean} whether it goes on */
  #step() {
    try {
      const goes = this.machine.next();
      this.#take(/** @type {Told} */ (this.machine.said()));
      return goes;
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      this.#lastWhole = this.machine.step;
      this.machine.breakOff();
      this.#fail(`an assertion failed: ${error.message}`);
      return false;
    }
  }

  #makeColumns() {
    this.machine.call('picture');
    const { hosts } = /** @type {Picture} */ (this.machine.said());
    this.columns = [
      { key: 'relay', label: '', isRelay: true, hasLog: false },
      ...hosts.map(({ host }) => ({
        key: String(host), label: letterOf(host), isRelay: false, hasLog: host < FIRST_HOSTILE,
      })),
    ];
  }

  /** The letter of whose page had this member id, or ''. @param {string} id */
  nameOf(id) {
    const host = this.#hosts.get(id);
    return host === undefined ? '' : letterOf(host);
  }

  /** @param {number} host */
  #columnOf(host) {
    return this.columns.findIndex(({ key }) => key === String(host));
  }

  /** @param {string} what */
  #fail(what) {
    this.failure = what;
    this.moments.push({ at: this.moments[this.moments.length - 1].at, row: this.rows.length });
    this.#put({ note: what }, this.moments.length - 1, this.moments[this.moments.length - 1].at);
  }

  /** @param {Told} told */
  #take(told) {
    const step = this.moments.length;
    const at = told.us / 1000;
    if (told.quiet && this.quietStep < 0) this.quietStep = step;
    this.moments.push({ at, row: this.rows.length });
    for (const said of told.lines) this.#put(said, step, at);
    if (told.failure && !this.failure) {
      this.failure = told.failure;
      this.#put({ note: told.failure }, step, at);
    }
  }

  /** @param {Said} said @param {Page} page */
  #learn({ host, command }, page) {
    if (host === undefined || !command) return;
    if (command.what === 'show-room' && command.self) this.#hosts.set(String(command.self), host);
    if (command.what === 'show-peer' && command.pc) {
      page.peers.set(Number(command.pc), String(command.id));
    }
  }

  /** @param {string} name */
  #page(name) {
    let page = this.#pages.get(name);
    if (!page) this.#pages.set(name, page = new Page());
    return page;
  }

  /** @param {Said} said @param {number} step @param {number} at */
  #put(said, step, at) {
    const page = said.page ? this.#page(said.page) : new Page();
    this.#learn(said, page);
    this.isCut = this.rows.length >= ROWS_MAX;
    if (this.isCut) return;
    const line = said.event ?? said.command ?? { what: said.note ?? '' };
    const passage = said.note ? null : passageOf(line, page.peers);
    const peer = passage?.peer ? this.#columnOf(this.#hosts.get(passage.peer) ?? -1) : -1;
    this.rows.push({
      kind: said.event ? 'event' : said.command ? 'command' : 'note',
      line: said.page ? { ...line, page: said.page } : line,
      column: said.host === undefined ? 0 : this.#columnOf(said.host),
      log: -1, step, at, passage,
      other: !passage ? -1 : passage.relay ? 0 : peer,
      peer,
      pair: -1, unsent: -1,
      misfits: this.failure && said.note === this.failure ? [this.failure] : [],
    });
  }
}
