/* devices.test.mjs - which devices are offered, found again, taken over, and turned. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { annAndBob, cameras, scenario, until } from './harness.mjs';

/** @typedef {import('./person.mjs').Person} Person */

const twoCameras = { cameras: [cameras.red, cameras.blue] };
const bothSides = {
  cameras: [
    { ...cameras.red, label: 'camera2 1, facing front' },
    { ...cameras.blue, label: 'camera2 0, facing back' },
  ],
};

/** The words of a button in the menu "more", '' where it is hidden. @param {Person} person */
const flipWords = (person) => person.ask(() => {
  const button = /** @type {HTMLElement} */ (document.querySelector('.flipButton'));
  return button.hidden ? '' : button.innerText.trim();
});

scenario('before the permission devices have general names, and their own after it (D8)', {},
  async (world) => {
    const ann = await world.person('Ann', { asks: true, path: '?room=tea' });
    await ann.shown('#wake');
    assert.deepEqual(Object.values(await ann.options('#lobbyCameras')), ['Camera']);
    await ann.click('#wake'); // and the permission is given
    await ann.sees('the names', () => [...document.querySelectorAll('#lobbyCameras option')]
      .some(({ textContent }) => textContent === 'fake_device_0'));
  });

scenario('a phone turns its camera to the other side, without negotiation (D29)', {},
  async (world) => {
    const { ann, bob, annId } = await annAndBob(world, { shim: bothSides });
    await ann.page.setViewport({ width: 390, height: 844 });
    await bob.seesColour(annId, 'red');
    const before = await ann.summary();
    await ann.click('#more');
    assert.equal(await flipWords(ann), 'Use the back camera');
    await ann.click('.flipButton');
    await bob.seesColour(annId, 'blue');
    await ann.nothingNegotiatedSince(before);
    await until('the other words', async () => (await flipWords(ann)) === 'Use the front camera');
    await ann.page.keyboard.press('Escape');
    await ann.click('#camera');
    await until('no button', async () => (await flipWords(ann)) === '');
    assert.equal(await flipWords(bob), '', 'one camera only');
  });

scenario('a camera of an earlier visit is found again under another id (D7)', {}, async (world) => {
  const ann = await world.person('Ann', { shim: twoCameras });
  await ann.previews();
  await ann.choose('#lobbyCameras', 'Blue camera');
  await ann.sees('it chosen', () =>
    /** @type {HTMLSelectElement} */ (document.querySelector('#lobbyCameras')).value
      === 'camera-blue');
  const moved = [cameras.red, cameras.blue].map((camera) => ({ ...camera, id: `${camera.id}-2` }));
  const later = await world.person('Ann', { beside: ann, shim: { cameras: moved } });
  await later.sees('it chosen, under its other id', () =>
    /** @type {HTMLSelectElement} */ (document.querySelector('#lobbyCameras')).value
      === 'camera-blue-2');
  await later.sees('it captured', () => /** @type {any} */ (window).probe.tracks.some(
    (/** @type {any} */ track) => track.kind === 'video' && track.readyState === 'live'
      && track.getSettings().deviceId === 'camera-blue-2'));
});

scenario('where only one camera can be open, the old one is stopped first (D10)', {},
  async (world) => {
    const { ann, bob, annId } = await annAndBob(world, { shim: { ...twoCameras, single: true } });
    await bob.seesColour(annId, 'red');
    const before = await ann.summary();
    await ann.choose('#cameras', 'Blue camera');
    await bob.seesColour(annId, 'blue');
    await ann.nothingNegotiatedSince(before);
    await ann.choose('#cameras', 'Red camera');
    await bob.seesColour(annId, 'red');
  });

scenario('a camera that is gone when it is switched on again is off, with the reason (D26)', {},
  async (world) => {
    const { ann, bob, annId } = await annAndBob(world, { shim: { cameras: [cameras.red] } });
    await ann.click('#camera');
    await bob.tile(annId, { camera: 'off' });
    await ann.ask(() => /** @type {any} */ (window).probe.unplug('camera-red'));
    await ann.click('#camera');
    await ann.notice('no-camera');
    await bob.tile(annId, { camera: 'none', muted: 'false' });
    await bob.audioFlowing(annId);
  });

scenario('a browser that cannot choose an output offers none (D31)', {}, async (world) => {
  const ann = await world.person('Ann', {
    scripts: ['delete HTMLMediaElement.prototype.setSinkId;'], path: '?room=tea',
  });
  await ann.previews();
  const shown = () => ann.ask(() => [...document.querySelectorAll('.speakerList')]
    .filter((list) => list.getClientRects().length > 0).length);
  assert.equal(await shown(), 0);
  await ann.press();
  await ann.notice('alone');
  await ann.click('#more');
  await ann.click('#openSettings');
  await ann.shown('#settings');
  assert.equal(await shown(), 0);
});

scenario('a picture that is turned keeps its shape, without negotiation (D38)', {},
  async (world) => {
    const paint = `window.paintCamera = (canvas, camera) => {
      const [width, height] = window.upright ? [240, 320] : [320, 240];
      if (canvas.width !== width) Object.assign(canvas, { width, height });
      const context = canvas.getContext('2d');
      context.fillStyle = '#' + Math.floor(Math.random() * 16).toString(16).repeat(3);
      context.fillRect(0, 0, width, height);
    };`;
    const { ann, bob, annId } = await annAndBob(world,
      { scripts: [paint], shim: { cameras: [cameras.red] } });
    const before = await ann.summary();
    await ann.ask(() => Object.assign(window, { upright: true }));
    await bob.sees('it upright', (id) => {
      const video = /** @type {HTMLVideoElement|null} */ (
        document.querySelector(`[data-peer="${id}"] video`));
      return video && video.videoHeight > video.videoWidth;
    }, [annId]);
    await ann.nothingNegotiatedSince(before);
  });
