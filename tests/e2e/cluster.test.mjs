/* cluster.test.mjs - a call at three relays goes on while one of them or Redis fails. */
/* SPDX-License-Identifier: MIT */
//
// Each row of the table in src/relay/OPERATING.md is a test. It prints the longest time that each
// picture stood still, undisturbed and while something failed, and what people were shown.
import assert from 'node:assert/strict';
import process from 'node:process';
import { Client } from '../relay/client.mjs';
import { findProgram } from '../relay/manual.mjs';
import { skipRedis } from '../relay/redis.mjs';
import { cameras, scenario, socketErrors, until } from './harness.mjs';
import { Watch, allPlaying, nothingLost, remember } from './memory.mjs';
import { Relays, isReady, readiness } from './relays.mjs';
import { lasting } from './until.mjs';

/** @typedef {import('./harness.mjs').World} World */
/** @typedef {import('./person.mjs').Person} Person */
/** @typedef {import('./harness.mjs').ScenarioOptions} ScenarioOptions */

// Small pictures: four people are six connections on one machine.
const shim = { cameras: [cameras.green] };
const path = '?room=tea';

/** @type {['chromium', 'firefox', 'chromium']} */
const engines = ['chromium', 'firefox', 'chromium'];

/** @type {ScenarioOptions} */
const options = {
  needs: [...engines],
  skip: skipRedis || '',
  expects: [...socketErrors, /net::ERR_/, /status of 50[234]/],
  people: 4,
  alone: ['relays'], // what is measured here is measured better without another such call
  slow: true,
};

/** @param {World} world @param {Relays} relays @param {string} name @param {number} first */
const arrive = async (world, relays, name, first) =>
  world.person(name, { engine: engines[first], shim, url: `${await relays.urlAt(first)}${path}` });

/**
 * Ann, Bob and Cho in a call, each at a relay of their own. Ann came first: hers owns the room.
 * @param {World} world @param {Relays} relays
 */
async function three(world, relays) {
  const people = [];
  for (const [first, name] of ['Ann', 'Bob', 'Cho'].entries()) {
    const person = await arrive(world, relays, name, first);
    await person.enter('tea');
    await person.shown('#call');
    people.push(person);
  }
  await Promise.all(people.map((person) => person.inCallWith(2)));
  assert.deepEqual(await relays.owners(), [0], 'the owner of the room');
  return people;
}

/**
 * Waits until so many frames of every picture have come.
 * @param {Person[]} people @param {number} count
 */
const frames = (people, count) =>
  Promise.all(people.map(async (person) =>
    Promise.all((await person.peers()).map(async ({ id }) => {
      const { decoded } = await person.flow(id);
      await person.sees(
        `${count} frames of ${id}`,
        async (peer, then) =>
          (await /** @type {any} */ (window).probe.flow(peer)).decoded >= then,
        [id, decoded + count],
      );
    }))));

/**
 * @param {string} what
 * @param {{who: string, ms: number}[]} undisturbed gaps
 * @param {Watch} watch
 */
async function print(what, undisturbed, watch) {
  const before = new Map(undisturbed.map(({ who, ms }) => [who, ms]));
  const { lost, frames } = await watch.loss();
  const gaps = (await watch.gaps()).map(({ who, ms }) => `${who} ${ms} ms (${before.get(who)})`);
  console.log([`${what}: longest gap of each picture (undisturbed)`, gaps.join(', '),
    `packets lost: ${lost} in ${frames} frames`,
    ...await watch.said()].join('\n    '));
}

/** @typedef {{lost: number, frames: number}} Loss packets of pictures, and pictures decoded */

/**
 * A call of three while something happens: it goes on, nobody is shown as gone who is not, and in
 * the end everything is as it was.
 * @param {World} world
 * @param {string} what
 * @param {Relays} relays
 * @param {Person[]} people
 * @param {(watch: Watch) => Promise<any>} happens until all are together again
 * @returns {Promise<{usual: Loss, loss: Loss}>} what was lost just before, and meanwhile
 */
async function goesOn(world, what, relays, people, happens) {
  const memory = await remember(people);
  const quiet = await Watch.begin(people);
  await frames(people, 100);
  const undisturbed = await quiet.gaps();
  const usual = await quiet.loss();
  const watch = await Watch.begin(people);
  await happens(watch);
  await watch.whole();
  await allPlaying(people);
  await print(what, undisturbed, watch);
  const loss = await watch.loss();
  await nothingLost(memory);
  for (const before of memory) await before.person.nothingNegotiatedSince(before.summary);
  assert.equal((await relays.owners()).length, 1, 'one owner of the room');
  return { usual, loss };
}

/** @param {World} world @param {Relays} relays @param {Person[]} people @param {number} first */
async function danJoins(world, relays, people, first) {
  const dan = await arrive(world, relays, 'Dan', first);
  await dan.enter('tea');
  await allPlaying([...people, dan]);
  return dan;
}

scenario('people at three relays meet, write to each other, and a fourth joins (R35)',
  { ...options, slow: false }, async (world) => {
    const relays = await Relays.start(world);
    const people = await three(world, relays);
    const [ann, bob] = people;
    await danJoins(world, relays, people, 1);
    await bob.click('#chat');
    await bob.page.focus('.chatField');
    await bob.page.keyboard.type('Hello from the second relay');
    await bob.page.keyboard.press('Enter');
    await ann.click('#chat');
    await ann.sees('what Bob wrote', () => [...document.querySelectorAll('.chatText')]
      .some(({ textContent }) => textContent === 'Hello from the second relay'));
    assert.deepEqual(await relays.owners(), [0]);
  });

/**
 * @typedef {object} Row
 * @property {string} what
 * @property {(relays: Relays, people: Person[], watch: Watch) => Promise<any>} happens
 * @property {number} [next] the relay that a fourth comes to first, afterwards
 * @property {boolean} [isLong] it is run by hand, with PF_LONG=1: README.md has what it shows
 */

/** @type {Row[]} */
const rows = [
  {
    what: 'the relay that owns the room is killed (R15)',
    happens: async ({ all }, people, watch) => {
      await all[0].kill();
      await watch.returned();
    },
    next: 1,
  },
  {
    what: 'a relay that does not own the room is killed',
    happens: async ({ all }, [, bob], watch) => {
      await all[1].kill();
      await watch.returned([bob]);
      assert.deepEqual([...(await watch.returns()).values()], [0, 1, 0], 'who had to return');
    },
    next: 1,
  },
  {
    what: 'Redis stands still for 20 s',
    happens: async (relays, people, watch) => {
      relays.redis.stop();
      await Promise.all([lasting(20000), (async () => {
        await Promise.all(relays.all.map((relay) => readiness(relay, false)));
        // The room is Ann's relay's: whoever comes to that one is let in.
        const bot = await Client.join(/** @type {any} */ (relays.all[0]), 'tea',
          { name: 'Bot', capabilities: ['observer'] });
        await people[0].idOf('Bot');
        bot.send({ type: 'leave' });
      })()]);
      relays.redis.goOn();
      await Promise.all(relays.all.map((relay) => readiness(relay, true)));
      await Promise.all(people.map((person) => person.waitForPeers(2)));
      assert.deepEqual([...(await watch.returns()).values()], [0, 0, 0], 'who had to return');
    },
  },
  {
    what: 'Redis stands still for 60 s',
    isLong: true,
    happens: async (relays, _, watch) => {
      relays.redis.stop();
      await lasting(60000);
      relays.redis.goOn();
      await Promise.all(relays.all.map((relay) => readiness(relay, true)));
      await watch.whole();
    },
    next: 2,
  },
  {
    what: 'Redis is gone for 60 s, and comes back empty',
    isLong: true,
    happens: async (relays, _, watch) => {
      await relays.redis.kill();
      await Promise.all([lasting(60000), ...relays.all.map((relay) => readiness(relay, false))]);
      await relays.redis.restart();
      await Promise.all(relays.all.map((relay) => readiness(relay, true)));
      await watch.whole();
    },
    next: 2,
  },
  {
    what: 'Redis is restarted, empty',
    happens: async (relays) => {
      await relays.redis.kill();
      await Promise.all(relays.all.map((relay) => readiness(relay, false)));
      await relays.redis.restart();
      await Promise.all(relays.all.map((relay) => readiness(relay, true)));
      await until('the room to have an owner in Redis', async () =>
        (await relays.redis.keys()).includes('peerface:owner:tea'));
    },
    next: 2,
  },
  {
    what: 'the subscriptions of all relays are killed',
    happens: async (relays) => {
      const noticed = relays.all.map((relay) => readiness(relay, false));
      await relays.redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await Promise.all(noticed);
      await Promise.all(relays.all.map((relay) => readiness(relay, true)));
    },
    next: 2,
  },
  {
    what: 'a relay is cut off from Redis for 40 s',
    happens: async ({ all, gates }, people, watch) => {
      gates[1].cut();
      await Promise.all([lasting(40000), readiness(all[1], false)]);
      assert.ok(await isReady(all[0]) && await isReady(all[2]), 'the others are ready');
      gates[1].heal();
      await readiness(all[1], true);
      await watch.returned([people[1]]);
    },
    next: 1,
  },
  {
    what: 'the relay that owns the room is cut off from Redis for 40 s',
    isLong: true,
    happens: async ({ all, gates }, people, watch) => {
      gates[0].cut();
      await Promise.all([lasting(40000), readiness(all[0], false)]);
      gates[0].heal();
      await readiness(all[0], true);
      await watch.returned(people.slice(1));
    },
    next: 2,
  },
];

for (const { what, happens, next, isLong } of rows) {
  const skip = isLong && !process.env.PF_LONG ? 'it takes long (PF_LONG=1)' : options.skip;
  const name = `a call at three relays goes on while ${what} (R35)`;
  scenario(name, { ...options, skip }, async (world) => {
    const relays = await Relays.start(world);
    const people = await three(world, relays);
    await goesOn(world, what, relays, people, (watch) => happens(relays, people, watch));
    if (next !== undefined) await danJoins(world, relays, people, next);
  });
}

scenario('whoever enters a room whose relay has just been killed waits, and is in (R35)',
  { ...options, slow: false }, async (world) => {
    const relays = await Relays.start(world);
    const ann = await arrive(world, relays, 'Ann', 0);
    await ann.enter('tea');
    await ann.shown('#call');
    const dan = await arrive(world, relays, 'Dan', 2);
    await dan.previews();
    assert.deepEqual(await relays.owners(), [0], 'the owner of the room');
    await relays.all[0].kill();
    await dan.press();
    await Promise.all([ann.inCallWith(1), dan.inCallWith(1)]);
    await dan.notice('');
    const joins = await dan.ask(() => /** @type {any} */ (window).probe.messages()
      .filter((/** @type {any} */ { type }) => type === 'join').length);
    assert.equal(joins, 1, 'it has waited for the lease of the dead relay to end');
  });

scenario('three relays are upgraded one by one during a call of two (R35)',
  options, async (world) => {
    const relays = await Relays.start(world, ['--drain-s', '2']);
    const people = [];
    for (const [first, name] of ['Ann', 'Bob'].entries()) {
      const person = await arrive(world, relays, name, first);
      await person.enter('tea');
      await person.shown('#call');
      people.push(person);
    }
    await Promise.all(people.map((person) => person.inCallWith(1)));
    const { usual, loss } = await goesOn(world, 'three relays upgraded', relays, people,
      async (watch) => {
        for (const relay of relays.all) {
          assert.equal(await relay.stop(), 0, 'the old one ends in order');
          await relay.start();
          await readiness(relay, true);
        }
        await watch.returned();
      });
    // What a busy machine loses besides, it has lost before at the same rate: that, and a packet
    // for 50 frames. A picture that stood still for half a second would have lost more.
    const mayBeLost = (usual.lost * loss.frames) / usual.frames + loss.frames / 50;
    assert.ok(loss.lost <= mayBeLost, `lost ${JSON.stringify({ usual, loss })}`);
  });

scenario('without Redis, people with the same link meet at one relay, and it may be restarted',
  { ...options, skip: findProgram('nginx') ? '' : 'no nginx', slow: false }, async (world) => {
    const relays = await Relays.startApart(world);
    const url = await relays.nginxApart();
    const ann = await world.person('Ann', { shim, url: `${url}${path}` });
    const bob = await world.person('Bob', { engine: 'firefox', shim, url: `${url}${path}` });
    for (const person of [ann, bob]) await person.enter('tea');
    await Promise.all([ann.inCallWith(1), bob.inCallWith(1)]);
    const [owner, ...others] = await relays.owners();
    assert.equal(others.length, 0);
    assert.deepEqual([ann.page.url(), bob.page.url()],
      Array(2).fill(`${url}r${owner + 1}/${path}`), 'the link that people copy');
    const people = [ann, bob];
    const memory = await remember(people);
    const watch = await Watch.begin(people);
    await relays.all[owner].kill();
    await Promise.all(people.map((person) => person.notice('reconnecting')));
    await relays.all[owner].start();
    await watch.returned();
    await watch.whole();
    await allPlaying(people);
    await nothingLost(memory);
  });
