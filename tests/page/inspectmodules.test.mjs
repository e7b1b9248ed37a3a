/* inspectmodules.test.mjs - the two modules of the page inspect/: the replay and the simulator. */
/* SPDX-License-Identifier: MIT */
//
// They are made by the wasm build; without one these tests are skipped.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { Call, isMisfit } from '../../web/inspect/call.js';
import { Refusal, ReplayedLog } from '../../web/inspect/log.js';
import { Run, groups } from '../../web/inspect/run.js';
import { failingWorld } from './failing-world.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const web = process.env.PF_WEB || `${root}/build/wasm/web`;
const folder = `${web}/inspect`;
const skip = fs.existsSync(`${folder}/peerface-world.wasm`) ? false : 'there is no wasm build';

/** @param {string} name */
const moduleOf = (name) => WebAssembly.compile(fs.readFileSync(`${folder}/${name}.wasm`));

/** @param {string} name */
const recordOf = (name) => new Uint8Array(fs.readFileSync(`${root}/tests/sim/records/${name}`));

/** @param {Uint8Array} bytes @param {string} from @param {string} to */
const changed = (bytes, from, to) =>
  new TextEncoder().encode(new TextDecoder().decode(bytes).replace(from, to));

/** @param {[string, Uint8Array][]} files */
async function open(...files) {
  const module = await moduleOf('peerface-inspect');
  return Promise.all(files.map(([name, bytes]) => ReplayedLog.open(module, name, bytes)));
}

test('the call that browsers have recorded fits, and its messages find their senders',
  { skip }, async () => {
    const call = new Call(await open(['ann.log', recordOf('ann.log')],
      ['bob.log', recordOf('bob.log')]));
    assert.deepEqual(call.columns.map(({ label }) => label), ['', 'Ann', 'Bob']);
    assert.equal(call.rows.filter(isMisfit).length, 0);
    // As many as peerface-replay finds of the relay's, and those of the data channels.
    const pairs = call.rows.filter(({ passage, pair }) => passage?.relay && !passage.sends
      && pair >= 0);
    assert.equal(pairs.length, 16);
    for (const row of pairs) assert.ok(call.rows[row.pair].at <= row.at + 1, 'sent before');
  });

test('another configuration gives other commands, which is noticed at the receiver', { skip },
  async () => {
    const call = new Call(await open(
      ['ann.log', changed(recordOf('ann.log'), ' microphone=1 ', ' microphone=0 ')],
      ['bob.log', recordOf('bob.log')]));
    const wrong = call.rows.filter(isMisfit);
    assert.equal(wrong.length, 3, 'as peerface-replay says');
    assert.ok(wrong.every(({ unsent }) => unsent === 0));
  });

test('an event that nothing was commanded for does not fit', { skip }, async () => {
  const [log] = await open(
    ['ann.log', changed(recordOf('ann.log'), 'opened track=2 ', 'opened track=9 ')]);
  const first = log.steps.find(({ misfits }) => misfits.length > 0);
  assert.equal(first?.event.what, 'capture-opened');
  assert.deepEqual(first?.misfits, ['what it answers was not commanded']);
});

test('the state is that of any step, in any order', { skip }, async () => {
  const [log] = await open(['ann.log', recordOf('ann.log')]);
  const states = [];
  for (let i = 0; i <= log.steps.length; i++) states.push(JSON.stringify(log.stateAfter(i)));
  for (const i of [3, 30, 0, 37, 12, 11, 10]) {
    assert.equal(JSON.stringify(log.stateAfter(i)), states[i], `step ${i}`);
  }
  assert.equal(log.stateAfter(0).state, 'idle');
  assert.equal(log.stateAfter(log.steps.length).state, 'joined');
});

test('a log of another version is refused with both versions', { skip }, async () => {
  const other = changed(recordOf('ann.log'), 'peerface-event-log 4', 'peerface-event-log 2');
  await assert.rejects(open(['old.log', other]), (error) => error instanceof Refusal
    && error.reason === 'version' && error.version === '2' && error.ours === 4);
});

test('what is no log is refused, what is damaged shown as far as it goes', { skip }, async () => {
  for (const text of ['', 'hello', 'peerface-event-log 4 url=99:', '\0\0']) {
    await assert.rejects(open(['x', new TextEncoder().encode(text)]),
      (error) => error instanceof Refusal && error.reason === 'none');
  }
  const whole = recordOf('ann.log');
  const [log] = await open(['cut.log', whole.slice(0, whole.length - 5)]);
  assert.ok(log.steps.length > 30 && log.unread > 0);
});

test('ten thousand events are replayed, and gone back through', { skip }, async () => {
  const lines = ['1 start', '2 join room=3:tea name=3:Ann'];
  for (let i = 0; i < 10000; i++) lines.push(`${3 + i} set-hand raised=${i % 2}`);
  const head = new TextDecoder().decode(recordOf('ann.log')).split('\n')[0];
  const text = `${[head, ...lines].join('\n')}\n`;
  const [log] = await open(['long.log', new TextEncoder().encode(text)]);
  assert.equal(log.steps.length, 10002);
  const late = JSON.stringify(log.stateAfter(9000));
  log.stateAfter(100);
  assert.equal(JSON.stringify(log.stateAfter(9000)), late);
});

/** @param {string} seed @param {number} without @param {string} [name] */
async function run(seed, without = 0, name = 'peerface-world') {
  const world = await Run.begin(await moduleOf(name), seed, 0, without);
  while (world.go(1000));
  return world;
}

test('a seed is the same world as in the native simulator', { skip }, async () => {
  const lines = fs.readFileSync(`${root}/tests/sim/worlds.txt`, 'utf8').split('\n')
    .flatMap((line) => {
      const match = /^(\d+) hash ([0-9a-f]{16})/.exec(line);
      return match ? [[match[1], match[2]]] : [];
    });
  assert.ok(lines.length >= 4, 'worlds.txt has hashes');
    for (const [seed, hash] of lines.slice(0, 4)) {
    const world = await run(seed);
    assert.equal(world.failure, '');
    assert.equal(world.hash(), hash, `seed ${seed}`);
  }
});

test('any step of a world can be gone to, and shows the same as before', { skip }, async () => {
  const world = await run('3');
  const steps = [world.steps, 5, 300, 299, 0, world.steps];
  const first = new Map(steps.map((step) => [step, JSON.stringify(world.picture(step))]));
  for (const step of steps) assert.equal(JSON.stringify(world.picture(step)), first.get(step));
  assert.equal(world.picture(0).hosts.every(({ page }) => page === undefined), true);
});

test('without faults nothing goes wrong in a world', { skip }, async () => {
  const all = Object.values(groups).reduce((sum, group) => sum + group, 0);
  const world = await run('5', all);
  assert.equal(world.failure, '');
  const notes = world.rows.filter(({ kind }) => kind === 'note').map(({ line }) => line.what);
  const harmless = ['toggles the microphone', 'a relay starts', 'no faults from here on'];
  assert.deepEqual(notes.filter((note) => !harmless.includes(note)), []);
});

test('the records of a world open as a call, and fit', { skip }, async () => {
  const world = await run('7');
  const logs = await open(...world.logs(world.steps).map(({ name, bytes }) =>
    /** @type {[string, Uint8Array]} */ ([name, bytes])));
  assert.ok(logs.length > 2);
  const call = new Call(logs);
  assert.equal(call.rows.flatMap(({ misfits }) => misfits).length, 0);
});

test('a failed assertion ends a world, and what was before can still be looked at', { skip },
  async () => {
    const world = await Run.begin(await moduleOf('peerface-world'), '7', 0, 0);
    const next = world.machine.next.bind(world.machine);
    world.machine.next = () => {
      if (world.machine.step === 700) throw new WebAssembly.RuntimeError('unreachable');
      return next();
    };
    while (world.go(1000));
    assert.equal(world.failure, 'an assertion failed: unreachable');
    assert.equal(world.steps, 701);
    assert.equal(world.rows.filter(isMisfit).length, 1);
    const last = JSON.stringify(world.picture(700));
    assert.equal(JSON.stringify(world.picture(701)), last);
    assert.notEqual(JSON.stringify(world.picture(10)), last);
  });

const mutant = `${web}/../tests/sim/inspect/peerface-world-mutant.wasm`;

test('a defect of the core is found at its step, in the words of the check',
  { skip: skip || (fs.existsSync(mutant) ? false : 'there is no mutant') }, async () => {
    const { world } = await failingWorld(mutant,
      /^a candidate of connection \d+ is given to pc \d+/);
    const wrong = world.rows.filter(isMisfit);
    assert.equal(wrong.length, 1);
    assert.equal(wrong[0].step, world.steps);
  });
