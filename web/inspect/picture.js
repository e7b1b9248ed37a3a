/* picture.js - a simulated world as a picture: people, wires and relays, at one step. */
/* SPDX-License-Identifier: MIT */

import { draw } from './diagram.js';
import { letterOf } from './run.js';

/**
 * @typedef {import('./run.js').Picture} Picture
 * @typedef {import('./run.js').Host} Host
 * @typedef {import('./call.js').Row} Row
 * @typedef {import('./texts.js').Texts} Texts
 * @typedef {{x: number, y: number}} Point
 */

const WIDTH = 720;
const HEIGHT = 430;
const RADIUS = 23; // of a person
const BOX = { x: 52, y: 20 }; // half of a relay's

/**
 * People stand in a bow below the relays.
 * @param {number} i @param {number} count @returns {Point}
 */
function placeOf(i, count) {
  const share = count === 1 ? 0.5 : i / (count - 1);
  const angle = Math.PI * (1.06 - 1.12 * share);
  return { x: WIDTH / 2 + 300 * Math.cos(angle), y: 205 + 150 * Math.sin(angle) };
}

/** @param {number} i @param {number} count @returns {Point} */
const relayPlace = (i, count) => ({ x: WIDTH / 2 + (i - (count - 1) / 2) * 130, y: 40 });

/** @param {string} text @param {Point} at @param {string} kind */
function word(text, { x, y }, kind) {
  const element = draw('text', { x, y, class: kind, 'text-anchor': 'middle' });
  element.textContent = text;
  return element;
}

/** @param {Point} a @param {Point} b @param {string} kind */
const wire = (a, b, kind) => draw('line', { x1: a.x, y1: a.y, x2: b.x, y2: b.y, class: kind });

/** @typedef {Point & {isRelay: boolean}} End  of a wire: a person, or a relay's box */

/** How far the edge is from the middle. @param {End} end @param {number} ux @param {number} uy */
const edgeOf = ({ isRelay }, ux, uy) => (isRelay
  ? Math.min(BOX.x / Math.max(Math.abs(ux), 0.01), BOX.y / Math.max(Math.abs(uy), 0.01)) + 3
  : RADIUS + 6);

/** A message on its wire. @param {End} a @param {End} b @param {string} title */
function message(a, b, title) {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = Math.hypot(dx, dy) || 1;
  const [ux, uy] = [dx / length, dy / length];
  const [before, after] = [edgeOf(a, ux, uy), edgeOf(b, ux, uy)];
  const begin = { x: a.x + ux * before, y: a.y + uy * before };
  const end = { x: b.x - ux * after, y: b.y - uy * after };
  const base = { x: end.x - ux * 13, y: end.y - uy * 13 };
  const head = `M${end.x} ${end.y}L${base.x - uy * 7} ${base.y + ux * 7}`
    + `L${base.x + uy * 7} ${base.y - ux * 7}z`;
  const label = { x: a.x + dx * 0.5, y: a.y + dy * 0.5 - 7 };
  return [wire(begin, base, 'carries'), draw('path', { d: head, class: 'carriesHead' }),
    word(title, label, 'messageTitle')];
}

export class PictureView {
  /** @param {SVGSVGElement} svg @param {Texts} texts */
  constructor(svg, texts) {
    this.svg = svg;
    this.texts = texts;
    svg.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
  }

  /**
   * @param {Picture} picture
   * @param {Row[]} rows of the step
   * @param {(column: number) => number} hostOf the host of a column
   */
  show(picture, rows, hostOf) {
    const { hosts, relays } = picture;
    const places = new Map(hosts.map(({ host }, i) => [host, placeOf(i, hosts.length)]));
    const at = (/** @type {number} */ host) => places.get(host) ?? { x: 0, y: 0 };
    const relayAt = (/** @type {number} */ i) => relayPlace(i, relays.length);
    const relayOf = (/** @type {number} */ host) =>
      picture.sockets.find((socket) => socket.host === host)?.relay
      ?? Math.max(0, relays.findIndex(({ named }) => named));
    const parts = [
      ...this.#connections(picture, at),
      ...this.#sockets(picture, at, relayAt),
      ...relays.flatMap((relay, i) => this.#relay(relay, relayAt(i), i, relays.length)),
      ...hosts.flatMap((host) => this.#host(host, at(host.host))),
    ];
    for (const { passage, column, other } of rows) {
      if (!passage) continue;
      const own = { ...at(hostOf(column)), isRelay: false };
      const far = passage.relay ? { ...relayAt(relayOf(hostOf(column))), isRelay: true }
        : other >= 0 ? { ...at(hostOf(other)), isRelay: false } : null;
      if (far) parts.push(...(passage.sends ? message(own, far, passage.title)
        : message(far, own, passage.title)));
    }
    if (picture.quiet) {
      parts.push(word(this.texts.get('faultsOver'), { x: WIDTH / 2, y: HEIGHT - 8 }, 'note'));
    }
    this.svg.replaceChildren(...parts);
  }

  /** One line for both ends. @param {Picture} picture @param {(host: number) => Point} at */
  #connections({ connections }, at) {
    /** @type {Map<string, string[]>} */
    const pairs = new Map();
    for (const { host, to, state } of connections) {
      const key = host < to ? `${host} ${to}` : `${to} ${host}`;
      const states = pairs.get(key);
      if (states) states.push(state);
      else pairs.set(key, [state]);
    }
    return [...pairs].map(([key, states]) => {
      const [a, b] = key.split(' ').map(Number);
      const works = states.length >= 2 && states.every((state) => state === 'connected');
      return wire(at(a), at(b), works ? 'peers works' : 'peers');
    });
  }

  /**
   * @param {Picture} picture
   * @param {(host: number) => Point} at
   * @param {(relay: number) => Point} relayAt
   */
  #sockets({ sockets }, at, relayAt) {
    return sockets.flatMap(({ host, state, broken, relay, up, down }) => {
      const [a, b] = [at(host), relayAt(relay)];
      const kind = broken ? 'socket broken' : state === 'open' ? 'socket open' : 'socket';
      const parts = [wire(a, b, kind)];
      // Packets under way: up near the person's end, down near the relay's.
      for (const [count, share] of [[up, 0.35], [down, 0.7]]) {
        for (let i = 0; i < Math.min(count, 4); i++) {
          const s = share + i * 0.035;
          parts.push(draw('circle', {
            cx: a.x + (b.x - a.x) * s, cy: a.y + (b.y - a.y) * s, r: 3.5,
            class: share < 0.5 ? 'packet up' : 'packet down',
          }));
        }
      }
      return parts;
    });
  }

  /**
   * @param {{up: boolean, named: boolean}} relay
   * @param {Point} at @param {number} i @param {number} count
   */
  #relay({ up, named }, { x, y }, i, count) {
    const name = count > 1 ? `${this.texts.get('relay')} ${i + 1}` : this.texts.get('relay');
    return [
      draw('rect', {
        x: x - BOX.x, y: y - BOX.y, width: 2 * BOX.x, height: 2 * BOX.y, rx: 10,
        class: `relayBox${up ? '' : ' down'}${named ? ' named' : ''}`,
      }),
      word(up ? name : `${name}: ${this.texts.get('down')}`, { x, y: y + 5 }, 'relayName'),
    ];
  }

  /** @param {Host} host @param {Point} at */
  #host(host, { x, y }) {
    const { texts } = this;
    const troubles = [
      host.hostile && texts.get('hostileMember'),
      !host.online && texts.get('offline'),
      host.relayCut && texts.get('cutOff'),
      host.asleep && texts.get('asleep'),
      host.throttled && texts.get('background'),
    ].filter(Boolean);
    const state = host.hostile ? '' : host.page ? `${host.page} ${host.state}`
      : texts.get('noPage');
    const kind = host.hostile ? 'hostile' : !host.page ? 'absent'
      : host.state === 'joined' ? 'joined' : 'other';
    return [
      draw('circle', {
        cx: x, cy: y, r: RADIUS,
        class: `person ${kind}${host.online && !host.asleep ? '' : ' away'}`,
      }),
      word(letterOf(host.host), { x, y: y + 6 }, `letter ${kind}`),
      word(state, { x, y: y + RADIUS + 15 }, 'personState'),
      word(troubles.join(', '), { x, y: y + RADIUS + 30 }, 'personTrouble'),
    ];
  }
}
