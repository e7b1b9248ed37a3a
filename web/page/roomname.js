/* roomname.js - names of rooms and people: what they are compared as, and how long they may be. */
/* SPDX-License-Identifier: MIT */

/** How many bytes of UTF-8 the relay takes for the name of a room or of a person. */
export const nameBytesMax = 64;

/** What nobody sees and everybody copies from chats: spaces of no width, and directions. */
const unseen = /[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;

/**
 * A name as it is shown: as typed, but for blanks around it, control characters (a pasted tab), and
 * rows of blanks, which are one.
 * @param {string} typed
 */
export function tidy(typed) {
  return typed.normalize('NFC').replace(unseen, '').replace(/[\s\p{Cc}]+/gu, ' ').trim();
}

/**
 * The name under which the relay knows a room: however people write its capitals and accents, they
 * meet. Upper case first, because that joins what lower case does not; then what both leave apart.
 * @param {string} name
 */
export function roomKey(name) {
  return tidy(tidy(name).toUpperCase().toLowerCase().replace(/ς/gu, 'σ').replace(/ß/gu, 'ss'));
}

/** @param {string} text */
function bytesOf(text) {
  return new TextEncoder().encode(text).length;
}

/**
 * Both what is shown and what is sent must fit.
 * @param {string} typed the name of a room
 */
export function roomFits(typed) {
  return bytesOf(roomKey(typed)) <= nameBytesMax && bytesOf(tidy(typed)) <= nameBytesMax;
}

/** @param {string} typed the name of a person */
export function nameFits(typed) {
  return bytesOf(tidy(typed)) <= nameBytesMax;
}

/**
 * A whole number below `count`, each as likely as any other.
 * @param {number} count at most 65536
 */
function pick(count) {
  const fair = 65536 - (65536 % count);
  for (;;) {
    const [number] = crypto.getRandomValues(new Uint16Array(1));
    if (number < fair) return number % count;
  }
}

/**
 * A name that can be said on the phone and that nobody guesses: three words and four digits. With
 * 350 words that is one of 3.9e11 (38 bits).
 * @param {readonly string[]} words
 */
export function newRoomName(words) {
  const chosen = [words, words, words].map((list) => list[pick(list.length)]);
  return [...chosen, 1000 + pick(9000)].join('-');
}

/**
 * The words of a language, loaded when the first room is made.
 * @param {'en'|'ko'} language
 * @returns {Promise<readonly string[]>}
 */
export async function loadWords(language) {
  const { default: words } = await (language === 'ko' ? import('./words/ko.js')
    : import('./words/en.js'));
  return words;
}
