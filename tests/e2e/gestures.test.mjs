/* gestures.test.mjs - names, raised hands and reactions, between browsers. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { endlessGrace, scenario, socketErrors } from './harness.mjs';
import { roomPage } from './roompage.mjs';

/**
 * A page with a room, window.room; the reactions it gets are in window.reactions.
 * @param {import('./harness.mjs').World} world
 * @param {string} name
 * @param {import('./browsers.mjs').Engine} [engine]
 */
async function enter(world, name, engine) {
  const person = await roomPage(world, name, engine);
  await person.ask(() => {
    const { room } = /** @type {any} */ (window);
    const reactions = /** @type {string[]} */ ([]);
    room.addEventListener('reaction', (/** @type {CustomEvent} */ { detail: { peer, kind } }) =>
      reactions.push(`${peer ? peer.name : 'I'}: ${kind}`));
    Object.assign(window, { reactions });
  });
  return person;
}

/**
 * Waits until this person is shown one peer like that.
 * @param {import('./person.mjs').Person} person
 * @param {object} wanted
 */
function seesPeer(person, wanted) {
  return person.sees(JSON.stringify(wanted), (like) => {
    const [peer] = /** @type {any} */ (window).room.peers.values();
    return peer && Object.entries(like).every(([name, value]) => peer[name] === value);
  }, [wanted]);
}

scenario(
  'a name, a hand and a reaction go from browser to browser, and outlive the relay',
  {
    needs: ['chromium', 'firefox'], relay: endlessGrace, expects: socketErrors, people: 3,
  },
  async (world) => {
    const ann = await enter(world, 'Ann', 'chromium');
    const bob = await enter(world, 'Bob', 'firefox');
    await seesPeer(ann, { name: 'Bob', state: 'connected', hand: 0 });
    await seesPeer(bob, { name: 'Ann', state: 'connected', hand: 0 });

    await ann.ask(() => /** @type {any} */ (window).room.setName('Änne 🙂'));
    await seesPeer(bob, { name: 'Änne 🙂' });
    const error = await ann.ask(() => {
      try {
        return /** @type {any} */ (window).room.setName('x'.repeat(65));
      } catch (/** @type {any} */ thrown) {
        return thrown.name;
      }
    });
    assert.equal(error, 'RangeError');

    await ann.ask(() => /** @type {any} */ (window).room.setHand(true));
    await seesPeer(bob, { hand: 1 });
    await bob.ask(() => /** @type {any} */ (window).room.setHand(true));
    await seesPeer(ann, { hand: 2 });
    await ann.ask(() => /** @type {any} */ (window).room.setHand(false));
    await seesPeer(bob, { hand: 0 });

    await ann.ask(() => /** @type {any} */ (window).room.react('heart'));
    await ann.ask(() => /** @type {any} */ (window).room.react('thumbs-up'));
    await bob.sees('the second reaction', () =>
      /** @type {any} */ (window).reactions.includes('Änne 🙂: thumbs-up'));
    assert.deepEqual(await bob.ask(() => /** @type {any} */ (window).reactions),
      ['Änne 🙂: heart', 'Änne 🙂: thumbs-up']);
    assert.deepEqual(await ann.ask(() => /** @type {any} */ (window).reactions),
      ['I: heart', 'I: thumbs-up']);

    await world.relay.kill();
    await ann.sees('that the relay is away', () =>
      /** @type {any} */ (window).room.state === 'reconnecting');
    await ann.ask(() => /** @type {any} */ (window).room.setName('Anna'));
    await world.relay.start();
    await seesPeer(bob, { name: 'Anna', state: 'connected', hand: 0 });
    await seesPeer(ann, { name: 'Bob', hand: 2 });
    const eve = await enter(world, 'Eve', 'chromium');
    await eve.sees('both names and the hand', () => {
      const peers = [.../** @type {any} */ (window).room.peers.values()];
      return peers.map((peer) => `${peer.name} ${peer.hand}`).sort().join() === 'Anna 0,Bob 2';
    });
  },
);
