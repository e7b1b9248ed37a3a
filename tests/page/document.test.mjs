/* document.test.mjs - the document loads in few round trips, and previews and installs. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const web = fileURLToPath(new URL('../../web/', import.meta.url));
const html = fs.readFileSync(`${web}index.html`, 'utf8');
const head = html.slice(0, html.indexOf('</head>'));

test('the script is asked for first and waits for nothing, the call client last', () => {
  const loads = /<(?:script|link rel="(?:stylesheet|modulepreload|preload)")[^>]*>/g;
  const order = [...head.matchAll(loads)];
  const names = order.map(([tag]) => /(?:src|href)="([^"]+)"/.exec(tag)?.[1]);
  assert.match(order[0][0], /type="module" async src="page\/page\.js"/);
  assert.deepEqual(names.slice(-3), ['peerface.js', 'peerface-core.js', 'peerface-core.wasm']);
  assert.match(order[order.length - 1][0], /as="fetch"[^>]* crossorigin/);
});

test('no module of the page waits for the call client', () => {
  for (const name of fs.readdirSync(`${web}page`).filter((file) => file.endsWith('.js'))) {
    const text = fs.readFileSync(`${web}page/${name}`, 'utf8').replace(/\/\*.*?\*\//gs, '');
    assert.doesNotMatch(text, /^import .*peerface\.js'/m, name);
  }
});

/** The size of a PNG. @param {string} name */
function sizeOf(name) {
  const data = fs.readFileSync(`${web}${name}`);
  assert.equal(data.subarray(1, 4).toString(), 'PNG', name);
  return `${data.readUInt32BE(16)}x${data.readUInt32BE(20)}`;
}

test('the page can be installed: it has icons of the sizes asked for, one maskable', () => {
  const { icons } = JSON.parse(fs.readFileSync(`${web}manifest.json`, 'utf8'));
  const pngs = icons.filter((/** @type {any} */ { type }) => type === 'image/png');
  for (const { src, sizes } of pngs) assert.equal(sizeOf(src), sizes);
  const kinds = pngs.map((/** @type {any} */ { sizes, purpose }) => `${sizes} ${purpose}`);
  assert.deepEqual(kinds, ['192x192 any', '512x512 any', '512x512 maskable']);
  assert.equal(sizeOf('icons/touch-180.png'), '180x180');
  assert.match(head, /rel="apple-touch-icon" href="icons\/touch-180\.png"/);
});

test('a link to the page has a preview', () => {
  for (const name of ['title', 'description', 'image']) {
    assert.match(head, new RegExp(`<meta property="og:${name}" content="[^"]+">`));
  }
  assert.equal(sizeOf('icons/preview.png'), '1200x630');
});

test('the form can be sent before the scripts are there, and is told from a link', () => {
  assert.match(html, /<form class="entrance" method="get"/);
  assert.match(html, /<input id="room" name="room"/);
  assert.match(html, /<input id="name" name="name"/);
  assert.match(head, /<meta name="referrer" content="same-origin">/);
});
