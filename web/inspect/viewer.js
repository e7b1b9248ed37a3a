/* viewer.js - the list of what happens with its diagram, and one row of it in full. */
/* SPDX-License-Identifier: MIT */

import { isMisfit } from './call.js';
import { fieldList, make } from './details.js';
import { stripe } from './diagram.js';
import { fieldsOf, isShown } from './lines.js';
import { List } from './list.js';

/**
 * @typedef {import('./call.js').Row} Row
 * @typedef {import('./call.js').Column} Column
 * @typedef {import('./texts.js').Texts} Texts
 *
 * What a viewer shows.
 * @typedef {object} Model
 * @property {Column[]} columns
 * @property {Row[]} rows
 * @property {(row: Row, texts: Texts) => string[]} wrongs  what does not fit, in words
 * @property {'nextMisfit'|'toFailure'} jump  what the button says that goes there
 *
 * @typedef {'all'|'messages'|'events'|'shown'|'misfits'} Filter
 */

const COLUMN_MIN = 22;
const COLUMN_MAX = 104;

/** @param {Filter} filter @returns {(row: Row) => boolean} */
function keeps(filter) {
  switch (filter) {
    case 'messages': return ({ passage, kind }) => passage !== null || kind === 'note';
    case 'events': return ({ kind }) => kind !== 'command';
    case 'shown': return ({ line, kind }) => isShown(line) || kind === 'note';
    case 'misfits': return isMisfit;
    default: return () => true;
  }
}

/** @param {number} ms */
export const seconds = (ms) => (ms / 1000).toFixed(3);

export class Viewer {
  /** @type {Model} */
  model = { columns: [], rows: [], wrongs: () => [], jump: 'nextMisfit' };

  /** @type {number[]} the rows that are listed */
  #listed = [];

  /** @type {number} the chosen one of all rows; -1: none */
  chosen = -1;

  /** Of a column, px. */
  #drawnWidth = 0;

  /** @type {(row: number) => void} */
  onchoose = () => {};

  /** @param {HTMLElement} root a copy of the template @param {Texts} texts */
  constructor(root, texts) {
    this.root = root;
    this.texts = texts;
    this.box = this.#find('.rows');
    /** @type {List} */
    this.list = new List(this.box, this.#find('table'), (index) => this.#makeRow(index),
      (index) => this.choose(this.#listed[index], true));
    this.filter = this.#find('.filter', HTMLSelectElement);
    this.search = this.#find('.search', HTMLInputElement);
    this.filter.addEventListener('change', () => this.refresh());
    this.search.addEventListener('input', () => this.refresh());
    const jumps = /** @type {const} */ ([['.toFirst', -Infinity], ['.toPrevious', -1],
      ['.toNext', 1], ['.toLast', Infinity]]);
    for (const [css, by] of jumps) {
      this.#find(css).addEventListener('click', () => this.stepBy(by));
    }
    this.#find('.toMisfit').addEventListener('click', () => this.#toMisfit());
    new ResizeObserver(() => this.#onResize()).observe(this.box);
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

  /** Shows other rows. @param {Model} model @param {number} chosen a row */
  show(model, chosen) {
    this.model = model;
    this.chosen = chosen;
    this.root.hidden = false;
    this.#makeHead();
    this.refresh();
    if (chosen >= 0) this.choose(chosen);
  }

  /** Lists what the filter and the search let through. */
  refresh() {
    const filter = keeps(/** @type {Filter} */ (this.filter.value));
    const query = this.search.value.trim().toLowerCase();
    const { rows } = this.model;
    this.#listed = [];
    for (let i = 0; i < rows.length; i++) {
      if (filter(rows[i]) && (!query || this.#textOf(rows[i]).includes(query))) {
        this.#listed.push(i);
      }
    }
    this.list.reset(this.#listed.length, this.#placeOf(this.chosen));
    const misfits = rows.reduce((count, row) => count + (isMisfit(row) ? 1 : 0), 0);
    const button = this.#find('.toMisfit');
    button.hidden = misfits === 0;
    button.textContent = this.texts.get(this.model.jump, { count: misfits });
    this.#find('.nothing').hidden = this.#listed.length > 0;
    this.#showPlace();
  }

  /** Everything that is searched. @param {Row} row */
  #textOf({ line, passage, column }) {
    return `${this.nameOf(column)} ${line.what} ${passage?.title ?? ''} ${fieldsOf(line)}`
      .toLowerCase();
  }

  /** Where a row is listed, or the last one listed before it. @param {number} row */
  #placeOf(row) {
    let [low, high] = [0, this.#listed.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#listed[middle] <= row) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** @param {number} row @param {boolean} [byUser] */
  choose(row, byUser = false) {
    this.chosen = row;
    this.list.choose(this.#placeOf(row), byUser);
    this.#showPlace();
    this.#showRow();
    this.onchoose(row);
  }

  /** To the next event, or the one before: a step of the core. @param {number} by */
  stepBy(by) {
    const { rows } = this.model;
    if (rows.length === 0) return;
    let row = by === Infinity ? rows.length - 1 : by === -Infinity ? 0 : this.chosen + by;
    if (Math.abs(by) === 1) {
      while (rows[row] && (rows[row].kind === 'command' || !this.#listed.length)) row += by;
    }
    if (rows[row]) this.choose(row, true);
  }

  #toMisfit() {
    const { rows } = this.model;
    for (let i = 1; i <= rows.length; i++) {
      const row = (this.chosen + i) % rows.length;
      if (isMisfit(rows[row])) {
        this.choose(row, true);
        return;
      }
    }
  }

  /** @param {number} column */
  nameOf(column) {
    const { label, isRelay } = this.model.columns[column] ?? { label: '', isRelay: true };
    return isRelay ? this.texts.get('relay') : label;
  }

  get #columnWidth() {
    const space = this.box.clientWidth * (this.box.clientWidth < 640 ? 0.42 : 0.38);
    const each = space / Math.max(1, this.model.columns.length);
    return Math.round(Math.max(COLUMN_MIN, Math.min(COLUMN_MAX, each)));
  }

  #onResize() {
    if (this.#columnWidth === this.#drawnWidth) return;
    const had = this.list.body.contains(document.activeElement);
    this.#makeHead();
    this.list.clear();
    this.list.choose(this.list.chosen, had);
  }

  /** The names of the columns, above the diagram. */
  #makeHead() {
    const width = this.#columnWidth;
    this.#drawnWidth = width;
    const longest = Math.max(...this.model.columns.map((_, i) => this.nameOf(i).length), 1);
    this.box.style.setProperty('--who', `${Math.min(longest, 9) + 1}ch`);
    const cells = this.model.columns.map(({ isRelay, hasLog }, i) => {
      const cell = make('span', isRelay ? 'column relay' : 'column', this.nameOf(i));
      cell.style.width = `${width}px`;
      if (!isRelay && !hasLog) cell.classList.add('noLog');
      return cell;
    });
    this.#find('.columns').replaceChildren(...cells);
  }

  /** @param {number} index in the list @returns {HTMLTableRowElement} */
  #makeRow(index) {
    const row = this.model.rows[this.#listed[index]];
    const height = parseFloat(getComputedStyle(this.list.table).getPropertyValue('--row')) || 30;
    const tr = make('tr', row.kind,
      make('td', 'time', seconds(row.at)),
      make('td', 'diagram',
        stripe(row, this.model.columns.length, this.#columnWidth, height)),
      make('td', 'what', ...this.#words(row)));
    if (isMisfit(row)) tr.classList.add('misfit');
    return tr;
  }

  /** @param {Row} row */
  #words(row) {
    const { texts } = this;
    const who = make('span', 'who', this.nameOf(row.column), ' ');
    const what = make('b', '', row.passage?.title ?? row.line.what);
    const more = make('span', 'more');
    if (row.passage) {
      const key = row.passage.sends ? 'to' : 'from';
      const isOfRelay = row.passage.relay && !row.passage.peer;
      if (!isOfRelay) {
        const name = row.peer >= 0 ? this.nameOf(row.peer) : row.passage.peer.slice(0, 6);
        if (name) more.append(' ', make('span', 'title', texts.get(key, { name })));
      }
      more.append(' ', row.line.what);
    } else {
      more.append(' ', fieldsOf(row.line));
    }
    if (isMisfit(row)) what.prepend('⚠ ');
    return [who, what, more];
  }

  #showPlace() {
    const { rows } = this.model;
    this.#find('.place').textContent = rows.length === 0 ? '' : this.texts.get('place', {
      row: this.chosen + 1, rows: rows.length, time: seconds(rows[this.chosen]?.at ?? 0),
    });
  }

  /** The chosen row in full. */
  #showRow() {
    const row = this.model.rows[this.chosen];
    const box = this.#find('.chosen');
    if (!row) {
      box.replaceChildren();
      return;
    }
    const { texts } = this;
    const title = make('h2', '', row.line.what);
    const about = make('p', 'soft', texts.get(row.kind === 'event' ? 'eventOf'
      : row.kind === 'command' ? 'commandOf' : 'noteOf',
    { name: this.nameOf(row.column), time: seconds(row.at) }));
    const wrongs = this.model.wrongs(row, texts)
      .map((words) => make('p', 'wrong', words));
    box.replaceChildren(title, about, ...wrongs, ...this.#pairLink(row),
      fieldList(row.line, texts));
  }

  /** To the other end of a message. @param {Row} row */
  #pairLink(row) {
    const pair = this.model.rows[row.pair];
    if (!pair) return [];
    const key = row.passage?.sends ? 'receivedBy' : 'sentBy';
    const button = make('button', 'button pair', this.texts.get(key, {
      name: this.nameOf(pair.column), ms: Math.round(Math.abs(pair.at - row.at)),
    }));
    button.type = 'button';
    button.addEventListener('click', () => this.choose(row.pair, true));
    return [button];
  }
}
