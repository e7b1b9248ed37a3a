/* roomname.test.mjs - which names of rooms are the same, how long they may be, and new ones. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { test } from 'node:test';
import en from '../../web/page/words/en.js';
import ko from '../../web/page/words/ko.js';
import {
  loadWords, nameBytesMax, nameFits, newRoomName, roomFits, roomKey, tidy,
} from '../../web/page/roomname.js';

if (!globalThis.crypto) Object.assign(globalThis, { crypto: webcrypto }); // Node 18 has none

test('a name is shown as typed, but for blanks and what nobody sees', () => {
  assert.equal(tidy('  Tea\tat \u3000 Four\r\n'), 'Tea at Four');
  assert.equal(tidy('Tea\u200b\ufeff'), 'Tea');
  assert.equal(tidy('e\u0301'), '\u00e9');
  assert.equal(tidy('\u0000\u007f\u0085'), '');
  assert.equal(tidy('👩‍👩‍👧'), '👩‍👩‍👧', 'what joins a family stays');
});

test('names that people take for the same are the same room', () => {
  for (const [one, other] of [
    ['Tea', 'tea'], ['TEA', 'tea'], [' tea ', 'tea'], ['tea  at', 'Tea\tAt'],
    ['caf\u00e9', 'CAFE\u0301'], ['한글', '\u1112\u1161\u11ab\u1100\u1173\u11af'],
    ['Straße', 'STRASSE'], ['ΟΔΟΣ', 'οδος'], ['ΟΔΟΣ', 'οδοσ'], ['\u200btea', 'tea'],
    ['ﬁne', 'FINE'],
  ]) {
    assert.equal(roomKey(one), roomKey(other), `${one} and ${other}`);
  }
  assert.notEqual(roomKey('tea'), roomKey('teas'));
  assert.notEqual(roomKey('tea-at'), roomKey('tea at'));
});

test('the key of a key is that key', () => {
  for (const name of ['Tea', 'İstanbul', 'ǰ', 'ΐ', 'ΟΔΟΣ', 'ẞ', 'ŉ', '한글', '\u1e9b\u0323', 'ı']) {
    assert.equal(roomKey(roomKey(name)), roomKey(name), name);
  }
});

test('limits are those of the relay, in bytes', () => {
  assert.equal(nameBytesMax, 64);
  for (const fits of [roomFits, nameFits]) {
    assert.equal(fits('a'.repeat(64)), true);
    assert.equal(fits('a'.repeat(65)), false);
    assert.equal(fits('가'.repeat(21)), true);
    assert.equal(fits('가'.repeat(22)), false);
    assert.equal(fits(` ${'a'.repeat(64)}\t`), true, 'what is cut off does not count');
  }
  assert.equal(roomFits('İ'.repeat(22)), false, 'its lower case is longer');
});

for (const [language, words] of /** @type {const} */ ([['en', en], ['ko', ko]])) {
  test(`words of ${language}: enough of them, each once, short and of plain letters`, async () => {
    assert.ok(words.length >= 350, `${words.length} words`);
    assert.equal(new Set(words).size, words.length);
    const plain = language === 'ko' ? /^[가-힣]{2,4}$/ : /^[a-z]{3,9}$/;
    for (const word of words) assert.match(word, plain);
    assert.equal(await loadWords(language), words);
  });

  test(`a new room of ${language} fits, is its own key, and is never the same`, () => {
    const names = Array.from({ length: 2000 }, () => newRoomName(words));
    assert.equal(new Set(names).size, names.length);
    const used = new Set();
    for (const name of names) {
      assert.match(name, /^[a-z가-힣]+-[a-z가-힣]+-[a-z가-힣]+-[1-9]\d{3}$/);
      assert.equal(roomKey(name), name);
      assert.ok(roomFits(name));
      for (const word of name.split('-')) used.add(word);
    }
    assert.ok(words.every((word) => used.has(word)), 'every word comes up');
  });
}

test('a new room takes its chances from getRandomValues, evenly', (t) => {
  const { crypto } = globalThis;
  t.after(() => Object.defineProperty(globalThis, 'crypto', { value: crypto, configurable: true }));
  const draws = [65535, 2, 1, 0, 8999]; // of three words: 65535 would favour the first
  Object.defineProperty(globalThis, 'crypto', {
    configurable: true,
    value: { getRandomValues: () => [draws.shift()] },
  });
  assert.equal(newRoomName(['a', 'b', 'c']), 'c-b-a-9999');
});
