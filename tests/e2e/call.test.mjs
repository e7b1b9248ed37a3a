/* call.test.mjs - people see and hear each other, in every pairing of browsers. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { annAndBob, scenario } from './harness.mjs';

/** @typedef {import('./harness.mjs').Engine} Engine */

/** @type {[string, Engine, Engine][]} */
const pairs = [
  ['two people in Chromium', 'chromium', 'chromium'],
  ['two people in Firefox', 'firefox', 'firefox'],
  ['one in Chromium and a newcomer in Firefox', 'chromium', 'firefox'],
  ['one in Firefox and a newcomer in Chromium', 'firefox', 'chromium'],
];

/**
 * Here the browsers are those that people have.
 * @param {Engine} engine
 * @returns {import('./harness.mjs').PersonOptions}
 */
const whole = (engine) => ({ engine, variant: engine === 'chromium' ? 'whole' : 'granted' });

for (const [who, first, second] of pairs) {
  scenario(`${who} see and hear each other`, { needs: [first, second] }, async (world) => {
    const { ann, bob, annId, bobId } = await annAndBob(
      world,
      whole(first),
      whole(second),
    );
    assert.notEqual(annId, bobId);
    await ann.tile(bobId, { muted: 'false', camera: 'on', state: 'connected' });
    await bob.tile(annId, { muted: 'false', camera: 'on', state: 'connected' });
    for (const person of [ann, bob]) {
      const { iceErrors, connections } = await person.summary();
      assert.deepEqual(iceErrors, [], 'candidates that could not be added');
      assert.equal(connections, 1);
    }
  });
}

/** @type {[string, Engine[]][]} */
const trios = [
  ['seed bug 9: three people in Chromium', ['chromium', 'chromium', 'chromium']],
  ['two people in Chromium and one in Firefox', ['chromium', 'firefox', 'chromium']],
];

for (const [who, engines] of trios) {
  const options = { needs: engines, people: 4 };
  scenario(`${who} all see and hear each other`, options, async (world) => {
    const names = ['Ann', 'Bob', 'Cho'];
    const people = await Promise.all(
      engines.map((engine, i) => world.person(names[i], { engine })),
    );
    for (const person of people) {
      await person.enter('tea');
      await person.shown('#call');
    }
    await Promise.all(people.map((person) => person.inCallWith(2)));
    for (const person of people) {
      const { iceErrors, connections } = await person.summary();
      assert.deepEqual(iceErrors, []);
      assert.equal(connections, 2, 'one connection per peer');
    }
  });
}

scenario('two people who enter at the same moment see and hear each other', {}, async (world) => {
  const [ann, bob] = await Promise.all([world.person('Ann'), world.person('Bob')]);
  for (const person of [ann, bob]) {
    await person.previews();
    await person.fill('#room', 'tea');
  }
  await Promise.all([ann.press(), bob.press()]);
  await Promise.all([ann.inCallWith(1), bob.inCallWith(1)]);
});

scenario(
  'a link with a room leads to its door, the call screen copies it, and who was alone is not',
  { alone: ['focus'] }, // the clipboard belongs to the page that has it
  async (world) => {
    const ann = await world.person('Ann', { path: '?room=green%20tea' });
    assert.deepEqual(await ann.lobby(), { mode: 'invited', title: 'Join green tea' });
    const context = ann.page.browserContext();
    await context.overridePermissions(world.relay.url, [
      'camera',
      'microphone',
      'clipboard-read',
      'clipboard-sanitized-write',
    ]);
    await ann.press();
    await ann.notice('alone');
    await ann.page.bringToFront();
    await ann.click('#copyLink');
    const link = await ann.sees('the link in the clipboard', () => navigator.clipboard.readText());
    const bob = await world.person('Bob', { url: String(link) });
    assert.match(String(link), /\?room=green%20tea$/);
    assert.deepEqual(await bob.lobby(), { mode: 'invited', title: 'Join green tea' });
    await bob.press();
    await Promise.all([ann.inCallWith(1), bob.inCallWith(1)]);
    await ann.notice('');
  },
);

scenario('people in two rooms of one relay do not meet', {}, async (world) => {
  const ann = await world.person('Ann');
  const bob = await world.person('Bob');
  await ann.enter('tea');
  await bob.enter('teas');
  await ann.notice('alone');
  await bob.notice('alone');
  assert.deepEqual([await ann.peers(), await bob.peers()], [[], []]);
});
