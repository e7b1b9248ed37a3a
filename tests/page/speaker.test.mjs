/* speaker.test.mjs - where the others are heard, whatever becomes of the devices. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findOutput, Speaker } from '../../web/page/speaker.js';

/** @param {string} deviceId @param {string} [label] @param {string} [groupId] */
const output = (deviceId, label = deviceId, groupId = `group of ${deviceId}`) =>
  ({ deviceId, label, groupId });

const desk = output('1', 'Desk speakers');
const headset = output('2', 'Headset');
const system = output('default', 'Default - Desk speakers');

/**
 * A browser with these outputs.
 * @param {import('node:test').TestContext} t
 * @param {{outputs: object[], refuses?: string, stored?: string}} has
 */
async function browserWith(t, has) {
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  class FakeElement {
    sinkId = '';

    /** @param {string} id */
    async setSinkId(id) {
      if (has.refuses) throw Object.assign(new Error(), { name: has.refuses });
      const exists = has.outputs.some((/** @type {any} */ { deviceId }) => deviceId === id);
      if (id && !exists) throw Object.assign(new Error(), { name: 'NotFoundError' });
      this.sinkId = id;
    }
  }
  const before = ['HTMLMediaElement', 'Audio', 'navigator'].map((name) =>
    /** @type {const} */ ([name, Object.getOwnPropertyDescriptor(globalThis, name)]));
  t.after(() => {
    for (const [name, descriptor] of before) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else delete (/** @type {any} */ (globalThis)[name]);
    }
  });
  /** @type {() => void} */
  let devicesChanged = () => {};
  for (const [name, value] of Object.entries({
    HTMLMediaElement: FakeElement,
    Audio: FakeElement,
    navigator: { mediaDevices: {
      enumerateDevices: async () =>
        has.outputs.map((device) => ({ kind: 'audiooutput', ...device })),
      addEventListener: (/** @type {string} */ _, /** @type {any} */ run) => devicesChanged = run,
    } },
  })) Object.defineProperty(globalThis, name, { value, configurable: true });
  const kept = { speaker: has.stored ?? '' };
  const players = [new FakeElement(), new FakeElement()];
  let lost = 0;
  const speaker = new Speaker({
    store: { get: () => kept.speaker, set: (_, value) => { kept.speaker = value; } },
    players: () => /** @type {any} */ (players),
    changed: () => {},
    lost: () => lost++,
  });
  await speaker.refresh();
  const sinks = () => players.map(({ sinkId }) => sinkId);
  /** @param {object[]} outputs */
  const change = async (outputs) => {
    has.outputs = outputs;
    devicesChanged();
    await settle();
  };
  return { speaker, players, kept, sinks, change, settle, has, lost: () => lost, FakeElement };
}

test('an output is found again by its id, its name and group, or its name alone (D7)', () => {
  const outputs = [desk, headset, output('3', 'HDMI', 'a'), output('4', 'HDMI', 'b')];
  assert.equal(findOutput(outputs, headset), headset);
  assert.equal(findOutput(outputs, output('old', 'HDMI', 'b'))?.deviceId, '4');
  assert.equal(findOutput(outputs, output('old', 'Headset', 'old')), headset);
  assert.equal(findOutput(outputs, output('old', 'HDMI', 'old')), undefined, 'which of the two?');
  assert.equal(findOutput(outputs, output('old', '')), undefined);
  assert.equal(findOutput([output('3', '')], output('old', '')), undefined, 'no name is no match');
  assert.equal(findOutput(outputs, output('')), undefined, 'the default is no device');
});

test('everybody is heard where the person chose, later peers too, also next time', async (t) => {
  const { speaker, players, kept, sinks, FakeElement } = await browserWith(t,
    { outputs: [system, desk, headset] });
  assert.deepEqual(speaker.outputs, [desk, headset]);
  assert.equal(speaker.defaultLabel, 'Default - Desk speakers');
  await speaker.choose('2');
  assert.deepEqual(sinks(), ['2', '2']);
  players.push(new FakeElement());
  speaker.playersChanged();
  assert.deepEqual(sinks(), ['2', '2', '2']);
  const next = await browserWith(t, { outputs: [system, desk, output('7', 'Headset', 'new')],
    stored: kept.speaker });
  assert.equal(next.speaker.used, '7');
  assert.deepEqual(next.sinks(), ['7', '7']);
});

test('without its headset the sound goes on at the default, and comes back (D21)', async (t) => {
  const { speaker, sinks, change, lost } = await browserWith(t,
    { outputs: [system, desk, headset] });
  await speaker.choose('2');
  await change([system, desk]);
  assert.deepEqual([sinks(), speaker.used, lost()], [['', ''], '', 1]);
  await change([system, desk, headset]);
  assert.deepEqual([sinks(), speaker.used, lost()], [['2', '2'], '2', 1]);
});

test('who chose the default follows the system, who chose a device does not (D20)', async (t) => {
  const { speaker, sinks, change, kept, lost } = await browserWith(t,
    { outputs: [system, desk, headset] });
  await change([output('default', 'Default - Headset'), desk, headset]);
  assert.deepEqual(sinks(), ['', '']);
  await speaker.choose('1');
  await change([system, desk, headset]);
  assert.deepEqual(sinks(), ['1', '1']);
  await speaker.choose('');
  assert.deepEqual([sinks(), kept.speaker], [['', ''], '']);
  await change([output('default', 'Default - Headset'), headset]);
  assert.deepEqual([sinks(), speaker.used, lost()], [['', ''], '', 0]);
});

test('an output that cannot be had is not shown as used', async (t) => {
  const { speaker, sinks, has } = await browserWith(t, { outputs: [desk, headset] });
  has.refuses = 'AbortError';
  await speaker.choose('2');
  assert.deepEqual([sinks(), speaker.used], [['', ''], '']);
});

test('where the browser wants a gesture, the choice waits for one (D31)', async (t) => {
  const { speaker, sinks, has, settle } = await browserWith(t,
    { outputs: [desk, headset], stored: JSON.stringify(headset), refuses: 'NotAllowedError' });
  assert.deepEqual([sinks(), speaker.used], [['', ''], '']);
  has.refuses = '';
  speaker.wake();
  await settle();
  assert.deepEqual([sinks(), speaker.used], [['2', '2'], '2']);
});

test('where a page cannot choose an output, nothing is tried (D31)', async (t) => {
  const { speaker, FakeElement } = await browserWith(t, { outputs: [desk] });
  delete (/** @type {any} */ (FakeElement.prototype).setSinkId);
  await speaker.refresh();
  await speaker.choose('1');
  speaker.wake();
  assert.equal(speaker.used, '');
});

test('what was stored by somebody else is the default', async (t) => {
  for (const stored of ['{', 'null', '1', '"x"']) {
    assert.equal((await browserWith(t, { outputs: [desk], stored })).speaker.used, '', stored);
  }
});
