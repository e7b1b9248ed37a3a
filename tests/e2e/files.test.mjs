/* files.test.mjs - files between browsers: accepted, through a lost network, on a new channel. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { scenario, socketErrors } from './harness.mjs';

/** @typedef {import('./harness.mjs').World} World */
/** @typedef {import('./person.mjs').Person} Person */

/**
 * An empty page that becomes a room. window.transfers has its files, each with `states`;
 * window.hash() is the SHA-256 of a file, as a text.
 * @param {World} world
 * @param {string} name
 * @param {import('./harness.mjs').PersonOptions} options
 */
async function enter(world, name, options) {
  const person = await world.person(name, { ...options, path: 'healthz', open: false });
  await person.page.goto(person.url);
  await person.ask(async (url, who) => {
    const { createRoom } = await import(`${url}peerface.js`);
    const room = await createRoom({ microphone: false, camera: false });
    const transfers = /** @type {any[]} */ ([]);
    room.addEventListener('file', (/** @type {CustomEvent} */ { detail: transfer }) => {
      transfer.states = [transfer.state];
      transfer.addEventListener('change', () => transfer.states.push(transfer.state));
      transfers.push(transfer);
    });
    const hash = async (/** @type {Blob} */ file) => {
      const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
      return [...new Uint8Array(digest)].join();
    };
    const make = (/** @type {number} */ size, /** @type {string} */ named) => {
      const pieces = [];
      for (let left = size; left > 0; left -= 65536) {
        pieces.push(crypto.getRandomValues(new Uint8Array(Math.min(left, 65536))));
      }
      return new File(pieces, named);
    };
    Object.assign(window, { room, transfers, hash, make });
    room.join('tea', who);
  }, world.relay.url, name);
  return person;
}

/** @param {Person} person */
const isConnected = (person) =>
  person.sees('a peer that is connected', () => {
    const [peer] = /** @type {any} */ (window).room.peers.values();
    return peer?.state === 'connected';
  });

/**
 * Offers a file, and gives its SHA-256.
 * @param {Person} person @param {number} size @param {string} name
 */
const offer = (person, size, name) =>
  person.ask(async (bytes, named) => {
    const host = /** @type {any} */ (window);
    const file = host.make(bytes, named);
    await host.room.sendFile(file);
    return host.hash(file);
  }, size, name);

/**
 * Waits for a state of the last file.
 * @param {Person} person @param {string} state
 */
const sees = (person, state) =>
  person.sees(`a file that is ${state}`, (wanted) =>
    /** @type {any} */ (window).transfers.at(-1)?.state === wanted, [state]);

/** @param {Person} person @param {string} method of the last file */
const calls = (person, method) =>
  person.ask((name) => /** @type {any} */ (window).transfers.at(-1)[name](), method);

/** Of the last file. @param {Person} person */
const received = (person) =>
  person.ask(async () => {
    const { transfers, hash } = /** @type {any} */ (window);
    const { file, name, states, moved, size } = transfers.at(-1);
    return { hash: await hash(file), name, states, whole: moved === size, type: file.type };
  });

/** @param {Person} person @param {number} bytes */
const hasMoved = (person, bytes) =>
  person.sees(`${bytes} bytes`, (wanted) =>
    /** @type {any} */ (window).transfers.at(-1).moved >= wanted, [bytes]);

scenario(
  'files arrive as they were sent, through a lost network and on a new connection (R28)',
  { needs: ['chromium', 'firefox'], lan: true, slow: true, expects: socketErrors },
  async (world) => {
    const ann = await enter(world, 'Ann', { engine: 'chromium', host: 'far' });
    const bob = await enter(world, 'Bob', { engine: 'firefox' });
    await Promise.all([isConnected(ann), isConnected(bob)]);

    for (const [from, to] of [[ann, bob], [bob, ann]]) {
      const hash = await offer(from, 300000, '휴가\u202e사진/1.jpg');
      await sees(to, 'offered');
      await calls(to, 'accept');
      await Promise.all([sees(from, 'done'), sees(to, 'done')]);
      assert.deepEqual(await received(to), {
        hash, name: '휴가사진_1.jpg', states: ['offered', 'accepted', 'done'],
        whole: true, type: '',
      });
    }

    await offer(ann, 1000, 'a');
    await sees(bob, 'offered');
    await calls(bob, 'decline');
    await sees(ann, 'declined');
    await offer(bob, 3 << 23, 'b');
    await sees(ann, 'offered');
    await calls(ann, 'accept');
    await hasMoved(bob, 1);
    await calls(bob, 'cancel');
    await sees(ann, 'cancelled');

    // Nothing passes for as long as it takes to notice; then only another connection can help.
    for (const [from, to] of [[ann, bob], [bob, ann]]) {
      const hash = await offer(from, 3 << 23, 'large');
      await sees(to, 'offered');
      await calls(to, 'accept');
      await hasMoved(from, 1);
      if (from === ann) {
        world.lan.cut('udp');
      } else {
        await ann.ask(() => {
          for (const { pc } of /** @type {any} */ (window).probe.connections) pc.close();
        });
      }
      await sees(from, 'paused');
      if (from === ann) world.lan.mend();
      await Promise.all([sees(from, 'done'), sees(to, 'done')]);
      const { states, ...rest } = await received(to);
      assert.equal(rest.hash, hash);
      assert.equal(states.filter((/** @type {string} */ state) => state === 'done').length, 1);
    }
  },
);
