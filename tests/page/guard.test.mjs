/* guard.test.mjs - a part of the page that fails does no harm to others. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Guard } from '../../web/page/guard.js';

/**
 * Collects what is reported to the console while the test runs.
 * @param {import('node:test').TestContext} t
 */
function reports(t) {
  /** @type {string[]} */
  const reported = [];
  const { error } = console;
  t.after(() => Object.assign(console, { error }));
  console.error = (...words) => reported.push(words.join(' '));
  return reported;
}

const fail = () => { throw new Error('a mistake'); };

test('what follows a part that fails still runs', (t) => {
  const reported = reports(t);
  const guard = new Guard();
  let shown = 0;
  guard.run('first', fail);
  guard.run('second', () => { shown++; });
  assert.equal(shown, 1);
  assert.match(reported.join(), /"first".*a mistake/);
});

test('a failure is reported once, and again only when the part has worked in between', (t) => {
  const reported = reports(t);
  const guard = new Guard();
  for (let times = 0; times < 5; times++) guard.run('first', fail);
  assert.equal(reported.length, 1);
  guard.run('second', fail);
  assert.equal(reported.length, 2, 'each part is reported for itself');
  guard.run('first', () => {});
  guard.run('first', fail);
  assert.equal(reported.length, 3);
});
