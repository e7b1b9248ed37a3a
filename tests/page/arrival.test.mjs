/* arrival.test.mjs - what a page takes from its address, and from whom. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cleanAddress, readAddress, tokenOf } from '../../web/page/arrival.js';

const page = 'https://host/call/';

test('the room of a link is taken, the name of a person in it is not', () => {
  const lobby = { place: 'Tea time', name: '', submitted: false };
  assert.deepEqual(readAddress(`${page}?room=%20Tea%09time`, ''), lobby);
  for (const referrer of ['', 'https://evil/call/', 'https://host/other/', 'about:srcdoc']) {
    assert.deepEqual(readAddress(`${page}?room=Tea+time&name=Mallory`, referrer), lobby, referrer);
  }
  assert.deepEqual(readAddress(page, page), { place: '', name: '', submitted: false });
});

test('what the form has sent before the scripts were there is what the person has pressed', () => {
  assert.deepEqual(readAddress(`${page}?room=tea&name=+Ann+`, page),
    { place: 'tea', name: 'Ann', submitted: true });
  assert.deepEqual(readAddress(`${page}?room=&name=`, page),
    { place: '', name: '', submitted: true }, 'a new room');
  assert.deepEqual(readAddress(`${page}?room=&name=Ann`, `${page}?room=tea%2E`),
    { place: 'tea.', name: 'Ann', submitted: true }, 'the room of the link');
});

test('what the form has put into the address is taken out of it', () => {
  assert.equal(cleanAddress(`${page}?lang=ko&room=&name=Ann`, 'tea'), `${page}?lang=ko&room=tea`);
  assert.equal(cleanAddress(`${page}?room=&name=Ann`, ''), page);
  assert.equal(cleanAddress(`${page}?room=a%20b`, 'a b'), `${page}?room=a%20b`, 'as it was');
});

test('the token of an invitation is read, and taken out of the address', () => {
  const link = `${page}?room=tea#token=a.b-c_d.e`;
  assert.equal(tokenOf(link), 'a.b-c_d.e');
  assert.equal(cleanAddress(link, 'tea'), `${page}?room=tea`);
  assert.equal(tokenOf(`${page}?token=a.b.c#x`), '', 'never in a part that a server is sent');
  assert.equal(cleanAddress(`${page}?room=tea#x`, 'tea'), `${page}?room=tea#x`);
});
