/* inspect.test.mjs - the page inspect/ shows recorded calls and simulated ones. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { failingWorld } from '../page/failing-world.mjs';
import { scenario } from './harness.mjs';
import { enterRecording, isConnected, recordOf } from './recording.mjs';
import { webFolder } from './relay.mjs';
import { accessible } from './sheet.mjs';

/** @typedef {import('./person.mjs').Person} Person */
/** @typedef {import('./browsers.mjs').Engine} Engine */
/** @typedef {import('./harness.mjs').World} World */

const built = fs.existsSync(path.join(webFolder, 'inspect/peerface-world.wasm'));
const skip = built ? '' : 'the page inspect/ is not built';
const records = new URL('../sim/records/', import.meta.url);

/** @param {string} name of one that is in the tree */
const storedRecord = (name) => fs.readFileSync(new URL(name, records));

/**
 * Somebody at the page inspect/.
 * @param {World} world @param {string} name @param {Engine} [engine] @param {string} [hash]
 */
async function inspector(world, name, engine = 'chromium', hash = '') {
  const person = await world.person(name, { engine, path: `inspect/${hash}`, open: false });
  await person.page.setViewport({ width: 1280, height: 720 });
  await person.page.goto(person.url);
  await person.sees('the page', () => document.body?.dataset.ready === 'true');
  await person.page.select('#language', 'en');
  return person;
}

/**
 * Drops files, as a person does who has them beside the browser.
 * @param {Person} person @param {[string, Buffer][]} files
 */
function drop(person, ...files) {
  return person.ask((all) => {
    const transfer = new DataTransfer();
    for (const [name, bytes] of all) transfer.items.add(new File([new Uint8Array(bytes)], name));
    document.body.dispatchEvent(new DragEvent('drop',
      { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }, files.map(([name, bytes]) => [name, [...bytes]]));
}

/** @param {Person} person @param {RegExp} words */
const reads = (person, words) => person.sees(`"${words}"`, (source) =>
  new RegExp(source).test(document.body.innerText), [words.source]);

/** What the list shows of one screen. @param {Person} person @param {string} screen */
const seen = (person, screen = '#recorded') => person.ask((css) => {
  const root = /** @type {HTMLElement} */ (document.querySelector(css));
  const rows = [...root.querySelectorAll('.rows tbody tr:not(.spacer)')];
  return {
    columns: [...root.querySelectorAll('.column')].map((cell) => cell.textContent),
    count: Number(root.querySelector('table')?.getAttribute('aria-rowcount')) - 1,
    drawn: rows.length,
    arrows: root.querySelectorAll('.arrowHead').length,
    chosen: Number(root.querySelector('tr[aria-selected="true"]')?.getAttribute('data-index')),
    place: root.querySelector('.place')?.textContent,
    row: root.querySelector('.chosen h2')?.textContent,
    wrong: root.querySelector('.wrong')?.textContent,
    focused: document.activeElement?.getAttribute('aria-selected') === 'true',
    states: [...root.querySelectorAll('.state')].map((card) => ({
      state: card.getAttribute('data-state'),
      peers: [...card.querySelectorAll('[data-peer]')].map((peer) =>
        ({ .../** @type {HTMLElement} */ (peer).dataset })),
    })),
  };
}, screen);

scenario('a call of Chromium and Firefox that was recorded is shown, to the state it ended with',
  { needs: ['chromium', 'firefox'], skip, people: 3 },
  async (world) => {
    const ann = await enterRecording(world, 'Ann', 'chromium');
    await ann.sees('the room', () => /** @type {any} */ (window).room.state === 'joined');
    const bob = await enterRecording(world, 'Bob', 'firefox');
    for (const person of [ann, bob]) await person.sees('the other', isConnected);
    await bob.ask(() => /** @type {any} */ (window).room.setCamera(false));
    await ann.sees('Bob without a picture', () =>
      [.../** @type {any} */ (window).room.peers.values()].some((p) => p.camera === 'off'));
    /** @type {[string, Buffer][]} */
    const files = [];
    /** @type {object[][]} */
    const shown = [];
    for (const person of [ann, bob]) {
      const { bytes, peers } = await recordOf(person);
      files.push([`${person.name}.log`, Buffer.from(bytes)]);
      shown.push(peers);
    }
    for (const engine of /** @type {Engine[]} */ (['chromium', 'firefox'])) {
      const eve = await inspector(world, `Eve in ${engine}`, engine);
      await drop(eve, ...files);
      await reads(eve, /Ann\.log, Bob\.log: \d+ events, \d+ commands, 0 differences/);
      const first = await seen(eve);
      assert.deepEqual(first.columns, ['relay', 'Ann', 'Bob']);
      assert.ok(first.count > 60 && first.drawn < 60, `${first.drawn} of ${first.count} rows`);
      assert.equal(first.chosen, 0);
      await eve.page.focus('#recorded tr[aria-selected="true"]');
      await eve.page.keyboard.press('ArrowDown');
      const second = await seen(eve);
      assert.deepEqual([second.chosen, second.focused], [1, true]);
      await eve.click('#recorded .toLast');
      const last = await seen(eve);
      assert.equal(last.chosen, last.count - 1);
      assert.ok(last.arrows > 0, 'messages are arrows');
      // Each card says of the peers what that page has shown.
      assert.deepEqual(last.states.map(({ state }) => state), ['joined', 'joined']);
      last.states.forEach(({ peers }, i) => assert.deepEqual(
        peers.map(({ name, state, microphone, camera }) => ({ name, state, microphone, camera })),
        shown[i]));
      await eve.click('#recorded .toFirst');
      assert.deepEqual((await seen(eve)).states.map(({ peers }) => peers.length), [0, 0]);
    }
  });

scenario('a record whose commands are other ones now shows where, and what does not fit', { skip },
  async (world) => {
    const eve = await inspector(world, 'Eve');
    const ann = storedRecord('ann.log').toString('latin1');
    await drop(eve,
      ['ann.log', Buffer.from(ann.replace(' microphone=1 ', ' microphone=0 '), 'latin1')],
      ['bob.log', storedRecord('bob.log')]);
    await reads(eve, /3 differences/);
    await eve.click('#recorded .toMisfit');
    const { row, wrong } = await seen(eve);
    assert.equal(row, 'socket-message');
    assert.match(wrong ?? '', /other commands .* Ann does not send this/);
    await eve.page.select('#recorded .filter', 'misfits');
    assert.equal((await seen(eve)).count, 3);
    await eve.page.select('#language', 'ko');
    await reads(eve, /다음 다른 점/);
  });

scenario('a log of another version is refused with clear words, as is what is no log', { skip },
  async (world) => {
    const eve = await inspector(world, 'Eve');
    const old = storedRecord('ann.log').toString('latin1')
      .replace('peerface-event-log 4', 'peerface-event-log 2');
    await drop(eve, ['old.log', Buffer.from(old, 'latin1')]);
    await reads(eve, /old\.log is an event log of version 2; this page reads version 4/);
    await drop(eve, ['holiday.jpg', Buffer.from([0xff, 0xd8, 0xff])]);
    await reads(eve, /holiday\.jpg is not an event log/);
    await drop(eve, ['ann.log', storedRecord('ann.log')]);
    await reads(eve, /ann\.log: 37 events/);
    assert.equal(await eve.ask(() => document.querySelector('.refused:not([hidden])')), null);
  });

scenario('ten thousand events are listed, and only those are drawn that can be seen', { skip },
  async (world) => {
    const eve = await inspector(world, 'Eve');
    const lines = ['1 start', '2 join room=3:tea name=3:Ann'];
    for (let i = 0; i < 10000; i++) lines.push(`${3 + i} set-hand raised=${i % 2}`);
    const head = storedRecord('ann.log').toString('latin1').split('\n')[0];
    await drop(eve, ['long.log', Buffer.from(`${[head, ...lines].join('\n')}\n`, 'latin1')]);
    await reads(eve, /long\.log: 10002 events/);
    await eve.page.focus('#recorded tr[aria-selected="true"]');
    for (const [key, moved] of /** @type {const} */ ([['End', true], ['ArrowUp', true],
      ['PageUp', true], ['Home', false], ['ArrowDown', true]])) {
      await eve.page.keyboard.press(key);
      const { chosen, drawn, count, focused } = await seen(eve);
      assert.ok(count > 10000 && drawn < 60, `${drawn} of ${count} rows`);
      assert.equal(chosen > 0, moved, key);
      assert.ok(focused, `${key} keeps the focus`);
    }
  });

scenario('a seed runs, is played and stepped, and opens as records', { skip }, async (world) => {
  const eve = await inspector(world, 'Eve', 'chromium', '#seed=7&people=0&without=0');
  await reads(eve, /Seed 7: \d+ steps, [\d.]+ s\. Every check held/);
  const at = () => eve.ask(() =>
    Number(/** @type {HTMLInputElement} */ (document.querySelector('.timeline')).value));
  await eve.click('.stepOn');
  await eve.click('.stepOn');
  assert.equal(await at(), 2);
  await eve.click('.stepBack');
  assert.equal(await at(), 1);
  await eve.page.select('.speedField', '25');
  await eve.click('.play');
  await eve.sees('it play', () =>
    Number(/** @type {HTMLInputElement} */ (document.querySelector('.timeline')).value) > 200);
  await eve.click('.play');
  assert.ok(await eve.ask(() => document.querySelectorAll('.picture .person').length === 7));
  assert.ok(await eve.ask(() => document.querySelectorAll('.picture .socket').length > 0));
  await accessible(eve, 'in the simulator');
  await eve.click('.asLogs');
  await reads(eve, /7-[A-G]\d+\.log.*events/);
  assert.ok((await seen(eve)).columns.length >= 3);
  await accessible(eve, 'in a call');
  // Without faults: the link says what is left out.
  await eve.click('[data-screen-button="simulator"]');
  await eve.click('.faults summary');
  await eve.click('.noFaults');
  await eve.click('.run');
  await eve.sees('the link', () => location.hash === '#seed=7&people=0&without=1023');
  await reads(eve, /Seed 7: \d+ steps.* Every check held/);
});

const mutant = path.join(webFolder, '../tests/sim/inspect/peerface-world-mutant.wasm');

/** The served folder with a simulator whose core has a defect. */
function brokenFolder() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'peerface-broken-'));
  fs.cpSync(webFolder, folder, { recursive: true });
  for (const ending of ['', '.br', '.gz']) {
    fs.rmSync(path.join(folder, `inspect/peerface-world.wasm${ending}`));
  }
  fs.copyFileSync(mutant, path.join(folder, 'inspect/peerface-world.wasm'));
  return folder;
}

const noMutant = skip || (fs.existsSync(mutant) ? '' : 'there is no mutant of the simulator');

scenario('a seed that fails shows the words of the check, and its step',
  { skip: noMutant, folder: noMutant ? undefined : brokenFolder() },
  async (world) => {
    const { seed } = await failingWorld(mutant, /^a candidate of connection \d+ is given/);
    const eve = await inspector(world, 'Eve', 'chromium', `#seed=${seed}&people=0&without=0`);
    await reads(eve,
      new RegExp(`Seed ${seed} failed at step \\d+, [\\d.]+ s: a candidate of connection`));
    await reads(eve,
      new RegExp(`add “${seed} # a candidate of .*” to tests/sim/regressions\\.txt`));
    const { wrong, chosen, count } = await seen(eve, '#simulator');
    assert.match(wrong ?? '', /^a candidate of connection/);
    assert.equal(chosen, count - 1, 'it is where the list ends');
    if (world.options.folder) fs.rmSync(world.options.folder, { recursive: true });
  });
