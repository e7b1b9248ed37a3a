/* lines.js - what an event or a command of a room means to a person who reads it. */
/* SPDX-License-Identifier: MIT */

/**
 * What describe.h writes: what it is, and fields.
 * @typedef {{what: string} & Record<string, unknown>} Line
 *
 * A message on its way, at one end of it. `relay`: over the relay; else on a data channel.
 * @typedef {object} Passage
 * @property {boolean} sends     or else it is received
 * @property {boolean} relay
 * @property {string} peer       the member id at the other end; '' is the relay itself, or unknown
 * @property {string} title      "description offer", "hello"
 * @property {string} key        equal at both ends
 * @property {number} instance   of the sender, if it is received over the relay; or 0
 */

/** @param {unknown} text @returns {Record<string, any>} of a JSON object; {} of anything else */
export function objectOf(text) {
  try {
    const value = JSON.parse(String(text));
    return value && typeof value === 'object' ? value : {};
  } catch {
    return {};
  }
}

/** @param {Record<string, any>} message of PROTOCOL.md */
function titleOf(message) {
  const { type, kind, description, want } = message;
  const words = [kind && type === 'signal' ? kind : type ?? '?'];
  if (description?.type) words.push(description.type);
  if (typeof want === 'string') words.push(want);
  if (type === 'left' && message.reason) words.push(message.reason);
  if (type === 'error' && message.code) words.push(message.code);
  if (type === 'member' && message.name) words.push(message.name);
  return words.join(' ');
}

/** The relay has put the sender first. */
const sender = /^\{"from":"[0-9a-f]{16}",/;

/**
 * @param {boolean} sends
 * @param {string} text
 * @returns {Passage}
 */
function overRelay(sends, text) {
  const message = objectOf(text);
  const isSignal = message.type === 'signal';
  return {
    sends,
    relay: true,
    peer: isSignal ? String((sends ? message.to : message.from) ?? '') : '',
    title: titleOf(message),
    key: isSignal ? text.replace(sender, '{') : '',
    instance: isSignal && !sends ? Number(message.fromInstance ?? 0) : 0,
  };
}

/**
 * The message that an event or a command is about; null if it is about none.
 * @param {Line} line
 * @param {ReadonlyMap<number, string>} peers the member ids by connection
 * @returns {Passage | null}
 */
export function passageOf(line, peers) {
  if (line.what === 'socket-message') return overRelay(false, String(line.message));
  if (line.what === 'socket-send') return overRelay(true, String(line.message));
  if (line.what !== 'pc-channel-message' && line.what !== 'pc-channel-send') return null;
  const data = String(line.data);
  return {
    sends: line.what === 'pc-channel-send',
    relay: false,
    peer: peers.get(Number(line.pc)) ?? '',
    title: titleOf(objectOf(data)),
    key: data,
    instance: 0,
  };
}

const VALUE_MAX = 24;
const FIELDS_MAX = 5;

/** A member's id means nothing to anybody. */
const memberId = /^[0-9a-f]{16}$/;

/** Which fields say the most; others come after them. */
const first = ['name', 'state', 'source', 'type'];

/** @param {string} name */
const rank = (name) => (first.includes(name) ? first.indexOf(name) : first.length);

/** "host 192.0.2.2 48207" of an RTCIceCandidate. @param {unknown} text */
function candidateText(text) {
  const words = String(text).split(' ');
  return words.length > 7 ? `, ${words[7]} ${words[4]} ${words[5]}` : '';
}

/** @param {unknown} value */
const isPlain = (value) => (typeof value === 'string' && value.length <= VALUE_MAX && value !== '')
  || (typeof value === 'number' && value !== 0) || value === true;

/**
 * The fields that fit into one line, "pc 3 state connected".
 * @param {Line} line
 */
export function fieldsOf(line) {
  if (line.candidate) return `pc ${line.pc}${candidateText(line.candidate)}`;
  return Object.entries(line)
    .filter(([name, value]) => !['what', 'socket', 'page'].includes(name) && isPlain(value)
      && !memberId.test(String(value)))
    .sort(([a], [b]) => rank(a) - rank(b))
    .slice(0, FIELDS_MAX)
    .map(([name, value]) => (value === true ? name : first.includes(name) ? `${value}`
      : `${name} ${value}`))
    .join(', ');
}

/** Whether it shows something to the user. @param {Line} line */
export const isShown = ({ what }) => what.startsWith('show-') || what.startsWith('hide-');
