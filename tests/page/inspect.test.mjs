/* inspect.test.mjs - how the page inspect/ puts the logs of a call together, and words for it. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { Call, isMisfit } from '../../web/inspect/call.js';
import { fieldsOf, passageOf } from '../../web/inspect/lines.js';
import { versionOf } from '../../web/inspect/log.js';
import { isSeed, readLink, stepAt } from '../../web/inspect/simulated.js';
import { chooseLanguage, languages } from '../../web/inspect/texts.js';

/** @typedef {import('../../web/inspect/call.js').Step} Step */
/** @typedef {import('../../web/inspect/lines.js').Line} Line */

const ann = '00000000000000aa';
const bob = '00000000000000bb';

/** @param {number} ms @param {Line} event @param {Line[]} commands @returns {Step} */
const step = (ms, event, ...commands) => ({ ms, event, misfits: [], commands });

/** @param {string} file @param {number} instance @param {Step[]} steps */
const logOf = (file, instance, ...steps) =>
  ({ file, config: { what: 'config', instance }, steps, unread: 0 });

/** @param {string} id */
const showRoom = (id) => ({ what: 'show-room', state: 'joined', self: id });

/** @param {string} id @param {string} name @param {number} pc */
const showPeer = (id, name, pc) => ({ what: 'show-peer', id, name, pc, state: 'connected' });

/** A signal as it is sent. @param {string} to @param {number} from @param {string} sdp */
const signal = (to, from, sdp) => `{"type":"signal","to":"${to}","fromInstance":${from},`
  + `"toInstance":1,"kind":"description","description":{"type":"offer","sdp":"${sdp}"}}`;

/** The same as the relay passes it on. @param {string} from @param {string} text */
const passedOn = (from, text) => `{"from":"${from}",${text.slice(1)}`;

/**
 * A call of two, in which Bob's clock is ahead.
 * @param {number} ahead ms @param {string} [heard]
 */
function callOfTwo(ahead, heard = 'x') {
  const sent = signal(bob, 7, 'x');
  return new Call([
    logOf('ann.log', 7,
      step(1000, { what: 'join', room: 'tea', name: 'Ann' }, showRoom(ann),
        showPeer(bob, 'Bob', 3)),
      step(1100, { what: 'timeout' }, { what: 'socket-send', socket: 1, message: sent }),
      step(1300, { what: 'pc-channel-message', pc: 3, data: '{"type":"state"}' })),
    logOf('bob.log', 8,
      step(1050 + ahead, { what: 'join', room: 'tea', name: 'Bob' }, showRoom(bob),
        showPeer(ann, 'Ann', 5)),
      step(1150 + ahead, {
        what: 'socket-message', socket: 1, message: passedOn(ann, signal(bob, 7, heard)),
      }),
      step(1250 + ahead, { what: 'timeout' },
        { what: 'pc-channel-send', pc: 5, data: '{"type":"state"}' })),
  ]);
}

test('people are columns behind the relay, under the names that they have given', () => {
  const { columns } = callOfTwo(0);
  assert.deepEqual(columns.map(({ label, isRelay, hasLog }) => [label, isRelay, hasLog]),
    [['', true, false], ['Ann', false, true], ['Bob', false, true]]);
});

test('a peer whose log is missing has a column as well', () => {
  const call = new Call([logOf('ann.log', 7,
    step(1, { what: 'join', name: 'Ann' }, showRoom(ann), showPeer(bob, 'Bob', 3)))]);
  assert.deepEqual(call.columns.map(({ label, hasLog }) => [label, hasLog]),
    [['', false], ['Ann', true], ['Bob', false]]);
});

test('the log of somebody who has never joined keeps the name of its file', () => {
  const call = new Call([logOf('x.log', 7, step(1, { what: 'start' }))]);
  assert.equal(call.columns[1].label, 'x.log');
});

test('events are in the order of time, each with its commands behind it', () => {
  const { rows } = callOfTwo(0);
  assert.deepEqual(rows.map(({ at, column, line }) => `${at} ${column} ${line.what}`), [
    '0 1 join', '0 1 show-room', '0 1 show-peer', '50 2 join', '50 2 show-room', '50 2 show-peer',
    '100 1 timeout', '100 1 socket-send', '150 2 socket-message', '250 2 timeout',
    '250 2 pc-channel-send', '300 1 pc-channel-message',
  ]);
});

test('a message is joined to where it was sent, over the relay and on a data channel', () => {
  const { rows } = callOfTwo(0);
  const heard = rows.findIndex(({ line }) => line.what === 'socket-message');
  assert.equal(rows[rows[heard].pair].line.what, 'socket-send');
  assert.equal(rows[rows[heard].pair].pair, heard);
  const state = rows.find(({ line }) => line.what === 'pc-channel-message');
  assert.equal(rows[state?.pair ?? -1].line.what, 'pc-channel-send');
  assert.equal(rows.some(isMisfit), false);
});

test('an arrow of a data channel leads to the peer, one of a WebSocket to the relay', () => {
  const { rows } = callOfTwo(0);
  const ends = (/** @type {string} */ what) => {
    const row = rows.find(({ line }) => line.what === what);
    return [row?.column, row?.other, row?.peer];
  };
  assert.deepEqual(ends('socket-send'), [1, 0, 2]);
  assert.deepEqual(ends('socket-message'), [2, 0, 1]);
  assert.deepEqual(ends('pc-channel-send'), [2, 1, 1]);
});

test('clocks of one machine are left alone', () => {
  assert.deepEqual(callOfTwo(0).offsets, [0, 0]);
});

for (const ahead of [90000, -90000, 1e12]) {
  test(`a clock that is ${ahead} ms ahead is moved: messages take as long both ways`, () => {
    const call = callOfTwo(ahead);
    assert.deepEqual(call.offsets, [0, -ahead]);
    assert.deepEqual(call.rows.map(({ line }) => line.what),
      callOfTwo(0).rows.map(({ line }) => line.what));
  });
}

test('nothing is received before it is sent, even where the clocks say so', () => {
  const sent = signal(bob, 7, 'x');
  const call = new Call([
    logOf('ann.log', 7, step(1000, { what: 'start' }, showRoom(ann)),
      step(1000, { what: 'timeout' }, { what: 'socket-send', message: sent })),
    logOf('bob.log', 8, step(1000, { what: 'start' }, showRoom(bob)),
      step(1000, { what: 'socket-message', message: passedOn(ann, sent) })),
  ]);
  const order = call.rows.map(({ line }) => line.what);
  assert.ok(order.indexOf('socket-send') < order.indexOf('socket-message'), order.join());
});

test('what a sender of now does not send is a difference', () => {
  const { rows } = callOfTwo(0, 'changed');
  const wrong = rows.filter(isMisfit);
  assert.equal(wrong.length, 1);
  assert.equal(wrong[0].line.what, 'socket-message');
  assert.equal(wrong[0].unsent, 0, 'it is the log of Ann that lacks it');
});

test('a log is at as many steps as it has taken at a moment of the whole call', () => {
  const call = callOfTwo(0);
  assert.deepEqual(call.moments.map((_, i) => [call.stepsAt(0, i), call.stepsAt(1, i)]),
    [[1, 0], [1, 1], [2, 1], [2, 2], [2, 3], [3, 3]]);
});

test('messages have titles that say what they are about', () => {
  const title = (/** @type {object} */ message) =>
    passageOf({ what: 'socket-message', message: JSON.stringify(message) }, new Map())?.title;
  assert.equal(title({ type: 'hello' }), 'hello');
  assert.equal(title({ type: 'signal', kind: 'description', description: { type: 'answer' } }),
    'description answer');
  assert.equal(title({ type: 'signal', kind: 'request', want: 'offer' }), 'request offer');
  assert.equal(title({ type: 'error', code: 'room-full' }), 'error room-full');
  assert.equal(passageOf({ what: 'socket-message', message: 'rubbish' }, new Map())?.title, '?');
  assert.equal(passageOf({ what: 'pc-state', pc: 3 }, new Map()), null);
});

test('a line shows the fields that fit and mean something', () => {
  assert.equal(fieldsOf({ what: 'show-peer', id: bob, name: 'Bob', state: 'connected', pc: 3 }),
    'Bob, connected, pc 3');
  assert.equal(fieldsOf({ what: 'pc-description', pc: 3, type: 'offer', sdp: 'v=0'.repeat(99) }),
    'offer, pc 3');
  assert.equal(fieldsOf({
    what: 'pc-candidate', pc: 3, candidate: 'candidate:1 1 udp 2122 192.0.2.2 48207 typ host',
  }), 'pc 3, host 192.0.2.2 48207');
  assert.equal(fieldsOf({ what: 'pc-candidate', pc: 3, candidate: '', mid: '0' }), 'pc 3, mid 0');
});

test('the version of a log is that of its first line', () => {
  const of = (/** @type {string} */ text) => versionOf(new TextEncoder().encode(text));
  assert.equal(of('peerface-event-log 4 url=0:'), '4');
  assert.equal(of('peerface-event-log 27\n'), '27');
  assert.equal(of('peerface-record-1\n'), '1');
  assert.equal(of('{"events": 3}'), '');
  assert.equal(of(''), '');
});

test('a link names a seed of 64 bits, the people and what is left out', () => {
  assert.deepEqual(readLink('#seed=18446744073709551615&people=4&without=12'),
    { seed: '18446744073709551615', people: 4, without: 12 });
  assert.deepEqual(readLink('#seed=18446744073709551616'), { seed: '', people: 0, without: 0 });
  assert.deepEqual(readLink('#seed=-1&people=x'), { seed: '', people: 0, without: 0 });
  assert.equal(isSeed('12a'), false);
});

test('at a time of the call, the last step until then is shown', () => {
  const moments = [0, 5, 5, 9].map((at) => ({ at }));
  assert.deepEqual([-1, 0, 4, 5, 8, 9, 99].map((at) => stepAt(moments, at)),
    [0, 0, 0, 2, 2, 3, 3]);
});

test('every text is used', () => {
  const folder = fileURLToPath(new URL('../../web/inspect/', import.meta.url));
  const sources = fs.readdirSync(folder).filter((name) => /(?<!texts)\.(?:js|html)$/.test(name))
    .map((name) => fs.readFileSync(folder + name, 'utf8')).join('\n');
  for (const key of Object.keys(languages.en)) {
    assert.match(sources, new RegExp(`['"]${key}['"]`), key);
  }
});

test('both languages have the same texts with the same placeholders', () => {
  assert.deepEqual(Object.keys(languages.ko), Object.keys(languages.en));
  for (const [key, text] of Object.entries(languages.en)) {
    const places = (/** @type {string} */ of) => [...of.matchAll(/\{\w+\}/g)].map(String).sort();
    assert.deepEqual(places(languages.ko[/** @type {'to'} */ (key)]), places(text), key);
  }
  assert.equal(chooseLanguage(['de', 'ko-KR']), 'ko');
  assert.equal(chooseLanguage(['fr']), 'en');
});
