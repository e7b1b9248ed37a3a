/* chat.test.mjs - messages between browsers: lost connections, reloads, newcomers. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { endlessGrace, scenario, socketErrors } from './harness.mjs';

/** @typedef {import('./harness.mjs').World} World */
/** @typedef {import('./person.mjs').Person} Person */

/**
 * An empty page that becomes a room, window.room, with the ticket of an earlier load; the events of
 * its messages are in window.events.
 * @param {World} world
 * @param {Person} person
 */
async function load(world, person) {
  await person.page.goto(person.url);
  await person.ask(async (url, name) => {
    const { createRoom } = await import(`${url}peerface.js`);
    const ticket = sessionStorage.getItem('ticket') ?? '';
    const messages = JSON.parse(sessionStorage.getItem('messages') ?? '[]');
    const room = await createRoom({ microphone: false, camera: false, ticket, messages });
    const events = /** @type {string[]} */ ([]);
    for (const type of ['message', 'messagechange']) {
      room.addEventListener(type, (/** @type {CustomEvent} */ { detail: { text, state } }) =>
        events.push(`${text}: ${state}`));
    }
    room.addEventListener('roomchange', () => sessionStorage.setItem('ticket', room.ticket));
    Object.assign(window, { room, events });
    room.join('tea', name);
  }, world.relay.url, person.name);
  await person.sees('the room', () => /** @type {any} */ (window).room.state === 'joined');
}

/**
 * @param {World} world
 * @param {string} name
 * @param {import('./harness.mjs').PersonOptions} [options]
 */
async function enter(world, name, options) {
  const person = await world.person(name, { ...options, path: 'healthz', open: false });
  await load(world, person);
  return person;
}

/** @param {Person} person @param {string} text */
const send = (person, text) =>
  person.ask((words) => /** @type {any} */ (window).room.send(words).id, text);

/**
 * Waits until the messages of a person are these, as "name: text state".
 * @param {Person} person
 * @param {string[]} wanted
 */
const seesMessages = (person, wanted) =>
  person.sees(JSON.stringify(wanted), (all) => {
    const { messages } = /** @type {any} */ (window).room;
    const shown = messages.map((/** @type {any} */ message) =>
      `${message.name}: ${message.text} ${message.state}`);
    return JSON.stringify(shown) === JSON.stringify(all);
  }, [wanted]);

/** @param {Person} person @param {number} count */
const seesPeers = (person, count) =>
  person.sees(`${count} connected`, (wanted) => {
    const peers = [.../** @type {any} */ (window).room.peers.values()];
    return peers.length === wanted && peers.every(({ state }) => state === 'connected');
  }, [count]);

/** @param {Person} person */
const idsOf = (person) =>
  person.ask(() => /** @type {any} */ (window).room.messages.map(
    (/** @type {any} */ message) => message.id));

scenario(
  'messages reach everybody once: without the relay, after a reload, and newcomers',
  {
    needs: ['chromium', 'firefox'], relay: endlessGrace, expects: socketErrors, people: 3,
  },
  async (world) => {
    const ann = await enter(world, 'Ann', { engine: 'chromium' });
    const first = await send(ann, 'Is anybody there?');
    await seesMessages(ann, ['Ann: Is anybody there? sent']);
    const bob = await enter(world, 'Bob', { engine: 'firefox' });
    await seesMessages(bob, ['Ann: Is anybody there? received']);
    assert.deepEqual(await idsOf(bob), [first]);
    const words = 'Ja! 안녕 👩‍👩‍👧\n<b>"\\';
    await send(bob, words);
    await seesMessages(ann, ['Ann: Is anybody there? sent', `Bob: ${words} received`]);

    await world.relay.kill();
    await ann.sees('that the relay is away', () =>
      /** @type {any} */ (window).room.state === 'reconnecting');
    await send(ann, 'without a relay');
    const all = [`Ann: Is anybody there?`, `Bob: ${words}`, 'Ann: without a relay'];
    await seesMessages(bob, [`${all[0]} received`, `${all[1]} sent`, `${all[2]} received`]);
    await seesMessages(ann, [`${all[0]} sent`, `${all[1]} received`, `${all[2]} sent`]);
    assert.deepEqual(await idsOf(bob), await idsOf(ann));
    await world.relay.start();

    // Bob's page is gone while Ann writes.
    await bob.page.goto('about:blank');
    await send(ann, 'Where are you?');
    await load(world, bob);
    await seesMessages(bob, [`${all[0]} received`, `${all[2]} received`,
      'Ann: Where are you? received']);
    await ann.sees('that it was delivered', () => {
      const { messages } = /** @type {any} */ (window).room;
      return messages.every((/** @type {any} */ { state }) => state !== 'sending');
    });
    const events = await ann.ask(() => /** @type {any} */ (window).events);
    assert.deepEqual(events.slice(-2),
      ['Where are you?: sending', 'Where are you?: sent']);

    // A page that keeps its messages has them after its own reload.
    await send(bob, 'Here again');
    await bob.sees('that it was delivered', () =>
      /** @type {any} */ (window).room.messages.at(-1).state === 'sent');
    await bob.ask(() => {
      const { messages } = /** @type {any} */ (window).room;
      messages.at(-1).state = 'sending'; // as if the page had not known
      sessionStorage.setItem('messages', JSON.stringify(messages));
    });
    await load(world, bob);
    await seesPeers(bob, 1);
    const kept = [`${all[0]} received`, `${all[2]} received`, 'Ann: Where are you? received'];
    await seesMessages(bob, [...kept, 'Bob: Here again failed']);
    await bob.ask(() => {
      const { room } = /** @type {any} */ (window);
      room.resend(room.messages.at(-1));
    });
    await seesMessages(bob, [...kept, 'Bob: Here again sent']);
    await ann.sees('the last message of both loads', () => {
      const { messages } = /** @type {any} */ (window).room;
      return messages.slice(-2).every((/** @type {any} */ { text }) => text === 'Here again');
    });

    const eve = await enter(world, 'Eve', { engine: 'chromium' });
    await seesMessages(eve, [`${all[0]} received`, `${all[2]} received`,
      'Ann: Where are you? received', 'Bob: Here again received']);
    await seesPeers(eve, 2);
    await send(eve, 'Hello');
    for (const person of [ann, bob]) {
      await person.sees('Hello', () =>
        /** @type {any} */ (window).room.messages.at(-1).text === 'Hello');
    }
    await eve.sees('that it was delivered', () =>
      /** @type {any} */ (window).room.messages.at(-1).state === 'sent');
  },
);

scenario(
  'a message that nobody got has failed, and can be sent again; others are refused',
  { expects: [], relay: endlessGrace },
  async (world) => {
    const ann = await enter(world, 'Ann');
    const bob = await enter(world, 'Bob');
    await Promise.all([seesPeers(ann, 1), seesPeers(bob, 1)]);
    const seen = await ann.ask(async () => {
      const { room } = /** @type {any} */ (window);
      const { createRoom } = await import(new URL('peerface.js', location.href).href);
      const lobby = await createRoom({ microphone: false, camera: false });
      return [[room, 7], [room, ''], [room, 'a\0b'], [room, '한'.repeat(667)], [lobby, 'a']]
        .map(([where, text]) => {
          try {
            return where.send(text);
          } catch (/** @type {any} */ error) {
            return `${error.name}: ${error.message}`;
          }
        });
    });
    assert.deepEqual(seen.map((/** @type {string} */ error) => error.split(':')[0]),
      ['TypeError', 'TypeError', 'TypeError', 'RangeError', 'InvalidStateError']);
    assert.match(seen[3], /2001/);

    // Bob's page hears nothing more, and then leaves.
    await bob.ask(() => {
      for (const { pc } of /** @type {any} */ (window).probe.connections) pc.close();
    });
    await send(ann, 'Hello');
    await bob.ask(() => /** @type {any} */ (window).room.leave());
    await seesMessages(ann, ['Ann: Hello failed']);
    const [id] = await idsOf(ann);
    const eve = await enter(world, 'Eve');
    await seesPeers(ann, 1);
    await ann.ask(() => {
      const { room } = /** @type {any} */ (window);
      room.resend(room.messages[0]);
    });
    await seesMessages(eve, ['Ann: Hello received']);
    await seesMessages(ann, ['Ann: Hello sent']);
    assert.deepEqual(await idsOf(eve), [id]);
  },
);

for (const engine of /** @type {const} */ (['chromium', 'firefox'])) {
  scenario(
    `in ${engine} what is written while nothing passes arrives later, in order (R27)`,
    { needs: [engine], lan: true, slow: true, expects: socketErrors },
    async (world) => {
      const ann = await enter(world, 'Ann', { engine, host: 'far' });
      const bob = await enter(world, 'Bob', { engine });
      await Promise.all([seesPeers(ann, 1), seesPeers(bob, 1)]);
      await send(ann, 'before');
      await seesMessages(bob, ['Ann: before received']);
      world.lan.cut('udp');
      await Promise.all([ann, bob].map((person) => person.sees('that it is cut', () => {
        const [peer] = /** @type {any} */ (window).room.peers.values();
        return peer.state !== 'connected';
      })));
      for (const text of ['one', 'two', 'three']) await send(ann, text);
      world.lan.mend();
      await seesMessages(bob, ['before', 'one', 'two', 'three'].map(
        (text) => `Ann: ${text} received`));
      await seesMessages(ann, ['before', 'one', 'two', 'three'].map((text) => `Ann: ${text} sent`));
    },
  );
}
