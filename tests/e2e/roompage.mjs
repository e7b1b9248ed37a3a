/* roompage.mjs - an empty page of the relay that becomes a room, for tests of the API. */
/* SPDX-License-Identifier: MIT */

/**
 * Opens the page, with its room in window.room, and waits until it is in the room "tea".
 * @param {import('./harness.mjs').World} world
 * @param {string} name
 * @param {import('./browsers.mjs').Engine} [engine]
 * @param {import('../../web/peerface.js').RoomOptions} [options] default: a camera, muted
 */
export async function roomPage(world, name, engine, options = { microphone: false }) {
  const person = await world.person(name, { engine, path: 'healthz', open: false });
  await person.page.goto(person.url);
  await person.ask(async (url, who, wanted) => {
    const { createRoom } = await import(`${url}peerface.js`);
    const room = await createRoom(wanted);
    Object.assign(window, { room });
    room.join('tea', who);
  }, world.relay.url, name, options);
  await person.sees('the room', () => /** @type {any} */ (window).room.state === 'joined');
  return person;
}
