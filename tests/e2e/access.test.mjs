/* access.test.mjs - the page by keyboard, by screen reader and in both languages. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { annAndBob, scenario, socketErrors } from './harness.mjs';

/** @typedef {import('./person.mjs').Person} Person */

const axeFile = () => createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/**
 * Fails on a finding of axe that is serious or critical.
 * @param {Person} person @param {string} where
 */
async function accessible(person, where) {
  // Colours are compared once no transition runs any more.
  await person.sees('the page at rest', () =>
    document
      .getAnimations()
      .every(
        (animation) =>
          animation.playState !== 'running' ||
          animation.effect?.getTiming().iterations === Infinity,
      ),
  );
  const findings = await person.ask(async () => {
    const { violations } = await /** @type {any} */ (window).axe.run();
    return violations
      .filter((/** @type {any} */ finding) => ['serious', 'critical'].includes(finding.impact))
      .map(
        (/** @type {any} */ finding) =>
          `${finding.id}: ${finding.nodes
            .map((/** @type {any} */ node) => `${node.html} ${node.failureSummary}`)
            .join(' | ')}`,
      );
  });
  assert.deepEqual(findings, [], `findings ${where}`);
}

/** @type {[string, import('puppeteer-core').Viewport][]} */
const sizes = [
  ['desktop', { width: 1280, height: 800 }],
  ['phone', { width: 390, height: 844 }],
];

for (const scheme of ['light', 'dark']) {
  scenario(`axe finds nothing serious in the lobby and the call, ${scheme}`, {}, async (world) => {
    const scripts = [fs.readFileSync(axeFile(), 'utf8')];
    const lobby = await world.person('Cho', { scripts });
    await lobby.previews();
    const { ann } = await annAndBob(world, { scripts });
    for (const person of [lobby, ann]) {
      const where = person === ann ? 'call' : 'lobby';
      await person.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      for (const [size, viewport] of sizes) {
        await person.page.setViewport(viewport);
        await accessible(person, `in the ${where}, ${size}`);
      }
    }
  });
}

scenario('axe finds nothing serious in the dialogs, behind the lock and after leaving', {},
  async (world) => {
    const scripts = [fs.readFileSync(axeFile(), 'utf8')];
    const ann = await world.person('Ann', { scripts, path: '?room=tea' });
    await ann.press();
    await ann.notice('alone');
    await ann.click('#about');
    await accessible(ann, 'behind the lock');
    await ann.click('#aboutText button');
    await ann.shown('#invite .inviteCode svg');
    await accessible(ann, 'in the invitation');
    await ann.page.keyboard.press('Escape');
    const tab = await world.person('Ann', { scripts, path: '?room=tea', beside: ann });
    await tab.press();
    await tab.shown('#twice');
    await accessible(tab, 'in the question');
    await ann.click('#leave');
    await ann.shown('#back');
    await accessible(ann, 'after leaving');
    const cho = await world.person('Cho', { scripts });
    await cho.fill('#room', 'w'.repeat(65));
    await accessible(cho, 'with a name that is too long');
  });

scenario(
  'a person enters, mutes, turns the camera off and leaves by keyboard alone',
  {},
  async (world) => {
    const ann = await world.person('Ann');
    await ann.previews();
    const press = (/** @type {import('puppeteer-core').KeyInput} */ key) =>
      ann.page.keyboard.press(key);
    /** Tabs on until the element has the focus. @param {string} selector */
    const reach = async (selector) => {
      for (let tries = 0; tries < 30; tries++) {
        if (await ann.ask((css) => document.activeElement?.matches(css), selector)) return;
        await press('Tab');
      }
      assert.fail(`${selector} is not reached by the Tab key`);
    };
    await reach('#room');
    await ann.page.keyboard.type('tea');
    await press('Enter');
    await ann.notice('alone');
    const { bob, annId } = await (async () => {
      const person = await world.person('Bob');
      await person.enter('tea');
      const [peer] = await person.waitForPeers(1);
      return { bob: person, annId: peer.id };
    })();
    for (const [selector, wanted] of /** @type {const} */ ([
      ['#mute', { muted: 'true' }],
      ['#camera', { camera: 'off' }],
    ])) {
      await reach(selector);
      const before = await ann.ask(
        (css) => document.querySelector(css)?.getAttribute('data-off'),
        selector,
      );
      await press('Space');
      await bob.tile(annId, wanted);
      await ann.sees(
        `another state of ${selector}`,
        (css, old) => document.querySelector(css)?.getAttribute('data-off') !== old,
        [selector, before],
      );
    }
    await reach('#leave');
    await press('Enter');
    await ann.shown('#welcome');
    await reach('#wake');
    await press('Enter');
    await focused(ann, 'headline');
  },
);

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
