/* owntracks.test.mjs - pages that capture nothing, and send tracks of their own. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { scenario } from './harness.mjs';
import { roomPage } from './roompage.mjs';

/** @typedef {import('./harness.mjs').Engine} Engine */

/** @type {[string, Engine][]} */
const engines = [
  ['Chromium', 'chromium'],
  ['Firefox', 'firefox'],
];

/** In a page with a room: sends a picture and a sound of its own, window.own. */
function sendOwn() {
  const { room } = /** @type {any} */ (window);
  /** @param {string} colour */
  const paint = (colour) => {
    const canvas = document.body.appendChild(document.createElement('canvas'));
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    setInterval(() => {
      context.fillStyle = colour;
      context.fillRect(0, 0, canvas.width, canvas.height);
    }, 50);
    return canvas.captureStream().getVideoTracks()[0];
  };
  const sound = new AudioContext();
  const whistle = sound.createOscillator();
  const out = sound.createMediaStreamDestination();
  whistle.connect(out);
  whistle.start();
  const own = {
    red: paint('#e00000'), blue: paint('#0000e0'), whistle: out.stream.getAudioTracks()[0],
  };
  Object.assign(window, { own });
  room.replaceTrack('video', own.red);
  room.replaceTrack('audio', own.whistle);
}

for (const [title, engine] of engines) {
  scenario(
    `in ${title} a page that uses no device asks for none, and sends tracks of its own`,
    { needs: ['chromium', engine] },
    async (world) => {
      const bob = await world.person('Bob');
      await bob.enter('tea');
      await bob.notice('alone');
      const ann = await roomPage(world, 'Ann', engine, { microphone: 'none', camera: 'none' });
      const [{ id }] = await bob.waitForPeers(1);
      await bob.tile(id, { muted: 'true', camera: 'none' });
      const before = await ann.summary();

      await ann.ask(sendOwn);
      await bob.tile(id, { muted: 'false', camera: 'on' });
      await bob.seesColour(id, 'red');
      // Firefox starts no AudioContext on a machine without loudspeakers.
      if (engine === 'chromium') await bob.audioFlowing(id);

      await ann.ask(() => /** @type {any} */ (window).room.replaceTrack(
        'video', /** @type {any} */ (window).own.blue));
      await bob.seesColour(id, 'blue');
      await ann.ask(() => /** @type {any} */ (window).room.setCamera(false));
      await bob.tile(id, { camera: 'off' });
      await ann.sees('no picture in its own stream', () =>
        /** @type {any} */ (window).room.stream.getVideoTracks().length === 0);
      await ann.ask(() => /** @type {any} */ (window).room.setCamera(true));
      await bob.tile(id, { camera: 'on' });
      await bob.seesColour(id, 'blue');
      const states = await ann.ask(() => Object.values(/** @type {any} */ (window).own)
        .map((track) => `${track.readyState} ${track.enabled}`));
      assert.deepEqual(states, Array(3).fill('live true'), 'the tracks are the page\'s');

      await ann.ask(() => {
        const { room } = /** @type {any} */ (window);
        room.replaceTrack('video', null);
        room.replaceTrack('audio', null);
      });
      await bob.tile(id, { muted: 'true', camera: 'none' });
      await ann.nothingNegotiatedSince(before);
      assert.deepEqual((await ann.summary()).captures, [], 'nobody has been asked');

      await ann.ask(() => /** @type {any} */ (window).room.setCamera(true));
      await bob.tile(id, { camera: 'on' });
      const { captures } = await ann.summary();
      assert.deepEqual(captures.map(({ constraints }) => constraints),
        ['{"audio":false,"video":true}']);
    },
  );
}

scenario('a room made with a stream of its own asks for the kind that is not in it', {},
  async (world) => {
    const ann = await world.person('Ann', { path: 'healthz', open: false });
    await ann.page.goto(ann.url);
    await ann.ask(async (url) => {
      const { createRoom } = await import(`${url}peerface.js`);
      const canvas = document.createElement('canvas');
      canvas.getContext('2d');
      const room = await createRoom({ stream: canvas.captureStream() });
      Object.assign(window, { room });
    }, world.relay.url);
    await ann.sees('both', () =>
      /** @type {any} */ (window).room.stream.getTracks().length === 2);
    const { captures } = await ann.summary();
    assert.deepEqual(captures.map(({ constraints }) => constraints),
      ['{"audio":true,"video":false}']);
  });
