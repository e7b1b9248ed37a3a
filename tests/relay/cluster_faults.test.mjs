/* cluster_faults.test.mjs - relays and Redis servers fail under people who are in rooms. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Client } from './client.mjs';
import { Cluster, Person, allTalk, ownerOf, readiness, together } from './cluster.mjs';
import { Gate, Redis, skipRedis } from './redis.mjs';

/** @typedef {import('node:test').TestContext} TestContext */
/** @typedef {import('./relay.mjs').Relay} Relay */

/** How long an owner's lease is good for, the spread, and time for a busy machine. */
const OWNER_MS = 20000;

/** @type {[string, (t: TestContext) => Promise<void>][]} */
const faults = [];

/** They mostly wait: several at once. @param {string} name @param {(t: TestContext) => any} run */
const fault = (name, run) => faults.push([name, run]);

/**
 * Six people in one room, two at each of three relays, whose owner is the first.
 * @param {TestContext} t
 * @param {Relay[]} relays
 */
async function sixPeople(t, relays) {
  /** @type {Person[]} */
  const people = [];
  for (let i = 0; i < 6; i++) {
    const order = [0, 1, 2].map((k) => relays[(i + k) % 3]);
    people.push(await Person.join(t, order, 'tea', { name: `P${i}`, instance: i + 1 }));
  }
  await together(people);
  assert.equal(await ownerOf(relays), relays[0]);
  return people;
}

/** What has become of people since: nobody left, all ids are the same. @param {Person[]} people */
function since(people) {
  const ids = people.map(({ id }) => id);
  const heard = people.map((person) => person.heard.length);
  const closes = people.map((person) => person.closes.length);
  return {
    nobodyIsAnother: () => assert.deepEqual(people.map(({ id }) => id), ids),
    nobodyHasLeft: () => people.forEach((person, i) => assert.deepEqual(
      person.heard.slice(heard[i]).filter(({ type }) => type === 'left'), [], person.describe())),
    nobodyWasMissed: () => people.forEach((person, i) =>
      assert.deepEqual(person.lossesSince(heard[i]), [], person.describe())),
    nobodyWasClosed: () => people.forEach((person, i) =>
      assert.equal(person.closes.length, closes[i], person.describe())),
    closesOf: (/** @type {number} */ i) => people[i].closes.slice(closes[i]),
  };
}

fault('the owner is killed: its guests get 1001 and are together again at another', async (t) => {
  const redis = await Redis.start(t);
  const { relays } = await Cluster.start(t, 3, [redis.url()]);
  const people = await sixPeople(t, relays);
  const then = since(people);
  const start = Date.now();
  await relays[0].end('SIGKILL');
  await together(people, OWNER_MS);
  assert.ok(Date.now() - start < OWNER_MS);
  await allTalk(people);
  then.nobodyIsAnother();
  then.nobodyHasLeft();
  for (const i of [1, 2, 4, 5]) {
    assert.deepEqual(then.closesOf(i).filter((code) => code !== 1001), [], people[i].describe());
  }
  assert.notEqual(await ownerOf(relays.slice(1)), relays[0]);
});

fault('a front is killed: its clients resume elsewhere, and nobody else is closed', async (t) => {
  const redis = await Redis.start(t);
  const { relays } = await Cluster.start(t, 3, [redis.url()]);
  const people = await sixPeople(t, relays);
  const then = since(people);
  await relays[1].end('SIGKILL');
  await people[1].until('the loss', () => then.closesOf(1).length > 0);
  await together(people);
  await allTalk(people);
  then.nobodyIsAnother();
  then.nobodyHasLeft();
  for (const i of [0, 2, 3, 5]) assert.deepEqual(then.closesOf(i), [], people[i].describe());
});

fault('Redis stops for 20 s: nobody is closed and nobody is told anything', async (t) => {
  const redis = await Redis.start(t);
  const { relays } = await Cluster.start(t, 3, [redis.url()]);
  const people = await sixPeople(t, relays);
  const then = since(people);
  redis.stop();
  const start = Date.now();
  people[4].send({ type: 'signal', to: people[0].id, mark: 'meanwhile' });
  const [text] = await Promise.all(relays.map((relay) => readiness(relay, false)));
  t.diagnostic(`/readyz said no after ${Date.now() - start} ms at the last relay`);
  assert.equal(text, 'not ready: a Redis server does not carry messages\n');
  // A room that this relay owns goes on, and who enters it here need not wait.
  people[3].send({ type: 'signal', to: people[0].id, mark: 'here' });
  await people[0].until('a signal within the owner', () =>
    people[0].heard.some(({ mark }) => mark === 'here'));
  await new Promise((resolve) => setTimeout(resolve, 20000)); // that is what it is about
  then.nobodyWasClosed();
  then.nobodyWasMissed();
  redis.goOn();
  await people[0].until('the signal that has waited', () =>
    people[0].heard.some(({ mark }) => mark === 'meanwhile'));
  await Promise.all(relays.map((relay) => readiness(relay)));
  await allTalk(people);
  then.nobodyWasClosed();
  then.nobodyWasMissed();
});

fault('Redis stops for longer than the grace period: nobody has left', async (t) => {
  const redis = await Redis.start(t);
  const { relays } = await Cluster.start(t, 3, [redis.url()], '--grace-ms', '5000');
  const people = await sixPeople(t, relays);
  const then = since(people);
  redis.stop();
  await new Promise((resolve) => setTimeout(resolve, 40000)); // that is what it is about
  then.nobodyHasLeft();
  redis.goOn();
  await together(people);
  await allTalk(people);
  then.nobodyIsAnother();
  then.nobodyHasLeft();
});

// Trap: LiveKit server #2464, dead after a restart of Redis.
fault('Redis is restarted empty: the rooms stay, with one owner each', async (t) => {
  const redis = await Redis.start(t);
  const { relays } = await Cluster.start(t, 3, [redis.url()]);
  const people = await sixPeople(t, relays);
  const then = since(people);
  await redis.restart();
  await Promise.all(relays.map((relay) => readiness(relay)));
  await together(people);
  await allTalk(people);
  then.nobodyIsAnother();
  then.nobodyHasLeft();
  assert.equal((await redis.keys()).filter((key) => key === 'peerface:owner:tea').length, 1);
  const health = await Promise.all(relays.map((relay) => relay.health()));
  assert.equal(health.reduce((sum, { rooms }) => sum + rooms, 0), 1);
});

// Trap: Centrifugo #1189, a subscription that is dead for ever while the health check is green.
fault('subscriptions are killed: /readyz says so and heals, and the room is whole', async (t) => {
  const redis = await Redis.start(t);
  const { relays } = await Cluster.start(t, 3, [redis.url()]);
  const people = await sixPeople(t, relays);
  const then = since(people);
  const start = Date.now();
  const losses = relays.map(async (relay) => {
    await readiness(relay, false); // before it heals, or this would wait in vain
    return Date.now() - start;
  });
  assert.equal(await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub'), 3);
  t.diagnostic(`/readyz said no after ${(await Promise.all(losses)).join(', ')} ms`);
  await Promise.all(relays.map((relay) => readiness(relay)));
  await together(people);
  await allTalk(people);
  then.nobodyIsAnother();
  then.nobodyHasLeft();
});

fault('scripts are flushed: rooms are claimed as before', async (t) => {
  const redis = await Redis.start(t);
  const { relays } = await Cluster.start(t, 2, [redis.url()]);
  await Client.join(relays[0], 'tea');
  await redis.command('SCRIPT', 'FLUSH');
  await Client.join(relays[1], 'tea', { instance: 2 });
  await Client.join(relays[1], 'milk', { instance: 3 });
  await Promise.all(relays.map((relay) => readiness(relay)));
});

fault('one relay is cut off from Redis: its room comes together within 15 s after', async (t) => {
  const redis = await Redis.start(t);
  const gate = await Gate.open(t, redis);
  const cluster = new Cluster(t, []);
  const relays = [await cluster.add('--redis', redis.url()),
    await cluster.add('--redis', redis.url()), await cluster.add('--redis', gate.url)];
  await Promise.all(relays.map((relay) => readiness(relay)));
  const people = await sixPeople(t, relays);
  const then = since(people);
  gate.cut();
  assert.match(await readiness(relays[2], false), /does not carry messages/);
  // Longer than a lease: the others are told that those there are away.
  await people[0].until('those who are cut off to be away', () =>
    people[0].others.get(people[2].id)?.away && people[0].others.get(people[5].id)?.away);
  await people[1].until('the same at another relay', () =>
    people[1].others.get(people[2].id)?.away);
  gate.heal();
  await together(people, 15000);
  await allTalk(people);
  await readiness(relays[2]);
  then.nobodyIsAnother();
  then.nobodyHasLeft();
});

// Trap: socket.io redis-adapter #506, where every node must answer before anything happens.
fault('a relay that stands still delays nobody at the others', async (t) => {
  const redis = await Redis.start(t);
  const { relays } = await Cluster.start(t, 3, [redis.url()]);
  const people = await sixPeople(t, relays);
  const { child } = relays[2];
  child.kill('SIGSTOP');
  t.after(() => child.kill('SIGCONT')); // or it would not end
  const start = Date.now();
  const newcomers = [];
  for (const [i, room] of ['tea', 'milk'].entries()) {
    for (const k of [0, 1]) {
      const instance = 10 + 2 * i + k;
      newcomers.push(await Person.join(t, [relays[k]], room, { name: `N${instance}`, instance }));
    }
  }
  const ms = Date.now() - start;
  const others = [0, 1, 3, 4].map((i) => people[i]).concat(newcomers.slice(0, 2));
  await people[0].until('all but those who are there to see each other', () => others.every(
    (person) => others.every(({ id }) => id === person.id || person.others.has(id))));
  await allTalk(others);
  await allTalk(newcomers.slice(2));
  t.diagnostic(`four joins took ${ms} ms while a relay stood still`);
  assert.equal(child.signalCode, null); // and it still does
  child.kill('SIGCONT');
  await together([...people, ...newcomers.slice(0, 2)], OWNER_MS);
});

fault('the owner is cut off from Redis: the others go on without it, then with it', async (t) => {
  const redis = await Redis.start(t);
  const gate = await Gate.open(t, redis);
  const cluster = new Cluster(t, []);
  const relays = [await cluster.add('--redis', gate.url),
    await cluster.add('--redis', redis.url()), await cluster.add('--redis', redis.url())];
  await Promise.all(relays.map((relay) => readiness(relay)));
  const people = await sixPeople(t, relays);
  const then = since(people);
  gate.cut();
  const others = [1, 2, 4, 5].map((i) => people[i]);
  await people[1].until('another owner', () => then.closesOf(1).length > 0, OWNER_MS);
  await people[1].until('the others to be together', () => others.every((person) => person.isIn
    && others.every(({ id }) => id === person.id || person.others.get(id)?.away === false)),
  OWNER_MS);
  gate.heal();
  await together(people, 15000);
  await allTalk(people);
  then.nobodyIsAnother();
});

fault('relays that have been killed leave rooms that can be entered', async (t) => {
  const redis = await Redis.start(t);
  const { relays } = await Cluster.start(t, 2, [redis.url()]);
  await Client.join(relays[0], 'tea');
  await relays[0].end('SIGKILL');
  const bob = await Client.join(relays[1], 'tea', { instance: 2 });
  assert.deepEqual(bob.joined.members, []);
});

fault('a Redis server that takes nothing is given up before memory grows', async (t) => {
  const redis = await Redis.start(t);
  const { relays } = await Cluster.start(t, 2, [redis.url()], '--burst', '1000000');
  const ann = await Client.join(relays[0], 'tea');
  const bob = await Client.join(relays[1], 'tea', { instance: 2 });
  redis.stop();
  const pad = 'p'.repeat(30000);
  let sent = 0;
  for (; sent < 1500 && !/does not take what it is sent/.test(relays[0].err); sent++) {
    ann.send({ type: 'signal', to: bob.id, pad });
    if (sent % 50 === 0) {
      ann.send({ type: 'ping' });
      await ann.message('pong');
    }
  }
  assert.match(relays[0].err, /lost: the server does not take what it is sent/);
  redis.goOn();
  await Promise.all(relays.map((relay) => readiness(relay)));
  await ann.message('member');
});

describe('a cluster', { skip: skipRedis, concurrency: 4 }, () => {
  for (const [name, run] of faults) test(name, run);
});
