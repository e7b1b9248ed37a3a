/* typing.test.mjs - single keys are shortcuts, words are not; Ctrl and Command work everywhere. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeTimers } from './timers.mjs';
import { Shortcuts } from '../../web/page/shortcuts.js';

/** @param {import('node:test').TestContext} t */
function keyboard(t) {
  const { pass } = fakeTimers(t);
  class FakeElement {
    /** @param {boolean} isText */
    constructor(isText) {
      this.isText = isText;
    }

    matches() {
      return this.isText;
    }
  }
  const types = { Element: FakeElement, HTMLSelectElement: class {}, PointerEvent: class {} };
  const before = Object.fromEntries(Object.keys(types).map((name) => [name,
    /** @type {any} */ (globalThis)[name]]));
  Object.assign(globalThis, types);
  t.after(() => Object.assign(globalThis, before));
  /** @type {Record<string, (event: object) => void>} */
  const listeners = {};
  const state = { muted: false, helped: 0, singleKeys: true, dialog: false };
  /** @type {boolean[]} */
  const heard = [];
  const document = /** @type {any} */ ({
    addEventListener: (/** @type {string} */ type, /** @type {any} */ run) => {
      listeners[type] = run;
    },
  });
  new Shortcuts(document, {
    letters: {
      m: {
        isOn: () => !state.muted,
        set: (on) => {
          state.muted = !on;
          heard.push(on);
        },
      },
    },
    chords: { d: 'm' },
    help: () => state.helped++,
    available: () => !state.dialog,
    chordsAvailable: () => true,
    singleKeys: () => state.singleKeys,
  });
  let nowMs = 0;
  const wait = (/** @type {number} */ ms) => {
    nowMs += ms;
    pass(ms);
  };
  /** @param {string} key @param {object} [more] */
  const press = (key, more = {}) => {
    const { isText = false, ...held } = /** @type {any} */ (more);
    let prevented = false;
    listeners.keydown({
      key, code: `Key${key.toUpperCase()}`, timeStamp: nowMs, repeat: false, ctrlKey: false,
      metaKey: false, altKey: false, shiftKey: false, ...held,
      composedPath: () => [new FakeElement(isText)],
      preventDefault: () => { prevented = true; },
    });
    return prevented;
  };
  return { press, wait, state, heard };
}

test('a single key mutes at once, and unmutes when no other key follows', (t) => {
  const { press, wait, state } = keyboard(t);
  press('m');
  assert.equal(state.muted, true);
  wait(1000);
  press('m');
  assert.equal(state.muted, true);
  wait(1000);
  assert.equal(state.muted, false);
});

test('a word that somebody types beside a field changes nothing', (t) => {
  for (const word of ['my', 'hmm', 'm m', 'name', 'Mia']) {
    const { press, wait, state } = keyboard(t);
    for (const letter of word) {
      press(letter);
      wait(120);
    }
    wait(1000);
    assert.equal(state.muted, false, word);
  }
});

test('a word never unmutes, not even for a moment', (t) => {
  for (const word of ['my', 'hmm', 'name', 'Mia', 'mmm']) {
    const { press, wait, state, heard } = keyboard(t);
    state.muted = true;
    for (const letter of word) {
      press(letter);
      wait(120);
    }
    wait(1000);
    assert.deepEqual(heard, word === 'mmm' ? [true] : [], word);
  }
});

test('pressed twice quickly, a key does what two presses do', (t) => {
  const { press, wait, state } = keyboard(t);
  press('m');
  wait(100);
  press('m');
  wait(1000);
  assert.equal(state.muted, false);
  state.muted = true;
  press('m');
  wait(100);
  press('m');
  wait(1000);
  assert.equal(state.muted, true);
});

test('with Ctrl or Command it works in text fields too, and the browser does not see it', (t) => {
  const { press, wait, state } = keyboard(t);
  press('m', { isText: true });
  wait(1000);
  assert.equal(state.muted, false);
  assert.equal(press('d', { isText: true, ctrlKey: true }), true);
  assert.equal(state.muted, true);
  press('d', { isText: true, metaKey: true });
  assert.equal(state.muted, false);
  assert.equal(press('x', { ctrlKey: true }), false);
  assert.equal(press('d', { ctrlKey: true, shiftKey: true }), false);
  assert.equal(press('d', { ctrlKey: true, altKey: true }), false, 'AltGr');
});

test('single keys can be turned off, and then Ctrl still works', (t) => {
  const { press, wait, state } = keyboard(t);
  state.singleKeys = false;
  press('m');
  press('?');
  wait(1000);
  assert.deepEqual([state.muted, state.helped], [false, 0]);
  press('d', { ctrlKey: true });
  assert.equal(state.muted, true);
});

test('in a dialog a letter is not for the call, and with Ctrl it is', (t) => {
  const { press, state, wait } = keyboard(t);
  state.dialog = true;
  press('m');
  wait(1000);
  assert.equal(state.muted, false);
  assert.equal(press('d', { ctrlKey: true }), true, 'no bookmark');
  assert.equal(state.muted, true);
});

test('a question mark asks for help, on a button as well as on nothing', (t) => {
  const { press, state } = keyboard(t);
  press('?', { shiftKey: true });
  assert.equal(state.helped, 1);
  press('?', { shiftKey: true, isText: true });
  assert.equal(state.helped, 1);
});
