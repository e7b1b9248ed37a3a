/* recording.mjs - people in rooms that keep an event log, on a page that is otherwise empty. */
/* SPDX-License-Identifier: MIT */

/** @typedef {import('./person.mjs').Person} Person */

/**
 * An empty page that becomes a room; it is kept as window.room.
 * @param {import('./harness.mjs').World} world
 * @param {string} name
 * @param {import('./browsers.mjs').Engine} engine
 */
export async function enterRecording(world, name, engine) {
  const person = await world.person(name, { engine, path: 'healthz', open: false });
  await person.page.goto(person.url);
  await person.ask(
    async (url, who) => {
      const { createRoom } = await import(`${url}peerface.js`);
      const room = await createRoom({ record: true });
      /** @type {any} */ (window).room = room;
      room.join('tea', who);
    },
    world.relay.url,
    name,
  );
  return person;
}

/** Runs in the page: whether it shows a peer that is connected. */
export const isConnected = () =>
  [.../** @type {any} */ (window).room.peers.values()].some((p) => p.state === 'connected');

/**
 * The record, and what the page shows of its peers at that moment.
 * @param {Person} person
 * @returns {Promise<{bytes: number[], complete: boolean,
 *   peers: {name: string, state: string, microphone: string, camera: string}[]}>}
 */
export function recordOf(person) {
  return person.ask(() => {
    const { room } = /** @type {any} */ (window);
    const { events, complete } = room.record();
    const peers = [...room.peers.values()].map(({ name, state, microphone, camera }) =>
      ({ name, state, microphone, camera }));
    return { bytes: [...events], complete, peers };
  });
}
