/* texts.test.mjs - the texts of the page: complete in every language, used, and nowhere else. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import en from '../../web/page/i18n/en.js';
import ko from '../../web/page/i18n/ko.js';
import { chooseLanguage, languageNames, loadLanguage, Texts } from '../../web/page/i18n.js';

const tables = { en, ko };
for (const language of /** @type {const} */ (['en', 'ko'])) await loadLanguage(language);

const web = fileURLToPath(new URL('../../web/', import.meta.url));
const icons = fs.readFileSync(`${web}page/icons.svg`, 'utf8');
const html = fs.readFileSync(`${web}index.html`, 'utf8').replace('{{icons.svg}}', () => icons);
const scripts = fs.readdirSync(`${web}page`).filter((name) => name.endsWith('.js'))
  .map((name) => fs.readFileSync(`${web}page/${name}`, 'utf8')).join('\n');
const keys = Object.keys(tables.en);

/** The keys that attributes of the document name. */
const namedByDocument = [...html.matchAll(/data-(?:text|label|title|placeholder)="([^"]*)"/g)]
  .map((match) => match[1]);

/** @param {string} text */
const placeholders = (text) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();

test('every language has the same keys', () => {
  for (const [language, table] of Object.entries(tables)) {
    assert.deepEqual(Object.keys(table).sort(), [...keys].sort(), language);
  }
});

test('every text says something and has the placeholders of the English one', () => {
  for (const [language, table] of Object.entries(tables)) {
    for (const [key, text] of Object.entries(table)) {
      assert.ok(text.trim(), `${language}: ${key} is empty`);
      assert.deepEqual(placeholders(text), placeholders(tables.en[/** @type {'you'} */ (key)]),
        `${language}: ${key}`);
    }
  }
});

test('Korean texts are Korean', () => {
  const same = new Set(['product', 'callTitle', 'invitedTitle']);
  assert.deepEqual(Object.keys(languageNames), Object.keys(tables));
  for (const [key, text] of Object.entries(tables.ko)) {
    if (!same.has(key)) assert.match(text, /[가-힣]/u, key);
  }
});

test('every key is used', () => {
  for (const key of keys) {
    const used = namedByDocument.includes(key) || scripts.includes(`'${key}'`)
      || scripts.includes(`.${key}`);
    assert.ok(used, `nothing uses ${key}`);
  }
});

test('every key that the document names exists', () => {
  assert.ok(namedByDocument.length > 20);
  for (const key of namedByDocument) assert.ok(keys.includes(key), `no text for ${key}`);
});

test('the document holds no text and no label of its own', () => {
  const body = html.slice(html.indexOf('<body')).replace(/<!--.*?-->/gs, '')
    .replace(/<noscript>.*?<\/noscript>/s, '')
    .replace(/<kbd>.*?<\/kbd>/g, ''); // keys are called the same in every language
  assert.equal(body.replace(/<[^>]*>/g, '').trim(), '');
  assert.doesNotMatch(body, /\s(?:aria-label|title|placeholder|alt)="/);
});

test('the document asks for nothing that the content security policy forbids', () => {
  assert.doesNotMatch(html, /\sstyle="|\son\w+="|<style|<script(?![^>]*\ssrc=)/);
  assert.doesNotMatch(scripts, /\binnerHTML\b|\bouterHTML\b|\beval\(|insertAdjacentHTML/);
});


test('the document and the manifest name nothing by an absolute path', () => {
  const manifest = fs.readFileSync(`${web}manifest.json`, 'utf8');
  assert.doesNotMatch(html, /\s(?:href|src|action|content)="\//);
  assert.doesNotMatch(manifest, /"(?:src|start_url|scope)":\s*"(?:\/|https?:)/);
});

test('scripts find elements below a root and not by an id of the document', () => {
  assert.doesNotMatch(scripts, /getElementById|querySelector(?:All)?\(['"`]#/);
  assert.doesNotMatch(scripts, /part\([^,]+, ['"`]#/);
});

test('the first wanted language that there is a table for is chosen', () => {
  assert.equal(chooseLanguage(['de-DE', 'ko-KR', 'en-US']), 'ko');
  assert.equal(chooseLanguage(['', 'EN-gb', 'ko']), 'en');
  assert.equal(chooseLanguage(['fr', 'kok']), 'en');
  assert.equal(chooseLanguage([]), 'en');
});

test('placeholders are filled in, also by what looks like one', () => {
  const texts = new Texts('en');
  assert.equal(texts.get('saidJoined', { name: '{name} $&' }), '{name} $& joined.');
  assert.equal(texts.people(1), '1 person');
  assert.equal(texts.people(3), '3 people');
  texts.language = 'ko';
  assert.equal(texts.people(3), '3명');
});
