/* recorded.js - a recorded call: opens logs, and shows the call with the state of everybody. */
/* SPDX-License-Identifier: MIT */

import { Call, isMisfit } from './call.js';
import { StateCard } from './details.js';
import { Refusal, ReplayedLog } from './log.js';
import { Viewer } from './viewer.js';

/**
 * @typedef {import('./texts.js').Texts} Texts
 * @typedef {import('./texts.js').Key} Key
 * @typedef {{name: string, bytes: Uint8Array}} File
 */

/** What the replay says, in the words of the page. @type {Record<string, Key>} */
const misfitKeys = {
  'no timeout is due yet': 'notDue',
  'what it answers was not commanded': 'notCommanded',
};

/** @type {Promise<WebAssembly.Module> | undefined} */
let module;

const load = () => (module ??= WebAssembly.compileStreaming(
  fetch(new URL('peerface-inspect.wasm', import.meta.url))).catch((error) => {
  module = undefined; // it may be had later
  throw error;
}));

export class RecordedScreen {
  /** @type {Call | null} */
  call = null;

  /** @type {StateCard[]} one for each log */
  #cards = [];

  /** @type {number[]} of each log, as shown */
  #shownSteps = [];

  /** How the last opening went. @type {() => void} */
  #saying = () => {};

  /** Grows with each opening: what a former one brings is not shown. */
  #opening = 0;

  /** @param {HTMLElement} root @param {Viewer} viewer @param {Texts} texts */
  constructor(root, viewer, texts) {
    this.root = root;
    this.viewer = viewer;
    this.texts = texts;
    this.states = /** @type {HTMLElement} */ (viewer.root.querySelector('.states'));
    this.said = /** @type {HTMLElement} */ (root.querySelector('.said'));
    this.wrong = /** @type {HTMLElement} */ (root.querySelector('.refused'));
    const input = /** @type {HTMLInputElement} */ (root.querySelector('.files'));
    input.addEventListener('change', async () => {
      await this.openFiles([...input.files ?? []]);
      input.value = ''; // the same file may be chosen again
    });
    this.chooser = /** @type {HTMLElement} */ (root.querySelector('.choose'));
    this.chooser.addEventListener('click', () => input.click());
    viewer.onchoose = () => this.#showStates();
  }

  /** @param {globalThis.File[]} files */
  async openFiles(files) {
    if (files.length === 0) return;
    const read = files.map(async (file) => (
      { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) }));
    let all;
    try {
      all = await Promise.all(read);
    } catch (error) {
      this.#say(() => this.#refuse(error));
      return;
    }
    await this.open(all);
  }

  /** @param {File[]} files */
  async open(files) {
    const opening = ++this.#opening;
    this.#say(() => { this.said.textContent = this.texts.get('opening'); });
    try {
      const compiled = await load();
      const logs = [];
      for (const { name, bytes } of files) {
        logs.push(await ReplayedLog.open(compiled, name, bytes));
        await new Promise((resolve) => { setTimeout(resolve); }); // so that the page is drawn
      }
      if (opening === this.#opening) this.#show(logs);
    } catch (error) {
      if (opening !== this.#opening) return;
      this.#say(() => this.#refuse(error));
    }
  }

  /** Says everything again, in another language. */
  relabel() {
    this.#saying();
    if (!this.call) return;
    this.#shownSteps = [];
    this.#cards.forEach((card) => card.element.replaceChildren());
    this.viewer.show(this.#model(this.call), this.viewer.chosen);
  }

  /** @param {() => void} say */
  #say(say) {
    this.#saying = say;
    this.said.textContent = this.wrong.textContent = '';
    this.wrong.hidden = true;
    say();
  }

  /** @param {unknown} error */
  #refuse(error) {
    const keys = /** @type {const} */ ({
      version: 'refusedVersion', none: 'refusedNone', size: 'refusedSize',
    });
    this.wrong.hidden = false;
    this.wrong.textContent = error instanceof Refusal
      ? this.texts.get(keys[error.reason],
        { file: error.file, version: error.version, ours: error.ours })
      : String(error);
  }

  /** @param {ReplayedLog[]} logs */
  #show(logs) {
    const call = new Call(logs);
    this.call = call;
    this.root.classList.add('opened');
    this.chooser.dataset.text = 'addFiles';
    this.chooser.textContent = this.texts.get('addFiles');
    this.#cards = logs.map(() => new StateCard(this.texts));
    this.#shownSteps = [];
    this.states.replaceChildren(...this.#cards.map(({ element }) => element));
    this.#say(() => this.#tell(call, logs));
    this.viewer.show(this.#model(call), call.rows.length > 0 ? 0 : -1);
  }

  /** @param {Call} call @returns {import('./viewer.js').Model} */
  #model(call) {
    return {
      columns: call.columns,
      rows: call.rows,
      jump: 'nextMisfit',
      wrongs: (row, texts) => [
        ...row.misfits.map((words) => texts.get('misfit',
          { what: misfitKeys[words] ? texts.get(misfitKeys[words]) : words })),
        ...(row.unsent >= 0 ? [texts.get('unsent', { name: this.#nameOf(row.unsent) })] : []),
      ],
    };
  }

  /** @param {number} log */
  #nameOf(log) {
    return this.call?.identities[log].name || this.call?.logs[log].file || '';
  }

  /** @param {Call} call @param {ReplayedLog[]} logs */
  #tell(call, logs) {
    const { texts } = this;
    const events = call.moments.length;
    const sentences = [texts.get('opened', {
      files: logs.map(({ file }) => file).join(', '),
      events,
      commands: call.rows.length - events,
      misfits: call.rows.filter(isMisfit).length,
    })];
    logs.forEach((log, i) => {
      if (log.unread > 0) {
        sentences.push(texts.get('damaged', { file: log.file, count: log.unread }));
      }
      if (!log.isWhole) sentences.push(texts.get('notWhole', { file: log.file }));
      if (call.offsets[i] !== 0) {
        sentences.push(texts.get('shifted',
          { file: log.file, count: Math.round(call.offsets[i]) }));
      }
    });
    this.said.textContent = sentences.join(' ');
  }

  /** The state of everybody after the chosen row's event. */
  #showStates() {
    const { call } = this;
    const row = call?.rows[this.viewer.chosen];
    if (!call || !row) return;
    call.logs.forEach((log, i) => {
      const steps = call.stepsAt(i, row.step);
      this.#cards[i].element.classList.toggle('current', row.log === i);
      const before = this.#shownSteps[i];
      if (before === steps) {
        if (row.log !== i) this.#cards[i].calm();
        return;
      }
      this.#shownSteps[i] = steps;
      const state = /** @type {ReplayedLog} */ (log).stateAfter(steps);
      this.#cards[i].show(this.#nameOf(i), state, (id) => {
        const column = call.columnOf(id);
        return column >= 0 ? call.columns[column].label : '';
      }, Math.abs(steps - before) === 1);
    });
  }
}
