/* forge.mjs - tickets and tokens that must not work, or not any more. */
/* SPDX-License-Identifier: MIT */
import crypto from 'node:crypto';

/** Of the relay under attack. */
export const tokenSecret = Buffer.alloc(32, 'attack');
export const ticketSecret = Buffer.alloc(32, 'ticket');

/**
 * A ticket as the relay writes it (src/relay/hub/ticket.h).
 * @param {string} room
 * @param {string} id
 * @param {number} leftS seconds until it expires
 * @param {{secret?: Buffer, flags?: string}} [options]
 */
export function makeTicket(room, id, leftS, { secret = ticketSecret, flags = '' } = {}) {
  const claim = `${id}.${flags}${Math.floor(Date.now() / 1000) + leftS}`;
  const text = `peerface ticket 1\n${claim}\n${room}`;
  return `${claim}.${crypto.createHmac('sha256', secret).update(text).digest('hex')}`;
}

/** @param {object | string | Buffer} part */
const encode = (part) => Buffer.from(
  typeof part === 'object' && !Buffer.isBuffer(part) ? JSON.stringify(part) : part,
).toString('base64url');

/**
 * @param {object} claims
 * @param {object} [header]
 * @param {Buffer} [key]
 */
export function makeToken(claims, header = {}, key = tokenSecret) {
  const payload = { exp: Math.floor(Date.now() / 1000) + 3600, ...claims };
  const text = `${encode({ alg: 'HS256', typ: 'JWT', ...header })}.${encode(payload)}`;
  return `${text}.${encode(crypto.createHmac('sha256', key).update(text).digest())}`;
}

/** Each text with one character changed, left out or added. @param {string} text */
function damaged(text) {
  return Array.from(text, (_, i) => [
    `${text.slice(0, i)}${text[i] === 'A' ? 'B' : 'A'}${text.slice(i + 1)}`,
    text.slice(0, i) + text.slice(i + 1),
    text.slice(0, i),
  ]).flat();
}

/**
 * @param {string} room
 * @param {string} ticket of a member that is not there any more
 */
export function badTickets(room, ticket) {
  const id = ticket.slice(0, 16);
  const forged = [...damaged(ticket), '', 'A'.repeat(256),
    crypto.randomBytes(96).toString('base64url'), makeTicket(room, id, -1),
    makeTicket(room, id, -86400), makeTicket('other', id, 3600),
    makeTicket(room, id, 3600, { secret: Buffer.alloc(32, 'other'), flags: 'hl' })];
  const replayed = Array(200).fill(ticket);
  return [...forged, ...replayed].map((text) => `,"ticket":"${text}"`);
}

/** @param {string} room */
export function badTokens(room) {
  const now = Math.floor(Date.now() / 1000);
  const good = makeToken({ room });
  const [head, claims, signature] = good.split('.');
  const forged = [
    ...damaged(good), makeToken({ room }, {}, Buffer.alloc(32, 'other')),
    makeToken({ room, exp: now - 60 }), makeToken({ room, exp: 1 }),
    makeToken({ room, nbf: now + 3600 }), makeToken({ room: 'other' }), makeToken({ room: '' }),
    makeToken({ room, exp: -1 }), makeToken({ room, exp: 1e300 }), makeToken({ room, exp: 'x' }),
    makeToken({ room }, { alg: 'none' }), makeToken({ room }, { alg: 'ES256' }),
    makeToken({ room }, { alg: 'hs256' }), makeToken({ room }, { crit: ['exp'], exp: 1 }),
    `${encode({ alg: 'none' })}.${claims}.`, `${head}.${claims}.`, `${head}..${signature}`, '..',
    `${head}.${encode({ room, exp: now + 3600, role: 'host' })}.${signature}`,
  ];
  return forged.map((text) => `,"token":"${text}"`);
}
