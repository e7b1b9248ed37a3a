/* controls.test.mjs - what the list of devices says before, while and after they are used. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeviceList } from '../../web/page/controls.js';
import { loadLanguage, Texts } from '../../web/page/i18n.js';

await loadLanguage('en');

/** @typedef {import('../../web/peerface.js').LocalSource} LocalSource */

/** The list of cameras in a document that is not one. */
function makeList() {
  Object.assign(globalThis, {
    Option: class {
      /** @param {string} text @param {string} value */
      constructor(text, value) {
        this.text = text;
        this.value = value;
      }
    },
  });
  const element = () => ({ dataset: {}, setAttribute: () => {}, addEventListener: () => {} });
  /** @type {any} */
  const select = {
    ...element(), value: '', options: [],
    replaceChildren: (/** @type {any[]} */ ...options) => {
      select.options = options;
      select.value = options[0].value;
    },
  };
  const control = new DeviceList('camera', select, new Texts('en'), /** @type {any} */ ({}));
  /**
   * @param {Partial<LocalSource>} camera
   * @param {{deviceId: string, label: string}[]} cameras
   * @param {boolean} [devicesKnown]
   */
  const shown = (camera, cameras, devicesKnown) => {
    control.render({
      microphone: undefined,
      camera: { wanted: true, interrupted: false, state: 'live', error: '', deviceId: '',
        ...camera },
      microphones: [], cameras, devicesKnown,
    });
    return select.options.find((/** @type {any} */ { value }) => value === select.value).text;
  };
  return shown;
}

const cameras = [{ deviceId: 'a', label: 'Red camera' }, { deviceId: 'b', label: 'Blue camera' }];

test('a list that nobody has looked into yet does not say that it is empty', () => {
  const shown = makeList();
  assert.equal(shown({ state: 'idle' }, [], false), 'Camera');
  assert.equal(shown({ state: 'failed' }, [], true), 'No camera');
});

test('a camera that is off keeps its name', () => {
  const shown = makeList();
  assert.equal(shown({ deviceId: 'b' }, cameras), 'Blue camera');
  assert.equal(shown({ wanted: false }, cameras), 'Blue camera');
  assert.equal(shown({ wanted: false }, cameras.slice(0, 1)), 'Default camera', 'it is unplugged');
});
