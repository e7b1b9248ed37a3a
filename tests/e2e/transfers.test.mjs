/* transfers.test.mjs - files in the panel: dragged, chosen, to all, cancelled, stored. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { annAndBob, scenario } from './harness.mjs';

/** @typedef {import('./person.mjs').Person} Person */

/**
 * A file on disk, which goes with the relay.
 * @param {import('./harness.mjs').World} world @param {string} name @param {string} text
 */
function makeFile(world, name, text) {
  const file = path.join(world.relay.scratch, name);
  fs.writeFileSync(file, text);
  return file;
}

/**
 * Waits for a row of the list.
 * @param {Person} person @param {string} name @param {string} state @param {string} [words]
 */
const row = (person, name, state, words = '') =>
  person.sees(`${name}, ${state}: ${words}`, (file, wanted, text) =>
    [...document.querySelectorAll('.file')].some((one) => one.textContent?.includes(file)
      && one.getAttribute('data-state') === wanted && one.textContent.includes(text)),
  [name, state, words]);

/** Presses a button of the first row. @param {Person} person @param {string} label */
const presses = (person, label) => person.ask((wanted) => {
  const button = [...document.querySelectorAll('.file:first-child .fileButtons button')]
    .find((one) => one.textContent === wanted);
  if (!(button instanceof HTMLElement)) throw new Error(`there is no button ${wanted}`);
  button.click();
}, label);

/**
 * As the browser's dialog does.
 * @param {Person} person @param {string} name @param {number} size
 */
const chooses = (person, name, size) => person.ask((named, bytes) => {
  const chosen = new DataTransfer();
  chosen.items.add(new File([new Uint8Array(bytes)], named));
  const input = /** @type {HTMLInputElement} */ (document.querySelector('input[type=file]'));
  input.files = chosen.files;
  input.dispatchEvent(new Event('change'));
}, name, size);

scenario('files are dragged over the call and dropped, or chosen, and go to everybody',
  { people: 3 },
  async (world) => {
    const { ann, bob } = await annAndBob(world);
    const cho = await world.person('Cho');
    await cho.enter('tea');
    await Promise.all([cho.inCallWith(2), ann.waitForPeers(2), bob.waitForPeers(2)]);

    const dragged = makeFile(world, 'dragged.txt', 'dragged');
    const devtools = await ann.page.createCDPSession();
    const { x, y } = await ann.ask(() => {
      const rect = /** @type {Element} */ (document.querySelector('.stage'))
        .getBoundingClientRect();
      return { x: rect.left + rect.width / 2, y: rect.top + rect.height / 2 };
    });
    const drag = (/** @type {any} */ type) => devtools.send('Input.dispatchDragEvent',
      { type, x, y, data: { items: [], files: [dragged], dragOperationsMask: 1 } });
    await drag('dragEnter');
    await drag('dragOver');
    await ann.shown('.chatDrop');
    await drag('drop');
    await ann.shown('#filesTo');
    assert.equal(await ann.ask(() => /** @type {HTMLElement} */ (
      document.querySelector('.chatDrop')).hidden), true);
    assert.deepEqual(Object.values(await ann.options('#filesTo'))
      .map((name) => name.replace(/[\u2068\u2069]/g, '')), ['Everybody', 'Bob', 'Cho']);
    await ann.click('.filesChosen .primary');
    for (const person of [bob, cho]) {
      await person.click('#chat');
      await row(person, 'dragged.txt', 'offered', 'from Ann');
      await presses(person, 'Accept');
      await row(person, 'dragged.txt', 'done', 'Received');
    }
    await row(ann, 'dragged.txt', 'done', 'to Bob');
    await row(ann, 'dragged.txt', 'done', 'to Cho');

    const [chooser] = await Promise.all([ann.page.waitForFileChooser(), ann.click('.chatAttach')]);
    assert.equal(chooser.isMultiple(), true);
    await chooser.accept([makeFile(world, 'one.txt', '1'), makeFile(world, 'two.txt', '22')]);
    await ann.sees('how many', () => /Send 2 files to/.test(
      document.querySelector('.filesLabel')?.textContent ?? ''));
    await ann.choose('#filesTo', 'Cho');
    await ann.click('.filesChosen .primary');
    await row(cho, 'one.txt', 'offered');
    await row(cho, 'two.txt', 'offered', '2 bytes');
    assert.equal(await bob.ask(() => document.querySelectorAll('.file').length), 1);
  });

for (const [from, to] of /** @type {const} */ ([['chromium', 'firefox'],
  ['firefox', 'chromium']])) {
  scenario(`from ${from} to ${to} a file tells its speed, and either side can end it`,
    { needs: [from, to], slow: true },
    async (world) => {
      const { ann, bob } = await annAndBob(world, { engine: from }, { engine: to });
      await ann.click('#chat');
      await bob.click('#chat');
      const begin = async (/** @type {string} */ name) => {
        await chooses(ann, name, 2e8);
        await row(ann, name, 'offered', 'Waiting for Bob to accept');
        await row(bob, name, 'offered', '200 MB from Ann');
        await presses(bob, 'Accept');
        for (const person of [ann, bob]) {
          await person.sees('a speed', () => /\d%, [\d.]+ [kM]B\/s/.test(
            document.querySelector('.file[data-state="accepted"] .fileState')?.textContent ?? ''));
          assert.ok(await person.ask(() => {
            const progress = document.querySelector('progress');
            return progress && progress.value > 0 && progress.value < progress.max;
          }));
        }
      };
      await begin('first.bin');
      await presses(bob, 'Cancel');
      await row(bob, 'first.bin', 'cancelled', 'Cancelled');
      await row(ann, 'first.bin', 'cancelled', 'Cancelled');
      await presses(ann, 'Try again');
      await row(bob, 'first.bin', 'offered');
      await presses(bob, 'Decline');
      await row(ann, 'first.bin', 'declined', 'Declined');
      await begin('second.bin');
      await presses(ann, 'Cancel');
      await row(ann, 'second.bin', 'cancelled', 'Cancelled');
      await row(bob, 'second.bin', 'cancelled', 'Cancelled');
    });
}

scenario('a large file is stored where the person says, while it comes', { slow: true },
  async (world) => {
    // A handle as showSaveFilePicker() gives it; nobody here answers the browser's dialog.
    const picker = `window.showSaveFilePicker = async ({ suggestedName }) => {
      window.picked = suggestedName;
      const root = await navigator.storage.getDirectory();
      window.handle = await root.getFileHandle('picked', { create: true });
      return window.handle;
    };`;
    const { ann, bob } = await annAndBob(world, {}, { scripts: [picker] });
    await ann.click('#chat');
    await bob.click('#chat');
    await chooses(ann, 'large.bin', 270_000_000);
    await row(bob, 'large.bin', 'offered', '270 MB');
    await presses(bob, 'Accept');
    await row(bob, 'large.bin', 'done', 'Saved');
    assert.deepEqual(await bob.ask(async () => {
      const { picked, handle } = /** @type {any} */ (window);
      const buttons = [...document.querySelectorAll('.fileButtons button')];
      return [picked, (await handle.getFile()).size, buttons.length];
    }), ['large.bin', 270_000_000, 0]);
    await row(ann, 'large.bin', 'done', 'Sent');
  });
