/* channels.test.mjs - channels of a page, between browsers. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { scenario } from './harness.mjs';

/** @typedef {import('./person.mjs').Person} Person */

/**
 * An empty page that becomes a room with two channels, window.channels; what they bring is in
 * window.heard, long texts by their length.
 * @param {import('./harness.mjs').World} world
 * @param {string} name
 * @param {import('./browsers.mjs').Engine} engine
 */
async function enter(world, name, engine) {
  const person = await world.person(name, { engine, path: 'healthz', open: false });
  await person.page.goto(person.url);
  await person.ask(async (url, who) => {
    const { createRoom } = await import(`${url}peerface.js`);
    const room = await createRoom({ microphone: false, camera: false });
    const heard = /** @type {string[]} */ ([]);
    const open = async (/** @type {string} */ named, /** @type {boolean} */ reliable) => {
      const channel = await room.openChannel(named, { reliable });
      channel.addEventListener('message', (/** @type {CustomEvent} */ event) => {
        const { peer, data } = event.detail;
        const text = typeof data === 'string' ? data : `[${new Uint8Array(data).join()}]`;
        heard.push(text.length > 99 ? `${text.length}` : `${named} ${peer.name}: ${text}`);
      });
      return channel;
    };
    const channels = { moves: await open('zug 🎲', true), cursors: await open('cursors', false) };
    Object.assign(window, { room, channels, heard });
    room.join('tea', who);
  }, world.relay.url, name);
  return person;
}

/** @param {Person} person @param {string} wanted */
const hears = (person, wanted) =>
  person.sees(wanted, (text) => /** @type {any} */ (window).heard.includes(text), [wanted]);

/**
 * Waits until this person can send to `count` peers, on both channels.
 * @param {Person} person @param {number} count
 */
const reaches = (person, count) =>
  person.sees(`${count} peers with open channels`, (wanted) => {
    const { room, channels: { moves, cursors } } = /** @type {any} */ (window);
    const ids = [...room.peers.keys()];
    return ids.length === wanted && ids.every((id) => moves.send('?', id) && cursors.send('?', id));
  }, [count]);

scenario(
  'a page has channels of its own: texts and bytes, to all or to one, reliable or not',
  { needs: ['chromium', 'firefox'], people: 3 },
  async (world) => {
    const ann = await enter(world, 'Ann', 'chromium');
    const bob = await enter(world, 'Bob', 'firefox');
    const eve = await enter(world, 'Eve', 'chromium');
    for (const person of [ann, bob, eve]) await reaches(person, 2);
    const sent = await ann.ask(() => {
      const { channels: { moves, cursors }, room } = /** @type {any} */ (window);
      const bobId = [...room.peers.values()].find(({ name }) => name === 'Bob').id;
      return [moves.send('e4\n'), cursors.send('7,9'), cursors.send('secret', bobId),
        moves.send(Uint8Array.of(10, 0, 255).buffer), moves.send('nobody', 'no such peer')];
    });
    assert.deepEqual(sent, [true, true, true, true, false]);
    for (const person of [bob, eve]) {
      await hears(person, 'zug 🎲 Ann: e4\n');
      await hears(person, 'zug 🎲 Ann: [10,0,255]');
      await hears(person, 'cursors Ann: 7,9');
    }
    await hears(bob, 'cursors Ann: secret');
    await bob.ask(() => /** @type {any} */ (window).channels.moves.send('e5'));
    await hears(ann, 'zug 🎲 Bob: e5');
    const heardByEve = await eve.ask(() => /** @type {any} */ (window).heard);
    assert.ok(!heardByEve.includes('cursors Ann: secret'));
  },
);

scenario(
  'a lossy channel is one that neither waits for what is lost nor sends it again',
  {},
  async (world) => {
    const note = `window.made = [];
      const create = RTCPeerConnection.prototype.createDataChannel;
      RTCPeerConnection.prototype.createDataChannel = function (...args) {
        const channel = create.apply(this, args);
        window.made.push([channel.id, channel.ordered, channel.maxRetransmits]);
        return channel;
      };`;
    const [ann, bob] = [await world.person('Ann', { scripts: [note] }), await world.person('Bob')];
    await ann.enter('tea');
    await bob.enter('tea');
    await ann.inCallWith(1);
    await bob.inCallWith(1);
    const made = await ann.ask(() => /** @type {any} */ (window).made);
    const kinds = new Map(made.map((/** @type {any[]} */ [id, ...kind]) => [id, kind]));
    assert.deepEqual([0, 1, 2, 3].map((id) => kinds.get(id)),
      [[true, null], [true, null], [false, 0], [true, null]]);
  },
);

scenario(
  'a peer that takes nothing any more holds up nobody once it is gone',
  { people: 3, relay: ['--grace-ms', '1000', '--ping-ms', '1000'] },
  async (world) => {
    const ann = await enter(world, 'Ann', 'chromium');
    const bob = await enter(world, 'Bob', 'chromium');
    for (const person of [ann, bob]) await reaches(person, 1);
    await ann.ask(() => {
      const host = /** @type {any} */ (window);
      const { moves } = host.channels;
      moves.addEventListener('writable', () => (host.isWritable = true));
      const halted = Object.getOwnPropertyDescriptor(RTCDataChannel.prototype, 'bufferedAmount');
      Object.defineProperty(RTCDataChannel.prototype, 'bufferedAmount', { get() {
        return this.readyState === 'open' ? 1 << 20 : halted?.get?.call(this);
      } });
      host.taken = moves.send('x');
    });
    assert.equal(await ann.ask(() => /** @type {any} */ (window).taken), false);
    await bob.page.goto('about:blank');
    await ann.sees('that it may send', () => /** @type {any} */ (window).isWritable === true);
  },
);

scenario(
  'a channel says when too much waits to be sent, and all that it has taken arrives',
  { needs: ['chromium', 'firefox'] },
  async (world) => {
    const ann = await enter(world, 'Ann', 'chromium');
    const bob = await enter(world, 'Bob', 'firefox');
    for (const [from, to] of [[ann, bob], [bob, ann]]) {
      await reaches(from, 1);
      const count = await from.ask(() => {
        const host = /** @type {any} */ (window);
        const { moves } = host.channels;
        let taken = 0;
        host.writable = [];
        moves.addEventListener('writable', () => host.writable.push(moves.bufferedAmount));
        while (moves.send('x'.repeat(65000))) taken++;
        return moves.bufferedAmount > 0 && host.writable.length === 0 ? taken : 0;
      });
      assert.ok(count >= 2, `${count} were taken`);
      await to.sees('all of them', (number) => {
        const { heard } = /** @type {any} */ (window);
        return heard.filter((/** @type {string} */ text) => text === '65000').length >= number;
      }, [count]);
      await from.sees('nothing waiting', () =>
        /** @type {any} */ (window).channels.moves.bufferedAmount === 0);
      const writable = await from.ask(() => /** @type {any} */ (window).writable);
      assert.equal(writable.length, 1, 'told once');
      assert.ok(writable[0] <= 262144, `${writable[0]} bytes waited still`);
    }
    const error = await ann.ask(() => {
      try {
        return /** @type {any} */ (window).channels.moves.send('x'.repeat(65536));
      } catch (/** @type {any} */ thrown) {
        return thrown.name;
      }
    });
    assert.equal(error, 'RangeError');
  },
);
