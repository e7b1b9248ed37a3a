/* negotiation.test.mjs - offers that collide, come at bad moments, or are unusual. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { annAndBob, scenario } from './harness.mjs';

/** @typedef {import('./harness.mjs').World} World */
/** @typedef {import('./person.mjs').Person} Person */

/** @param {Person} person @param {object} shim */
const bend = (person, shim) =>
  person.ask((changes) => {
    Object.assign(/** @type {any} */ (window).probe.shim, changes);
  }, shim);

/** The browser says that the network has changed. @param {Person} person */
const changeNetwork = (person) =>
  person.ask(() => {
    window.dispatchEvent(new Event('online'));
  });

/**
 * Lets the page receive a signal from a peer.
 * @param {Person} person @param {string} from @param {object} more
 */
const receive = (person, from, more) =>
  person.ask(
    (peer, content) => {
      const { probe } = /** @type {any} */ (window);
      probe.receive({ ...probe.signalFrom(peer), ...content });
    },
    from,
    more,
  );

/**
 * Who of two gives way: the one with the larger id.
 * @param {Awaited<ReturnType<typeof annAndBob>>} pair
 */
const byPoliteness = ({ ann, bob, annId, bobId }) =>
  annId > bobId
    ? { polite: ann, politeId: annId, impolite: bob, impoliteId: bobId }
    : { polite: bob, politeId: bobId, impolite: ann, impoliteId: annId };

/**
 * Waits until the last exchange is over on both sides.
 * @param {Person[]} people
 */
async function stable(people) {
  for (const person of people) {
    await person.sees('nothing in course', () =>
      /** @type {any[]} */ (/** @type {any} */ (window).probe.open()).every(
        ({ pc }) => pc.signalingState === 'stable',
      ),
    );
  }
}

/**
 * Waits until it is over, and pictures move.
 * @param {Person[]} people
 */
async function settled(people) {
  await stable(people);
  for (const person of people) {
    const [peer] = await person.waitForPeers(1);
    await person.videoPlaying(peer.id);
  }
}

/** How many descriptions were set, and offers made, since. */
const since = (/** @type {any} */ now, /** @type {any} */ before) => ({
  set: now.negotiations - before.negotiations,
  offers: now.offers - before.offers,
  connections: now.connectionsEver - before.connectionsEver,
});

for (const engine of /** @type {const} */ (['chromium', 'firefox'])) {
  scenario(
    `in ${engine} one of two colliding ICE restarts is rolled back, the other completes (G1, I14)`,
    { needs: [engine] },
    async (world) => {
      const pair = await annAndBob(world, { engine }, { engine });
      const { polite, politeId, impolite, impoliteId } = byPoliteness(pair);
      const before = [await polite.summary(), await impolite.summary()];
      // Both offers are made before either arrives.
      for (const person of [polite, impolite]) await bend(person, { holdDescriptionsMs: 600 });
      await receive(polite, impoliteId, { kind: 'request', want: 'restart' });
      await changeNetwork(impolite);
      await impolite.sees('an answer set', (set) =>
        /** @type {any} */ (window).probe.summary().negotiations >= set + 2,
        [before[1].negotiations],
      );
      // Chromium shows no picture any more once it has rolled back, in any page, and the other's
      // has been seen to stop as well. One more reason why our polite side asks for restarts and
      // does not offer them itself. The sound goes on.
      await stable([polite, impolite]);
      if (engine === 'firefox') await settled([polite, impolite]);
      await polite.audioFlowing(impoliteId);
      await impolite.audioFlowing(politeId);
      const after = [await polite.summary(), await impolite.summary()];
      // Its own offer, the other's that takes its place, and the answer.
      assert.deepEqual(since(after[0], before[0]), { set: 3, offers: 1, connections: 0 });
      assert.deepEqual(since(after[1], before[1]), { set: 2, offers: 1, connections: 0 });
      assert.deepEqual(after.flatMap(({ iceErrors }) => iceErrors), []);
    },
  );

  scenario(
    `in ${engine} an incoming offer replaces one that is still being created (G4)`,
    { needs: [engine] },
    async (world) => {
      const pair = await annAndBob(world, { engine }, { engine });
      const { polite, impolite, impoliteId } = byPoliteness(pair);
      const before = [await polite.summary(), await impolite.summary()];
      await bend(polite, { offerMs: 1000 });
      await receive(polite, impoliteId, { kind: 'request', want: 'restart' });
      await changeNetwork(impolite);
      await impolite.sees('an answer set', (set) =>
        /** @type {any} */ (window).probe.summary().negotiations >= set + 2,
        [before[1].negotiations],
      );
      await settled([polite, impolite]);
      const after = [await polite.summary(), await impolite.summary()];
      assert.deepEqual(since(after[0], before[0]), { set: 2, offers: 1, connections: 0 });
      assert.deepEqual(since(after[1], before[1]), { set: 2, offers: 1, connections: 0 });
    },
  );

  scenario(
    `in ${engine} a network change restarts ICE once, and earlier candidates are dropped ` +
      '(I3, I15, I17)',
    { needs: [engine] },
    async (world) => {
      const { ann, bob, annId, bobId } = await annAndBob(world, { engine }, { engine });
      const fragments = (/** @type {Person} */ person) =>
        person.ask(() =>
          /** @type {any[]} */ (/** @type {any} */ (window).probe.open()).map(
            ({ pc }) => /a=ice-ufrag:(\S+)/.exec(pc.localDescription.sdp)?.[1],
          ),
        );
      const before = { ann: await ann.summary(), fragment: await fragments(ann) };
      const old = await ann.ask(
        () =>
          /** @type {any[]} */ (/** @type {any} */ (window).probe.messages()).filter(
            ({ way, kind }) => way === 'in' && kind === 'candidate',
          ),
      );
      await changeNetwork(ann);
      await ann.sees('another exchange over', (set) =>
        /** @type {any} */ (window).probe.summary().negotiations >= set + 2,
        [before.ann.negotiations],
      );
      await settled([ann, bob]);
      for (const { candidate, epoch, offerNumber } of old) {
        await receive(ann, bobId, { kind: 'candidate', candidate, epoch, offerNumber });
      }
      await bob.videoPlaying(annId);
      const after = await ann.summary();
      assert.equal(after.negotiations, before.ann.negotiations + 2, 'one exchange');
      assert.equal(after.connectionsEver, before.ann.connectionsEver);
      assert.deepEqual(after.iceErrors, []);
      assert.notDeepEqual(await fragments(ann), before.fragment, 'with new credentials');
    },
  );
}

scenario(
  'unusual candidates do no harm (I6, I8, I9)',
  { needs: ['chromium', 'firefox'] },
  async (world) => {
    const { ann, bob, annId, bobId } = await annAndBob(world, { engine: 'firefox' });
    const before = await ann.summary();
    const odd = [
      'candidate:1 1 udp 2113937151 9b36eaac-bb2e-49bb-bb78-21c41c499900.local 50000 typ host',
      'candidate:2 1 tcp 1518280447 192.0.2.9 9 typ host tcptype active',
      'candidate:3 1 udp 2113937151 fe80::1234:5678:9abc:def0 50001 typ host',
      'candidate:4 1 udp 2113937151 192.0.2.9 50002 typ host extension-of tomorrow',
      'candidate:this is none',
      '',
    ];
    for (const [person, from] of /** @type {[Person, string][]} */ ([[ann, bobId], [bob, annId]])) {
      for (const candidate of odd) {
        await receive(person, from, {
          kind: 'candidate',
          candidate: { candidate, sdpMid: '0', sdpMLineIndex: 0, usernameFragment: null },
        });
      }
      const content = { candidate: odd[0], sdpMid: 'nine', sdpMLineIndex: 99 };
      await receive(person, from, { kind: 'candidate', candidate: content });
    }
    const ends = await bob.ask(
      () =>
        /** @type {any[]} */ (/** @type {any} */ (window).probe.messages()).filter(
          ({ kind, candidate }) => kind === 'candidate' && candidate.candidate === '',
        ).length,
    );
    assert.ok(ends > 0, 'the end of candidates travels');
    await Promise.all([ann.videoPlaying(bobId), bob.videoPlaying(annId)]);
    await ann.nothingNegotiatedSince(before);
  },
);

scenario(
  'after many quick toggles the last one holds, without negotiation (G12, G13, G15, G16)',
  {},
  async (world) => {
    const { ann, bob, annId, bobId } = await annAndBob(world);
    const before = [await ann.summary(), await bob.summary()];
    for (let i = 0; i < 7; i++) {
      await ann.click('#camera');
      await bob.click('#mute');
    }
    await bob.tile(annId, { camera: 'off' });
    await ann.tile(bobId, { muted: 'true' });
    await ann.click('#camera');
    await bob.tile(annId, { camera: 'on' });
    await bob.videoPlaying(annId);
    await ann.nothingNegotiatedSince(before[0]);
    await bob.nothingNegotiatedSince(before[1]);
    for (const person of [ann, bob]) {
      const sections = await person.ask(() =>
        /** @type {any[]} */ (/** @type {any} */ (window).probe.open()).map(({ pc }) =>
          pc.localDescription.sdp.match(/^m=\w+/gm).join(),
        ),
      );
      assert.deepEqual(sections, ['m=audio,m=video,m=video,m=audio,m=application']);
    }
  },
);

scenario('a camera that opens during an exchange is sent (G14)', {}, async (world) => {
  const late = { shim: { openMs: 2500, holdDescriptionsMs: 1500 } };
  const bob = await world.person('Bob', late);
  await bob.enter('tea');
  await bob.shown('#call');
  const ann = await world.person('Ann', late);
  await ann.enter('tea');
  const [annId, bobId] = await Promise.all([bob.idOf('Ann'), ann.idOf('Bob')]);
  await Promise.all([bob.videoPlaying(annId), ann.videoPlaying(bobId)]);
  for (const person of [ann, bob]) {
    const sets = await person.ask(() =>
      /** @type {any[]} */ (/** @type {any} */ (window).probe.open()).map(({ set }) => set),
    );
    assert.deepEqual(sets, [2], 'one exchange was enough');
  }
});

scenario(
  'leaving during an exchange leaves nothing behind (G27, R21, R26)',
  {},
  async (world) => {
    const bob = await world.person('Bob', { shim: { holdDescriptionsMs: 500 } });
    await bob.enter('tea');
    await bob.notice('alone');
    const ann = await world.person('Ann', { shim: { offerMs: 700, holdDescriptionsMs: 500 } });
    for (let i = 0; i < 3; i++) {
      await ann.enter('tea');
      await ann.sees('a tile', () => document.querySelector('[data-peer]'));
      await ann.click('#leave');
      await ann.shown('#welcome');
      await ann.nothingLeftOpen();
      await bob.notice('alone');
    }
    await ann.enter('tea');
    await Promise.all([ann.inCallWith(1), bob.inCallWith(1)]);
    assert.equal((await bob.summary()).connections, 1);
  },
);

scenario(
  'a connection that cannot be created is retried (I28)',
  { expects: [/so many PeerConnections/] },
  async (world) => {
    const bob = await world.person('Bob');
    await bob.enter('tea');
    await bob.notice('alone');
    await bend(bob, { connectionsFail: 2 });
    const ann = await world.person('Ann');
    await ann.enter('tea');
    await bob.sees('the picture of Ann', () => {
      const video = /** @type {HTMLVideoElement} */ (document.querySelector('video.peerFace'));
      return video && video.videoWidth > 0;
    });
    await bob.waitForPeers(1);
    assert.equal((await bob.summary()).connections, 1, 'none is left over');
  },
);

/**
 * A stranger: a client of another implementation, which enters first or second.
 * @param {World} world
 * @param {'chromium'|'firefox'} [engine]
 */
async function stranger(world, engine) {
  const file = fileURLToPath(new URL('stranger.js', import.meta.url));
  const person = await world.person('Stranger', {
    engine,
    path: 'healthz',
    open: false,
    scripts: [fs.readFileSync(file, 'utf8')],
  });
  await person.page.goto(person.url);
  return person;
}

const socketOf = (/** @type {World} */ world) => `${world.relay.url.replace('http', 'ws')}ws`;

scenario(
  'a peer that rejects video gets audio, and is not asked again (G17)',
  {},
  async (world) => {
    const eve = await stranger(world);
    await eve.ask((url) => {
      const host = /** @type {any} */ (window);
      const answers = (/** @type {RTCPeerConnection} */ pc) => pc.getTransceivers()[1].stop();
      host.eve = host.meet(url, 'tea', { answers });
    }, socketOf(world));
    await eve.sees('the room', () => /** @type {any} */ (window).eve.joined);
    const ann = await world.person('Ann');
    await ann.enter('tea');
    const [tile] = await ann.waitForPeers(1);
    assert.equal(tile.camera, 'none');
    const before = await ann.summary();
    await eve.sees('sound arrive', async () => {
      const stats = [...(await /** @type {any} */ (window).eve.pc.getStats()).values()];
      return stats.some(({ type, kind, packetsReceived }) =>
        type === 'inbound-rtp' && kind === 'audio' && packetsReceived > 20);
    });
    await ann.click('#camera');
    await ann.click('#mute');
    await eve.sees('the new state', () =>
      /** @type {any[]} */ (/** @type {any} */ (window).eve.states).some(
        ({ microphone, camera }) => microphone === 'off' && camera === 'off'));
    await ann.click('#camera');
    await ann.waitForPeers(1);
    await ann.nothingNegotiatedSince(before);
  },
);

for (const [what, offers] of /** @type {const} */ ([
  ['neither audio nor video', []],
  ['audio only', ['audio']],
])) {
  scenario(`a peer that offers ${what} is answered (G18, G25)`, {}, async (world) => {
    const ann = await world.person('Ann');
    await ann.enter('tea');
    await ann.notice('alone');
    const eve = await stranger(world);
    await eve.ask(
      (url, kinds) => {
        const host = /** @type {any} */ (window);
        host.eve = host.meet(url, 'tea', {
          offers: (/** @type {RTCPeerConnection} */ pc) => {
            for (const kind of kinds) pc.addTransceiver(kind, { direction: 'recvonly' });
          },
        });
      },
      socketOf(world),
      offers,
    );
    const [tile] = await ann.waitForPeers(1);
    assert.deepEqual([tile.camera, tile.muted], ['none', 'true']);
    const before = await ann.summary();
    await ann.click('#mute');
    await eve.sees('the news over the data channel', () =>
      /** @type {any[]} */ (/** @type {any} */ (window).eve.states).some(
        ({ microphone }) => microphone === 'off'));
    await ann.click('#camera');
    await ann.waitForPeers(1);
    await ann.nothingNegotiatedSince(before);
  });
}

scenario(
  'in firefox a flood of states, and messages of a million characters, harm no call (R19)',
  { needs: ['firefox'] },
  async (world) => {
    const ann = await world.person('Ann', { engine: 'firefox' });
    await ann.enter('tea');
    await ann.notice('alone');
    const eve = await stranger(world, 'firefox');
    await eve.ask((url) => {
      const host = /** @type {any} */ (window);
      host.eve = host.meet(url, 'tea', {
        offers: (/** @type {RTCPeerConnection} */ pc) => pc.addTransceiver('audio'),
      });
    }, socketOf(world));
    await ann.waitForPeers(1);
    await eve.sees('an open channel', () =>
      /** @type {any} */ (window).eve.channel.readyState === 'open');
    await ann.ask(() => {
      const host = /** @type {any} */ (window);
      host.told = 0;
      new MutationObserver((changes) => (host.told += changes.length)).observe(
        /** @type {Element} */ (document.querySelector('#call')),
        { subtree: true, attributeFilter: ['data-camera'] },
      );
    });
    await eve.ask(() => {
      const { channel } = /** @type {any} */ (window).eve;
      for (const length of [1e6, 4e6, 8e6]) channel.send('x'.repeat(length));
      const state = { type: 'state', microphone: 'none', camera: 'none' };
      for (let i = 0; i < 1000; i++) {
        state.camera = i % 2 ? 'off' : 'none';
        channel.send(JSON.stringify({ ...state, sequence: 2 + i }));
      }
      channel.send(JSON.stringify({ ...state, microphone: 'on', camera: 'on', sequence: 2000 }));
    });
    const id = await ann.idOf('Stranger');
    await ann.tile(id, { camera: 'on', muted: 'false' });
    const told = await ann.ask(() => /** @type {any} */ (window).told);
    assert.ok(told < 200, `${told} changes of a tile`);
    await eve.ask(() => /** @type {any} */ (window).eve.channel.send('{"type":"bye"}'));
    await ann.waitForPeers(0);
  },
);
