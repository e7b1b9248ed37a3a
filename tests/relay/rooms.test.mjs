/* rooms.test.mjs - rooms, tickets and signals over real sockets. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import { Client, makeFrame } from './client.mjs';
import { Relay, scratchFolder } from './relay.mjs';

test('members learn of one another and signals pass between them', async (t) => {
  const relay = await Relay.start(t);
  const ann = await Client.join(relay, '차', { name: '안나', instance: 7 });
  const bob = await Client.join(relay, '차', { name: 'Bob', instance: 8 });
  assert.deepEqual(bob.joined.members, [{ id: ann.id, name: '안나', instance: 7, away: false }]);
  assert.deepEqual(await ann.message('member'), {
    type: 'member', id: bob.id, name: 'Bob', instance: 8, away: false,
  });
  const signal = {
    type: 'signal', to: ann.id, fromInstance: 8, toInstance: 7, kind: 'later', x: ['é'],
  };
  bob.send(signal);
  assert.deepEqual(await ann.message('signal'), { from: bob.id, ...signal });
});

test('many signals in one write arrive in order', async (t) => {
  const relay = await Relay.start(t);
  const ann = await Client.join(relay, 'tea');
  const bob = await Client.join(relay, 'tea');
  for (let i = 0; i < 300; i++) {
    bob.send({ type: 'signal', to: ann.id, i, pad: 'p'.repeat(i * 10) });
  }
  for (let i = 0; i < 300; i++) assert.equal((await ann.message('signal')).i, i);
});

test('a prepared offer reaches the first member', async (t) => {
  const relay = await Relay.start(t);
  const ann = await Client.join(relay, 'tea');
  const offer = {
    description: { type: 'offer', sdp: 'v=0\r\n' }, candidates: [],
    state: { sequence: 1, microphone: 'on', camera: 'off' },
  };
  const bob = await Client.join(relay, 'tea', { offer });
  assert.equal(bob.joined.offered, ann.id);
  assert.deepEqual((await ann.message('member')).offer, offer);
});

test('nobody outside a room can signal into it', async (t) => {
  const relay = await Relay.start(t);
  const ann = await Client.join(relay, 'tea');
  const eve = await Client.join(relay, 'other');
  eve.send({ type: 'signal', to: ann.id, kind: 'x' });
  const error = await eve.message('error');
  assert.equal(error.code, 'no-such-member');
  assert.equal(error.to, ann.id);
  ann.send({ type: 'ping' });
  // Everything that Ann got since she joined is the answer to her ping.
  assert.deepEqual(JSON.parse((await ann.next()).payload.toString()), { type: 'pong' });
});

test('a full room refuses with 4001', async (t) => {
  const relay = await Relay.start(t, '--members-max', '2');
  await Client.join(relay, 'tea');
  await Client.join(relay, 'tea');
  const late = await Client.open(relay);
  late.send({ type: 'join', room: 'tea', name: '', instance: 1 });
  assert.equal((await late.message('error')).code, 'room-full');
  assert.equal(await late.closed(), 4001);
});

test('a relay with all its rooms refuses with 4002', async (t) => {
  const relay = await Relay.start(t, '--rooms-max', '1');
  await Client.join(relay, 'tea');
  const late = await Client.open(relay);
  late.send({ type: 'join', room: 'coffee', name: '', instance: 1 });
  assert.equal((await late.message('error')).code, 'relay-full');
  assert.equal(await late.closed(), 4002);
});

test('leaving is told at once, and closes with 1000', async (t) => {
  const relay = await Relay.start(t);
  const ann = await Client.join(relay, 'tea');
  const bob = await Client.join(relay, 'tea');
  bob.send({ type: 'leave' });
  assert.equal(await bob.closed(), 1000);
  assert.deepEqual(await ann.message('left'), { type: 'left', id: bob.id, reason: 'left' });
});

test('a lost member is away, comes back with its ticket, and is the same', async (t) => {
  const relay = await Relay.start(t);
  const ann = await Client.join(relay, 'tea');
  const bob = await Client.join(relay, 'tea', { instance: 5 });
  bob.drop();
  assert.equal((await ann.message('member')).away, false); // that Bob came
  assert.equal((await ann.message('member')).away, true);
  const again = await Client.join(relay, 'tea', { instance: 6, ticket: bob.joined.ticket });
  assert.equal(again.joined.resumed, true);
  assert.equal(again.id, bob.id);
  const member = await ann.message('member');
  assert.equal(member.away, false);
  assert.equal(member.instance, 6);
});

test('a member that does not come back has left after its grace', async (t) => {
  const relay = await Relay.start(t, '--grace-ms', '100');
  const ann = await Client.join(relay, 'tea');
  const bob = await Client.join(relay, 'tea');
  bob.drop();
  assert.deepEqual(await ann.message('left'), { type: 'left', id: bob.id, reason: 'timeout' });
});

test('a second client with the same ticket replaces the first', async (t) => {
  const relay = await Relay.start(t);
  const first = await Client.join(relay, 'tea');
  const second = await Client.join(relay, 'tea', { ticket: first.joined.ticket });
  assert.equal(second.id, first.id);
  assert.equal((await first.message('error')).code, 'replaced');
  assert.equal(await first.closed(), 4003);
});

test('a ticket outlives a relay that is killed and started again', async (t) => {
  const secret = path.join(scratchFolder(t), 'secret');
  const relay = await Relay.start(t, '--secret-file', secret);
  const ann = await Client.join(relay, 'tea');
  const bob = await Client.join(relay, 'tea');
  await relay.end('SIGKILL');
  await ann.wire.end();
  const next = await Relay.start(t, '--secret-file', secret, '--port', String(relay.port));
  const bobAgain = await Client.join(next, 'tea', { ticket: bob.joined.ticket });
  const annAgain = await Client.join(next, 'tea', { ticket: ann.joined.ticket });
  assert.equal(bobAgain.id, bob.id);
  assert.equal(bobAgain.joined.resumed, true);
  assert.equal(annAgain.id, ann.id);
  annAgain.send({ type: 'signal', to: bob.id, kind: 'x' });
  assert.equal((await bobAgain.message('signal')).from, ann.id);
});

test('a ticket is worth nothing to a relay with another secret', async (t) => {
  const relay = await Relay.start(t);
  const ann = await Client.join(relay, 'tea');
  const other = await Relay.start(t);
  const again = await Client.join(other, 'tea', { ticket: ann.joined.ticket });
  assert.equal(again.joined.resumed, false);
  assert.notEqual(again.id, ann.id);
});

test('a client that sends too much is closed with 1008', async (t) => {
  const relay = await Relay.start(t, '--burst', '100', '--rate', '1');
  const ann = await Client.join(relay, 'tea');
  const bob = await Client.join(relay, 'tea');
  const pong = makeFrame({ payload: '{"type":"pong"}' });
  bob.wire.write(Buffer.concat(Array.from({ length: 100 }, () => pong)));
  assert.equal((await bob.message('error')).code, 'rate-limit');
  assert.equal(await bob.closed(), 1008);
  await ann.message('member');
  assert.equal((await ann.message('member')).away, true);
});
