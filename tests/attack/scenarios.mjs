/* scenarios.mjs - the attacks, from where they come, and what may be expected meanwhile. */
/* SPDX-License-Identifier: MIT */
import { PORT, addresses, relayAddress } from './field.mjs';

/**
 * @typedef {object} Scenario
 * @property {string} name
 * @property {string} attack the file's name for it; see attack.c
 * @property {'one' | 'few' | 'many' | 'loopback'} from  1, 8 or 64 addresses; 127.x without limits
 * @property {boolean} [tls] the relay speaks TLS
 * @property {number} [width] connections at the same time
 * @property {number} [shortWidth] in the short version
 * @property {'tickets' | 'tokens'} [forged]
 * @property {boolean} [fills] takes all places of newcomers: only members with tickets get in
 */

/** @type {Scenario[]} */
export const scenarios = [
  { name: 'half-open', attack: 'half-open', from: 'one', shortWidth: 1000 },
  { name: 'half-open-few', attack: 'half-open', from: 'few', shortWidth: 5000 },
  { name: 'half-open-many', attack: 'half-open', from: 'many', shortWidth: 2000 },
  { name: 'half-open-loopback', attack: 'half-open', from: 'loopback', shortWidth: 2000 },
  { name: 'slow-request', attack: 'slow-request', from: 'many' },
  { name: 'slow-message', attack: 'slow-message', from: 'many' },
  { name: 'slow-reader', attack: 'slow-reader', from: 'many' },
  { name: 'slow-member', attack: 'slow-member', from: 'many' },
  { name: 'tls-flood', attack: 'tls-flood', from: 'many', tls: true },
  { name: 'tls-flood-loopback', attack: 'tls-flood', from: 'loopback', tls: true },
  { name: 'tls-slow', attack: 'tls-slow', from: 'many', tls: true, shortWidth: 1000 },
  { name: 'tls-random', attack: 'tls-random', from: 'many', tls: true },
  { name: 'random-http', attack: 'random-http', from: 'loopback' },
  { name: 'random-frames', attack: 'random-frames', from: 'loopback' },
  { name: 'random-json', attack: 'random-json', from: 'loopback' },
  { name: 'control-frames', attack: 'control-frames', from: 'one' },
  { name: 'control-frames-loopback', attack: 'control-frames', from: 'loopback' },
  { name: 'fragments', attack: 'fragments', from: 'loopback' },
  { name: 'join-flood', attack: 'join-flood', from: 'one' },
  { name: 'ghosts', attack: 'ghosts', from: 'one' },
  { name: 'empty-rooms', attack: 'empty-rooms', from: 'one', shortWidth: 1000 },
  { name: 'empty-rooms-loopback', attack: 'empty-rooms', from: 'loopback', fills: true },
  { name: 'lobby-loopback', attack: 'lobby', from: 'loopback' },
  { name: 'tickets', attack: 'forgeries', from: 'many', forged: 'tickets' },
  { name: 'tokens', attack: 'forgeries', from: 'many', forged: 'tokens' },
];

/** The options that say from where. @param {Scenario} scenario */
export function origin({ from }) {
  const isLocal = from === 'loopback';
  return [`${isLocal ? '127.0.0.1' : relayAddress}:${PORT}`,
    '--from', isLocal ? '127.1.0.1' : addresses.attackers,
    '--addresses', `${{ one: 1, few: 8, many: 64, loopback: 200 }[from]}`];
}
