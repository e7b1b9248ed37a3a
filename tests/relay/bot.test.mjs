/* bot.test.mjs - peerface-bot, a member without media, at a real relay. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import { Bot } from './bot.mjs';
import { makeCertificate, tlsOptions } from './certificate.mjs';
import { Client } from './client.mjs';
import { Relay, freePort, scratchFolder, soon } from './relay.mjs';

/** @param {Relay} relay */
const urlOf = (relay) => `ws${relay.isSecure ? 's' : ''}://localhost:${relay.port}/ws`;

/**
 * A bot in a room, ended with the test.
 * @param {import('node:test').TestContext} t
 * @param {Relay} relay
 * @param {...string} options
 */
async function enter(t, relay, ...options) {
  const bot = new Bot(['--json', '--name', 'Bot', ...options, urlOf(relay), 'tea']);
  t.after(() => bot.end('SIGKILL'));
  const { id } = await bot.entry({ event: 'room', state: 'joined' });
  return { bot, id: /** @type {string} */ (id) };
}

/**
 * @param {Client} client @param {string} to @param {number} toInstance @param {object} state
 */
const tell = (client, to, toInstance, state) => client.send({
  type: 'signal', to, fromInstance: 1, toInstance, kind: 'state', state });

test('a bot is an observer, and tells a newcomer what it sends: nothing', async (t) => {
  const relay = await Relay.start(t);
  const { id } = await enter(t, relay);
  const ann = await Client.join(relay, 'tea');
  const [listed] = ann.joined.members;
  assert.equal(listed.id, id);
  assert.equal(listed.name, 'Bot');
  assert.deepEqual(listed.capabilities, ['observer']);
  const signal = await ann.message('signal');
  assert.equal(signal.kind, 'state');
  assert.equal(signal.fromInstance, listed.instance);
  assert.equal(signal.state.microphone, 'none');
  assert.equal(signal.state.camera, 'none');
  assert.equal(signal.state.hand, undefined);
});

test('a bot writes a line for who comes, changes, goes away, returns and leaves', async (t) => {
  const relay = await Relay.start(t);
  const { bot, id } = await enter(t, relay);
  const ann = await Client.join(relay, 'tea', { name: 'A"nn\\' });
  assert.equal((await bot.entry({ event: 'joined' })).name, 'A"nn\\');
  tell(ann, id, ann.joined.members[0].instance, { sequence: 1, microphone: 'on', hand: 3 });
  const state = await bot.entry({ event: 'state', id: ann.id });
  assert.equal(state.microphone, 'on');
  assert.equal(state.camera, 'none');
  assert.equal(state.hand, 3);
  ann.send({ type: 'rename', name: 'Anna' });
  await bot.entry({ event: 'renamed', id: ann.id, name: 'Anna' });
  ann.wire.socket.destroy();
  await bot.entry({ event: 'away', id: ann.id });
  const again = await Client.join(relay, 'tea', { name: 'Anna', ticket: ann.joined.ticket });
  await bot.entry({ event: 'back', id: ann.id });
  again.send({ type: 'leave' });
  await bot.entry({ event: 'left', id: ann.id });
});

test('a bot says goodbye at SIGINT and at SIGTERM', async (t) => {
  const relay = await Relay.start(t);
  for (const signal of /** @type {NodeJS.Signals[]} */ (['SIGINT', 'SIGTERM'])) {
    const ann = await Client.join(relay, 'tea');
    const { bot, id } = await enter(t, relay);
    assert.equal(await soon('the end of the bot', bot.end(signal)), 0);
    const left = await ann.message('left');
    assert.deepEqual([left.id, left.reason], [id, 'left']);
    assert.match(bot.lines.at(-1) ?? '', /"state":"left"/);
    ann.send({ type: 'leave' });
  }
});

test('a bot answers pings, and is the same member at a relay that was restarted', async (t) => {
  const port = String(await freePort());
  const options = ['--port', port, '--ping-ms', '100',
    '--secret-file', path.join(scratchFolder(t), 'secret')];
  const relay = await Relay.start(t, ...options);
  const { bot, id } = await enter(t, relay);
  const ann = await Client.join(relay, 'tea');
  for (let i = 0; i < 5; i++) await ann.message('ping'); // it would have been closed after two
  await relay.end('SIGKILL');
  await bot.entry({ event: 'room', state: 'reconnecting' });
  const next = await Relay.start(t, ...options);
  const entry = await bot.entry({ event: 'room', state: 'joined' });
  assert.equal(entry.id, id);
  const bob = await Client.join(next, 'tea');
  assert.deepEqual(bob.joined.members.map((/** @type {{id: string}} */ one) => one.id), [id]);
});

test('a bot that came first is no host, the first person is', async (t) => {
  const relay = await Relay.start(t);
  await enter(t, relay);
  const ann = await Client.join(relay, 'tea', { capabilities: ['host'] });
  assert.notEqual(ann.joined.members[0].role, 'host');
  assert.equal(ann.joined.role, 'host');
});

test('a bot that echoes has its hand up while a person has', async (t) => {
  const relay = await Relay.start(t);
  const { id } = await enter(t, relay, '--echo');
  const ann = await Client.join(relay, 'tea');
  const { instance } = ann.joined.members[0];
  tell(ann, id, instance, { sequence: 1, hand: 1 });
  for (let hand; hand !== 2;) ({ hand } = (await ann.message('signal')).state);
  tell(ann, id, instance, { sequence: 2 });
  for (let hand = 2; hand;) ({ hand } = (await ann.message('signal')).state);
});

test('a bot that is refused says why and ends', async (t) => {
  const relay = await Relay.start(t, '--members-max', '2');
  await Client.join(relay, 'tea');
  await enter(t, relay);
  const bot = new Bot(['--json', urlOf(relay), 'tea']);
  await bot.entry({ event: 'room', state: 'refused', reason: 'room-full' });
  assert.equal(await soon('the end of the bot', bot.exit), 1);
});

test('a bot that cannot reach a relay says why, once', async (t) => {
  const relay = await Relay.start(t);
  const [closed, wrong] = [await freePort(), relay.port].map((port) =>
    new Bot(['--json', '--seconds', '3', `ws://localhost:${port}/none`, 'tea']));
  t.after(() => Promise.all([closed.end('SIGKILL'), wrong.end('SIGKILL')]));
  await closed.entry({ reason: 'no address of the relay can be connected to' });
  await wrong.entry({ reason: 'no WebSocket of a relay: HTTP status 404' });
  await soon('the end of the bot', closed.exit);
  assert.equal(closed.lines.filter((line) => /"reason"/.test(line)).length, 1, closed.out);
});

test('a bot speaks TLS to a relay that it trusts, and to no other', async (t) => {
  const certificate = makeCertificate(scratchFolder(t), 'relay');
  const relay = await Relay.start(t, ...tlsOptions(certificate));
  const stranger = new Bot(['--json', urlOf(relay), 'tea']);
  t.after(() => stranger.end('SIGKILL'));
  const { bot } = await enter(t, relay, '--ca-file', certificate.cert);
  await stranger.entry({ event: 'room', state: 'joining',
    reason: 'self-signed certificate' });
  assert.equal(await soon('the end of the stranger', stranger.end('SIGINT')), 0);
  assert.doesNotMatch(stranger.out, /"state":"joined"/);
  assert.equal(await soon('the end of the bot', bot.end('SIGINT')), 0);
});

test('a crowd comes, goes and changes, in rooms of its size, and leaves', async (t) => {
  const relay = await Relay.start(t);
  const crowd = new Bot(['--load', '20', '--per-room', '5', '--rate', '200', '--seconds', '3',
    urlOf(relay), 'load']);
  assert.equal(await soon('the end of the crowd', crowd.exit), 0);
  const counts = /^in 0 of 20, joins (\d+), leaves (\d+), changes (\d+), heard (\d+), lost 0, /
    .exec(crowd.lines.at(-1) ?? '')?.slice(1).map(Number);
  assert.ok(counts, crowd.out);
  for (const count of counts) assert.ok(count > 0, crowd.out);
  assert.equal((await relay.health()).members, 0);
});

test('a bot takes no URL, room or option that is none', async () => {
  for (const words of [['http://localhost/ws', 'tea'], ['ws://localhost/ws'],
    ['--load', '0', 'ws://localhost/ws', 'tea'], ['--wrong', 'ws://localhost/ws', 'tea']]) {
    assert.equal(await soon('the end of the bot', new Bot(words).exit), 2, words.join(' '));
  }
  assert.equal(await soon('the end of the bot', new Bot(['--help']).exit), 0);
});
