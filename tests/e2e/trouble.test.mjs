/* trouble.test.mjs - no permission, no camera, a busy camera, no secure context, a full room. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import os from 'node:os';
import { cameras, scenario } from './harness.mjs';

/** @typedef {import('./harness.mjs').Engine} Engine */
/** @typedef {import('./harness.mjs').PersonOptions} PersonOptions */
/** @typedef {import('./harness.mjs').World} World */
/** @typedef {import('./person.mjs').Person} Person */

/**
 * Ann, who has some trouble, and Bob, who has none, in one room.
 * @param {World} world
 * @param {PersonOptions} forAnn
 */
async function annInTrouble(world, forAnn) {
  const ann = await world.person('Ann', forAnn);
  await ann.enter('tea');
  await ann.shown('#call');
  const bob = await world.person('Bob', { engine: forAnn.engine });
  await bob.enter('tea');
  await Promise.all([ann.waitForPeers(1), bob.waitForPeers(1)]);
  return { ann, bob, annId: await bob.idOf('Ann'), bobId: await ann.idOf('Bob') };
}

/** @param {Person} person @param {string} id */
const receives = (person, id) => Promise.all([person.videoPlaying(id), person.audioFlowing(id)]);

for (const engine of /** @type {Engine[]} */ (['chromium', 'firefox'])) {
  scenario(
    `seed bug 8: a person in ${engine} who denies permission enters and receives (D1)`,
    { needs: [engine] },
    async (world) => {
      const { ann, bob, annId, bobId } = await annInTrouble(world, { engine, variant: 'denied' });
      await ann.notice('denied');
      await bob.tile(annId, { camera: 'none', muted: 'true' });
      await receives(ann, bobId);
      assert.equal(
        (await ann.summary()).captures.filter(({ outcome }) => outcome === 'live').length,
        0,
      );
    },
  );
}

scenario('permission given later is used without entering again (D1)', {}, async (world) => {
  const shim = { fail: { audio: 'NotAllowedError', video: 'NotAllowedError' } };
  const { ann, bob, annId } = await annInTrouble(world, { shim });
  await ann.notice('denied');
  await ann.ask(() => {
    /** @type {any} */ (window).probe.shim.fail = {};
  });
  const before = await ann.summary();
  await ann.click('#noticeAction');
  await bob.tile(annId, { camera: 'on' });
  await bob.videoPlaying(annId);
  await ann.nothingNegotiatedSince(before);
});

scenario('a person without a camera is heard, and receives (D4)', {}, async (world) => {
  const { ann, bob, annId, bobId } = await annInTrouble(world, { shim: { cameras: [] } });
  await ann.notice('no-camera');
  await bob.tile(annId, { camera: 'none', muted: 'false' });
  await bob.audioFlowing(annId);
  await receives(ann, bobId);
});

scenario(
  'a person whose browser has neither camera nor microphone enters and receives',
  {},
  async (world) => {
    const { ann, bob, annId, bobId } = await annInTrouble(world, { variant: 'no-camera' });
    await ann.notice('no-camera', 'no-microphone');
    await bob.tile(annId, { camera: 'none' });
    await receives(ann, bobId);
  },
);

scenario(
  'a failed microphone is not shown as muted, and muting it holds',
  {},
  async (world) => {
    const shim = { fail: { audio: 'NotFoundError' } };
    const { ann, bob, annId } = await annInTrouble(world, { shim });
    await ann.notice('no-microphone');
    const shown = () =>
      ann.ask(() => ({
        pressed: document.querySelector('#mute')?.getAttribute('data-off'),
        microphone: document.querySelector('#myStream')?.getAttribute('data-microphone'),
      }));
    assert.deepEqual(await shown(), { pressed: 'false', microphone: 'none' });
    await ann.click('#mute');
    assert.deepEqual(await shown(), { pressed: 'true', microphone: 'off' });
    await bob.tile(annId, { muted: 'true' });
    const found = (await ann.summary()).captures.length;
    await ann.ask(() => {
      /** @type {any} */ (window).probe.shim.fail = {};
      navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
    });
    await bob.audioSilent(annId);
    const { sent, captures } = await ann.summary();
    assert.ok(sent.every(({ kind, enabled }) => kind !== 'audio' || !enabled), 'nothing is heard');
    assert.ok(captures.length <= found + 1);
    await ann.click('#mute');
    await bob.tile(annId, { muted: 'false' });
    await bob.audioFlowing(annId);
  },
);

scenario('a camera plugged in during the call is used (D4)', {}, async (world) => {
  const { ann, bob, annId } = await annInTrouble(world, { shim: { cameras: [] } });
  await ann.notice('no-camera');
  await ann.ask((camera) => /** @type {any} */ (window).probe.plug(camera), cameras.green);
  await bob.tile(annId, { camera: 'on' });
  await bob.seesColour(annId, 'green');
  await ann.notice('');
});

scenario(
  'a person whose camera another program or tab uses is heard, and can try again (D5, D37)',
  {},
  async (world) => {
    const shim = { fail: { video: 'NotReadableError' } };
    const { ann, bob, annId, bobId } = await annInTrouble(world, { shim });
    await ann.notice('in-use');
    await bob.tile(annId, { camera: 'none', muted: 'false' });
    await bob.audioFlowing(annId);
    await receives(ann, bobId);
    await ann.ask(() => {
      /** @type {any} */ (window).probe.shim.fail = {};
    });
    await ann.click('#noticeAction');
    await bob.tile(annId, { camera: 'on' });
    await bob.videoPlaying(annId);
    await ann.notice('');
  },
);

const keepsOld = 'a new camera that cannot be opened leaves the old one in use (D11)';

scenario(keepsOld, {}, async (world) => {
  const two = { cameras: [cameras.red, cameras.blue] };
  const { ann, bob, annId } = await annInTrouble(world, { shim: two });
  await bob.seesColour(annId, 'red');
  await ann.ask(() => {
    /** @type {any} */ (window).probe.shim.fail = { 'camera-blue': 'NotReadableError' };
  });
  await ann.choose('#cameras', 'Blue camera');
  await ann.notice('device-failed');
  await bob.seesColour(annId, 'red');
  await bob.videoPlaying(annId);
  await ann.sees(
    'the old camera chosen in the list',
    () =>
      /** @type {HTMLSelectElement} */ (document.querySelector('#cameras')).value === 'camera-red',
  );
});

scenario(
  'a person who does not answer the permission prompt enters and receives (D2)',
  {},
  async (world) => {
    const { ann, bob, annId, bobId } = await annInTrouble(world, { shim: { openMs: 1e9 } });
    await receives(ann, bobId);
    assert.equal((await bob.peers())[0].id, annId);
  },
);

const address = Object.values(os.networkInterfaces())
  .flat()
  .find((entry) => entry && entry.family === 'IPv4' && !entry.internal)?.address;

scenario(
  'a page outside a secure context says so, and receives (D36)',
  {
    relay: ['--address', '0.0.0.0'],
    skip: address ? '' : 'this machine has no address but loopback',
  },
  async (world) => {
    const url = `http://${address}:${world.relay.port}/`;
    const { ann, bob, annId, bobId } = await annInTrouble(world, { url });
    assert.equal(await ann.ask(() => window.isSecureContext), false);
    await ann.notice('insecure');
    await bob.tile(annId, { camera: 'none' });
    await receives(ann, bobId);
  },
);

scenario(
  'the third at a room for two is told that it is full, and enters when there is room',
  { relay: ['--members-max', '2'] },
  async (world) => {
    const [ann, bob, cho] = await Promise.all(
      ['Ann', 'Bob', 'Cho'].map((name) => world.person(name)),
    );
    await ann.enter('tea');
    await ann.shown('#call');
    await bob.enter('tea');
    await Promise.all([ann.waitForPeers(1), bob.waitForPeers(1)]);
    await cho.enter('tea');
    await cho.notice('room-full');
    await cho.sees('how many places there are', () =>
      /^All \W*2\W* places/.test(document.querySelector('.noticeText')?.textContent ?? ''));
    assert.equal((await ann.peers()).length, 1);
    await bob.click('#leave');
    await bob.shown('#welcome');
    await Promise.all([ann.waitForPeers(1), cho.waitForPeers(1)]);
  },
);
