/* processing.test.mjs - what the browser is asked to do to the sound and the background. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BlurredBackground } from '../../web/page/blurred-background.js';
import { canProcess, isProcessing, soundConstraints } from '../../web/page/sound-processing.js';

/** @param {Record<string, boolean>|undefined} supported undefined: an insecure page */
function browserWith(supported) {
  const mediaDevices = supported && { getSupportedConstraints: () => supported };
  Object.defineProperty(globalThis, 'navigator', { value: { mediaDevices }, configurable: true });
}

test('a browser is told only what it can leave, and only where the person wants that', () => {
  browserWith({ echoCancellation: true, noiseSuppression: true, deviceId: true });
  const off = new Set(['noiseSuppression', 'autoGainControl']);
  assert.deepEqual(soundConstraints((name) => !off.has(name)), { noiseSuppression: false });
  assert.deepEqual(soundConstraints(() => true), {});
  assert.deepEqual([canProcess('echoCancellation'), canProcess('autoGainControl')], [true, false]);
  assert.deepEqual(['autoGainControl', 'sounds', 'deviceId'].map(isProcessing),
    [true, false, false]);
  browserWith(undefined);
  assert.deepEqual(soundConstraints(() => false), {});
});

/** @param {boolean[]|undefined} capability */
function cameraWith(capability, refuses = false) {
  const settings = { backgroundBlur: false };
  const heard = new Set();
  return /** @type {any} */ ({
    settings, heard,
    getCapabilities: () => (capability ? { backgroundBlur: capability } : {}),
    getSettings: () => (capability ? settings : {}),
    addEventListener: (/** @type {string} */ type) => heard.add(type),
    removeEventListener: (/** @type {string} */ type) => heard.delete(type),
    applyConstraints: async (/** @type {{backgroundBlur: boolean}} */ wanted) => {
      if (refuses) throw new Error('OverconstrainedError');
      Object.assign(settings, wanted);
    },
  });
}

function blurOf() {
  const kept = new Map();
  const store = { get: (/** @type {string} */ key) => kept.get(key) ?? '',
    set: (/** @type {string} */ key, /** @type {string} */ value) => void kept.set(key, value) };
  const told = { changes: 0 };
  return { kept, told, blur: new BlurredBackground(store, () => told.changes++) };
}

test('the blur is offered only where the page can switch it', () => {
  const { blur } = blurOf();
  assert.equal(blur.possible, false);
  for (const [capability, possible] of /** @type {[boolean[]|undefined, boolean][]} */ ([
    [undefined, false], [[false], false], [[true], false], [[false, true], true],
  ])) {
    blur.follow(cameraWith(capability));
    assert.equal(blur.possible, possible, String(capability));
  }
});

test('what the person chose is asked of each camera that can do it', async () => {
  const { blur, told } = blurOf();
  const first = cameraWith([true, false]);
  blur.follow(first);
  assert.deepEqual([blur.on, first.heard.size], [false, 1]);
  blur.set(true);
  await new Promise(setImmediate);
  assert.deepEqual([blur.on, told.changes], [true, 1]);
  const second = cameraWith([true, false]);
  blur.follow(second);
  await new Promise(setImmediate);
  assert.deepEqual([second.settings.backgroundBlur, first.heard.size], [true, 0]);
  blur.set(false);
  const third = cameraWith([true, false]);
  third.settings.backgroundBlur = true; // as the system has it
  blur.follow(third);
  await new Promise(setImmediate);
  assert.equal(third.settings.backgroundBlur, false);
});

test('who has not chosen has what the system has', () => {
  const { blur } = blurOf();
  const camera = cameraWith([true, false]);
  camera.settings.backgroundBlur = true;
  blur.follow(camera);
  assert.deepEqual([blur.on, camera.settings.backgroundBlur], [true, true]);
});

test('a camera that refuses stays as it is, and that is what is shown', async () => {
  const { blur, told } = blurOf();
  blur.follow(cameraWith([true, false], true));
  blur.set(true);
  await new Promise(setImmediate);
  assert.deepEqual([blur.on, told.changes], [false, 1]);
});
