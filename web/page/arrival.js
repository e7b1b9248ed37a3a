/* arrival.js - what the address says to a page that has just loaded. */
/* SPDX-License-Identifier: MIT */

import { tidy } from './roomname.js';

/**
 * @typedef {object} Address
 * @property {string} place the room that it names, or ''
 * @property {string} name of the person, if they have submitted the form
 * @property {boolean} submitted the person has pressed Enter before the scripts were there
 */

/**
 * Before the scripts are there, the form of the lobby is an ordinary one: it loads the page again
 * with what was typed in the address. Only that counts as the person's own press. A link that looks
 * the same leads into the lobby and names nobody; the document before this one tells them apart.
 * @param {string} href the address of the page
 * @param {string} referrer that of the document before; the page asks for its own in full
 * @returns {Address}
 */
export function readAddress(href, referrer) {
  const url = new URL(href);
  const room = tidy(url.searchParams.get('room') ?? '');
  const name = url.searchParams.get('name');
  const before = new URL(referrer || 'about:blank');
  const submitted = name !== null && before.origin === url.origin
    && before.pathname === url.pathname;
  if (!submitted) return { place: room, name: '', submitted: false };
  // The form did not know of the room in the address, which the scripts read.
  const place = room || tidy(before.searchParams.get('room') ?? '');
  return { place, name: tidy(name), submitted };
}

/**
 * A room token, which an invitation has behind #token=: no server is sent that part of an address.
 * @param {string} href
 */
export function tokenOf(href) {
  return new URLSearchParams(new URL(href).hash.slice(1)).get('token') ?? '';
}

/**
 * The address without what the form has put there, and without a token, which is this person's.
 * @param {string} href
 * @param {string} place
 */
export function cleanAddress(href, place) {
  const url = new URL(href);
  if (tokenOf(href)) url.hash = '';
  if (!url.searchParams.has('name')) return url.href;
  url.searchParams.delete('name');
  if (place) url.searchParams.set('room', place);
  else url.searchParams.delete('room');
  return url.href;
}
