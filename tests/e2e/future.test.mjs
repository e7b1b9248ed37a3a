/* future.test.mjs - calls with older and newer clients of the same protocol version. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { scenario } from './harness.mjs';

/** @typedef {import('./harness.mjs').World} World */

const engines = /** @type {('chromium'|'firefox')[]} */ (['chromium', 'firefox']);

/**
 * A client of another make; see stranger.js.
 * @param {World} world
 * @param {'chromium'|'firefox'} engine
 */
async function stranger(world, engine) {
  const file = fileURLToPath(new URL('stranger.js', import.meta.url));
  const eve = await world.person('Stranger', {
    engine, path: 'healthz', open: false, scripts: [fs.readFileSync(file, 'utf8')],
  });
  await eve.page.goto(eve.url);
  return eve;
}

const socketOf = (/** @type {World} */ world) => `${world.relay.url.replace('http', 'ws')}ws`;

for (const engine of engines) {
  scenario(
    `in ${engine} a minimal client that knows no capability is in a call`,
    { needs: [engine] },
    async (world) => {
      const eve = await stranger(world, engine);
      await eve.ask((url) => {
        const host = /** @type {any} */ (window);
        host.eve = host.meet(url, 'tea', {});
      }, socketOf(world));
      await eve.sees('the room', () => /** @type {any} */ (window).eve.joined);
      const ann = await world.person('Ann', { engine });
      await ann.enter('tea');
      await ann.waitForPeers(1);
      await eve.sees('picture and sound arrive', async () => {
        const stats = [...(await /** @type {any} */ (window).eve.pc.getStats()).values()];
        return ['audio', 'video'].every((wanted) =>
          stats.some(({ type, kind, packetsReceived }) =>
            type === 'inbound-rtp' && kind === wanted && packetsReceived > 10));
      });
    },
  );

  scenario(
    `in ${engine} a client of the future, with more of everything, is in a call`,
    { needs: [engine] },
    async (world) => {
      const ann = await world.person('Ann', { engine });
      await ann.enter('tea');
      await ann.notice('alone');
      const eve = await stranger(world, engine);
      await eve.ask(async (url) => {
        const host = /** @type {any} */ (window);
        const media = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
        const later = { a: [1, 'two', null] };
        host.eve = host.meet(url, 'tea', {
          offers: (/** @type {RTCPeerConnection} */ pc) => {
            for (const track of media.getTracks().sort((a) => (a.kind === 'audio' ? -1 : 1)))
              pc.addTrack(track, media);
            pc.addTransceiver('video', { direction: 'sendonly' });
            pc.addTransceiver('audio');
            pc.addTransceiver('video');
            pc.addTransceiver('audio');
            host.files = pc.createDataChannel('files', { negotiated: true, id: 1 });
          },
          more: {
            join: { capabilities: ['telepathy', 'files'], later },
            state: { microphone: 'on', camera: 'on', screen: 'on', hologram: 'maybe', later },
            other: { later, priority: 3 },
          },
        });
      }, socketOf(world));
      await ann.waitForPeers(1);
      const id = await ann.idOf('Stranger');
      await ann.tile(id, { camera: 'on', muted: 'false' }); // said in the offer's signal
      await ann.videoPlaying(id);
      await eve.sees('picture and sound arrive', async () => {
        const stats = [...(await /** @type {any} */ (window).eve.pc.getStats()).values()];
        return ['audio', 'video'].every((wanted) =>
          stats.some(({ type, kind, packetsReceived }) =>
            type === 'inbound-rtp' && kind === wanted && packetsReceived > 10));
      });
      const sections = await eve.ask(() => {
        const { sdp } = /** @type {any} */ (window).eve.pc.currentRemoteDescription;
        return sdp.split('\r\nm=').slice(1).map((/** @type {string} */ section) => {
          const [, kind, port] = /** @type {string[]} */ (/^(\w+) (\d+)/.exec(section));
          // Chromium and Firefox: inactive, until an offer of Ann's gives them port 0.
          return `${kind} ${port === '0' || section.includes('a=inactive') ? 'refused' : 'used'}`;
        });
      });
      assert.deepEqual(sections, ['audio used', 'video used', 'video used', 'audio used',
        'video refused', 'audio refused', 'application used']);

      await eve.sees('both channels', () => {
        const { eve: { channel }, files } = /** @type {any} */ (window);
        return channel.readyState === 'open' && files.readyState === 'open';
      });
      await eve.ask(() => {
        const { eve: { channel }, files } = /** @type {any} */ (window);
        files.send(Uint8Array.of(1, 2, 3));
        files.send('{"type":"bye"}'); // not on the channel where it would mean something
        channel.send(new TextEncoder().encode('{"type":"bye"}')); // nor in a binary message
        channel.send('{"type":"chat","text":"hello"}');
        channel.send(JSON.stringify({ type: 'state', sequence: 2, camera: 'on', screen: 'off',
          hologram: 'maybe', later: [] }));
      });
      await ann.tile(id, { camera: 'on', muted: 'true' }); // a source that is absent is 'none'
      const before = await ann.summary();
      assert.equal((await ann.peers()).length, 1);
      await ann.nothingNegotiatedSince(before);
    },
  );
}
