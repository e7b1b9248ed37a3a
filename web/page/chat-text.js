/* chat-text.js - what a message consists of: text, links that can be followed, emoji. */
/* SPDX-License-Identifier: MIT */

/**
 * A piece of a message; with `href` it is a link.
 * @typedef {{text: string, href?: string}} Piece
 */

/**
 * What people take for a link: with a scheme, or beginning with "www.". Whether it is one, URL
 * decides. Nothing else is ever followed: no `javascript:`, no `data:`.
 */
const linkLike = /(?:https?:\/\/|www\.)[^\s<>"'`\u3000-\u303f]+/giu;

/** What ends a sentence and not an address. */
const trailing = /[.,;:!?…*_~'’”]+$/u;

/** @type {[string, string][]} */
const brackets = [['(', ')'], ['[', ']'], ['{', '}']];

/**
 * Without what belongs to the sentence around it: "(see https://a.example/x)." ends before the
 * bracket, and https://a.example/wiki/C_(language) does not.
 * @param {string} text
 */
function withoutSentence(text) {
  for (;;) {
    const shorter = text.replace(trailing, '');
    const pair = brackets.find(([, close]) => shorter.endsWith(close));
    const count = (/** @type {string} */ sign) => shorter.split(sign).length;
    if (!pair || count(pair[0]) >= count(pair[1])) return shorter;
    text = shorter.slice(0, -1);
  }
}

/**
 * @param {string} text
 * @returns {string} '' if it is no address that may be followed
 */
function addressOf(text) {
  const url = URL.parse ? URL.parse(complete(text)) : tryUrl(complete(text));
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) return '';
  return url.hostname.includes('.') || url.hostname === 'localhost' ? url.href : '';
}

/** @param {string} text */
const complete = (text) => (/^www\./i.test(text) ? `https://${text}` : text);

/** @param {string} text */
function tryUrl(text) {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

/**
 * The pieces of a message, in order; joined they are the text, unchanged.
 * @param {string} text
 * @returns {Piece[]}
 */
export function piecesOf(text) {
  /** @type {Piece[]} */
  const pieces = [];
  let at = 0;
  for (const match of text.matchAll(linkLike)) {
    const link = withoutSentence(match[0]);
    const href = addressOf(link);
    if (!href) continue;
    if (match.index > at) pieces.push({ text: text.slice(at, match.index) });
    pieces.push({ text: link, href });
    at = match.index + link.length;
  }
  if (at < text.length) pieces.push({ text: text.slice(at) });
  return pieces;
}

/** A picture of its own, or a sign that a variation selector makes one. */
const emoji = String.raw`(?:\p{Emoji_Presentation}|\p{Emoji}\ufe0f)`;
/** What may follow it: a skin tone, a keycap, another one that it is joined with. */
const joined = String.raw`\u200d(?:\p{Emoji_Presentation}|\p{Emoji}\ufe0f?)`;
const more = String.raw`(?:\p{EMod}|\ufe0f|\u20e3|${joined})*`;
const onlyEmoji = new RegExp(String.raw`^\s*(?:(?:\p{RI}\p{RI}|${emoji})${more}\s*){1,3}$`, 'u');

/** Up to three emoji and nothing else: they are shown large. @param {string} text */
export function isOnlyEmoji(text) {
  return onlyEmoji.test(text);
}
