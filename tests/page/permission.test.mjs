/* permission.test.mjs - when a page may open camera and microphone without being asked to. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wouldAsk } from '../../web/page/permission.js';

/** @param {Record<string, string>} states @returns {any} */
const browser = (states) => ({
  mediaDevices: {},
  permissions: {
    query: async (/** @type {{name: string}} */ { name }) => {
      if (!states[name]) throw new TypeError(name);
      return { state: states[name] };
    },
  },
});
const both = { microphone: true, camera: true };

test('a browser that would ask is left alone until somebody presses something', async () => {
  const states = (/** @type {string} */ microphone, /** @type {string} */ camera) =>
    wouldAsk(both, browser({ microphone, camera }));
  assert.equal(await states('granted', 'granted'), false);
  assert.equal(await states('granted', 'prompt'), true);
  assert.equal(await states('prompt', 'denied'), true);
  assert.equal(await states('denied', 'denied'), false, 'the lobby says at once what is wrong');
});

test('what is switched off is not asked for', async () => {
  const states = browser({ microphone: 'granted', camera: 'prompt' });
  assert.equal(await wouldAsk({ microphone: true, camera: false }, states), false);
  assert.equal(await wouldAsk({ microphone: false, camera: false }, browser({})), false);
});

test('a browser that does not tell is taken for one that asks', async () => {
  assert.equal(await wouldAsk(both, browser({})), true);
  assert.equal(await wouldAsk(both, /** @type {any} */ ({ mediaDevices: {} })), true);
  assert.equal(await wouldAsk(both, /** @type {any} */ ({})), false, 'there is nothing to ask for');
});
