/* log.js - replays an event log in the core, and goes to any of its steps. */
/* SPDX-License-Identifier: MIT */

import { Machine } from './machine.js';

/** @typedef {import('./call.js').Log} Log */

/** Why a file cannot be shown. */
export class Refusal extends Error {
  /**
   * @param {'version'|'none'|'size'} reason
   * @param {string} file
   * @param {string} [version] of the log
   * @param {number} [ours]
   */
  constructor(reason, file, version = '', ours = 0) {
    super(`${file}: ${reason}`);
    this.reason = reason;
    this.file = file;
    this.version = version;
    this.ours = ours;
  }
}

/** The version that the first line names. @param {Uint8Array} bytes */
export function versionOf(bytes) {
  const start = new TextDecoder().decode(bytes.subarray(0, 64));
  return /^peerface-event-log (\S{1,20})[ \n]/.exec(start)?.[1]
    ?? (/^peerface-record-(\d{1,9})/.test(start) ? '1' : '');
}

const BYTES_MAX = 64 << 20;

/** A log, and the room that it is replayed in. @implements {Log} */
export class ReplayedLog {
  /** @type {import('./call.js').Step[]} */
  steps = [];

  /** Bytes at its end that are no event. */
  unread = 0;

  /**
   * @param {string} file its name
   * @param {Machine} machine
   * @param {import('./lines.js').Line} config
   */
  constructor(file, machine, config) {
    this.file = file;
    this.machine = machine;
    this.config = config;
  }

  /**
   * @param {WebAssembly.Module} module peerface-inspect.wasm
   * @param {string} file
   * @param {Uint8Array} bytes
   */
  static async open(module, file, bytes) {
    if (bytes.length > BYTES_MAX) throw new Refusal('size', file);
    const machine = await Machine.start(module, 'pf_inspect');
    machine.self = machine.exports.pf_inspect_new(bytes.length);
    if (machine.self === 0) throw new Refusal('size', file);
    new Uint8Array(machine.memory.buffer).set(bytes, machine.call('log') >>> 0);
    const ours = machine.exports.pf_inspect_version();
    if (machine.call('begin') !== 0) {
      const version = versionOf(bytes);
      throw new Refusal(version && version !== String(ours) ? 'version' : 'none', file, version,
        ours);
    }
    const log = new ReplayedLog(file, machine, machine.said());
    machine.begin();
    log.#play();
    return log;
  }

  #play() {
    while (this.machine.next()) this.steps.push(this.machine.said());
    this.unread = this.machine.call('rest') >>> 0;
  }

  /** Whether it begins with the room: else its older half was dropped, and nothing fits. */
  get isWhole() {
    return this.steps[0]?.event.what === 'start';
  }

  /** @param {number} steps that have been taken @returns {any} as pf_describe_room() writes it */
  stateAfter(steps) {
    this.machine.seek(steps);
    this.machine.call('state');
    return this.machine.said();
  }
}
