/* company.test.mjs - the order of the list, where a tip goes, and how news is put together. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeTimers } from './timers.mjs';
import { Announcer, sentence } from '../../web/page/announcer.js';
import { knownSource } from '../../web/page/company.js';
import { inOrder } from '../../web/page/people.js';
import { placeTip } from '../../web/page/tips.js';

/**
 * @param {string} id @param {number} hand @param {boolean} [own]
 * @returns {import('../../web/page/people.js').Person}
 */
const person = (id, hand, own = false) => ({
  id, name: id, own, hand, microphone: 'on', camera: 'on', sharing: false, connection: '',
});

test('raised hands come first in the order they were raised, then oneself, then the others', () => {
  const people = [person('me', 0, true), person('a', 0), person('b', 7), person('c', 3),
    person('d', 0), person('e', 7)];
  assert.deepEqual(inOrder([...people].reverse()).map(({ id }) => id),
    ['c', 'b', 'e', 'me', 'd', 'a']);
  assert.deepEqual(inOrder([person('a', 2), person('me', 1, true)]).map(({ id }) => id),
    ['me', 'a']);
});

test('the list says of nobody that there is no camera before they have said so', () => {
  for (const state of /** @type {const} */ (['connecting', 'reconnecting', 'unreachable'])) {
    const peer = { state, microphone: /** @type {const} */ ('none'),
      camera: /** @type {const} */ ('none') };
    assert.equal(knownSource(peer, 'camera', false), null, state);
    const told = knownSource(peer, 'microphone', true);
    assert.equal(told, state === 'connecting' ? null : 'none');
  }
  const muted = /** @type {const} */ ({ state: 'reconnecting', microphone: 'off', camera: 'on' });
  assert.equal(knownSource(muted, 'microphone', false), 'off');
});

test('a tip is above its button, or below where there is no room, and never outside', () => {
  const tip = { width: 100, height: 30 };
  for (let width = 120; width < 700; width += 7) {
    for (let height = 90; height < 500; height += 13) {
      for (const [left, top] of [[0, 0], [width - 40, height - 40], [width / 2, height / 2]]) {
        const button = { left, top, width: 40, height: 40 };
        const at = placeTip(button, tip, { width, height });
        assert.ok(at.left >= 4 && at.left + tip.width <= width - 4, `${width} ${left}`);
        assert.ok(at.top >= 4, `${height} ${top}`);
        assert.ok(at.top + tip.height <= top || at.top >= top + 40, 'does not cover the button');
      }
    }
  }
});

test('every text that is said ends like a sentence', () => {
  assert.equal(sentence('This room is full'), 'This room is full.');
  assert.equal(sentence('Reconnecting…'), 'Reconnecting…');
  assert.equal(sentence('Mia joined.'), 'Mia joined.');
  assert.equal(sentence('방이 가득 찼습니다'), '방이 가득 찼습니다.');
});

test('news is said at once, and what follows within a second is one line', (t) => {
  const { pass } = fakeTimers(t);
  /** @type {string[]} */
  const lines = [];
  const before = globalThis.document;
  Object.assign(globalThis, { document: { createElement: () => ({ textContent: '' }) } });
  t.after(() => Object.assign(globalThis, { document: before }));
  const log = /** @type {any} */ ({
    append: (/** @type {{textContent: string}} */ line) => lines.push(line.textContent),
    childElementCount: 1,
  });
  const announcer = new Announcer(log, (action) => action());
  announcer.say('You are in tea with Mia.');
  assert.deepEqual(lines, ['You are in tea with Mia.']);
  announcer.say('Noor joined.');
  announcer.say('Bo joined');
  assert.equal(lines.length, 1);
  pass(1000);
  assert.equal(lines[1], 'Noor joined. Bo joined.');
  pass(1000);
  pass(1000);
  announcer.say('Bo left.');
  assert.equal(lines[2], 'Bo left.');
});
