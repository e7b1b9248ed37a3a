/* call.js - the logs of one call as columns and rows: who, when, and which message went where. */
/* SPDX-License-Identifier: MIT */

import { passageOf } from './lines.js';

/**
 * @typedef {import('./lines.js').Line} Line
 * @typedef {import('./lines.js').Passage} Passage
 *
 * One event of a room with what followed from it, as src/inspect/inspect.c says it.
 * @typedef {{ms: number, event: Line, misfits: string[], commands: Line[]}} Step
 *
 * A log that has been replayed.
 * @typedef {object} Log
 * @property {string} file       its name
 * @property {Line} config       the configuration of its room
 * @property {Step[]} steps
 * @property {number} unread     bytes at the end that are no event
 *
 * A line in the diagram: somebody, or the relay.
 * @typedef {{key: string, label: string, isRelay: boolean, hasLog: boolean}} Column
 *
 * @typedef {object} Row
 * @property {'event'|'command'|'note'} kind
 * @property {Line} line
 * @property {number} column     whose it is
 * @property {number} log        whose it is; -1: of none
 * @property {number} step       in `steps`
 * @property {number} at         ms since the beginning
 * @property {Passage | null} passage
 * @property {number} other      the column at the other end of its arrow; -1: there is none
 * @property {number} peer       that of the peer at the other end; -1: there is none
 * @property {number} pair       the row at the other end; -1: it is not known
 * @property {string[]} misfits  in words of the replay
 * @property {number} unsent     the log that does not send what is received here; -1: all is well
 *
 * @typedef {{log: number, step: number, at: number, row: number}} Moment  a step of one log
 */

const PLAUSIBLE_MS = 5000; // between two logs: a longer way is a difference of their clocks

/** What one log says of who is who. @param {Log} log */
function identityOf(log) {
  let self = '';
  let name = '';
  /** @type {Map<number, string>} */
  const peers = new Map(); // by connection
  /** @type {Map<string, string>} */
  const names = new Map(); // by member id
  for (const { event, commands } of log.steps) {
    if (event.what === 'join' || event.what === 'set-name') name = String(event.name);
    for (const command of commands) {
      if (command.what === 'show-room' && command.self) self = String(command.self);
      if (command.what === 'show-peer') {
        if (command.pc) peers.set(Number(command.pc), String(command.id));
        names.set(String(command.id), String(command.name));
      }
    }
  }
  return { self, name, peers, names, instance: Number(log.config.instance) };
}

/** @typedef {ReturnType<typeof identityOf>} Identity */

/** @param {Identity} identity @param {number} index */
const keyOf = (identity, index) => identity.self || `log ${index}`;

/** @param {Log[]} logs @param {Identity[]} identities @returns {Column[]} */
function columnsOf(logs, identities) {
  /** @type {Map<string, Column>} */
  const columns = new Map([['relay', { key: 'relay', label: '', isRelay: true, hasLog: false }]]);
  identities.forEach((identity, i) => {
    const key = keyOf(identity, i);
    columns.set(key, {
      key, label: identity.name || logs[i].file, isRelay: false, hasLog: true,
    });
  });
  for (const { names } of identities) {
    for (const [key, label] of names) {
      if (!columns.has(key)) columns.set(key, { key, label, isRelay: false, hasLog: false });
    }
  }
  return [...columns.values()];
}

/** Places in time of what is sent and not received yet. */
class Sent {
  /** @type {Map<string, {log: number, step: number, part: number}[]>} */
  #places = new Map();

  /** @param {string} key @param {{log: number, step: number, part: number}} place */
  put(key, place) {
    const places = this.#places.get(key);
    if (places) places.push(place);
    else this.#places.set(key, [place]);
  }

  /** The first of them; what is received again is the last one again. @param {string} key */
  take(key) {
    const places = this.#places.get(key);
    if (!places) return null;
    return (places.length > 1 ? places.shift() : places[0]) ?? null;
  }
}

/**
 * Which message received is which message sent.
 * @param {Log[]} logs @param {Identity[]} identities
 */
function pairsOf(logs, identities) {
  const sent = new Sent();
  /** @param {number} log @param {Passage} passage @param {string} from */
  const keyOfPassage = (log, passage, from) =>
    `${passage.relay} ${from} ${passage.relay ? log : passage.peer} ${passage.key}`;
  logs.forEach((log, i) => log.steps.forEach(({ commands }, step) => {
    commands.forEach((command, part) => {
      const passage = passageOf(command, identities[i].peers);
      if (!passage?.sends || !passage.key) return;
      sent.put(keyOfPassage(i, passage, identities[i].self), { log: i, step, part });
    });
  }));
  /** @type {Map<string, {log: number, step: number, part: number}>} by "log step" of the event */
  const pairs = new Map();
  /** @type {Map<string, number>} the log that should have sent it */
  const unsent = new Map();
  logs.forEach((log, i) => log.steps.forEach(({ event }, step) => {
    const passage = passageOf(event, identities[i].peers);
    if (!passage || passage.sends || !passage.key) return;
    const from = identities.findIndex((other, j) => j !== i && (passage.relay
      ? other.instance === passage.instance : other.self !== '' && other.self === passage.peer));
    if (from < 0) return;
    const place = sent.take(passage.relay ? keyOfPassage(from, passage, identities[from].self)
      : `false ${passage.peer} ${identities[i].self} ${passage.key}`);
    if (place) pairs.set(`${i} ${step}`, place);
    else if (passage.relay) unsent.set(`${i} ${step}`, from);
  }));
  return { pairs, unsent };
}

/**
 * What is to be added to the times of each log, so that no message arrives before it is sent.
 * Clocks that are right, or of one machine, stay as they are.
 * @param {Log[]} logs
 * @param {ReturnType<typeof pairsOf>['pairs']} pairs
 * @returns {number[]}
 */
export function offsetsOf(logs, pairs) {
  /** @type {Map<string, number>} the quickest way "from to", by their clocks */
  const ways = new Map();
  for (const [key, { log: from, step }] of pairs) {
    const [to, at] = key.split(' ').map(Number);
    const took = logs[to].steps[at].ms - logs[from].steps[step].ms;
    const way = `${from} ${to}`;
    ways.set(way, Math.min(took, ways.get(way) ?? Infinity));
  }
  /** @type {(number | undefined)[]} */
  const offsets = logs.map((_, i) => (i === 0 ? 0 : undefined));
  for (let round = 0; round < logs.length; round++) {
    for (let a = 0; a < logs.length; a++) {
      for (let b = 0; b < logs.length; b++) {
        const [known, there, back] = [offsets[a], ways.get(`${a} ${b}`), ways.get(`${b} ${a}`)];
        if (known === undefined || offsets[b] !== undefined) continue;
        if (there === undefined && back === undefined) continue;
        offsets[b] = known - aheadOf(there, back);
      }
    }
  }
  return offsets.map((offset) => offset ?? 0);
}

/**
 * How far the clock of the one who is `there` is ahead.
 * @param {number | undefined} there @param {number | undefined} back
 */
function aheadOf(there, back) {
  const took = [there, back].filter((way) => way !== undefined);
  if (took.every((way) => way >= 0 && way < PLAUSIBLE_MS)) return 0;
  if (there === undefined) return -(back ?? 0);
  return back === undefined ? there : (there - back) / 2;
}

/** The steps of all logs in one order: by time, and nothing before it is sent. */
class Merge {
  /** @type {number[]} the next step of each log */
  #next;

  /**
   * @param {Log[]} logs
   * @param {number[]} offsets
   * @param {ReturnType<typeof pairsOf>['pairs']} pairs
   */
  constructor(logs, offsets, pairs) {
    this.logs = logs;
    this.offsets = offsets;
    this.pairs = pairs;
    this.#next = logs.map(() => 0);
  }

  /** @param {number} log */
  #at(log) {
    const step = this.logs[log].steps[this.#next[log]];
    return step ? step.ms + this.offsets[log] : Infinity;
  }

  /** @param {number} log */
  #waits(log) {
    const place = this.pairs.get(`${log} ${this.#next[log]}`);
    return place !== undefined && place.step >= this.#next[place.log];
  }

  /** @returns {{log: number, step: number, at: number} | null} */
  take() {
    const left = this.logs.map((_, i) => i).filter((i) => this.#at(i) < Infinity)
      .sort((a, b) => this.#at(a) - this.#at(b));
    if (left.length === 0) return null;
    const log = left.find((i) => !this.#waits(i)) ?? left[0];
    const at = this.#at(log);
    return { log, step: this.#next[log]++, at };
  }
}

export class Call {
  /** @type {Row[]} */
  rows = [];
  /** @type {Moment[]} the steps of all logs, in their order */
  moments = [];

  /** @param {Log[]} logs */
  constructor(logs) {
    this.logs = logs;
    this.identities = logs.map(identityOf);
    this.columns = columnsOf(logs, this.identities);
    const { pairs, unsent } = pairsOf(logs, this.identities);
    this.offsets = offsetsOf(logs, pairs);
    /** @type {number[][]} the moments of each log */
    this.momentsOf = logs.map(() => []);
    const merge = new Merge(logs, this.offsets, pairs);
    let began = NaN;
    for (let next = merge.take(); next; next = merge.take()) {
      if (Number.isNaN(began)) began = next.at;
      this.#put(next.log, next.step, Math.max(0, next.at - began), unsent);
    }
    this.#join(pairs);
  }

  /** @param {string} id */
  columnOf(id) {
    return this.columns.findIndex(({ key }) => key === id);
  }

  /** How many steps of a log have been taken at a moment. @param {number} log @param {number} at */
  stepsAt(log, at) {
    const moments = this.momentsOf[log];
    let [low, high] = [0, moments.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (moments[middle] <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * @param {number} log @param {number} step @param {number} at
   * @param {Map<string, number>} unsent
   */
  #put(log, step, at, unsent) {
    const { event, misfits, commands } = this.logs[log].steps[step];
    const moment = this.moments.length;
    this.momentsOf[log].push(moment);
    this.moments.push({ log, step, at, row: this.rows.length });
    const column = this.columnOf(keyOf(this.identities[log], log));
    [event, ...commands].forEach((line, part) => {
      const passage = passageOf(line, this.identities[log].peers);
      const peer = passage?.peer ? this.columnOf(passage.peer) : -1;
      this.rows.push({
        kind: part === 0 ? 'event' : 'command', line, column, log, step: moment, at, passage,
        other: !passage ? -1 : passage.relay ? 0 : peer,
        peer,
        pair: -1,
        misfits: part === 0 ? misfits : [],
        unsent: part === 0 ? unsent.get(`${log} ${step}`) ?? -1 : -1,
      });
    });
  }

  /** @param {ReturnType<typeof pairsOf>['pairs']} pairs */
  #join(pairs) {
    for (const [key, { log, step, part }] of pairs) {
      const [to, at] = key.split(' ').map(Number);
      const received = this.moments[this.momentsOf[to][at]].row;
      const sent = this.moments[this.momentsOf[log][step]].row + 1 + part;
      this.rows[received].pair = sent;
      this.rows[sent].pair = received;
    }
  }
}

/** Whether the core of now gives other commands than that of the recorded call. @param {Row} row */
export const isMisfit = (row) => row.misfits.length > 0 || row.unsent >= 0;
