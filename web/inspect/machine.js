/* machine.js - one of our wasm programs, which says what it does as JSON, and can go back. */
/* SPDX-License-Identifier: MIT */

/** What the programs import of WASI: nothing of it is ever needed, and all of it fails. */
const ENOSYS = 52;

/** @param {WebAssembly.Module} module */
function importsOf(module) {
  /** @type {Record<string, Record<string, Function>>} */
  const imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    (imports[from] ??= {})[name] = () => ENOSYS;
  }
  return imports;
}

const PAGE = 1024; // 32-bit words: what differs is kept in pieces of 4 KiB
const KEPT_MAX = 24;

/**
 * The memory at one step, as what differs from the first. All that a program knows is in it.
 * @typedef {{step: number, size: number, pages: Map<number, Int32Array>}} Snapshot
 */

const decoder = new TextDecoder();

export class Machine {
  /** @type {Snapshot[]} by step; the first is complete in #base */
  #kept = [];

  /** @type {Int32Array} */
  #base = new Int32Array();

  /** In how many steps another one is kept; doubles when there are too many. */
  #every = 256;

  /**
   * @param {WebAssembly.Instance} instance
   * @param {string} prefix of what it exports: "pf_inspect" or "sim_module"
   */
  constructor(instance, prefix) {
    this.exports = /** @type {Record<string, (...args: number[]) => number>} */ (
      /** @type {unknown} */ (instance.exports));
    this.memory = /** @type {WebAssembly.Memory} */ (instance.exports.memory);
    this.prefix = prefix;
    /** The object of the program. */
    this.self = 0;
    /** How many steps it has taken. */
    this.step = 0;
  }

  /** @param {WebAssembly.Module} module @param {string} prefix */
  static async start(module, prefix) {
    const instance = await WebAssembly.instantiate(module,
      /** @type {WebAssembly.Imports} */ (importsOf(module)));
    const machine = new Machine(instance, prefix);
    machine.exports._initialize?.();
    return machine;
  }

  /** @param {string} name without its prefix @param {number[]} args behind the object */
  call(name, ...args) {
    return this.exports[`${this.prefix}_${name}`](this.self, ...args);
  }

  /** The bytes that it has said. They are those of its memory: copy what is to be kept. */
  bytes() {
    const size = this.call('said_size') >>> 0;
    return new Uint8Array(this.memory.buffer, this.call('said') >>> 0, size);
  }

  /** @returns {any} what it has said */
  said() {
    const bytes = this.bytes();
    if (bytes.length === 0) throw new Error('there is too much to say');
    return JSON.parse(decoder.decode(bytes));
  }

  /** The first step is what everything goes back to. */
  begin() {
    this.step = 0;
    this.#base = new Int32Array(this.memory.buffer.slice(0));
    this.#kept = [{ step: 0, size: this.#base.length, pages: new Map() }];
  }

  /** Takes the next step; false if it was the last one, or if there was none. */
  next() {
    return this.#go('step');
  }

  /** It has ended in the middle of a step: only what was before can be gone to. */
  breakOff() {
    this.step = Infinity;
  }

  /** @param {'step'|'skip'} how @returns {boolean} */
  #go(how) {
    const last = this.#kept[this.#kept.length - 1].step;
    if (this.step - last >= this.#every) this.#keep();
    const goes = this.call(how) !== 0;
    this.step++;
    return goes;
  }

  /** Goes to where so many steps are taken. @param {number} step */
  seek(step) {
    let best = this.#kept[0];
    for (const kept of this.#kept) if (kept.step <= step) best = kept;
    if (step < this.step || best.step > this.step) this.#restore(best);
    const how = `${this.prefix}_skip` in this.exports ? 'skip' : 'step';
    while (this.step < step) this.#go(how);
  }

  #keep() {
    if (this.#kept.length === KEPT_MAX) {
      this.#kept = this.#kept.filter((_, i) => i % 2 === 0);
      this.#every *= 2;
      if (this.step - this.#kept[this.#kept.length - 1].step < this.#every) return;
    }
    const now = new Int32Array(this.memory.buffer);
    /** @type {Map<number, Int32Array>} */
    const pages = new Map();
    for (let at = 0; at < now.length; at += PAGE) {
      const end = at + PAGE;
      for (let i = at; i < end; i++) {
        if (now[i] !== (this.#base[i] ?? 0)) {
          pages.set(at, now.slice(at, end));
          break;
        }
      }
    }
    this.#kept.push({ step: this.step, size: now.length, pages });
  }

  /** @param {Snapshot} kept */
  #restore(kept) {
    const now = new Int32Array(this.memory.buffer); // never smaller than it was
    now.set(this.#base);
    now.fill(0, this.#base.length);
    for (const [at, page] of kept.pages) now.set(page, at);
    this.step = kept.step;
  }
}
