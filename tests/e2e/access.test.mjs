/* access.test.mjs - the page by keyboard, by screen reader and in both languages. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { annAndBob, scenario, socketErrors } from './harness.mjs';
import { languages, speak } from './sheet.mjs';
import { treeOf } from './tree.mjs';

/** @typedef {import('./person.mjs').Person} Person */

/**
 * Compares what a screen reader is given with a stored text. PF_WRITE_TREES=1 stores it.
 * @param {Person} person @param {string} name of the file
 */
async function sameTree(person, name) {
  const file = fileURLToPath(new URL(`trees/${name}.txt`, import.meta.url));
  const tree = (await treeOf(person.page))
    .replace(/\d{1,2}:\d{2}\s[AP]M|오[전후] \d{1,2}:\d{2}/g, 'TIME');
  if (process.env.PF_WRITE_TREES) fs.writeFileSync(file, tree);
  assert.deepEqual(tree.split('\n'), fs.readFileSync(file, 'utf8').split('\n'), name);
}

scenario('a screen reader is given the lobby and the call as they are written down', {},
  async (world) => {
    const ann = await world.person('Ann', { path: '?room=tea' });
    await ann.previews();
    for (const language of languages) {
      await speak(ann, language);
      await sameTree(ann, `lobby-${language}`);
    }
    await speak(ann, 'en');
    await ann.press();
    await ann.notice('alone');
    const bob = await world.person('Bob');
    await bob.enter('tea');
    await Promise.all([ann.inCallWith(1), bob.inCallWith(1)]);
    await bob.click('#mute');
    await ann.tile(await ann.idOf('Bob'), { muted: 'true' });
    for (const language of languages) {
      await speak(ann, language);
      // What has happened meanwhile is told in time, and then is no part of the page.
      await ann.ask(() => document.querySelector('#announcer')?.replaceChildren());
      await sameTree(ann, `call-${language}`);
    }
  });

scenario('a screen reader is given the panels as they are written down', {}, async (world) => {
  const { ann, bob } = await annAndBob(world);
  await ann.click('#mute'); // nobody is heard, so that nobody is shown as speaking now and then
  await bob.click('#mute');
  await ann.tile(await ann.idOf('Bob'), { muted: 'true' });
  await ann.sees('nobody speaking', () => !document.querySelector('[data-speaking="true"]'));
  await bob.click('#chat');
  await bob.page.focus('.chatField');
  await bob.page.keyboard.type('See https://example.org/plan');
  await bob.page.keyboard.press('Enter');
  await bob.ask(() => {
    const chosen = new DataTransfer();
    chosen.items.add(new File(['Hello'], 'note.txt'));
    const input = /** @type {HTMLInputElement} */ (document.querySelector('input[type=file]'));
    input.files = chosen.files;
    input.dispatchEvent(new Event('change'));
  });
  await ann.click('#chat');
  await ann.shown('.chatMessage');
  await ann.shown('.file .primary');
  for (const [panel, closed] of [['chat', '#chat'], ['people', '#showPeople']]) {
    for (const language of languages) {
      await speak(ann, language);
      await ann.ask(() => document.querySelector('#announcer')?.replaceChildren());
      await sameTree(ann, `${panel}-${language}`);
    }
    await ann.page.keyboard.press('Escape');
    await ann.sees(`the focus at ${closed}`, (css) => document.activeElement?.matches(css),
      [closed]);
    if (panel === 'chat') await ann.click('#showPeople');
  }
});

/** A person who has no pointer. @param {Person} person */
function keyboardOf(person) {
  const press = (/** @type {import('puppeteer-core').KeyInput} */ key) =>
    person.page.keyboard.press(key);
  return {
    press,
    /**
     * Goes on until the element has the focus.
     * @param {string} selector @param {'Tab'|'ArrowDown'} by
     */
    async reach(selector, by = 'Tab') {
      for (let tries = 0; tries < 40; tries++) {
        if (await person.ask((css) => document.activeElement?.matches(css), selector)) return;
        await press(by);
      }
      assert.fail(`${selector} is not reached by ${by}`);
    },
    /** @param {string} selector */
    gone: (selector) => person.sees(`no ${selector}`, (css) =>
      !document.querySelector(css)?.checkVisibility(), [selector]),
  };
}

/**
 * Everything that opens in a call.
 * @param {Person} ann @param {Person} bob
 */
async function usePanels(ann, bob) {
  const { press, reach, gone } = keyboardOf(ann);
  await reach('#react');
  await press('Enter');
  await ann.shown('#reactions');
  await reach('#reactions .reaction');
  await press('Enter');
  await gone('#reactions');

  await reach('#showPeople');
  await press('Enter');
  await ann.shown('#people');
  await reach('#rename');
  await press('End');
  await ann.page.keyboard.type('a');
  await press('Enter');
  await bob.sees('the new name', () => document.querySelector('.peer .badgeName')
    ?.textContent === 'Anna');
  await press('Escape');
  await gone('#people');

  await reach('.peer .menuTool');
  await press('Enter');
  await ann.shown('.menu');
  await reach('.menu [data-code="fit"]', 'ArrowDown');
  await press('Enter');
  await gone('.menu');
  await ann.sees('Bob whole', () =>
    /** @type {HTMLElement|null} */ (document.querySelector('.peer'))?.dataset.fit === 'whole');

  await reach('#more');
  await press('Enter');
  await reach('#openSettings');
  await press('Enter');
  await ann.shown('#settings');
  await reach('[data-preference="sounds"]');
  await press('Space');
  await ann.sees('the sounds off', () => localStorage.getItem('peerface.sounds') === 'off');
  await press('Escape');
  await gone('#settings');

  await reach('#about');
  await press('Enter');
  await ann.shown('#aboutText');
  await press('Escape');
  await gone('#aboutText');
}

scenario('a person comes by a link, does everything and leaves by keyboard alone', {},
  async (world) => {
    const bob = await world.person('Bob');
    await bob.enter('tea');
    await bob.notice('alone');
    const ann = await world.person('Ann', { path: '?room=tea' });
    await ann.previews();
    const { press, reach } = keyboardOf(ann);
    await reach('#name');
    await ann.page.keyboard.type('Ann');
    await press('Enter');
    await Promise.all([ann.waitForPeers(1), bob.waitForPeers(1)]);
    const annId = await bob.idOf('Ann');

    for (const [selector, wanted] of /** @type {const} */ ([
      ['#mute', { muted: 'true' }],
      ['#camera', { camera: 'off' }],
    ])) {
      await reach(selector);
      await press('Space');
      await bob.tile(annId, wanted);
    }
    await reach('#hand');
    await press('Enter');
    await bob.sees('her hand', (id) => document.querySelector(`[data-peer="${id}"] .handMark`)
      ?.checkVisibility(), [annId]);
    await usePanels(ann, bob);
    await reach('#leave');
    await press('Enter');
    await ann.shown('#welcome');
    await bob.notice('alone');
    await reach('#welcome form [type=submit]');
    await press('Enter');
    await bob.waitForPeers(1);
    await ann.shown('#call');
    await reach('#leave');
    await press('Enter');
    await ann.shown('#welcome');
    await reach('#back');
    await press('Enter');
    await ann.sees('the start', () => document.querySelector('#welcome')
      ?.getAttribute('data-mode') === 'start');
    await reach('#room');
  });

scenario('after the first look the focus is on the heading', {}, async (world) => {
  const ann = await world.person('Ann', { asks: true });
  await ann.shown('#wake');
  await ann.page.focus('#wake');
  await ann.page.keyboard.press('Enter');
  await focused(ann, 'headline');
});

/** @param {Person} person @param {string} id */
const focused = (person, id) =>
  person.sees(`the focus on ${id}`, (wanted) => document.activeElement?.id === wanted, [id]);

scenario('closing a notice moves the focus to the heading (R33)', {}, async (world) => {
  const ann = await world.person('Ann', { shim: { cameras: [] } });
  await ann.notice('no-camera');
  await ann.page.focus('#noticeClose');
  await ann.page.keyboard.press('Enter');
  await ann.notice('');
  await focused(ann, 'headline');
});

scenario('the page speaks English and Korean, and remembers the choice', {}, async (world) => {
  const ann = await world.person('Ann');
  const texts = () =>
    ann.ask(() => ({
      language: document.documentElement.lang,
      button: document.querySelector('#welcome form [type=submit]')?.textContent?.trim(),
    }));
  assert.deepEqual(await texts(), { language: 'en', button: 'New room' });
  await ann.page.select('#language', 'ko');
  await ann.sees('Korean', () => document.documentElement.lang === 'ko');
  assert.match((await texts()).button || '', /[가-힣]/u);
  await ann.page.reload({ waitUntil: 'load' });
  await ann.sees('Korean after a reload', () => document.documentElement.lang === 'ko');
});

scenario(
  'what happens in a call is announced, politely and in order (R33)',
  { expects: socketErrors },
  async (world) => {
    const ann = await world.person('Ann');
    await ann.previews();
    assert.equal(
      await ann.ask(() => document.querySelector('#announcer')?.getAttribute('aria-live')),
      'polite',
    );
    await ann.ask(() => {
      const heard = /** @type {string[]} */ ([]);
      /** @type {any} */ (window).heard = heard;
      const log = /** @type {Element} */ (document.querySelector('#announcer'));
      new MutationObserver((changes) => {
        for (const { addedNodes } of changes) {
          addedNodes.forEach((line) => heard.push(line.textContent || ''));
        }
      }).observe(log, { childList: true });
    });
    /** Waits until these were said, in this order. @param {RegExp[]} wanted */
    const hears = (wanted) =>
      ann.sees(
        `announcements ${wanted.join(' ')}`,
        (patterns) => {
          let rest = /** @type {any} */ (window).heard.join(' '); // a line may hold several
          return patterns.every((/** @type {string} */ pattern) => {
            const found = new RegExp(pattern).exec(rest);
            rest = rest.slice(found ? found.index + found[0].length : 0);
            return found !== null;
          });
        },
        [wanted.map((pattern) => pattern.source)],
      );
    await ann.enter('tea');
    await hears([/room tea/]);
    const bob = await world.person('Bob');
    await bob.enter('tea');
    await Promise.all([ann.waitForPeers(1), bob.waitForPeers(1)]);
    await bob.click('#mute');
    await hears([/room tea/, /Bob joined/, /Bob is muted/]);
    await bob.click('#camera');
    await hears([/Bob is muted/, /camera of Bob is off/]);
    await ann.click('#mute');
    await bob.click('#leave');
    await hears([/camera of Bob is off/, /You are muted/, /Bob left/]);
    await world.relay.kill();
    await hears([/Bob left/, /server lost/]);
    await world.relay.start();
    await hears([/server lost/, /server is back/]); // alone: nobody could have left
  },
);

scenario(
  'changing the language in a call changes only the texts (R34)',
  {},
  async (world) => {
    const { ann, bob, annId, bobId } = await annAndBob(world);
    const before = await ann.summary();
    await ann.page.select('#language', 'ko');
    await ann.sees('Korean', () =>
      /[가-힣]/u.test(document.querySelector('#leave')?.textContent || ''),
    );
    await Promise.all([ann.videoPlaying(bobId), bob.videoPlaying(annId)]);
    await ann.nothingNegotiatedSince(before);
    const { captures, sockets } = await ann.summary();
    assert.deepEqual(captures, before.captures, 'no camera or microphone was asked for again');
    assert.equal(sockets, 1);
  },
);
