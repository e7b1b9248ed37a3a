/* recovery.test.mjs - sleep, another network, lost pictures, pages in the background. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { annAndBob, cameras, scenario, socketErrors } from './harness.mjs';
import { freeze } from './browsers.mjs';

/** @typedef {import('./harness.mjs').Engine} Engine */

const small = { shim: { cameras: [cameras.green] } };

/** @type {[Engine, Engine][]} */
const sleepers = [
  ['chromium', 'firefox'],
  ['firefox', 'chromium'],
];

const deafServer = JSON.stringify([{ urls: 'stun:10.77.2.9' }]);

for (const [asleep, awake] of sleepers) {
  scenario(
    `in ${asleep} people whose networks let no UDP through are told so within seconds (I23)`,
    {
      needs: [asleep],
      lan: true,
      relay: ['--ice-servers', deafServer],
      expects: [/ICE failed, add a \w+ server/], // so says Firefox
      slow: true,
    },
    async (world) => {
      world.lan.cut('udp');
      const ann = await world.person('Ann', { engine: asleep, host: 'far', ...small });
      const bob = await world.person('Bob', { engine: asleep, host: 'near', ...small });
      await ann.enter('tea');
      await bob.enter('tea');
      await Promise.all([ann, bob].map(async (person) => {
        await person.sees('whose network it is', () =>
          document.querySelector('[data-peer] .connection:not([hidden])')?.textContent
            === 'Your network blocks the connection');
        await person.notice('unreachable');
        const text = await person.ask(() => document.querySelector('#notice')?.textContent);
        assert.match(text ?? '', /Another network, such as that of a phone, may help\./);
      }));
      world.lan.mend();
      await Promise.all([ann.inCallWith(1), bob.inCallWith(1)]);
      await ann.sees('nothing of it', () =>
        !document.querySelector('[data-peer] .connection:not([hidden])'));
    },
  );

  scenario(
    `a ${asleep} that slept past the grace period is the same member again, and muted (I18, I22)`,
    {
      needs: [asleep, awake],
      expects: socketErrors,
      relay: ['--ping-ms', '2000', '--grace-ms', '2000'],
      slow: true,
    },
    async (world) => {
      const forAnn = { engine: asleep, variant: /** @type {const} */ ('sleeper'), ...small };
      const { ann, bob, annId } = await annAndBob(world, forAnn, { engine: awake, ...small });
      await ann.click('#mute');
      await bob.tile(annId, { muted: 'true' });
      const wake = await freeze(asleep);
      try {
        await bob.sees('no tile of the sleeper', () => !document.querySelector('[data-peer]'));
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
    { needs: [asleep], lan: true, expects: socketErrors, slow: true },
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
      );
      await Promise.all([ann.waitForPeers(1), bob.waitForPeers(1)]);
      await Promise.all([ann.videoPlaying(bobId), bob.videoPlaying(annId)]);
      await ann.notice('');
      assert.equal(await bob.idOf('Ann'), annId);
      // Firefox never revives a connection whose address has gone: only a new one helps.
      if (asleep === 'chromium') {
        assert.equal((await ann.summary()).connectionsEver, before.connectionsEver);
      }
    },
  );
}

scenario(
  'lost media are reported, and one ICE restart brings them back (I11, I21)',
  { lan: true, slow: true },
  async (world) => {
    const far = { ...small, host: /** @type {const} */ ('far') };
    const { ann, bob, annId, bobId } = await annAndBob(world, far, small);
    const before = [await ann.summary(), await bob.summary()];
    world.lan.cut('udp');
    await Promise.all([
      ann.tile(bobId, { state: 'unstable' }),
      bob.tile(annId, { state: 'unstable' }),
    ]);
    const offered = (/** @type {number} */ offers) =>
      /** @type {any} */ (window).probe.summary().offers > offers;
    // Exactly one side offers: which one is a matter of the ids.
    await Promise.any([
      ann.sees('its restart offered', offered, [before[0].offers]),
      bob.sees('its restart offered', offered, [before[1].offers]),
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
    `in ${engine} the page reconnects at once when the network returns, whatever the backoff (I19)`,
    { needs: [engine], expects: socketErrors, people: 1, slow: true },
    async (world) => {
      const ann = await world.person('Ann', { engine });
      await ann.enter('tea');
      await ann.notice('alone');
      await world.relay.kill();
      await ann.sees(
        'five failed attempts: the pauses are long by now',
        () => {
          const { sockets } = /** @type {any} */ (window).probe;
          return sockets.length >= 6 && sockets.at(-1).readyState === WebSocket.CLOSED;
        },
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

/**
 * Waits until the relay has heard from a page as often again.
 * @param {import('./person.mjs').Person} person
 * @param {number} times
 */
async function answersPings(person, times) {
  const count = () =>
    /** @type {any} */ (window).probe.messages().filter(
      (/** @type {any} */ { way, type }) => way === 'out' && type === 'pong').length;
  const before = await person.ask(count);
  await person.sees(
    `${times} pings answered`,
    (wanted) =>
      /** @type {any} */ (window).probe.messages().filter(
        (/** @type {any} */ { way, type }) => way === 'out' && type === 'pong').length >= wanted,
    [before + times],
  );
}

scenario(
  'a background page whose timers hardly run stays in the room, and is in the call at once (R13)',
  // A client that says nothing for two such intervals is taken for lost.
  { relay: ['--ping-ms', '2000', '--grace-ms', '1000'], expects: socketErrors, slow: true },
  async (world) => {
    const ann = await world.person('Ann', { variant: 'throttled', ...small });
    await ann.enter('tea');
    await ann.notice('alone');
    const front = await ann.page.browserContext().newPage();
    await front.bringToFront();
    await ann.sees('nothing: it is hidden', () => document.hidden);
    // Chromium slows timers down to one a minute only after some minutes, and not while a driver
    // is attached.
    await ann.ask(() => {
      /** @type {any} */ (window).probe.shim.timersMs = 60000;
    });
    await answersPings(ann, 4);
    assert.equal((await ann.summary()).sockets, 1);
    assert.equal(await ann.ask(() => /** @type {any} */ (window).probe.sockets.length), 1);
    const bob = await world.person('Bob', small);
    await bob.enter('tea');
    const [peer] = await bob.waitForPeers(1);
    await bob.videoPlaying(peer.id);
    await answersPings(ann, 2);
    assert.equal(await ann.ask(() => document.hidden), true, 'in the background all the time');
    await bob.videoPlaying(peer.id);
    assert.equal(await ann.ask(() => /** @type {any} */ (window).probe.sockets.length), 1);
    assert.equal((await bob.peers())[0].away, 'false');
  },
);
