/* company.test.mjs - who is in the call and what they do: list, names, hands, reactions. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { scenario } from './harness.mjs';

/** @typedef {import('./person.mjs').Person} Person */

/** @param {Person} person @param {RegExp} text */
const isTold = (person, text) =>
  person.sees(`the message ${text}`, (source) => [...document.querySelectorAll('.toast')]
    .some((toast) => new RegExp(source).test(toast.textContent || '')), [text.source]);

/** @param {Person} person @param {RegExp} text */
const hears = (person, text) =>
  person.sees(`the announcement ${text}`, (source) => [...document.querySelectorAll('#announcer p')]
    .some((line) => new RegExp(source).test(line.textContent || '')), [text.source]);

for (const [here, there] of /** @type {const} */ ([['chromium', 'firefox'],
  ['firefox', 'chromium']])) {
  scenario(
    `in ${here} coming, names, hands and reactions of a ${there} are seen and said`,
    { needs: [here, there] },
    async (world) => {
      const ann = await world.person('Ann', { engine: here });
      await ann.enter('tea');
      await hears(ann, /^You are in the room tea\.$/);
      const bob = await world.person('Bob', { engine: there });
      await bob.enter('tea');
      await Promise.all([ann.inCallWith(1), bob.inCallWith(1)]);
      await isTold(ann, /^Bob joined/);
      await hears(bob, /^You are in tea with Ann\./);
      assert.equal(await bob.ask(() => [...document.querySelectorAll('.toast')]
        .filter((toast) => /joined/.test(toast.textContent || '')).length), 0);
      await ann.sees('two in the title', () => document.title.startsWith('(2) tea'));

      await bob.click('#hand');
      await ann.sees('a hand on the tile', () =>
        document.querySelector('.peer .handMark')?.checkVisibility() ?? false);
      await isTold(ann, /^Bob raised a hand/);
      await bob.sees('the name of the button', () =>
        document.querySelector('#hand')?.getAttribute('aria-label') === 'Lower hand');

      await ann.click('#showPeople');
      await ann.sees('the hand first in the list', () =>
        /^Bob/.test(document.querySelector('.personName')?.textContent || '')
        && /Hand raised/.test(document.querySelector('.personState')?.textContent || ''));
      await bob.click('#mute');
      await ann.sees('the list changes while it is open', () =>
        /Muted/.test(document.querySelector('.personState')?.textContent || ''));
      await ann.page.keyboard.press('Escape');

      await ann.click('#react');
      await ann.page.click('#reactions .reaction');
      await bob.sees('the reaction', () => document.querySelector('.peer .rising') !== null);
      await hears(bob, /Ann: Thumbs up\./);

      await bob.click('#showPeople');
      await bob.sees('the list of people', () => !!document.querySelector('#people:popover-open'));
      await bob.page.$eval('#rename', (field) => {
        /** @type {HTMLInputElement} */ (field).value = 'Robert';
      });
      await bob.page.$eval('.renameForm button', (button) => // the panel may still be moving
        /** @type {HTMLElement} */ (button).click());
      await isTold(ann, /^Bob is now called Robert/);
      await ann.sees('the new name on the tile', () =>
        document.querySelector('.peer .badgeName')?.textContent === 'Robert');
      const cho = await world.person('Cho', { engine: here });
      await cho.enter('tea');
      await hears(cho, /^You are in tea with Ann and Robert\./);
    },
  );
}

scenario('a name that cannot be used is told so beside the field', {}, async (world) => {
  const ann = await world.person('Ann');
  await ann.enter('tea');
  await ann.shown('#call');
  await ann.click('#showPeople');
  const colours = await ann.ask(() => ['.stage .own .avatar', '.person .avatar'].map((css) => {
    const avatar = document.querySelector(css);
    return avatar && getComputedStyle(avatar).backgroundColor;
  }));
  assert.equal(colours[0], colours[1], 'the same person has the same colour');
  await ann.page.$eval('#rename', (field) => {
    /** @type {HTMLInputElement} */ (field).value = 'é'.repeat(40);
  });
  await ann.page.click('.renameForm button');
  await ann.sees('the error', () => {
    const field = document.querySelector('#rename');
    return document.activeElement === field && field?.getAttribute('aria-invalid') === 'true'
      && document.querySelector('#renameError')?.textContent !== '';
  });
  // While it is typed, in words; and what a paste brings along becomes a blank.
  /** @param {string} name */
  const type = (name) => ann.page.$eval('#rename', (field, text) => {
    /** @type {HTMLInputElement} */ (field).value = text;
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }, name);
  const error = () => ann.ask(() => document.querySelector('#renameError')?.textContent);
  await type('\uac00'.repeat(21));
  assert.equal(await error(), '');
  await type('\uac00'.repeat(22));
  assert.match(String(await error()), /at most 64 letters, 21 in Korean/);
  await type('A\tB');
  assert.equal(await error(), '');
  await ann.page.click('.renameForm button');
  await ann.sees('the name', () =>
    document.querySelector('.stage .own .badgeName')?.textContent === 'A B');
});

scenario('tips show on focus, and Escape hides them', {}, async (world) => {
  const ann = await world.person('Ann');
  await ann.enter('tea');
  await ann.shown('#call');
  await ann.page.focus('.where h1');
  for (let tries = 0; tries < 12; tries++) {
    await ann.page.keyboard.press('Tab');
    if (await ann.ask(() => document.activeElement?.id === 'mute')) break;
  }
  await ann.sees('the tip', () => document.querySelector('.call .tip:popover-open')
    ?.textContent === 'MuteM');
  await ann.page.keyboard.press('Escape');
  await ann.sees('no tip', () => !document.querySelector('.call .tip:popover-open'));
});

scenario('single keys can be turned off in the settings, for good', {}, async (world) => {
  const ann = await world.person('Ann');
  await ann.enter('tea');
  await ann.shown('#call');
  const muted = (/** @type {boolean} */ wanted) => ann.sees(`muted: ${wanted}`, (want) =>
    document.querySelector('#mute')?.getAttribute('data-off') === String(want), [wanted]);
  await ann.page.keyboard.press('m');
  await muted(true);
  await ann.page.keyboard.press('?');
  await ann.sees('the list of shortcuts', () =>
    document.querySelector('#shortcuts')?.hasAttribute('open') ?? false);
  await ann.page.keyboard.press('Escape');
  await ann.click('#more');
  await ann.click('#openSettings');
  await ann.page.click('[data-preference="singleKeys"]');
  await ann.page.keyboard.press('Escape');
  await ann.page.keyboard.press('m');
  await ann.page.keyboard.down('Control');
  await ann.page.keyboard.press('d');
  await ann.page.keyboard.up('Control');
  await muted(false); // by the second of the two
  assert.equal(await ann.ask(() => localStorage.getItem('peerface.singleKeys')), 'off');
});
