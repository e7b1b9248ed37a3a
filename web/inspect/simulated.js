/* simulated.js - the simulator: runs a seed, plays it, and shows what a check has found. */
/* SPDX-License-Identifier: MIT */

import { StateCard, make } from './details.js';
import { PictureView } from './picture.js';
import { Run, groups } from './run.js';
import { seconds } from './viewer.js';

/**
 * @typedef {import('./texts.js').Texts} Texts
 * @typedef {import('./texts.js').Key} Key
 * @typedef {import('./run.js').Group} Group
 * @typedef {{name: string, bytes: Uint8Array}} File
 */

const SLICE_MS = 40; // of running, before the page is drawn again
const IDLE_MS = 400; // of the call: a longer time without anything is shortened while it plays

const groupKeys = /** @type {const} */ ({
  delay: 'delay', wire: 'wire', relay: 'relayFaults', network: 'network', machine: 'machine',
  devices: 'devices', browser: 'browser', pages: 'pages', hostile: 'hostile',
  people: 'peopleFaults',
});

/** What a link to a world holds behind its #. @param {string} hash */
export function readLink(hash) {
  const values = new URLSearchParams(hash.replace(/^#/, ''));
  const number = (/** @type {string} */ name) => Math.max(0, Number(values.get(name)) || 0);
  const seed = values.get('seed') ?? '';
  return { seed: isSeed(seed) ? seed : '', people: number('people'), without: number('without') };
}

/** @param {string} text */
export const isSeed = (text) => /^\d{1,20}$/.test(text) && BigInt(text) < 1n << 64n;

/** The step that is shown at a time of the call: the last one until then.
 * @param {{at: number}[]} moments @param {number} at */
export function stepAt(moments, at) {
  let [low, high] = [0, moments.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (moments[middle].at <= at) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

/** @type {Promise<WebAssembly.Module> | undefined} */
let module;

const load = () => (module ??= WebAssembly.compileStreaming(
  fetch(new URL('peerface-world.wasm', import.meta.url))).catch((error) => {
  module = undefined; // it may be had later
  throw error;
}));

export class SimulatedScreen {
  /** @type {Run | null} */
  run = null;

  /** The step that is shown. */
  #step = 0;

  #playing = false;
  #frame = 0;

  /** The time of the call, while it plays. */
  #at = 0;

  /** Grows with each run: a former one stops. */
  #runs = 0;

  /** The page whose state is shown. */
  #page = '';

  /** Which state of it that is. */
  #cardPlace = '';

  /** @type {() => void} */
  #saying = () => {};

  /** @type {(files: File[]) => void} */
  onlogs = () => {};

  /**
   * @param {HTMLElement} root
   * @param {import('./viewer.js').Viewer} viewer
   * @param {Texts} texts
   */
  constructor(root, viewer, texts) {
    this.root = root;
    this.viewer = viewer;
    this.texts = texts;
    this.card = new StateCard(texts);
    viewer.root.querySelector('.states')?.replaceChildren(this.card.element);
    this.picture = new PictureView(/** @type {any} */ (root.querySelector('.picture')), texts);
    this.seed = this.#find('.seedField', HTMLInputElement);
    this.people = this.#find('.peopleField', HTMLSelectElement);
    this.speed = this.#find('.speedField', HTMLSelectElement);
    this.timeline = this.#find('.timeline', HTMLInputElement);
    this.status = this.#find('.status');
    this.#makeFields();
    this.#find('form').addEventListener('submit', (event) => {
      event.preventDefault();
      if (this.isRunning) this.#runs++; // #go() notices
      else this.start();
    });
    this.timeline.addEventListener('input', () => {
      this.pause();
      this.goTo(Number(this.timeline.value));
    });
    this.#find('.play').addEventListener('click', () => {
      if (this.#playing) this.pause();
      else this.play();
    });
    this.#find('.stepBack').addEventListener('click', () => this.stepBy(-1));
    this.#find('.stepOn').addEventListener('click', () => this.stepBy(1));
    this.#find('.asLogs').addEventListener('click', () => this.#giveLogs(this.onlogs));
    this.#find('.saveLogs').addEventListener('click', () => this.#giveLogs(save));
    viewer.onchoose = (row) => this.#onRow(row);
  }

  /**
   * @template {HTMLElement} T
   * @param {string} css @param {{new (): T}} [type]
   * @returns {T}
   */
  #find(css, type) {
    const element = this.root.querySelector(css);
    if (!element || (type && !(element instanceof type))) throw new Error(`no ${css}`);
    return /** @type {T} */ (element);
  }

  #makeFields() {
    for (let count = 2; count <= 16; count++) {
      this.people.append(make('option', '', String(count)));
    }
    const boxes = Object.keys(groups).map((name) => {
      const box = make('input', '');
      box.type = 'checkbox';
      box.name = name;
      box.checked = true;
      const text = make('span', '');
      text.dataset.text = groupKeys[/** @type {Group} */ (name)];
      return make('label', 'fault', box, text);
    });
    this.#find('.faultList').append(...boxes);
    const all = (/** @type {boolean} */ on) => () => {
      for (const box of this.#boxes()) box.checked = on;
    };
    this.#find('.allFaults').addEventListener('click', all(true));
    this.#find('.noFaults').addEventListener('click', all(false));
  }

  /** @returns {HTMLInputElement[]} */
  #boxes() {
    return [...this.root.querySelectorAll('input')].filter(({ name }) => name in groups);
  }

  get #without() {
    return this.#boxes().filter(({ checked }) => !checked)
      .reduce((sum, { name }) => sum + groups[/** @type {Group} */ (name)], 0);
  }

  /** Fills the form in, and runs. @param {ReturnType<typeof readLink>} link */
  follow({ seed, people, without }) {
    this.seed.value = seed;
    this.people.value = String(people >= 2 && people <= 16 ? people : 0);
    for (const box of this.#boxes()) {
      box.checked = (without & groups[/** @type {Group} */ (box.name)]) === 0;
    }
    return this.start();
  }

  isRunning = false;

  /** Runs the seed of the form to its end. */
  async start() {
    const seed = this.seed.value.trim();
    this.seed.setAttribute('aria-invalid', String(!isSeed(seed)));
    if (!isSeed(seed)) {
      this.#say(() => { this.status.textContent = this.texts.get('seedWrong'); });
      return;
    }
    const number = ++this.#runs;
    const [people, without] = [Number(this.people.value), this.#without];
    this.pause();
    history.replaceState(null, '', `#seed=${seed}&people=${people}&without=${without}`);
    this.#setRunning(true);
    try {
      const run = await Run.begin(await load(), seed, people, without);
      await this.#go(run, number, without);
    } catch (error) {
      this.#say(() => { this.status.textContent = String(error); });
    }
    this.#setRunning(false);
  }

  /** @param {Run} run @param {number} number @param {number} without */
  async #go(run, number, without) {
    let goes = true;
    while (goes && number === this.#runs) {
      goes = run.go(SLICE_MS);
      this.#say(() => {
        this.status.textContent = this.texts.get('running',
          { steps: run.steps, time: seconds(run.moments[run.steps].at) });
      });
      await new Promise((resolve) => { setTimeout(resolve); });
    }
    this.run = run;
    this.#page = '';
    this.#say(() => this.#tell(run, goes, without));
    this.#find('.world').hidden = false;
    this.root.classList.add('ran');
    this.#find('.faults', HTMLDetailsElement).open = false;
    this.timeline.max = String(run.steps);
    const { columns, rows } = run;
    this.viewer.show({ columns, rows, jump: 'toFailure', wrongs: ({ misfits }) => misfits }, -1);
    this.goTo(run.failure ? run.steps : 0);
  }

  /** @param {boolean} is */
  #setRunning(is) {
    this.isRunning = is;
    this.#find('.run').textContent = this.texts.get(is ? 'stop' : 'run');
  }

  /** @param {() => void} say */
  #say(say) {
    this.#saying = say;
    this.root.classList.remove('failed');
    this.#find('.regression').hidden = true;
    say();
  }

  /** @param {Run} run @param {boolean} isStopped @param {number} without */
  #tell(run, isStopped, without) {
    const { texts } = this;
    const values = { seed: run.seed, steps: run.steps, step: run.steps,
      time: seconds(run.moments[run.steps].at), failure: run.failure };
    const key = run.failure ? 'ranBadly' : isStopped ? 'stopped' : 'ranWell';
    this.status.textContent = [texts.get(key, values), ...(run.isCut ? [texts.get('isCut')] : [])]
      .join(' ');
    this.root.classList.toggle('failed', run.failure !== '');
    const peers = run.people > 0 ? ` ${run.people}` : '';
    const box = this.#find('.regression');
    // A world without some of its faults is none of the native program's.
    box.hidden = !run.failure || without !== 0;
    box.textContent = texts.get('regression', {
      line: `${run.seed}${peers} # ${run.failure}`,
      command: `peerface-sim --seeds ${run.seed} 1${peers && ` --peers${peers}`} --trace`,
    });
  }

  /** Says everything again, in another language. */
  relabel() {
    this.#saying();
    this.#setRunning(this.isRunning);
    this.#showPlaying();
    if (!this.run) return;
    const chosen = this.viewer.chosen;
    this.viewer.show(this.viewer.model, chosen);
    this.#show();
  }

  /* ---- where it is ---- */

  /** Shows what is after so many steps. @param {number} step */
  goTo(step) {
    if (!this.run) return;
    this.#step = Math.max(0, Math.min(this.run.steps, step));
    const { row } = this.run.moments[this.#step];
    const shown = Math.min(row, this.run.rows.length - 1);
    const isOfStep = this.run.rows[shown]?.step === this.#step;
    this.viewer.choose(isOfStep ? shown : shown - (row > shown ? 0 : 1));
  }

  /** @param {number} by */
  stepBy(by) {
    this.pause();
    this.goTo(this.#step + by);
  }

  /** A row was chosen, here or in the list. @param {number} index */
  #onRow(index) {
    const row = this.run?.rows[index];
    // Steps that have no rows lie between.
    if (row && this.run) {
      const next = this.run.rows[this.run.moments[row.step + 1]?.row ?? Infinity]?.step;
      if (!(this.#step >= row.step && this.#step < (next ?? Infinity))) this.#step = row.step;
      if (row.line.page) this.#page = String(row.line.page);
    }
    this.#show();
  }

  #show() {
    const { run, texts } = this;
    if (!run) return;
    const { at } = run.moments[this.#step];
    const rows = run.rows.slice(run.moments[this.#step].row,
      run.moments[this.#step + 1]?.row ?? run.rows.length);
    this.timeline.value = String(this.#step);
    const place = texts.get('position',
      { step: this.#step, steps: run.steps, time: seconds(at) });
    this.timeline.setAttribute('aria-valuetext', place);
    this.#find('.position').textContent = place;
    this.picture.show(run.picture(this.#step), rows,
      (column) => Number(run.columns[column]?.key ?? -1));
    this.card.element.hidden = this.#page === '';
    if (this.#page) {
      const place = `${this.#page} ${this.#step - 1}`;
      this.card.show(this.#page, run.state(this.#step, this.#page), (id) => run.nameOf(id),
        place === this.#cardPlace);
      this.#cardPlace = `${this.#page} ${this.#step}`;
    }
  }

  /* ---- playing ---- */

  play() {
    if (!this.run) return;
    if (this.#step === this.run.steps) this.goTo(0);
    this.#playing = true;
    this.#at = this.run.moments[this.#step].at;
    this.#showPlaying();
    let before = performance.now();
    const tick = () => {
      if (!this.#playing || !this.run) return;
      const now = performance.now();
      this.#advance((now - before) * Number(this.speed.value));
      before = now;
      this.#frame = requestAnimationFrame(tick);
    };
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(tick);
  }

  pause() {
    this.#playing = false;
    this.#showPlaying();
  }

  /** @param {number} ms of the call */
  #advance(ms) {
    const { run } = this;
    if (!run) return;
    const next = run.moments[this.#step + 1];
    if (!next) {
      this.pause();
      return;
    }
    this.#at = Math.max(this.#at + ms, next.at - IDLE_MS);
    const step = stepAt(run.moments, this.#at);
    if (step !== this.#step) this.goTo(step);
  }

  #showPlaying() {
    this.#find('.play').textContent = this.texts.get(this.#playing ? 'pause' : 'play');
  }

  /* ---- logs ---- */

  /** @param {(files: File[]) => void} take */
  #giveLogs(take) {
    const files = this.run?.logs(this.#step) ?? [];
    if (files.length > 0) take(files);
    else this.status.textContent = this.texts.get('noLogs');
  }
}

/** Downloads files, one after the other. @param {File[]} files */
function save(files) {
  for (const { name, bytes } of files) {
    const link = make('a', '');
    link.href = URL.createObjectURL(new Blob([/** @type {BlobPart} */ (bytes)]));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }
}
