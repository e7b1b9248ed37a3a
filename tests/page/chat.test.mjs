/* chat.test.mjs - what in a message is a link, and which messages are only emoji. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOnlyEmoji, piecesOf } from '../../web/page/chat-text.js';
import { chatTexts } from '../../web/page/chat-texts.js';
import { Preferences } from '../../web/page/preferences.js';

/** @param {string} text */
const linksIn = (text) => piecesOf(text).flatMap(({ href }) => (href ? [href] : []));

test('links are found in a sentence, and end before its punctuation', () => {
  for (const [text, ...links] of [
    ['see https://a.example/x.', 'https://a.example/x'],
    ['(https://a.example/x)', 'https://a.example/x'],
    ['(see https://a.example/x).', 'https://a.example/x'],
    ['https://a.example/wiki/C_(language)', 'https://a.example/wiki/C_(language)'],
    ['https://a.example/wiki/C_(language), yes', 'https://a.example/wiki/C_(language)'],
    ['**https://a.example/x**', 'https://a.example/x'],
    ['www.example.org!', 'https://www.example.org/'],
    ['http://localhost:8080/?room=tea', 'http://localhost:8080/?room=tea'],
    ['https://a.example/?q=1&r=2#top https://b.example', 'https://a.example/?q=1&r=2#top',
      'https://b.example/'],
    ['「https://a.example/x」', 'https://a.example/x'],
    ['<https://a.example/x>', 'https://a.example/x'],
    ['HTTPS://A.EXAMPLE/X', 'https://a.example/X'],
  ]) {
    assert.deepEqual(linksIn(text), links, text);
  }
});

test('nothing is followed but http and https, and no address that hides where it leads', () => {
  for (const text of ['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'http://',
    'https://user:secret@a.example/', 'https://a.example@b.example/', 'mailto:a@b.example',
    'vbscript:x', 'https://nowhere', 'www.', 'http://[', 'a.b.c', 'ftp://a.example/']) {
    assert.deepEqual(linksIn(text), [], text);
  }
});

test('the pieces of a message are the message', () => {
  const parts = ['https://a.example/x', '(', ')', '.', ' ', '\n', 'www.b.example', '👩‍👩‍👧', '가',
    '<b>', 'javascript:x', '"', ','];
  let seed = 1;
  for (let round = 0; round < 3000; round++) {
    let text = '';
    for (let i = 0; i < 6; i++) {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      text += parts[(seed >> 8) % parts.length];
    }
    assert.equal(piecesOf(text).map((piece) => piece.text).join(''), text);
  }
});

test('one to three emoji alone are shown large', () => {
  for (const text of ['👍', '❤️', '👩‍👩‍👧', '🇰🇷', '👍🏽👍🏽', ' 🎉 🎉 🎉 ', '☕️']) {
    assert.ok(isOnlyEmoji(text), text);
  }
  for (const text of ['', '1', '#', '👍 yes', '🎉🎉🎉🎉', 'ok', '©', ':)', '가']) {
    assert.ok(!isOnlyEmoji(text), text);
  }
});

test('every text of the chat is there in both languages, with the same placeholders', () => {
  const holes = (/** @type {string} */ text) => (text.match(/\{\w+\}/g) ?? []).sort();
  assert.deepEqual(Object.keys(chatTexts.en), Object.keys(chatTexts.ko));
  for (const [key, text] of Object.entries(chatTexts.en)) {
    const other = chatTexts.ko[/** @type {keyof typeof chatTexts.ko} */ (key)];
    assert.deepEqual(holes(text), holes(other));
  }
});

test('the sound of messages is off until it is turned on, that of people on', () => {
  const values = new Map();
  const preferences = new Preferences(/** @type {any} */ ({
    get: (/** @type {string} */ name) => values.get(name) ?? '',
    set: (/** @type {string} */ name, /** @type {string} */ value) => values.set(name, value),
  }));
  const both = () => [preferences.isOn('chatSounds'), preferences.isOn('sounds')];
  assert.deepEqual(both(), [false, true]);
  preferences.set('chatSounds', true);
  preferences.set('sounds', false);
  assert.deepEqual(both(), [true, false]);
  preferences.set('chatSounds', false);
  preferences.set('sounds', true);
  assert.deepEqual(both(), [false, true]);
  assert.deepEqual([...values.values()], ['', '']);
});
