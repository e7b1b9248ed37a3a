/* buzzer.test.mjs - a program in C++ without JavaScript of its own (src/client/examples/buzzer). */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { scenario } from './harness.mjs';
import { serveProgram } from './programs.mjs';
import { until } from './until.mjs';

/** @typedef {import('./person.mjs').Person} Person */

/** @param {Person} person @param {string} title */
const says = (person, title) =>
  person.sees(`the title ${title}`, (text) => document.title === text, [title]);

scenario(
  'a program in C++ shows who has pressed first, and their face, in Chromium and Firefox',
  { needs: ['chromium', 'firefox'], ...serveProgram('buzzer') },
  async (world) => {
    const [ann, bob] = await Promise.all(/** @type {const} */ (['chromium', 'firefox'])
      .map(async (engine) => {
        const person = await world.person(engine, { engine, path: 'buzzer/index.html',
          open: false });
        await person.page.goto(person.url);
        return person;
      }));
    for (const person of [ann, bob]) {
      await person.sees('the other face', () =>
        (document.querySelector('video')?.videoWidth ?? 0) > 0);
    }
    // A face may be there before the channel for messages is.
    await until('Ann to be heard', async () => {
      await ann.page.keyboard.press(' ');
      return await bob.page.title() !== 'Buzzer';
    });
    await says(ann, 'You were first');
    await says(bob, 'player was first');
    await bob.page.keyboard.press(' '); // too late
    await says(bob, 'player was first');
    assert.equal(await ann.page.title(), 'You were first');
    await bob.page.keyboard.press('Escape');
    await says(ann, 'Buzzer');
    await bob.page.keyboard.press(' ');
    await says(bob, 'You were first');
    await says(ann, 'player was first');
  },
);
