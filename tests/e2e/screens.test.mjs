/* screens.test.mjs - screenshots of each screen in each size, colour scheme and language. */
/* SPDX-License-Identifier: MIT */
//
// The pictures are for people to look at (build/artifacts/screenshots); nothing compares them.
// These tests fail where a screen cannot be reached, or its content is wider than the window.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { annAndBob, artifacts, scenario, socketErrors } from './harness.mjs';
import { boundMs } from './until.mjs';
import { Wire } from './wire.mjs';

/** @typedef {import('./person.mjs').Person} Person */

const folder = path.join(artifacts, 'screenshots');
const sizes = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };
const schemes = ['light', 'dark'];
const languages = ['en', 'ko'];

/** @param {Person} person @param {string} language */
async function choose(person, language) {
  await person.page.select('#language', language);
  await person.sees(language, (wanted) => document.documentElement.lang === wanted, [language]);
}

/** @param {Person} person @param {string} screen */
async function shoot(person, screen) {
  fs.mkdirSync(folder, { recursive: true });
  for (const language of languages) {
    await choose(person, language);
    for (const [size, viewport] of Object.entries(sizes)) {
      await person.page.setViewport(viewport);
      // Texts have the same colours in every language.
      for (const scheme of language === languages[0] ? schemes : schemes.slice(0, 1)) {
        await person.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
        await person.sees('the page at rest', () =>
          document
            .getAnimations()
            .every(
              (animation) =>
                animation.playState !== 'running' ||
                animation.effect?.getTiming().iterations === Infinity,
            ),
        );
        const file = path.join(folder, `${screen}-${size}-${scheme}-${language}.png`);
        await person.page.screenshot({ path: file });
        const [content, width] = await person.ask(() => [
          document.documentElement.scrollWidth,
          document.documentElement.clientWidth,
        ]);
        assert.ok(content <= width, `${path.basename(file)}: ${content} pixels in ${width}`);
      }
    }
  }
}

scenario('screens: the lobby', {}, async (world) => {
  const ann = await world.person('Ann', { path: '?room=tea' });
  await ann.previews();
  await shoot(ann, 'lobby');
});

scenario('screens: alone, a call of two, with the camera off, of three', {}, async (world) => {
  const ann = await world.person('Ann');
  await ann.enter('tea');
  await ann.notice('alone');
  await shoot(ann, 'alone');
  const bob = await world.person('Bob');
  await bob.enter('tea');
  await Promise.all([ann.inCallWith(1), bob.inCallWith(1)]);
  await shoot(ann, 'call-of-two');
  await bob.click('#camera');
  await bob.click('#mute');
  await ann.tile(await ann.idOf('Bob'), { camera: 'off', muted: 'true' });
  await ann.click('#camera');
  await shoot(ann, 'camera-off');
  await ann.click('#camera');
  await bob.click('#camera');
  await bob.click('#mute');
  const cho = await world.person('Cho');
  await cho.enter('tea');
  await ann.inCallWith(2);
  await shoot(ann, 'call-of-three');
});

scenario('screens: permission denied', {}, async (world) => {
  const ann = await world.person('Ann', { variant: 'denied' });
  await ann.notice('denied');
  await shoot(ann, 'denied-lobby');
  await ann.enter('tea');
  await ann.notice('denied', 'alone');
  await shoot(ann, 'denied-call');
});

scenario('screens: no microphone', {}, async (world) => {
  const ann = await world.person('Ann', { shim: { fail: { audio: 'NotFoundError' } } });
  await ann.enter('tea');
  await ann.notice('no-microphone');
  await shoot(ann, 'no-microphone');
  const bob = await world.person('Bob');
  await bob.enter('tea');
  await ann.waitForPeers(1);
  await shoot(bob, 'peer-without-microphone');
});

scenario(
  'screens: unreachable',
  { expects: [/so many PeerConnections/], slow: true },
  async (world) => {
    const ann = await world.person('Ann', { shim: { connectionsFail: 1e9 } });
    await ann.enter('tea');
    await ann.notice('alone');
    const bob = await world.person('Bob');
    await bob.enter('tea');
    await ann.sees(
      'why Bob is not there',
      () => document.querySelector('#notice')?.getAttribute('data-notice') === 'unreachable',
      [],
      { ms: 3 * boundMs }, // the room tries for long before it says so
    );
    await shoot(ann, 'unreachable');
  },
);

scenario('screens: a peer that has lost the relay', { expects: socketErrors }, async (world) => {
  const wire = await Wire.open(world.relay.port);
  try {
    const { ann, bobId } = await annAndBob(world, {}, { url: wire.url });
    wire.cut('closed');
    await ann.sees(
      'that Bob has lost the relay',
      (id) => document.querySelector(`[data-peer="${id}"] .connection:not([hidden])`),
      [bobId],
    );
    await shoot(ann, 'away');
  } finally {
    wire.close();
  }
});

scenario(
  'screens: reconnecting',
  { expects: socketErrors },
  async (world) => {
    const { ann } = await annAndBob(world);
    for (const language of languages) await choose(ann, language); // no relay, no texts
    await world.relay.kill();
    await ann.notice('reconnecting');
    await shoot(ann, 'reconnecting');
    await world.relay.start();
  },
);

scenario('screens: room full', { relay: ['--members-max', '2'] }, async (world) => {
  await annAndBob(world);
  const cho = await world.person('Cho');
  await cho.enter('tea');
  await cho.notice('room-full');
  await shoot(cho, 'room-full');
});
