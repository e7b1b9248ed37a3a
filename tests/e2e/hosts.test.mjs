/* hosts.test.mjs - hosts lock the room, let people in, turn them away, remove and mute them. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { endlessGrace, scenario } from './harness.mjs';

/** @typedef {import('./person.mjs').Person} Person */

/** Opens the list of people. @param {Person} person */
async function openPeople(person) {
  await person.click('#showPeople');
  await person.sees('the list of people', () => !!document.querySelector('#people:popover-open'));
}

/** @param {Person} person @param {string} name @param {string} tool */
async function useTool(person, name, tool) {
  await openPeople(person);
  const handles = await person.page.$$('.person');
  for (const row of handles) {
    if (!(await row.evaluate((element) => element.textContent ?? '')).includes(name)) continue;
    await row.$eval('.personTool', (button) => /** @type {HTMLElement} */ (button).click());
    await row.$eval(tool, (button) => /** @type {HTMLElement} */ (button).click());
  }
}

const isMuted = () => document.querySelector('.own')?.getAttribute('data-microphone') !== 'on';

for (const engine of /** @type {('chromium'|'firefox')[]} */ (['chromium', 'firefox'])) {
  scenario(
    `in ${engine} the first in a room is its host, locks it, and lets in who knocks`,
    { needs: [engine], relay: endlessGrace, people: 3 },
    async (world) => {
      const ann = await world.person('Ann', { engine });
      await ann.enter('tea');
      await ann.notice('alone');
      await openPeople(ann);
      await ann.click('.lockTool');
      await ann.sees('that it is locked', () =>
        document.querySelector('.lockTool')?.getAttribute('aria-checked') === 'true');
      await ann.page.keyboard.press('Escape');

      const bob = await world.person('Bob', { engine });
      await bob.enter('tea');
      await bob.notice('knocking');
      await ann.sees('that Bob knocks', () =>
        document.querySelector('.knockText')?.textContent?.includes('Bob'));
      await ann.click('.admitTool');
      await ann.inCallWith(1);
      await bob.inCallWith(1);
      await ann.sees('nobody at the door', () =>
        /** @type {HTMLElement} */ (document.querySelector('.knocks')).hidden);

      const eve = await world.person('Eve', { engine });
      await eve.enter('tea');
      await eve.notice('knocking');
      await ann.sees('that Eve knocks', () =>
        document.querySelector('.knockText')?.textContent?.includes('Eve'));
      await ann.click('.refuseTool');
      await eve.notice('refused');
      await eve.click('.noticeAction');
      await eve.notice('knocking');
      await eve.click('.noticeAction');
      await eve.notice('');
      await ann.sees('nobody at the door', () =>
        /** @type {HTMLElement} */ (document.querySelector('.knocks')).hidden);
    },
  );
}

scenario(
  'a host mutes everybody, makes another one host, and is removed by that one',
  { relay: endlessGrace },
  async (world) => {
    const ann = await world.person('Ann');
    await ann.enter('tea');
    const bob = await world.person('Bob', { engine: 'firefox' });
    await bob.enter('tea');
    await ann.inCallWith(1);
    await bob.inCallWith(1);
    assert.equal(await bob.ask(isMuted), false);
    assert.equal(await bob.ask(() => /** @type {HTMLElement} */ (
      document.querySelector('.hostBar')).hidden), true);

    await openPeople(ann);
    await ann.click('.muteAllTool');
    await bob.sees('that it is muted', isMuted);
    assert.equal(await ann.ask(isMuted), false);
    await bob.click('#mute');
    await bob.sees('that it is not muted any more', () =>
      document.querySelector('.own')?.getAttribute('data-microphone') === 'on');
    await ann.page.keyboard.press('Escape');

    await useTool(ann, 'Bob', '.appointTool');
    await bob.sees('that one is host', () =>
      !(/** @type {HTMLElement} */ (document.querySelector('.hostBar'))).hidden);
    await ann.sees('that one is not', () =>
      (/** @type {HTMLElement} */ (document.querySelector('.hostBar'))).hidden);

    await useTool(bob, 'Ann', '.removeTool');
    await bob.click('.removing [value="remove"]');
    await ann.notice('removed');
    await ann.sees('no connection', () =>
      /** @type {any} */ (window).probe.summary().connections === 0);
    await bob.waitForPeers(0);
  },
);
