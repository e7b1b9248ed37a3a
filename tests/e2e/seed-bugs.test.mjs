/* seed-bugs.test.mjs - the defects of the tutorial apps, each shown to be absent. */
/* SPDX-License-Identifier: MIT */
//
// Of the twelve, number 8 is shown in trouble.test.mjs, 9 in call.test.mjs, and 12 in
// lifecycle.test.mjs.
import assert from 'node:assert/strict';
import { annAndBob, cameras, scenario, socketErrors } from './harness.mjs';

/** @typedef {import('./person.mjs').Person} Person */

const shim = { cameras: [cameras.red, cameras.blue] };

/**
 * Ann changes to the blue camera, and Bob sees it.
 * @param {Person} ann @param {Person} bob @param {string} annId
 */
async function changeToBlue(ann, bob, annId) {
  await bob.seesColour(annId, 'red');
  await ann.choose('#cameras', 'Blue camera');
  await bob.seesColour(annId, 'blue');
}

/** @param {Person} person */
const cameraLightOff = (person) =>
  person.sees(
    'the camera light off',
    () => /** @type {any} */ (window).probe.summary().liveVideo === 0,
  );

/** @param {Person} person @returns {Promise<string[]>} */
const cameraTracks = (person) =>
  person.ask(() =>
    /** @type {any} */ (window).probe.tracks
      .filter((/** @type {any} */ track) => track.kind === 'video')
      .map((/** @type {any} */ track) =>
        [track.getSettings().deviceId, track.readyState].join(' '),
      ),
  );

scenario(
  'seed bugs 1, 2, 3: after a camera change sound goes on, mute mutes it, the old track is stopped',
  {},
  async (world) => {
    const { ann, bob, annId } = await annAndBob(world, { shim });
    const { audioIds } = await ann.summary();
    await changeToBlue(ann, bob, annId);
    await bob.audioFlowing(annId);
    const after = await ann.summary();
    assert.deepEqual(after.audioIds, audioIds, 'the same microphone track as before');
    const asked = after.captures.filter(({ constraints }) => /"audio":(\{|true)/.test(constraints));
    assert.equal(asked.length, 1, 'the microphone was asked for once');
    await ann.click('#mute');
    await bob.tile(annId, { muted: 'true' });
    await bob.audioSilent(annId);
    const { sent } = await ann.summary();
    assert.ok(
      sent.every(({ kind, enabled }) => kind !== 'audio' || !enabled),
      'no enabled microphone is sent',
    );
    await bob.videoPlaying(annId);
    const tracks = await cameraTracks(ann);
    assert.ok(tracks.includes('camera-red ended'), tracks.join());
    assert.deepEqual(tracks.filter((track) => track.endsWith('live')), ['camera-blue live']);
  },
);

scenario('seed bug 4: mute and camera-off survive a change of device', {}, async (world) => {
  const { ann, bob, annId } = await annAndBob(world, { shim });
  await ann.click('#mute');
  await bob.tile(annId, { muted: 'true' });
  await changeToBlue(ann, bob, annId);
  await bob.tile(annId, { muted: 'true', camera: 'on' });
  await bob.audioSilent(annId);
  await ann.click('#camera');
  await bob.tile(annId, { camera: 'off' });
  await ann.choose('#cameras', 'Red camera');
  await bob.videoStill(annId);
  await bob.tile(annId, { muted: 'true', camera: 'off' });
  assert.equal((await ann.summary()).liveVideo, 0, 'no camera was opened');
  const pressed = await ann.ask(() =>
    ['#mute', '#camera'].map((css) => document.querySelector(css)?.getAttribute('data-off')),
  );
  assert.equal(pressed.includes(null), false);
});

scenario('seed bug 5: changing the camera while it is off works (D12)', {}, async (world) => {
  const { ann, bob, annId } = await annAndBob(world, { shim });
  await bob.seesColour(annId, 'red');
  await ann.click('#camera');
  await bob.tile(annId, { camera: 'off' });
  await ann.choose('#cameras', 'Blue camera');
  await cameraLightOff(ann);
  await ann.click('#camera');
  await bob.tile(annId, { camera: 'on' });
  await bob.seesColour(annId, 'blue');
});

scenario(
  'seed bug 6: candidates before the description are kept and applied',
  {},
  async (world) => {
    // Descriptions arrive 300 ms late, candidates at once.
    const late = { shim: { holdDescriptionsMs: 300 } };
    const { ann, bob } = await annAndBob(world, late, late);
    const all = [await ann.summary(), await bob.summary()];
    assert.ok(all[0].early + all[1].early > 0, 'a candidate came before its description');
    assert.deepEqual(
      all.flatMap(({ iceErrors }) => iceErrors),
      [],
      'every candidate was taken',
    );
  },
);

scenario(
  'seed bug 7: a camera that is gone falls back, and lists follow devicechange (D6, D19)',
  {},
  async (world) => {
    const first = await world.person('Ann', { shim });
    await first.previews();
    await first.choose('#lobbyCameras', 'Blue camera');
    await first.sees('blue in use', () =>
      /** @type {any} */ (window).probe.tracks.some(
        (/** @type {any} */ track) =>
          track.readyState === 'live' && track.getSettings().deviceId === 'camera-blue',
      ),
    );
    await first.page.close();
    world.people.pop();
    const left = { cameras: [cameras.red] };
    const ann = await world.person('Ann', { beside: first, shim: left });
    await ann.previews();
    const { captures } = await ann.summary();
    assert.ok(
      captures.some(({ constraints }) => constraints.includes('camera-blue')),
      'the remembered camera was asked for',
    );
    const bob = await world.person('Bob');
    await ann.enter('tea');
    await bob.enter('tea');
    await bob.waitForPeers(1);
    const annId = await bob.idOf('Ann');
    await bob.seesColour(annId, 'red');
    await ann.ask((camera) => /** @type {any} */ (window).probe.plug(camera), cameras.green);
    await ann.sees('the new camera in the list', () =>
      /** @type {HTMLElement} */ (document.querySelector('#cameras')).textContent?.includes(
        'Green',
      ),
    );
    await ann.ask(() => /** @type {any} */ (window).probe.unplug('camera-red'));
    await ann.sees(
      'the list without the unplugged camera',
      () =>
        !(
          /** @type {HTMLElement} */ (document.querySelector('#cameras')).textContent?.includes(
            'Red',
          )
        ),
    );
    await bob.seesColour(annId, 'green');
  },
);

scenario('seed bug 10: nobody outside a room can signal into it', {}, async (world) => {
  const { ann, bob, annId } = await annAndBob(world);
  const before = await ann.summary();
  const eve = await world.person('Eve', { open: false });
  await eve.page.goto(eve.url);
  const codes = await eve.ask(
    async (victim, url) => {
      const socket = new WebSocket(url, 'peerface.v1');
      /** @type {any[]} */
      const seen = [];
      socket.addEventListener('message', (event) => seen.push(JSON.parse(event.data)));
      /** @param {(message: any) => boolean} wanted */
      const wait = (wanted) => new Promise((resolve, reject) => {
        const look = () => {
          if (seen.some(wanted)) resolve(undefined);
        };
        socket.addEventListener('message', look);
        socket.addEventListener('close', () =>
          reject(new Error(`no answer, only ${JSON.stringify(seen)}`)));
        look();
      });
      const signal = (/** @type {object} */ more) =>
        socket.send(
          JSON.stringify({
            type: 'signal',
            to: victim,
            fromInstance: 1,
            toInstance: 1,
            kind: 'request',
            epoch: 9,
            want: 'renew-from-outside',
            ...more,
          }),
        );
      await wait((message) => message.type === 'hello');
      signal({});
      await wait((message) => message.code === 'not-joined');
      socket.send(JSON.stringify({ type: 'join', room: 'another', name: 'Eve', instance: 1 }));
      await wait((message) => message.type === 'joined');
      signal({});
      await wait((message) => message.code === 'no-such-member');
      signal({ from: victim });
      await wait((message) => message.code === 'bad-message');
      return seen.map((message) => message.code || message.type);
    },
    annId,
    world.relay.url.replace('http', 'ws') + 'ws',
  );
  assert.deepEqual(codes, ['hello', 'not-joined', 'joined', 'no-such-member', 'bad-message']);
  for (const person of [ann, bob]) {
    const wire = await person.ask(() => JSON.stringify(/** @type {any} */ (window).probe.wire));
    assert.doesNotMatch(wire, /from-outside/);
    assert.equal((await person.peers()).length, 1);
  }
  await ann.nothingNegotiatedSince(before);
});

scenario(
  'seed bug 11: a lost WebSocket comes back by itself and a reload leaves no ghost',
  { expects: socketErrors },
  async (world) => {
    const { ann, bob, annId } = await annAndBob(world);
    await world.relay.kill();
    await bob.notice('reconnecting');
    await world.relay.start();
    await Promise.all([ann.notice(''), bob.notice('')]);
    await ann.page.reload({ waitUntil: 'load' });
    await Promise.all([ann.inCallWith(1), bob.inCallWith(1)]);
    assert.equal(await bob.idOf('Ann'), annId);
  },
);
