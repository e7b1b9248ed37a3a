/* details.js - one event or command in full, and the state of a room, as elements. */
/* SPDX-License-Identifier: MIT */

import { objectOf } from './lines.js';

/** @typedef {import('./texts.js').Texts} Texts */

const SHORT_MAX = 60;

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {string} className
 * @param {...(Node|string)} content
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(name, className, ...content) {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...content);
  return element;
}

/**
 * A long text as it is read best: JSON with its lines, and those of an SDP.
 * @param {string} text
 */
function laidOut(text) {
  if (!text.startsWith('{') && !text.startsWith('[')) return text;
  const value = objectOf(text);
  if (Object.keys(value).length === 0) return text;
  return JSON.stringify(value, null, 2).replaceAll('\\r\\n', '\n      ').replaceAll('\\"', '"');
}

/** @param {unknown} value @param {Texts} texts */
function valueOf(value, texts) {
  if (value === null) return make('span', 'none', 'null');
  if (value === '') return make('span', 'none', texts.get('empty'));
  if (typeof value === 'object') {
    const pre = make('pre', '', JSON.stringify(value, null, 2));
    pre.tabIndex = 0;
    return make('details', '', make('summary', '', texts.get('open')), pre);
  }
  const text = String(value);
  if (text.length <= SHORT_MAX && !text.includes('\n')) return make('span', '', text);
  const size = new TextEncoder().encode(text).length;
  const pre = make('pre', '', laidOut(text));
  pre.tabIndex = 0; // it scrolls
  const summary = make('summary', '', `${text.slice(0, SHORT_MAX).replace(/\s+/g, ' ')}… `,
    make('span', 'soft', texts.get('bytes', { count: size })));
  return make('details', '', summary, pre);
}

/** The fields of an event or command. @param {Record<string, unknown>} line @param {Texts} texts */
export function fieldList(line, texts) {
  const list = make('dl', 'fields');
  for (const [name, value] of Object.entries(line)) {
    if (name !== 'what') list.append(make('dt', '', name), make('dd', '', valueOf(value, texts)));
  }
  return list;
}

/**
 * Remembers what it showed last, to mark what has changed since.
 */
export class StateCard {
  /** @type {Map<string, string>} */
  #before = new Map();

  /** @type {Map<string, string>} */
  #now = new Map();

  /** @param {Texts} texts */
  constructor(texts) {
    this.texts = texts;
    this.element = make('section', 'state');
  }

  /**
   * @param {string} title
   * @param {any} state as pf_describe_room() writes it; null: there is none
   * @param {(id: string) => string} nameOf a member
   * @param {boolean} isNext of what was shown before: marks what has changed
   */
  show(title, state, nameOf, isNext) {
    this.#before = isNext ? this.#now : new Map();
    this.#now = new Map();
    const head = make('h3', '', title, ' ');
    this.element.replaceChildren(head);
    if (!state) {
      head.append(this.#chip('state', this.texts.get('gone'), 'off'));
      return;
    }
    this.element.dataset.state = state.state;
    head.append(this.#chip('state', state.state, chipOf(state.state)));
    this.element.append(this.#own(state));
    if (state.peers.length > 0) this.element.append(this.#peers(state.peers, nameOf));
    else this.element.append(make('p', 'soft', this.texts.get('noPeers')));
    this.element.append(this.#sources(state.sources));
    this.element.append(this.#counters(state.counters));
  }

  /** What was marked has been seen. */
  calm() {
    for (const element of this.element.querySelectorAll('.changed')) {
      element.classList.remove('changed');
    }
  }

  /** Marked if it was another one before. @param {string} path @param {unknown} value */
  #value(path, value) {
    const text = String(value);
    this.#now.set(path, text);
    const before = this.#before.get(path);
    const isNew = this.#before.size > 0 && before !== text;
    return make('span', isNew ? 'changed' : '', text);
  }

  /** @param {string} path @param {string} text @param {string} kind */
  #chip(path, text, kind) {
    const chip = this.#value(path, text);
    chip.classList.add('chip');
    chip.dataset.kind = kind;
    return chip;
  }

  /** @param {any} state */
  #own(state) {
    const { texts } = this;
    const list = make('dl', 'pairs');
    const put = (/** @type {string} */ name, /** @type {unknown} */ value) =>
      list.append(make('dt', '', name), make('dd', '', this.#value(name, value)));
    put(texts.get('room'), state.room || '–');
    put(texts.get('memberId'), state.self ?? '–');
    put(texts.get('session'), state.session.state
      + (state.session.attempts > 0 ? `, ${texts.get('attempts')} ${state.session.attempts}` : ''));
    if (state.host || state.locked || state.knocking) {
      const roles = ['host', 'locked', 'knocking'].filter((name) => state[name]);
      put(texts.get('roles'), roles.join(', '));
    }
    if (state.prepared.pc) put(texts.get('prepared'), connectionText(state.prepared));
    if (state.deadline) {
      put(texts.get('deadline'),
        texts.get('inSeconds', { count: ((state.deadline - state.now) / 1000).toFixed(2) }));
    }
    return list;
  }

  /** @param {any[]} sources */
  #sources(sources) {
    const list = make('ul', 'sources');
    for (const { source, on, phase, error, track } of sources) {
      const words = [phase, error, track ? `track ${track}` : ''].filter(Boolean).join(', ');
      list.append(make('li', '', make('b', '', source), ' ',
        this.#chip(source, on ? 'on' : 'off', on ? 'good' : 'off'), ' ',
        this.#value(`${source} phase`, words)));
    }
    return list;
  }

  /** @param {any[]} peers @param {(id: string) => string} nameOf */
  #peers(peers, nameOf) {
    const { texts } = this;
    const head = make('tr', '', ...['peer', 'shownAs', 'connection', 'recovery', 'signaling']
      .map((key) => make('th', '', texts.get(/** @type {any} */ (key)))));
    for (const cell of head.children) cell.setAttribute('scope', 'col');
    const rows = peers.map((peer) => this.#peer(peer, nameOf(peer.id) || peer.name));
    const table = make('table', 'peers', make('thead', '', head), make('tbody', '', ...rows));
    const box = make('div', 'scrolls', table);
    box.tabIndex = 0;
    return box;
  }

  /** @param {any} peer @param {string} name */
  #peer(peer, name) {
    const at = (/** @type {string} */ field) => `${peer.id} ${field}`;
    const { connection } = peer;
    const sources = ['microphone', 'camera', 'screen']
      .filter((source) => peer[source] === 'on').join(', ') || '–';
    const title = make('th', '', name);
    title.scope = 'row';
    const row = make('tr', '', title,
      make('td', '', this.#chip(at('state'), peer.state, chipOf(peer.state)),
        make('br', ''), this.#value(at('sources'), sources)),
      make('td', '', this.#value(at('connection'), connection.pc
        ? `${connection.state}, pc ${connection.pc}` : '–'), make('br', ''),
      this.#value(at('channel'), connection.channel ? 'channel' : '')),
      make('td', '', this.#value(at('recovery'), peer.recovery), make('br', ''),
        this.#value(at('presence'), peer.presence === 'here' ? '' : peer.presence)),
      make('td', '', this.#value(at('negotiation'), connectionText(connection))));
    Object.assign(row.dataset, {
      peer: peer.id, name: peer.name, state: peer.state, microphone: peer.microphone,
      camera: peer.camera, recovery: peer.recovery, connection: connection.state,
    });
    return row;
  }

  /** Those that are not 0. @param {Record<string, number>} counters */
  #counters(counters) {
    const list = make('p', 'soft counters');
    const words = Object.entries(counters).filter(([, count]) => count > 0)
      .flatMap(([name, count], i) => [i > 0 ? ', ' : '', `${name} `, this.#value(name, count)]);
    if (words.length > 0) list.append(this.texts.get('counted'), ' ', ...words);
    return list;
  }
}

/** @param {any} connection */
const connectionText = ({ pc, negotiation, epoch, offer }) =>
  (pc ? `${negotiation}, epoch ${epoch}, offer ${offer}` : '–');

/** Good, bad or neither. @param {string} state of a room or a peer */
function chipOf(state) {
  if (['joined', 'connected'].includes(state)) return 'good';
  return ['reconnecting', 'unstable', 'unreachable', 'refused'].includes(state) ? 'bad' : 'off';
}
