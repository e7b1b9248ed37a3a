/* recovery.test.mjs - sleep, moving to another network, lost pictures, pages in the back. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { annAndBob, cameras, pause, scenario, socketErrors } from './harness.mjs';
import { freeze } from './browsers.mjs';

/** @typedef {import('./harness.mjs').Engine} Engine */

const small = { shim: { cameras: [cameras.green] } };

/** @type {[Engine, Engine][]} */
const sleepers = [
  ['chromium', 'firefox'],
  ['firefox', 'chromium'],
];

for (const [asleep, awake] of sleepers) {
  scenario(
    `a ${asleep} that slept until it was given up is the same member again, and muted (I18, I22)`,
    {
      needs: [asleep, awake],
      expects: socketErrors,
      relay: ['--ping-ms', '1000', '--grace-ms', '2000'],
      timeout: 120000,
    },
    async (world) => {
      const forAnn = { engine: asleep, ...small };
      const { ann, bob, annId } = await annAndBob(world, forAnn, { engine: awake, ...small });
      await ann.click('#mute');
      await bob.tile(annId, { muted: 'true' });
      const wake = await freeze(asleep);
      try {
        await bob.sees(
          'no tile of the sleeper',
          () => !document.querySelector('[data-peer]'),
          [],
          { ms: 40000 },
        );
      } finally {
        wake();
      }
      const [peer] = await bob.waitForPeers(1);
      assert.equal(peer.id, annId, 'the same member');
      await bob.tile(annId, { muted: 'true', camera: 'on' });
      await Promise.all([bob.videoPlaying(annId), ann.waitForPeers(1)]);
      await ann.videoPlaying(await ann.idOf('Bob'));
      const { sent } = await ann.summary();
      assert.ok(sent.every(({ kind, enabled }) => kind !== 'audio' || !enabled), 'still muted');
    },
  );

  scenario(
    `a ${asleep} that moves to another network keeps its call (I17)`,
    { needs: [asleep], lan: true, expects: socketErrors, timeout: 120000 },
    async (world) => {
      const forAnn = { engine: asleep, ...small, host: /** @type {const} */ ('far') };
      const { ann, bob, annId, bobId } = await annAndBob(world, forAnn, {
        engine: asleep,
        ...small,
      });
      const before = await ann.summary();
      world.lan.move();
      await ann.sees(
        'another exchange over',
        (set) => /** @type {any} */ (window).probe.summary().negotiations >= set + 2,
        [before.negotiations],
        { ms: 40000 },
      );
      await Promise.all([ann.waitForPeers(1), bob.waitForPeers(1)]);
      await Promise.all([ann.videoPlaying(bobId), bob.videoPlaying(annId)]);
      await ann.notice('');
      assert.equal(await bob.idOf('Ann'), annId);
      // Firefox gives a connection up for good when its address goes: nothing but a new one helps.
      if (asleep === 'chromium') {
        assert.equal((await ann.summary()).connectionsEver, before.connectionsEver);
      }
    },
  );
}

scenario(
  'pictures that no longer arrive are said to, and one ICE restart brings them back (I11, I21)',
  { lan: true, timeout: 120000 },
  async (world) => {
    const far = { ...small, host: /** @type {const} */ ('far') };
    const { ann, bob, annId, bobId } = await annAndBob(world, far, small);
    const before = [await ann.summary(), await bob.summary()];
    world.lan.cut('udp');
    await Promise.all([
      ann.tile(bobId, { state: 'unstable' }),
      bob.tile(annId, { state: 'unstable' }),
    ]);
    const slow = { ms: 30000 };
    const offered = (/** @type {number} */ offers) =>
      /** @type {any} */ (window).probe.summary().offers > offers;
    // Exactly one side offers: which one is a matter of the ids.
    await Promise.race([
      ann.sees('its restart offered', offered, [before[0].offers], slow),
      bob.sees('its restart offered', offered, [before[1].offers], slow),
    ]);
    world.lan.mend();
    await Promise.all([ann.waitForPeers(1), bob.waitForPeers(1)]);
    await Promise.all([ann.videoPlaying(bobId), bob.videoPlaying(annId)]);
    const after = [await ann.summary(), await bob.summary()];
    const offers = after.map((now, index) => now.offers - before[index].offers);
    assert.deepEqual([...offers].sort(), [0, 1], 'one side restarts, once');
    for (const [index, now] of after.entries()) {
      assert.equal(now.connectionsEver, before[index].connectionsEver);
      assert.equal(now.negotiations, before[index].negotiations + 2);
    }
  },
);

for (const engine of /** @type {const} */ (['chromium', 'firefox'])) {
  scenario(
    `in ${engine} a network that is back is used at once, whatever the pause was to be (I19)`,
    { needs: [engine], expects: socketErrors, timeout: 120000 },
    async (world) => {
      const ann = await world.person('Ann', { engine });
      await ann.enter('tea');
      await ann.notice('alone');
      await world.relay.kill();
      await ann.sees(
        'five tries in vain: the pauses are long by now',
        () => {
          const { sockets } = /** @type {any} */ (window).probe;
          return sockets.length >= 6 && sockets.at(-1).readyState === WebSocket.CLOSED;
        },
        [],
        { ms: 40000 },
      );
      await world.relay.start();
      const opened = await ann.ask(() => {
        const { sockets } = /** @type {any} */ (window).probe;
        const before = sockets.length;
        if (sockets.at(-1).readyState !== WebSocket.CLOSED) return 1; // it is being tried
        window.dispatchEvent(new Event('online'));
        return sockets.length - before;
      });
      assert.equal(opened, 1, 'tried in the same moment');
      await ann.notice('alone');
    },
  );
}

scenario(
  'a page in the back whose timers hardly run stays in the room, and is in the call at once (R13)',
  // Who says nothing for twice a second is taken for lost.
  { relay: ['--ping-ms', '1000', '--grace-ms', '1000'], expects: socketErrors, timeout: 150000 },
  async (world) => {
    const ann = await world.person('Ann', { variant: 'throttled', ...small });
    await ann.enter('tea');
    await ann.notice('alone');
    const front = await ann.page.browserContext().newPage();
    await front.bringToFront();
    await ann.sees('nothing: it is hidden', () => document.hidden);
    // Chromium holds timers back to one a minute only after some minutes, and not where a driver
    // looks on.
    await ann.ask(() => {
      /** @type {any} */ (window).probe.shim.timersMs = 60000;
    });
    await pause(8000); // several heartbeats
    assert.equal((await ann.summary()).sockets, 1);
    assert.equal(await ann.ask(() => /** @type {any} */ (window).probe.sockets.length), 1);
    const bob = await world.person('Bob', small);
    await bob.enter('tea');
    const [peer] = await bob.waitForPeers(1);
    await bob.videoPlaying(peer.id);
    await pause(4000);
    assert.equal(await ann.ask(() => document.hidden), true, 'in the back all the time');
    await bob.videoPlaying(peer.id);
    assert.equal(await ann.ask(() => /** @type {any} */ (window).probe.sockets.length), 1);
    assert.equal((await bob.peers())[0].away, 'false');
  },
);
