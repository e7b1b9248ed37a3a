/* link.test.mjs - links to rooms: they come back whole, and what is shown is what is copied. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linkTo, linkToStart, readable } from '../../web/page/link.js';

const page = 'https://host/call/?lang=ko&room=old&name=Ann#top';

/** @param {string} link */
const roomOf = (link) => new URL(link).searchParams.get('room');

const rooms = ['tea', 'tea.', 'tea_', '*tea*', 'tea)', "tea'", 'tea!', 'tea?', 'tea-', '-tea',
  'a b', 'a+b', '50%20off', '%41', '100%', 'a&room=b', 'tea#1', '네시의-차', '한 글.', 'é', '👋',
  'a_b_c', '~'];

test('a room comes out of its link as it went in', () => {
  for (const room of rooms) assert.equal(roomOf(linkTo(room, page)), room);
});

test('nothing in a link is cut or formatted by a chat program', () => {
  for (const room of rooms) {
    const [, query] = linkTo(room, 'https://host/').split('?room=');
    assert.match(query, /^[A-Za-z0-9%-]+$/, room);
    assert.match(query, /^[A-Za-z0-9%].*$/, room);
    assert.match(query, /[A-Za-z0-9]$/, room);
  }
});

test('whoever types the link that is shown gets to the same room', () => {
  for (const room of rooms) {
    const link = linkTo(room, 'https://host/call/');
    assert.equal(new URL(`https://${readable(link)}`).href, link, room);
  }
});

test('a link is shown with the letters of its language', () => {
  assert.equal(readable(linkTo('네시의-차', 'https://host/call/')), 'host/call/?room=네시의-차');
  assert.equal(readable(linkTo('50%20off', 'http://host/')), 'host/?room=50%2520off');
  assert.equal(readable('https://host/%ff/?room=a'), 'host/%ff/?room=a');
});

test('a link keeps where the page is and what else it says, and names no person', () => {
  assert.equal(linkTo('tea', page), 'https://host/call/?lang=ko&room=tea');
  assert.equal(linkTo('tea at four', 'http://localhost:8080/'),
    'http://localhost:8080/?room=tea%20at%20four');
  assert.equal(linkToStart(page), 'https://host/call/?lang=ko');
});
