/* sources.test.mjs - mute, camera off, and changes of camera and microphone during a call. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { annAndBob, cameras, scenario, until } from './harness.mjs';

/** @typedef {import('./harness.mjs').Engine} Engine */

/** @type {[string, Engine][]} */
const engines = [
  ['Chromium', 'chromium'],
  ['Firefox', 'firefox'],
];
const twoCameras = { cameras: [cameras.red, cameras.blue] };

for (const [title, engine] of engines) {
  scenario(
    `in ${title} mute silences what is sent and unmute brings it back, without negotiation`,
    { needs: [engine] },
    async (world) => {
      const { ann, bob, annId } = await annAndBob(world, { engine }, { engine });
      const before = await ann.summary();
      await ann.click('#mute');
      await bob.tile(annId, { muted: 'true', camera: 'on' });
      await bob.audioSilent(annId);
      await bob.videoPlaying(annId);
      await ann.click('#mute');
      await bob.tile(annId, { muted: 'false' });
      await bob.audioFlowing(annId);
      await ann.nothingNegotiatedSince(before);
    },
  );

  scenario(
    `in ${title} camera off stops it, and on brings the picture back, without negotiation (D25)`,
    { needs: [engine] },
    async (world) => {
      const { ann, bob, annId } = await annAndBob(world, { engine }, { engine });
      const before = await ann.summary();
      assert.equal(before.liveVideo, 1);
      await ann.click('#camera');
      await bob.tile(annId, { camera: 'off', muted: 'false' });
      await ann.sees(
        'the camera light off',
        () => /** @type {any} */ (window).probe.summary().liveVideo === 0,
      );
      await bob.videoStill(annId);
      await bob.audioFlowing(annId);
      await ann.click('#camera');
      await bob.tile(annId, { camera: 'on' });
      await bob.videoPlaying(annId);
      await ann.nothingNegotiatedSince(before);
      assert.deepEqual(
        (await ann.summary()).audioIds,
        before.audioIds,
        'the microphone is untouched',
      );
    },
  );

  scenario(
    `in ${title} a change of camera changes every peer's picture, without negotiation (D9, D15)`,
    { needs: [engine], people: 4 },
    async (world) => {
      const { ann, bob, annId } = await annAndBob(world, { engine, shim: twoCameras }, { engine });
      const cho = await world.person('Cho', { engine });
      await cho.enter('tea');
      await Promise.all([ann, bob, cho].map((person) => person.inCallWith(2)));
      await Promise.all([bob, cho].map((person) => person.seesColour(annId, 'red')));
      const before = await ann.summary();
      const logged = await ann.ask(() => /** @type {any} */ (window).probe.log.length);
      await ann.choose('#cameras', 'Blue camera');
      await Promise.all([bob, cho].map((person) => person.seesColour(annId, 'blue')));
      await bob.audioFlowing(annId);
      await ann.nothingNegotiatedSince(before);
      const after = await ann.summary();
      assert.equal(after.liveVideo, 1, 'one camera is open');
      assert.deepEqual(after.audioIds, before.audioIds, 'the microphone is untouched');
      // In this order there is never a moment without a picture.
      assert.deepEqual(
        await ann.ask((from) => /** @type {any} */ (window).probe.log.slice(from), logged),
        ['open camera-blue', 'send camera-blue', 'send camera-blue', 'stop camera-red'],
      );
    },
  );
}

scenario('a change between two cameras of the browser reaches the peer', {}, async (world) => {
  const { ann, bob, annId } = await annAndBob(world);
  const before = await ann.summary();
  const video = () => ann.summary().then(({ sent }) => sent.filter(({ kind }) => kind === 'video'));
  const [old] = await video();
  // The first of Chromium's fake cameras is in use, its second never sends a frame.
  await ann.choose('#cameras', 'fake_device_2');
  await until('another camera to be sent', async () => (await video())[0]?.device !== old.device);
  assert.equal((await video()).length, 1);
  await bob.videoPlaying(annId);
  await ann.nothingNegotiatedSince(before);
});

scenario('a change of microphone keeps the camera and the mute (D13, D14)', {}, async (world) => {
  const { ann, bob, annId } = await annAndBob(world);
  await ann.click('#mute');
  await bob.tile(annId, { muted: 'true' });
  const before = await ann.summary();
  const video = before.sent.find(({ kind }) => kind === 'video');
  const used = await ann.value('#microphones');
  const others = Object.entries(await ann.options('#microphones')).filter(
    ([value, text]) => value && value !== used && !/default/i.test(text),
  );
  assert.ok(others.length > 0, 'there is another microphone');
  await ann.choose('#microphones', others[0][1]);
  await until('the other microphone to be sent', async () =>
    (await ann.summary()).sent.some(
      ({ kind, device }) => kind === 'audio' && device === others[0][0],
    ),
  );
  const after = await ann.summary();
  assert.deepEqual(
    after.sent.find(({ kind }) => kind === 'video'),
    video,
  );
  assert.equal(after.sent.find(({ kind }) => kind === 'audio')?.enabled, false, 'still muted');
  await bob.audioSilent(annId);
  await ann.click('#mute');
  await bob.audioFlowing(annId);
  await ann.nothingNegotiatedSince(before);
});

scenario("one's own picture is mirrored only for oneself (D30)", {}, async (world) => {
  const { ann, bob, annId } = await annAndBob(world, { shim: twoCameras });
  await bob.seesColour(annId, 'red'); // the left half, as the camera gave it
  const transforms = await ann.ask(() =>
    ['#myFace', 'video.peerFace'].map((css) => {
      const element = /** @type {Element} */ (document.querySelector(css));
      return `${getComputedStyle(element).transform} ${getComputedStyle(element).scale}`;
    }),
  );
  assert.match(transforms[0], /matrix\(-1, 0, 0, 1|^none -1/, 'mirrored by the style sheet');
  assert.doesNotMatch(transforms[1], /-1/);
});

scenario('what is chosen in the lobby holds in the call', {}, async (world) => {
  const ann = await world.person('Ann', { shim: twoCameras });
  await ann.previews();
  await ann.choose('#lobbyCameras', 'Blue camera');
  await ann.sees('blue in the preview', () => {
    const camera = /** @type {any} */ (window).probe.tracks.filter(
      (/** @type {any} */ track) => track.kind === 'video' && track.readyState === 'live',
    );
    return camera.length === 1 && camera[0].getSettings().deviceId === 'camera-blue';
  });
  await ann.click('#lobbyMute');
  const bob = await world.person('Bob');
  await bob.enter('tea');
  await ann.enter('tea');
  await bob.waitForPeers(1);
  const annId = await bob.idOf('Ann');
  await bob.tile(annId, { muted: 'true', camera: 'on' });
  await bob.seesColour(annId, 'blue');
  await bob.audioSilent(annId);
});

scenario(
  'a person who enters with the camera off opens none, and can turn it on later (D16)',
  {},
  async (world) => {
    const ann = await world.person('Ann');
    await ann.previews();
    await ann.click('#lobbyCamera');
    await ann.sees(
      'the camera light off',
      () => /** @type {any} */ (window).probe.summary().liveVideo === 0,
    );
    await ann.enter('tea');
    const bob = await world.person('Bob');
    await bob.enter('tea');
    await Promise.all([ann.waitForPeers(1), bob.waitForPeers(1)]);
    const annId = await bob.idOf('Ann');
    await bob.tile(annId, { camera: 'off', muted: 'false' });
    await bob.audioFlowing(annId);
    const before = await ann.summary();
    assert.equal(before.liveVideo, 0);
    await ann.click('#camera');
    await bob.tile(annId, { camera: 'on' });
    await bob.videoPlaying(annId);
    await ann.nothingNegotiatedSince(before);
  },
);
