/* arrival.test.mjs - what a page does when it loads: rejoin, show the lobby, or stay silent. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { annAndBob, scenario } from './harness.mjs';

/** @typedef {import('./person.mjs').Person} Person */

/** Makes the tab one that was in the call yesterday, as a browser that restores its tabs does. */
const yesterday = `sessionStorage.setItem('peerface.seen', String(Date.now() - 14 * 3600 * 1000));`;

for (const engine of /** @type {const} */ (['chromium', 'firefox'])) {
  scenario(
    `a tab that is restored the next day in ${engine} opens no camera and enters no room`,
    { needs: [engine] },
    async (world) => {
      const { ann, bob } = await annAndBob(world, { engine }, { engine });
      await ann.page.evaluateOnNewDocument(yesterday);
      await ann.page.reload({ waitUntil: 'load' });
      await ann.shown('#welcome');
      await ann.shown('#wake');
      await bob.sees('no tile', () => document.querySelectorAll('[data-peer]').length === 0);
      const { captures, sockets } = await ann.summary();
      assert.deepEqual([captures, sockets], [[], 0]);
      await ann.enter('tea');
      await Promise.all([ann.inCallWith(1), bob.inCallWith(1)]);
    },
  );
}

scenario('a person who opens the link again is asked before they are in the room', {},
  async (world) => {
    const { ann, bob } = await annAndBob(world);
    await ann.page.goto(ann.page.url(), { waitUntil: 'load' });
    await ann.shown('#welcome');
    await ann.previews();
    await bob.sees('no tile', () => document.querySelectorAll('[data-peer]').length === 0);
    await ann.press();
    await Promise.all([ann.waitForPeers(1), bob.waitForPeers(1)]);
  });

scenario('a browser without WebRTC is told so in the lobby, and opens no camera', {},
  async (world) => {
    const ann = await world.person('Ann', { open: false });
    await ann.page.evaluateOnNewDocument(() => {
      // @ts-ignore as a setting or an extension does
      delete window.RTCPeerConnection;
    });
    await ann.open();
    await ann.notice('unsupported-browser');
    await ann.enter('tea');
    await ann.shown('#welcome');
    await ann.notice('unsupported-browser');
    assert.deepEqual((await ann.summary()).captures, []);
  });
