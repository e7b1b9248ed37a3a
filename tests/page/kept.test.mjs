/* kept.test.mjs - devices are found again when their ids change, and the two sides of a phone. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import test from 'node:test';
import { FlipButton } from '../../web/page/controls.js';
import { facingOf, KeptDevices, otherSide } from '../../web/page/kept-devices.js';

/** @param {Record<string, string>} values */
function storeOf(values = {}) {
  return {
    values,
    get: (/** @type {string} */ key) => values[key] ?? '',
    set: (/** @type {string} */ key, /** @type {string} */ value) => { values[key] = value; },
  };
}

/** @param {string} deviceId @param {string} label */
const device = (deviceId, label) => ({ deviceId, label });
const first = [device('1', 'Desk'), device('2', 'Lid')];
const later = [device('8', 'Desk'), device('9', 'Lid')];

test('D7 a device is found again by its id, and by its label where the ids have changed', () => {
  const kept = new KeptDevices(storeOf());
  kept.keep('camera', '2', first);
  assert.equal(kept.id('camera'), '2');
  assert.equal(kept.moved('camera', first), '');
  assert.equal(kept.moved('camera', later), '9');
  assert.equal(kept.id('camera'), '9');
  assert.equal(kept.moved('camera', later), '');
  assert.equal(kept.moved('microphone', later), '');
});

test('D7 of two devices with the same label neither is taken for the one that was kept', () => {
  const kept = new KeptDevices(storeOf());
  kept.keep('microphone', '2', first);
  assert.equal(kept.moved('microphone', [device('7', 'Lid'), ...later]), '');
  assert.equal(kept.id('microphone'), '2');
});

test('D7 where even the labels are others, a camera that looks the same way is taken', () => {
  const kept = new KeptDevices(storeOf());
  kept.keep('camera', '2', [device('1', 'camera2 1, facing front'),
    device('2', 'camera2 0, facing back')]);
  assert.equal(kept.moved('camera', [device('5', 'Front Camera'), device('6', 'Back Camera')]),
    '6');
});

test('D7 a list from before the permission, and a device that is gone, change nothing', () => {
  const kept = new KeptDevices(storeOf());
  kept.keep('camera', '2', first);
  assert.equal(kept.moved('camera', [device('', '')]), '');
  assert.equal(kept.moved('camera', [first[0]]), '');
  assert.equal(kept.id('camera'), '2');
});

test('who goes back to the default keeps none, nor does who has kept an id alone', () => {
  const store = storeOf();
  const kept = new KeptDevices(store);
  kept.keep('camera', '2', first);
  kept.keep('camera', '', first);
  assert.deepEqual(store.values, { camera: '', cameraLabel: '' });
  assert.equal(new KeptDevices(storeOf({ camera: '2' })).moved('camera', later), '');
});

test('which way a camera looks is read from what the browsers call it', () => {
  for (const label of ['camera2 0, facing back', 'Back Dual Camera', 'Facing back:0', 'Rear cam',
    '후면 카메라']) {
    assert.equal(facingOf(label), 'environment', label);
  }
  for (const label of ['camera2 1, facing front', 'Front Camera', '전면 카메라']) {
    assert.equal(facingOf(label), 'user', label);
  }
  for (const label of ['', 'FaceTime HD Camera', 'HD Webcam C525', 'Playback capture']) {
    assert.equal(facingOf(label), '', label);
  }
});

test('D29 there is a button for the other side only where there is another side', () => {
  const front = device('f', 'Front Camera');
  const back = device('b', 'Back Camera');
  assert.equal(otherSide([front, back], 'f'), back);
  assert.equal(otherSide([front, back], 'b'), front);
  assert.equal(otherSide([front], 'f'), undefined);
  assert.equal(otherSide([front, device('d', 'Front Depth Camera')], 'f'), undefined);
  assert.equal(otherSide(first, '1'), undefined);
});

test('D29 the button says which side comes, and is hidden while the camera is off', () => {
  const words = { textContent: '' };
  let press = () => {};
  const button = /** @type {any} */ ({
    hidden: false,
    addEventListener: (/** @type {string} */ _, /** @type {() => void} */ act) => { press = act; },
    querySelector: () => words,
  });
  /** @type {string[]} */
  const chosen = [];
  const flip = new FlipButton(button, /** @type {any} */ ({ get: (/** @type {string} */ k) => k }),
    { select: (_, deviceId) => chosen.push(deviceId) });
  const cameras = [device('f', 'Front Camera'), device('b', 'Back Camera')];
  const camera = /** @type {any} */ ({ wanted: true, deviceId: 'f' });
  flip.render({ camera, cameras });
  assert.deepEqual([button.hidden, words.textContent], [false, 'toBack']);
  press();
  flip.render({ camera: { ...camera, deviceId: 'b' }, cameras });
  assert.equal(words.textContent, 'toFront');
  press();
  assert.deepEqual(chosen, ['b', 'f']);
  flip.render({ camera: { ...camera, wanted: false }, cameras });
  assert.equal(button.hidden, true);
  flip.render({ camera: undefined, cameras });
  assert.equal(button.hidden, true);
});
