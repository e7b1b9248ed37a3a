/* names.js - people's names: shown as they were meant, in any script, and as initials. */
/* SPDX-License-Identifier: MIT */

/** What changes the direction of the text after it. A name must not. */
const directing = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
/** What shows nothing by itself: controls and marks, spaces of every kind, empty letters. */
const invisible = /^[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]$/u;
/** Letters of scripts that are written from right to left. */
const rightToLeft =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
/** Scripts with capitals that every font has. */
const withCapitals =
  /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Armenian}\p{M}]+$/u;

/**
 * What a reader takes for single characters: an emoji of a family, a flag, a letter with its marks.
 * @param {string} text
 * @returns {string[]}
 */
function charactersOf(text) {
  // Firefox has it since 125; code points are right for most names.
  if (typeof Intl.Segmenter !== 'function') return Array.from(text);
  const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** @param {string} character */
const isVisible = (character) => Array.from(character).some((point) => !invisible.test(point));

/** @param {string} character */
function capital(character) {
  if (!withCapitals.test(character)) return character;
  const upper = character.toUpperCase();
  return charactersOf(upper).length === 1 ? upper : character; // ß would become two
}

/**
 * One or two characters that stand for a name: the given name of a Korean name, otherwise initials.
 * @param {string} name
 */
export function initialsOf(name) {
  // Composed, so that the same name gives the same letters however it was typed.
  const words = name.normalize('NFC').replace(directing, '').split(/[\s\p{Z}]+/u)
    .map((word) => charactersOf(word).filter(isVisible))
    .filter((word) => word.length > 0);
  if (words.length === 0) return '';
  const [first] = words;
  if (/^[\uac00-\ud7a3]{2,4}$/u.test(first.join(''))) return first.slice(-2).join('');
  const last = words.length > 1 ? capital(words[words.length - 1][0]) : '';
  return capital(first[0]) + last;
}

/**
 * A name to show, or another word where there is nothing to see in it.
 * @param {string} name
 * @param {string} otherwise
 */
export function visibleName(name, otherwise) {
  return Array.from(name).some(isVisible) ? name : otherwise;
}

/** Of the name of a file in a sentence: its beginning, and its end with what kind it is. */
const beginLength = 28;
const endLength = 11;

/**
 * The name of a file to be put into a sentence: cut in the middle if it is long.
 * @param {string} name
 */
export function shortened(name) {
  const characters = charactersOf(name);
  if (characters.length <= beginLength + 1 + endLength) return name;
  return `${characters.slice(0, beginLength).join('')}…${characters.slice(-endLength).join('')}`;
}

/**
 * Text to be put into a sentence, so that neither changes the order of the other: isolated where
 * their directions differ.
 * @param {string} text
 */
export function isolated(text) {
  const harmless = text.replace(directing, '');
  return rightToLeft.test(text) ? `\u2068${harmless}\u2069` : harmless;
}
