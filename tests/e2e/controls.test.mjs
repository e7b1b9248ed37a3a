/* controls.test.mjs - shortcuts beside device lists, and parts of the page that fail. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { annAndBob, cameras, scenario } from './harness.mjs';

/** @typedef {import('./person.mjs').Person} Person */

// Their names begin with the letters of the shortcuts: a list that has the focus would find them.
const named = [
  cameras.red,
  cameras.green,
  { id: 'camera-violet', label: 'Violet camera', color: '#8000ff' },
  { id: 'camera-magenta', label: 'Magenta camera', color: '#ff00ff' },
];

/** @param {Person} person @param {string} selector @param {boolean} pressed */
const button = (person, selector, pressed) =>
  person.sees(`${selector} ${pressed ? '' : 'not '}pressed`, (css, wanted) =>
    document.querySelector(css)?.getAttribute('data-off') === String(wanted),
  [selector, pressed]);

/** @param {Person} person */
const focus = (person) => person.ask(() => document.activeElement?.id);

for (const engine of /** @type {const} */ (['chromium', 'firefox'])) {
  scenario(
    `after a choice in a device list, M mutes and V turns the camera off in ${engine}`,
    { needs: [engine] },
    async (world) => {
      const ann = await world.person('Ann', { engine, shim: { cameras: named } });
      await ann.previews();
      await ann.enter('tea');
      await ann.notice('alone');
      await ann.page.focus('#cameras');
      await ann.choose('#cameras', 'Green');
      assert.equal(await focus(ann), 'cameras', 'who chooses by keyboard goes on in the list');
      await ann.pressAlone('m');
      await button(ann, '#mute', true);
      await ann.page.keyboard.press('v');
      await button(ann, '#camera', true);
      assert.equal(await ann.value('#cameras'), 'camera-green', 'the camera is the chosen one');
      await ann.page.keyboard.press('v');
      await button(ann, '#camera', false);
      await ann.ask(() => {
        const list = /** @type {HTMLElement} */ (document.querySelector('#cameras'));
        list.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }));
      });
      await ann.choose('#cameras', 'Red');
      assert.notEqual(await focus(ann), 'cameras', 'who chooses by pointer gets the focus back');
      await ann.page.keyboard.press('m');
      await button(ann, '#mute', false);
      assert.equal(await ann.value('#cameras'), 'camera-red');
    },
  );
}

scenario('a letter typed into an open list or a field is no shortcut', {}, async (world) => {
  const ann = await world.person('Ann');
  await ann.enter('mtv');
  await ann.notice('alone');
  await button(ann, '#mute', false);
  await ann.ask(() => {
    // The driver cannot open the list of a headless browser.
    const { matches } = Element.prototype;
    HTMLSelectElement.prototype.matches = function (/** @type {string} */ css) {
      return css === ':open' || matches.call(this, css);
    };
  });
  await ann.page.focus('#microphones');
  await ann.page.keyboard.press('m');
  await ann.page.keyboard.press('v');
  await ann.ask(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  await button(ann, '#mute', false);
  await button(ann, '#camera', false);
});

/** What is made to fail, and the part of the page that is reported for it. */
const mistakes = [
  ['#announcer', 'announcer'],
  ['.peopleCount', 'top line'],
  ['#notice', 'banner'],
  ['.preview', 'lobby'],
  ['#microphones', 'microphone list'],
  ['#camera', 'camera button'],
  ['.stage .own', 'own tile'],
  ['.stage .own .chips', 'chips'],
  ['#hand', 'company'],
  ['[data-peer] .badgeName', 'words of peer'],
];

/** Makes everything fail that the page can do with an element. @param {string} css */
function sabotage(css) {
  const fail = () => {
    throw new Error(`sabotaged: ${css}`);
  };
  const element = /** @type {any} */ (document.querySelector(css));
  for (const name of ['setAttribute', 'append', 'replaceChildren', 'querySelector']) {
    element[name] = fail;
  }
  for (const name of ['textContent', 'dataset', 'value', 'hidden']) {
    Object.defineProperty(element, name, { get: fail, set: fail, configurable: true });
  }
}

scenario(
  'a part of the page that cannot be shown leaves every other part true',
  { expects: [/peerface: ".*" failed/] },
  async (world) => {
    const { ann, bob, annId, bobId } = await annAndBob(world);
    await ann.ask(() => {
      const host = /** @type {any} */ (window);
      host.reported = [];
      const { error } = console;
      console.error = (...words) => {
        host.reported.push(String(words[0]));
        error(...words);
      };
    });
    let muted = false;
    for (const [selector] of mistakes) {
      await ann.ask(sabotage, selector);
      muted = !muted;
      await ann.page.keyboard.press('m');
      await bob.tile(annId, { muted: String(muted) });
      if (selector !== '#microphones') await button(ann, '#mute', muted);
      await bob.click('#camera');
      await ann.tile(bobId, { camera: muted ? 'off' : 'on' });
    }
    const reported = await ann.ask(() => /** @type {any} */ (window).reported);
    for (const [selector, part] of mistakes) {
      const found = reported.filter((/** @type {string} */ text) => text.includes(`"${part}`));
      assert.equal(found.length, 1, `${selector}: ${reported.join(' | ')}`);
    }
  },
);
