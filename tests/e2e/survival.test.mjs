/* survival.test.mjs - a call of three goes on while the relay or the network fails. */
/* SPDX-License-Identifier: MIT */
//
// How long a picture stands still is measured by tests/bench/survival. These tests check what
// became of the call, and that pictures move again.
import assert from 'node:assert/strict';
import { cameras, scenario, socketErrors, until } from './harness.mjs';
import { allPlaying, nothingLost, remember } from './memory.mjs';
import { Wire } from './wire.mjs';

/** @typedef {import('./harness.mjs').Engine} Engine */
/** @typedef {import('./harness.mjs').PersonOptions} PersonOptions */
/** @typedef {import('./harness.mjs').World} World */
/** @typedef {import('./person.mjs').Person} Person */

// Small pictures: four people are six connections on one machine.
const small = { shim: { cameras: [cameras.green] } };

/**
 * Three people in one room who see and hear each other.
 * @param {World} world
 * @param {PersonOptions} options of all three
 * @param {PersonOptions} forAnn and those of Ann
 */
async function three(world, options, forAnn) {
  const people = [];
  for (const name of ['Ann', 'Bob', 'Cho']) {
    const person = await world.person(name, {
      ...small,
      ...options,
      ...(name === 'Ann' ? forAnn : {}),
    });
    await person.enter('tea');
    await person.shown('#call');
    people.push(person);
  }
  await Promise.all(people.map((person) => person.inCallWith(2)));
  return people;
}

/** Mutes, and waits until the others know. @param {Person} muted @param {Person[]} others */
async function mute(muted, others) {
  await muted.click('#mute');
  await Promise.all(
    others.map(async (other) => other.tile(await other.idOf(muted.name), { muted: 'true' })),
  );
}

/** Is muted still, in fact and for the others. @param {Person} muted @param {Person[]} others */
async function stillMuted(muted, others) {
  const { sent } = await muted.summary();
  const audio = sent.filter(({ kind }) => kind === 'audio');
  assert.ok(audio.length > 0 && audio.every(({ enabled }) => !enabled), 'no sound is sent');
  for (const other of others) {
    const id = await other.idOf(muted.name);
    const tile = (await other.peers()).find((peer) => peer.id === id);
    assert.equal(tile?.muted, 'true', `for ${other.name}`);
  }
}

/**
 * @typedef {object} Disturbance
 * @property {string} what
 * @property {(world: World, wire: Wire) => any} begin
 * @property {(people: Person[], wire: Wire) => any} lasts resolves when it has lasted long enough
 * @property {(world: World, wire: Wire) => any} end
 * @property {number} noticedBy how many people see at once that the relay is away
 */

/** @type {Disturbance[]} */
const disturbances = [
  {
    what: 'the relay is killed and started again (I20, R14)',
    begin: (world) => world.relay.kill(),
    lasts: () => {},
    end: (world) => world.relay.start(),
    noticedBy: 3,
  },
  {
    what: 'two of them cannot reach the relay (I20)',
    begin: (_, wire) => wire.cut('closed'),
    lasts: async (_, wire) => {
      const before = wire.count;
      await until('several refused connections', () => wire.count >= before + 5);
    },
    end: (_, wire) => wire.mend(),
    noticedBy: 2,
  },
  {
    what: 'the sockets of two of them are silent until the relay times them out (I20, R12)',
    begin: (_, wire) => wire.cut('silence'),
    lasts: ([ann]) =>
      Promise.all(['Bob', 'Cho'].map(async (name) => {
        await ann.tile(await ann.idOf(name), { away: 'true' });
      })),
    end: (_, wire) => wire.mend(),
    noticedBy: 0,
  },
];

for (const engine of /** @type {const} */ (['chromium', 'firefox'])) {
  for (const { what, begin, lasts, end, noticedBy } of disturbances) {
    scenario(
      `in ${engine} a call of three goes on while ${what}, and a fourth can join`,
      {
        needs: [engine],
        relay: ['--ping-ms', '2000'],
        expects: socketErrors,
        people: 4,
        slow: true,
      },
      async (world) => {
        const wire = await Wire.open(world.relay.port);
        try {
          const people = await three(world, { engine, url: wire.url }, { url: world.relay.url });
          const [ann, bob, cho] = people;
          await mute(bob, [ann, cho]);
          const memory = await remember(people);
          await begin(world, wire);
          const noticing = [bob, cho, ann].slice(0, noticedBy);
          await Promise.all(noticing.map((person) => person.notice('reconnecting')));
          await Promise.all([lasts(people, wire), allPlaying(people)]);
          await cho.click('#mute'); // reaches the others beside the relay (G25)
          await Promise.all([ann, bob].map(async (person) => {
            await person.tile(await person.idOf('Cho'), { muted: 'true' });
          }));
          await end(world, wire);
          await Promise.all(people.map((person) => person.notice('')));
          await allPlaying(people);
          await nothingLost(memory);
          for (const before of memory) await before.person.nothingNegotiatedSince(before.summary);
          await stillMuted(bob, [ann, cho]);
          const dan = await world.person('Dan', { ...small, engine });
          await dan.enter('tea');
          await allPlaying([...people, dan]);
        } finally {
          wire.close();
        }
      },
    );
  }

  /** @type {[string, import('./lan.mjs').Cut][]} */
  const cuts = [
    ['loses every packet', 'silence'],
    ['loses its carrier', 'link'],
  ];
  for (const [what, how] of cuts) {
    scenario(
      `in ${engine} a call of three recovers after the network of one ${what}`,
      { needs: [engine], lan: true, expects: socketErrors, people: 4, slow: true },
      async (world) => {
        const people = await three(world, { engine }, { host: 'far' });
        const [ann, bob, cho] = people;
        await mute(ann, [bob, cho]);
        const memory = await remember(people);
        world.lan.cut(how);
        await Promise.all(people.map((person) => person.sees(
          'that pictures no longer arrive',
          (someone) => {
            const peers = /** @type {any[]} */ (/** @type {any} */ (window).probe.peers());
            return someone
              ? peers.some(({ text, state }) => text.includes(someone) && state !== 'connected')
              : peers.every(({ state }) => state !== 'connected');
          },
          [person === ann ? '' : 'Ann'],
        )));
        world.lan.mend();
        await allPlaying(people);
        await nothingLost(memory);
        await stillMuted(ann, [bob, cho]);
        await Promise.all(people.map((person) => person.notice('')));
      },
    );
  }
}
