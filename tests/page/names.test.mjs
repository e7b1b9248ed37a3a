/* names.test.mjs - the letters that stand for a name, and names within sentences. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadLanguage, Texts } from '../../web/page/i18n.js';
import { initialsOf, isolated, shortened, visibleName } from '../../web/page/names.js';
import { renderAvatar } from '../../web/page/picture.js';

await loadLanguage('en');
await loadLanguage('ko');

test('a long name of a file is cut where it says least, and keeps its ending', () => {
  assert.equal(shortened('plan.pdf'), 'plan.pdf');
  assert.equal(shortened(`${'a'.repeat(100)}.tar.gz`), `${'a'.repeat(28)}…${'a'.repeat(4)}.tar.gz`);
  assert.equal(shortened('👩‍👩‍👧'.repeat(60)), `${'👩‍👩‍👧'.repeat(28)}…${'👩‍👩‍👧'.repeat(11)}`);
});

test('two initials stand for a name, and of a Korean one the given name', () => {
  assert.equal(initialsOf('Ada Lovelace'), 'AL');
  assert.equal(initialsOf('  bob '), 'B');
  assert.equal(initialsOf('김민수'), '민수');
  assert.equal(initialsOf('Ana María de la Cruz'), 'AC');
  assert.equal(initialsOf(''), '');
});

test('no character that people see as one is cut', () => {
  assert.equal(initialsOf('🦊 Fox'), '🦊F');
  assert.equal(initialsOf('👩‍👩‍👧 Family'), '👩‍👩‍👧F');
  assert.equal(initialsOf('👨‍👩‍👧'), '👨‍👩‍👧');
  assert.equal(initialsOf('🇰🇷 서울'), '🇰🇷서');
  assert.equal(initialsOf('👍🏽 Mia'), '👍🏽M');
  assert.equal(initialsOf('नीता'), 'नी');
});

test('the same name gives the same initials, composed or decomposed', () => {
  for (const name of ['김민수', 'Émile Élan', 'Ąžuolas', '가나다 라마바']) {
    assert.equal(initialsOf(name.normalize('NFD')), initialsOf(name.normalize('NFC')), name);
  }
  assert.equal(initialsOf('김민수'.normalize('NFD')), '민수');
  assert.equal(initialsOf('émile'.normalize('NFD')), 'É');
});

test('what cannot be seen is no initial', () => {
  assert.equal(initialsOf('\u200f\u202eמיה לוי'), 'מל');
  assert.equal(initialsOf('\u200eAda'), 'A');
  assert.equal(initialsOf('\u2066\u200b Ada \ufeff Byron\u2069'), 'AB');
  assert.equal(initialsOf('\u3164\u00ad'), '');
});

test('letters become capitals only where that leaves one letter', () => {
  assert.equal(initialsOf('ßeta'), 'ß');
  assert.equal(initialsOf('ǆamonja'), 'Ǆ');
  assert.equal(initialsOf('лев яшин'), 'ЛЯ');
  assert.equal(initialsOf('ნინო'), 'ნ', 'few fonts have the capitals of Georgian');
});

test('a name of which nothing can be seen is none', () => {
  assert.equal(visibleName('\u200f \u3164\u2800', 'Guest'), 'Guest');
  assert.equal(visibleName('', 'Guest'), 'Guest');
  assert.equal(visibleName('\u200fמיה', 'Guest'), '\u200fמיה');
});

test('a name written from right to left does not reorder the sentence that it is in', () => {
  assert.equal(isolated('Mia'), 'Mia');
  assert.equal(isolated('מיה'), '\u2068מיה\u2069');
  assert.equal(new Texts('en').get('saidJoined', { name: 'ليلى 1' }), '\u2068ليلى 1\u2069 joined.');
  assert.equal(new Texts('ko').get('saidJoined', { name: '민수' }), '민수 님이 들어왔습니다.');
});

test('nor does one with marks that would turn the text after it around', () => {
  assert.equal(isolated('\u202eMia'), 'Mia');
  assert.equal(isolated('\u2069\u2067מיה'), '\u2068מיה\u2069');
});

test('the colour of an avatar depends on the member alone, and is the same for everybody', () => {
  /** @param {string} name @param {string} id @returns {string} */
  const hue = (name, id) => {
    Object.assign(globalThis, { HTMLElement: Object });
    const tile = /** @type {any} */ ({ dataset: {}, querySelector: () => ({}) });
    renderAvatar(tile, name, id);
    return tile.dataset.hue;
  };
  assert.equal(hue('Ann', '00000000000000a1'), hue('Bob', '00000000000000a1'));
  assert.equal(hue('Ann', ''), '', 'who is in no room has no colour yet');
  const ids = Array.from({ length: 64 }, (_, index) => index.toString(16).padStart(16, '0'));
  const all = ids.map((id) => hue('', id));
  assert.equal(new Set(all).size, 8);
});
