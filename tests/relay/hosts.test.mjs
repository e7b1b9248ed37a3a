/* hosts.test.mjs - locked doors, who knocks, who is removed, and who is host, over real sockets. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import { Client } from './client.mjs';
import { Relay, scratchFolder } from './relay.mjs';

/** @typedef {import('./client.mjs').Message} Message */

const host = { capabilities: ['host'] };

/** A host and a member in a room, whose door the host has locked. @param {Relay} relay */
async function lockedRoom(relay) {
  const ann = await Client.join(relay, 'tea', { ...host, instance: 7 });
  assert.equal(ann.joined.role, 'host');
  const bob = await Client.join(relay, 'tea', { ...host, name: 'Bob', instance: 8 });
  assert.notEqual(bob.joined.role, 'host');
  await ann.message('member');
  ann.send({ type: 'host', action: 'lock' });
  const room = await ann.message('room');
  assert.equal(room.door, 'locked');
  ann.joined.ticket = room.ticket ?? ann.joined.ticket;
  assert.equal((await bob.message('room')).door, 'locked');
  return { ann, bob };
}

/** Joins, and waits at the door. @param {Relay} relay @param {Message} [more] */
async function knock(relay, more = {}) {
  const eve = await Client.open(relay);
  eve.send({ type: 'join', room: 'tea', name: 'Eve', instance: 9, ...more });
  await eve.message('knocking');
  return eve;
}

test('who knocks is admitted by a host, or refused (R9)', async (t) => {
  const relay = await Relay.start(t);
  const { ann } = await lockedRoom(relay);
  const eve = await knock(relay);
  const [first] = (await ann.message('room')).knocks;
  assert.equal(first.name, 'Eve');
  ann.send({ type: 'host', action: 'refuse', id: first.id });
  assert.equal((await eve.message('error')).code, 'refused');
  assert.ok(await eve.closed() > 4000);
  assert.equal((await ann.message('room')).knocks, undefined);
  const again = await knock(relay);
  const [second] = (await ann.message('room')).knocks;
  ann.send({ type: 'host', action: 'admit', id: second.id });
  assert.equal((await again.message('joined')).members.length, 2);
  assert.equal((await ann.message('member')).name, 'Eve');
});

test('who is no host is told so, and changes nothing', async (t) => {
  const relay = await Relay.start(t);
  const { ann, bob } = await lockedRoom(relay);
  for (const action of ['open', 'mute', 'admit', 'remove', 'appoint']) {
    bob.send({ type: 'host', action, id: ann.id });
    assert.equal((await bob.message('error')).code, 'not-host', action);
  }
  await knock(relay);
});

test('a member that was removed knocks, and does not come back with its ticket', async (t) => {
  const relay = await Relay.start(t);
  const { ann, bob } = await lockedRoom(relay);
  ann.send({ type: 'host', action: 'remove', id: bob.id });
  assert.equal((await bob.message('error')).code, 'removed');
  assert.ok(await bob.closed() > 4000);
  assert.equal((await ann.message('left')).id, bob.id);
  const again = await Client.open(relay);
  again.send({ type: 'join', room: 'tea', name: 'Bob', instance: 10, ticket: bob.joined.ticket });
  assert.equal((await again.message('error')).code, 'removed');
  await knock(relay);
});

test('everybody but the host is asked to mute (D28)', async (t) => {
  const relay = await Relay.start(t);
  const { ann, bob } = await lockedRoom(relay);
  ann.send({ type: 'host', action: 'mute' });
  assert.equal((await bob.message('mute')).from, ann.id);
  ann.send({ type: 'ping' });
  for (;;) { // the host is not
    const { payload } = await ann.next();
    const { type } = JSON.parse(payload.toString());
    assert.notEqual(type, 'mute');
    if (type === 'pong') break;
  }
});

test('who knocks while the host has lost its connection waits for it (R10)', async (t) => {
  const relay = await Relay.start(t);
  const { ann, bob } = await lockedRoom(relay);
  ann.drop();
  assert.equal((await bob.message('member')).away, true);
  const eve = await knock(relay);
  const { ticket } = ann.joined;
  const back = await Client.join(relay, 'tea', { ...host, instance: 11, ticket });
  assert.equal(back.id, ann.id);
  assert.equal(back.joined.role, 'host');
  const [waiting] = back.joined.knocks;
  assert.equal(waiting.name, 'Eve');
  back.send({ type: 'host', action: 'admit', id: waiting.id });
  assert.equal((await eve.message('joined')).members.length, 2);
});

test('when the host leaves, who has been there for longest is host, and answers knocks (R11)',
  async (t) => {
    const relay = await Relay.start(t);
    const { ann, bob } = await lockedRoom(relay);
    const eve = await knock(relay);
    ann.send({ type: 'leave' });
    let room = await bob.message('room');
    while (room.role !== 'host' || !room.knocks) room = await bob.message('room');
    bob.send({ type: 'host', action: 'admit', id: room.knocks[0].id });
    const joined = await eve.message('joined');
    assert.deepEqual(joined.members.map((/** @type {Message} */ member) => member.role), ['host']);
  });

test('a room without anybody who can be host opens its door (R11)', async (t) => {
  const relay = await Relay.start(t);
  const ann = await Client.join(relay, 'tea', { ...host, instance: 7 });
  const old = await Client.join(relay, 'tea', { name: 'Old', instance: 8 });
  ann.send({ type: 'host', action: 'lock' });
  assert.equal((await old.message('room')).door, 'locked');
  const eve = await knock(relay);
  ann.send({ type: 'leave' });
  assert.equal((await eve.message('joined')).members.length, 1);
});

test('a locked room is locked again after the relay was killed and started (R9)', async (t) => {
  const secret = path.join(scratchFolder(t), 'secret');
  const relay = await Relay.start(t, '--secret-file', secret);
  const { ann } = await lockedRoom(relay);
  await relay.end('SIGKILL');
  const next = await Relay.start(t, '--secret-file', secret, '--port', String(relay.port));
  const back = await Client.join(next, 'tea', { ...host, instance: 12, ticket: ann.joined.ticket });
  assert.equal(back.id, ann.id);
  assert.equal(back.joined.door, 'locked');
  await knock(next);
});
