/* talk.test.mjs - who holds the space bar is heard, for as long as they do and no longer. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PushToTalk } from '../../web/page/talk.js';

/** @param {import('node:test').TestContext} t */
function keyboard(t) {
  class FakeElement {
    /** @param {boolean} isTaken */
    constructor(isTaken) {
      this.isTaken = isTaken;
    }

    closest() {
      return this.isTaken ? this : null;
    }
  }
  const before = /** @type {any} */ (globalThis).Element;
  t.after(() => Object.assign(globalThis, { Element: before }));
  Object.assign(globalThis, { Element: FakeElement });
  /** @type {Record<string, (event: object) => void>} */
  const listeners = {};
  const target = { addEventListener: (/** @type {string} */ type, /** @type {any} */ run) => {
    listeners[type] = run;
  } };
  const state = { muted: true, available: true };
  /** @type {boolean[]} */
  const heard = [];
  const talk = new PushToTalk(/** @type {any} */ ({ ...target, document: target }), {
    available: () => state.available,
    muted: () => state.muted,
    set: (on) => {
      state.muted = !on;
      heard.push(on);
    },
  });
  let nowMs = 5000;
  /** @param {object} [more] @returns {boolean} the page does not scroll */
  const down = (more = {}) => {
    const { isTaken = false, ...held } = /** @type {any} */ (more);
    let prevented = false;
    listeners.keydown({
      key: ' ', code: 'Space', timeStamp: nowMs, repeat: false, ctrlKey: false, metaKey: false,
      altKey: false, shiftKey: false, ...held, composedPath: () => [new FakeElement(isTaken)],
      preventDefault: () => { prevented = true; },
    });
    return prevented;
  };
  const up = (code = 'Space') => listeners.keyup({ code });
  const wait = (/** @type {number} */ ms) => { nowMs += ms; };
  return { down, up, wait, listeners, state, heard, talk };
}

test('space unmutes while it is held, and the page does not scroll', (t) => {
  const { down, up, heard, talk } = keyboard(t);
  assert.equal(down(), true);
  assert.equal(down({ repeat: true }), true);
  assert.equal(talk.held, true);
  up('KeyM');
  assert.deepEqual(heard, [true]);
  up();
  up();
  assert.deepEqual(heard, [true, false]);
});

test('who is not muted, or for whom single keys are off, has a space like any other', (t) => {
  const { down, up, state, heard } = keyboard(t);
  state.muted = false;
  assert.equal(down(), false);
  up();
  assert.equal(state.muted, false, 'and is not muted by it');
  Object.assign(state, { muted: true, available: false });
  assert.equal(down(), false);
  assert.deepEqual(heard, []);
});

test('a space that presses a button, is text or has other keys with it is none', (t) => {
  const { down, heard } = keyboard(t);
  for (const more of [{ isTaken: true }, { ctrlKey: true }, { shiftKey: true }, { repeat: true }]) {
    assert.equal(down(more), false, JSON.stringify(more));
  }
  assert.deepEqual(heard, []);
});

test('a space between words that somebody types beside a field is none', (t) => {
  const { down, up, wait, heard } = keyboard(t);
  for (const [key, code] of [['i', 'KeyI'], [' ', 'Space'], ['a', 'KeyA'], [' ', 'Space']]) {
    down({ key, code });
    up(code);
    wait(150);
  }
  assert.deepEqual(heard, []);
  wait(1000);
  down();
  assert.deepEqual(heard, [true]);
});

test('what may hide that the key goes up ends it', (t) => {
  for (const type of ['blur', 'pagehide', 'visibilitychange']) {
    const { down, listeners, heard, talk } = keyboard(t);
    down();
    listeners[type]({});
    assert.deepEqual([heard, talk.held], [[true, false], false], type);
    down({ repeat: true });
    assert.deepEqual(heard, [true, false], `${type}: the key that is still down begins nothing`);
  }
});

test('who mutes with the button meanwhile stays muted', (t) => {
  const { down, up, state, heard } = keyboard(t);
  down();
  state.muted = true;
  up();
  assert.deepEqual(heard, [true]);
});
