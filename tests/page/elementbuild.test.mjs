/* elementbuild.test.mjs - <peerface-room> as it is built: all that it uses, and nothing else. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { bundleElement, elementsOf } from '../../src/cmake/element.mjs';

test('an element is found by its class, with what is in it', () => {
  const inner = '<div class="b c"><p class="d">x</p></div>';
  const html = `<div class="a">${inner}</div><div class="c">y</div>`;
  assert.deepEqual(elementsOf(html, 'c'), [inner, '<div class="c">y</div>']);
  assert.deepEqual(elementsOf(html, 'a'), [`<div class="a">${inner}</div>`]);
  assert.deepEqual(elementsOf(html, 'e'), []);
});

test('the element has the icons, texts and rules that it uses, and no others', async () => {
  const web = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../web');
  const text = (await bundleElement(web)).toString();
  for (const [, name] of text.matchAll(/href=\\?"#icon-([\w-]+)/g)) {
    assert.match(text, new RegExp(`id=\\\\?"icon-${name}\\\\?"`), `the icon ${name}`);
  }
  for (const [, , key] of text.matchAll(/data-(text|label)=\\?"(\w+)/g)) {
    const tables = text.match(new RegExp(`\\b${key}:["'\`]`, 'g')) ?? [];
    assert.ok(tables.length >= 2, `${key} in both languages`);
  }
  assert.ok(text.includes('.line{') && text.includes(':host{'));
  for (const absent of ['icon-link', 'pitch:', '.welcome', 'vmin', '@media (max-width']) {
    assert.ok(!text.includes(absent), absent);
  }
  assert.deepEqual([...text.matchAll(/from\s*["'](.*?)["']/g)].map(([, file]) => file),
    ['./peerface.js']);
});
