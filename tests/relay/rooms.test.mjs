/* rooms.test.mjs - rooms, tickets and signals over real sockets. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import { Client, makeFrame } from './client.mjs';
import { Relay, scratchFolder } from './relay.mjs';

test('members are told of one another and exchange signals', async (t) => {
  const relay = await Relay.start(t);
  const ann = await Client.join(relay, '차', { name: '안나', instance: 7 });
  const bob = await Client.join(relay, '차', { name: 'Bob', instance: 8 });
  assert.deepEqual(bob.joined.members,
    [{ id: ann.id, name: '안나', instance: 7, away: false }]);
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
  const bob = await Client.join(relay, 'tea', { preparedOffer: offer });
  assert.equal(bob.joined.offered, ann.id);
  assert.deepEqual((await ann.message('member')).preparedOffer, offer);
});

test('signals from outside a room are refused (R18)', async (t) => {
  const relay = await Relay.start(t);
  const ann = await Client.join(relay, 'tea');
  const eve = await Client.join(relay, 'other');
  eve.send({ type: 'signal', to: ann.id, kind: 'x' });
  const error = await eve.message('error');
  assert.equal(error.code, 'no-such-member');
  assert.equal(error.to, ann.id);
  ann.send({ type: 'ping' });
  // Since joining, Ann has received nothing but the answer to her ping.
  assert.deepEqual(JSON.parse((await ann.next()).payload.toString()), { type: 'pong' });
});

test('a full room refuses with 4001 (R9, R32)', async (t) => {
  const relay = await Relay.start(t, '--members-max', '2');
  assert.equal((await relay.health()).places, 2);
  await Client.join(relay, 'tea');
  await Client.join(relay, 'tea');
  const late = await Client.open(relay);
  late.send({ type: 'join', room: 'tea', name: '', instance: 1 });
  assert.equal((await late.message('error')).code, 'room-full');
  assert.equal(await late.closed(), 4001);
});

test('a relay at its room limit refuses with 4002 (R9)', async (t) => {
  const relay = await Relay.start(t, '--rooms-max', '1');
  await Client.join(relay, 'tea');
  const late = await Client.open(relay);
  late.send({ type: 'join', room: 'coffee', name: '', instance: 1 });
  assert.equal((await late.message('error')).code, 'relay-full');
  assert.equal(await late.closed(), 4002);
});

test('leaving is announced at once and closes with 1000', async (t) => {
  const relay = await Relay.start(t);
  const ann = await Client.join(relay, 'tea');
  const bob = await Client.join(relay, 'tea');
  bob.send({ type: 'leave' });
  assert.equal(await bob.closed(), 1000);
  assert.deepEqual(await ann.message('left'), { type: 'left', id: bob.id, reason: 'left' });
});

test('a lost member is away and resumes with its ticket (R3, I20)', async (t) => {
  const relay = await Relay.start(t);
  const ann = await Client.join(relay, 'tea');
  const bob = await Client.join(relay, 'tea', { instance: 5 });
  bob.drop();
  assert.equal((await ann.message('member')).away, false); // Bob has joined
  assert.equal((await ann.message('member')).away, true);
  const again = await Client.join(relay, 'tea', { instance: 6, ticket: bob.joined.ticket });
  assert.equal(again.joined.resumed, true);
  assert.equal(again.id, bob.id);
  const member = await ann.message('member');
  assert.equal(member.away, false);
  assert.equal(member.instance, 6);
});

test('a member that does not return in time has left, and may rejoin (R4, I22)', async (t) => {
  const relay = await Relay.start(t, '--grace-ms', '100');
  const ann = await Client.join(relay, 'tea');
  const bob = await Client.join(relay, 'tea');
  bob.drop();
  assert.deepEqual(await ann.message('left'), { type: 'left', id: bob.id, reason: 'timeout' });
  const again = await Client.join(relay, 'tea', { ticket: bob.joined.ticket });
  assert.equal(again.id, bob.id);
  assert.deepEqual(again.joined.members.map((/** @type {{id: string}} */ { id }) => id), [ann.id]);
  assert.equal((await ann.message('member')).id, bob.id);
});

test('a second client with the same ticket replaces the first (R2)', async (t) => {
  const relay = await Relay.start(t);
  const first = await Client.join(relay, 'tea');
  const second = await Client.join(relay, 'tea', { ticket: first.joined.ticket, instance: 2 });
  assert.equal(second.id, first.id);
  assert.equal((await first.message('error')).code, 'replaced');
  assert.equal(await first.closed(), 4003);
});

test('another socket of the same page takes the place of the first without an error', async (t) => {
  const relay = await Relay.start(t);
  const first = await Client.join(relay, 'tea');
  const second = await Client.join(relay, 'tea', { ticket: first.joined.ticket });
  assert.equal(second.id, first.id);
  assert.equal(await first.closed(), 1001);
});

test('a ticket stays valid after the relay was killed and restarted (R14)', async (t) => {
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

test('a relay with another secret does not accept a ticket (R16)', async (t) => {
  const relay = await Relay.start(t);
  const ann = await Client.join(relay, 'tea');
  const other = await Relay.start(t);
  const again = await Client.join(other, 'tea', { ticket: ann.joined.ticket });
  assert.equal(again.joined.resumed, false);
  assert.notEqual(again.id, ann.id);
});

test('a client over the rate limit is closed with 1008, others continue (R19)', async (t) => {
  const relay = await Relay.start(t, '--burst', '100', '--rate', '1');
  const ann = await Client.join(relay, 'tea');
  const bob = await Client.join(relay, 'tea');
  const pong = makeFrame({ payload: '{"type":"pong"}' });
  bob.wire.write(Buffer.concat(Array.from({ length: 100 }, () => pong)));
  assert.equal((await bob.message('error')).code, 'rate-limit');
  assert.equal(await bob.closed(), 1008);
  await ann.message('member');
  assert.equal((await ann.message('member')).away, true);
  ann.send({ type: 'ping' });
  await ann.message('pong');
});

test('a second join is refused and has no effect (R1)', async (t) => {
  const relay = await Relay.start(t);
  const ann = await Client.join(relay, 'tea');
  const bob = await Client.join(relay, 'tea');
  for (const room of ['tea', 'coffee']) {
    bob.send({ type: 'join', room, name: 'Bob', instance: 2 });
    assert.equal((await bob.message('error')).code, 'already-joined');
  }
  bob.send({ type: 'signal', to: ann.id, i: 1 });
  assert.equal((await ann.message('signal')).from, bob.id);
  assert.equal((await relay.health()).rooms, 1);
  assert.equal((await relay.health()).members, 2);
});

test('fifty joins and leaves are announced once each, and nobody is left (R8)', async (t) => {
  const relay = await Relay.start(t, '--members-max', '16');
  const ann = await Client.join(relay, 'tea');
  const storm = Array.from({ length: 50 }, async (_, i) => {
    const client = await Client.open(relay);
    client.send({ type: 'join', room: 'tea', name: '', instance: i + 1 });
    client.send({ type: 'leave' });
    return client.closed();
  });
  const codes = await Promise.all(storm);
  const came = codes.filter((code) => code === 1000).length;
  assert.ok(codes.every((code) => code === 1000 || code === 4001));
  ann.send({ type: 'ping' });
  const heard = { member: 0, left: 0 };
  for (let type = ''; type !== 'pong';) {
    ({ type } = JSON.parse((await ann.next()).payload.toString()));
    if (type === 'member' || type === 'left') heard[type]++;
  }
  assert.deepEqual(heard, { member: came, left: came });
  assert.equal((await relay.health()).members, 1);
});

test('another relay with the same secret takes members over (R15)', async (t) => {
  const secret = path.join(scratchFolder(t), 'secret');
  const first = await Relay.start(t, '--secret-file', secret);
  const ann = await Client.join(first, 'tea');
  const bob = await Client.join(first, 'tea');
  const second = await Relay.start(t, '--secret-file', secret);
  const annThere = await Client.join(second, 'tea', { ticket: ann.joined.ticket });
  assert.equal(annThere.id, ann.id);
  assert.equal(annThere.joined.resumed, true);
  assert.deepEqual(annThere.joined.members, []); // Bob is still with the first
  await first.end('SIGKILL');
  const bobThere = await Client.join(second, 'tea', { ticket: bob.joined.ticket });
  assert.equal(bobThere.id, bob.id);
  assert.equal((await annThere.message('member')).id, bob.id);
});

test('nothing is sent twice to a member that resumes (G8, R16)', async (t) => {
  const relay = await Relay.start(t);
  const ann = await Client.join(relay, 'tea');
  const bob = await Client.join(relay, 'tea');
  for (let i = 0; i < 2; i++) ann.send({ type: 'signal', to: bob.id, i });
  for (let i = 0; i < 2; i++) assert.equal((await bob.message('signal')).i, i);
  bob.drop();
  const again = await Client.join(relay, 'tea', { ticket: bob.joined.ticket });
  ann.send({ type: 'signal', to: bob.id, i: 2 });
  assert.equal((await again.message('signal')).i, 2);
});

test('a forged sender or ticket is refused (R16)', async (t) => {
  const relay = await Relay.start(t);
  const ann = await Client.join(relay, 'tea');
  const eve = await Client.join(relay, 'tea');
  eve.send({ type: 'signal', to: ann.id, from: ann.id });
  assert.equal((await eve.message('error')).code, 'bad-message');
  const { ticket } = ann.joined;
  const forged = await Client.join(relay, 'tea', { ticket: ticket.replace(/.$/, '~') });
  assert.equal(forged.joined.resumed, false);
  assert.equal(forged.joined.members.length, 2); // Ann is still the same member
  ann.send({ type: 'ping' });
  await ann.message('pong');
});

test('signals to unknown members are refused and not kept (I2)', async (t) => {
  const relay = await Relay.start(t);
  const ann = await Client.join(relay, 'tea');
  for (let i = 1; i <= 100; i++) {
    const to = i.toString(16).padStart(16, '0');
    ann.send({ type: 'signal', to, kind: 'candidate', epoch: i });
    assert.equal((await ann.message('error')).to, to);
  }
  const { clients, rooms, members, signals } = await relay.health();
  assert.deepEqual({ clients, rooms, members, signals },
    { clients: 1, rooms: 1, members: 1, signals: 0 });
});
