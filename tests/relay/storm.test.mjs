/* storm.test.mjs - all members of a killed relay resume at once. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import { Client } from './client.mjs';
import { Relay, scratchFolder } from './relay.mjs';

const ROOMS = 125;
const MEMBERS = 8;

/**
 * @param {Relay} relay
 * @param {number} number of the member, from 0
 * @param {string} [ticket]
 */
function enter(relay, number, ticket) {
  const name = `${number}`;
  return Client.join(relay, `room ${number % ROOMS}`, { name, instance: number + 1, ticket });
}

test('a thousand clients of a relay killed by SIGKILL resume as the same members (R14)',
  async (t) => {
    const secret = path.join(scratchFolder(t), 'secret');
    const relay = await Relay.start(t, '--secret-file', secret, '--ping-ms', '600000');
    const numbers = Array.from({ length: ROOMS * MEMBERS }, (_, i) => i);
    const before = await Promise.all(numbers.map((number) => enter(relay, number)));
    await relay.end('SIGKILL');
    await Promise.all(before.map((client) => client.wire.end()));

    const next = await Relay.start(t, '--secret-file', secret, '--ping-ms', '600000',
      '--port', String(relay.port));
    // Concurrently and without the delays of clients: the worst case for the relay.
    const start = Date.now();
    const after = await Promise.all(
      numbers.map((number) => enter(next, number, before[number].joined.ticket)));
    t.diagnostic(`${numbers.length} resumed in ${Date.now() - start} ms`);
    for (const number of numbers) {
      assert.equal(after[number].id, before[number].id);
      assert.equal(after[number].joined.resumed, true);
    }
    const { clients, rooms, members } = await next.health();
    assert.deepEqual({ clients, rooms, members },
      { clients: numbers.length, rooms: ROOMS, members: numbers.length });
    await Promise.all(numbers.map((number) => hearsOfEverybodyOnce(after, number)));
    for (const client of after) client.drop();
  });

/**
 * Checks that a client was told of each other member of its room once, in `joined` or in `member`,
 * and that nobody has left.
 * @param {Client[]} clients by number
 * @param {number} number
 */
async function hearsOfEverybodyOnce(clients, number) {
  const client = clients[number];
  const told = client.joined.members.map((/** @type {{id: string}} */ { id }) => id);
  client.send({ type: 'ping' });
  for (;;) {
    const message = JSON.parse((await client.next()).payload.toString());
    if (message.type === 'pong') break;
    assert.equal(message.type, 'member');
    assert.equal(message.away, false);
    told.push(message.id);
  }
  const others = clients.filter((other, i) => other !== client && i % ROOMS === number % ROOMS);
  assert.deepEqual(told.sort(), others.map(({ id }) => id).sort());
}
