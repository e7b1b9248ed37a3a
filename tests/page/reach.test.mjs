/* reach.test.mjs - why the relay cannot be reached, as far as the page can find out. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askRelay, ReachProbe } from '../../web/page/reach.js';
import { fakeTimers } from './timers.mjs';

/** @typedef {import('../../web/page/reach.js').Answer} Answer */

/**
 * Asks where fetch() does what `answer` does.
 * @param {import('node:test').TestContext} t
 * @param {() => unknown} answer
 */
async function ask(t, answer) {
  const { fetch } = globalThis;
  t.after(() => Object.assign(globalThis, { fetch }));
  /** @type {string[]} */
  const asked = [];
  Object.assign(globalThis, {
    fetch: async (/** @type {string} */ url) => {
      asked.push(url);
      return answer();
    },
  });
  return { answer: await askRelay('https://host.example:8443/video/?room=tea'), asked };
}

/** @param {string} text */
const json = (text) => () => ({ ok: true, json: async () => JSON.parse(text) });

test('the relay is asked beside the page, and for the origin of the page', async (t) => {
  const { asked } = await ask(t, json('{}'));
  assert.deepEqual(asked,
    ['https://host.example:8443/video/healthz?origin=https%3A%2F%2Fhost.example%3A8443']);
});

test('the answer of the relay says how it judges the origin', async (t) => {
  assert.equal((await ask(t, json('{"status":"ok","origin":"refused"}'))).answer, 'refused');
  assert.equal((await ask(t, json('{"status":"ok","origin":"allowed"}'))).answer, 'allowed');
});

test('an answer that is not the relay\'s says nothing', async (t) => {
  assert.equal((await ask(t, json('{"status":"ok"}'))).answer, '');
  assert.equal((await ask(t, json('<!doctype html>'))).answer, '');
});

test('no answer, and that of a proxy without a relay, mean that it is not reached', async (t) => {
  assert.equal((await ask(t, () => { throw new TypeError('offline'); })).answer, 'unreached');
  assert.equal((await ask(t, () => ({ ok: false, status: 502 }))).answer, 'unreached');
});

/**
 * A probe whose relay gives the answer of the time.
 * @param {import('node:test').TestContext} t
 */
function makeProbe(t) {
  const clock = fakeTimers(t);
  /** @type {{answer: Answer, asked: number, changes: string[]}} */
  const state = { answer: '', asked: 0, changes: [] };
  const probe = new ReachProbe(async () => {
    state.asked++;
    return state.answer;
  }, () => state.changes.push(probe.reach));
  const pass = async (/** @type {number} */ seconds) => {
    for (let second = 0; second < seconds; second++) {
      clock.pass(1000);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { probe, state, pass, clock };
}

test('a relay that is back at once is not asked', async (t) => {
  const { probe, state, pass } = makeProbe(t);
  probe.watch(true);
  probe.watch(false);
  await pass(30);
  assert.equal(state.asked, 0);
});

test('a refused origin is told as soon as it is known', async (t) => {
  const { probe, state, pass } = makeProbe(t);
  state.answer = 'refused';
  probe.watch(true);
  await pass(1);
  assert.equal(probe.reach, 'refused');
  assert.deepEqual(state.changes, ['refused']);
});

test('a relay that has come back has time to be tried before anything is called blocked',
  async (t) => {
    const { probe, state, pass } = makeProbe(t);
    state.answer = 'unreached';
    probe.watch(true);
    await pass(6);
    assert.equal(probe.reach, 'unreached');
    state.answer = 'allowed';
    await pass(10);
    assert.equal(probe.reach, '');
    probe.watch(false);
    await pass(30);
    assert.deepEqual(state.changes, ['unreached', '']);
  });

test('a relay that answers for longer than the core waits between attempts is blocked',
  async (t) => {
    const { probe, state, pass } = makeProbe(t);
    state.answer = 'allowed';
    probe.watch(true);
    await pass(11);
    assert.equal(probe.reach, '');
    await pass(5);
    assert.equal(probe.reach, 'blocked');
    probe.watch(false);
    assert.equal(probe.reach, '');
  });

test('an answer that arrives when the relay is back is ignored', async (t) => {
  const { probe, state, clock } = makeProbe(t);
  state.answer = 'refused';
  probe.watch(true);
  clock.pass(1000);
  probe.watch(false);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([state.asked, probe.reach, clock.count()], [1, '', 0]);
});
