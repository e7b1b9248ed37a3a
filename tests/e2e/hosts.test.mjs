/* hosts.test.mjs - hosts lock the room, let people in, turn them away, remove and mute them. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { endlessGrace, scenario, socketErrors, until } from './harness.mjs';

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

/** Keeps in mind what has the focus, for hasFocus(). @param {Person} person @param {string} css */
const focus = (person, css) =>
  person.ask((selector) => {
    const element = /** @type {HTMLElement} */ (document.querySelector(selector));
    element.focus();
    Object.assign(window, { focused: element });
  }, css);

/** The same element has it still. @param {Person} person */
const hasFocus = (person) => person.ask(() => {
  const { focused } = /** @type {any} */ (window);
  return focused.isConnected && document.activeElement === focused;
});

/** How often a text has been said lately. @param {Person} person @param {string} text */
const timesSaid = (person, text) => person.ask((wanted) =>
  (document.querySelector('#announcer')?.textContent ?? '').split(wanted).length - 1, text);

/** Runs in a page. */
const noTools = () => ['.hostBar', '.personTool'].every((css) =>
  [...document.querySelectorAll(css)].every((tool) => tool.getClientRects().length === 0));

scenario(
  'a host\'s tools stay under the finger and the focus, whatever changes in the list meanwhile',
  { relay: endlessGrace, people: 3 },
  async (world) => {
    const ann = await world.person('Ann');
    await ann.enter('tea');
    const bob = await world.person('Bob');
    await bob.enter('tea');
    const cho = await world.person('Cho');
    await cho.enter('tea');
    await Promise.all([ann.waitForPeers(2), bob.waitForPeers(2), cho.waitForPeers(2)]);
    await openPeople(ann);
    await ann.sees('three people', () => document.querySelectorAll('.person').length === 3);
    await ann.click('.person:last-child .personTool');
    await focus(ann, '.person:last-child .appointTool');
    const last = await ann.ask(() => document.activeElement?.closest('.person')?.textContent);
    const [one, other] = /Bob/.test(String(last)) ? [bob, cho] : [cho, bob];
    await one.page.keyboard.press('h'); // to the top of the list
    await ann.sees('the hand', () => document.activeElement?.closest('.person')
      === document.querySelector('.person') && /Hand/.test(document.querySelector('.person')
      ?.textContent ?? ''));
    assert.ok(await hasFocus(ann), 'the row has moved, and its button has the focus');
    await other.page.keyboard.press('h');
    await ann.sees('another hand', () =>
      document.querySelectorAll('.person[data-hand="true"]').length === 2);
    assert.ok(await hasFocus(ann), 'another row has moved');

    const box = await (await ann.page.$('.person .removeTool'))?.boundingBox();
    assert.ok(box);
    await ann.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await ann.page.mouse.down();
    await other.page.keyboard.press('m');
    await ann.sees('that it is muted', () =>
      document.querySelector('.person[data-microphone="off"]'));
    await ann.page.mouse.up();
    await ann.shown('#removing');
    await ann.page.keyboard.press('Escape');

    await openPeople(ann);
    await focus(ann, '.person .personTool');
    await one.click('#leave');
    await ann.sees('two people', () => document.querySelectorAll('.person').length === 2);
    assert.ok(await ann.ask(() => Boolean(document.activeElement?.closest('#people'))),
      'the focus of the row that is gone stays in the list');
  },
);

scenario(
  'who knocks is said once, and their card stays as it is when another one comes',
  { relay: endlessGrace, people: 3 },
  async (world) => {
    const ann = await world.person('Ann');
    await ann.enter('tea');
    await ann.notice('alone');
    await openPeople(ann);
    await ann.click('.lockTool');
    await ann.page.keyboard.press('Escape');
    const bob = await world.person('Bob');
    await bob.enter('tea');
    await bob.notice('knocking');
    await ann.shown('.knock');
    await focus(ann, '.knock .refuseTool');
    const cho = await world.person('Cho');
    await cho.enter('tea');
    await cho.notice('knocking');
    await ann.sees('two at the door', () => document.querySelectorAll('.knock').length === 2);
    assert.ok(await hasFocus(ann));
    await ann.sees('Cho said', () =>
      /Cho wants to come in/.test(document.querySelector('#announcer')?.textContent ?? ''));
    assert.equal(await timesSaid(ann, 'Bob wants to come in'), 1);
    await bob.click('.noticeAction'); // does not want to wait any more
    await ann.sees('one at the door', () => document.querySelectorAll('.knock').length === 1);
    assert.match(await ann.ask(() =>
      document.activeElement?.closest('.knock')?.textContent ?? ''), /Cho/);
    assert.equal(await timesSaid(ann, 'Cho wants to come in'), 1);

    for (const [typed, shown] of [['\u2800', 'Guest wants'], ['\u202eevE', 'evE wants']]) {
      await bob.ask((name) => {
        const field = /** @type {HTMLInputElement} */ (document.querySelector('#name'));
        field.value = name;
        field.dispatchEvent(new Event('input', { bubbles: true }));
      }, typed);
      await bob.press();
      await bob.notice('knocking');
      await ann.sees(shown, (text) => document.querySelector('.knock:last-child .knockText')
        ?.textContent?.startsWith(text), [shown]);
      await bob.click('.noticeAction');
      await ann.sees('one at the door', () => document.querySelectorAll('.knock').length === 1);
    }
  },
);

scenario(
  'while the relay is away, and after leaving, a host has no tools',
  { relay: endlessGrace, expects: socketErrors },
  async (world) => {
    const ann = await world.person('Ann');
    await ann.enter('tea');
    const bob = await world.person('Bob');
    await bob.enter('tea');
    await Promise.all([ann.inCallWith(1), bob.inCallWith(1)]);
    await openPeople(ann);
    await ann.click('.lockTool');
    await ann.shown('.person:last-child .personTool');
    await world.relay.kill();
    await ann.sees('no tools', noTools);
    await openPeople(bob);
    await world.relay.start();
    await until('the one who has returned first to have tools', async () =>
      !(await ann.ask(noTools)) || !(await bob.ask(noTools)));
    await ann.page.keyboard.press('Escape');
    await ann.click('#leave');
    await ann.shown('#welcome');
    assert.ok(await ann.ask(noTools));
  },
);

scenario('on a phone on its side the list of people, with a host\'s tools, is inside the window',
  { relay: endlessGrace },
  async (world) => {
    const ann = await world.person('Ann');
    await ann.enter('tea');
    const bob = await world.person('Bob');
    await bob.enter('tea');
    await ann.waitForPeers(1);
    for (const [width, height] of [[844, 390], [740, 360], [1280, 400]]) {
      await ann.page.setViewport({ width, height });
      await openPeople(ann);
      await ann.click('.person:last-child .personTool');
      await ann.sees(`all of it in ${width} x ${height}`, () => {
        const panel = document.querySelector('#people')?.getBoundingClientRect();
        return panel && panel.top >= 0 && panel.left >= 0 && panel.height > 100
          && panel.right <= innerWidth && panel.bottom <= innerHeight;
      });
      await ann.page.keyboard.press('Escape');
    }
  });
