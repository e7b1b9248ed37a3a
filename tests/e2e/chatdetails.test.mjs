/* chatdetails.test.mjs - the chat's small things: links, lines, copying, times, sound, failures. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { annAndBob, scenario, until } from './harness.mjs';

/** @typedef {import('./person.mjs').Person} Person */

/** @param {Person} person @param {string} text */
async function writes(person, text) {
  await person.page.focus('.chatField');
  await person.page.keyboard.type(text.split('\n')[0]);
  for (const line of text.split('\n').slice(1)) {
    await person.page.keyboard.down('Shift');
    await person.page.keyboard.press('Enter');
    await person.page.keyboard.up('Shift');
    await person.page.keyboard.type(line);
  }
  await person.page.keyboard.press('Enter');
}

/** The last message. @param {Person} person @param {string} text @param {string} state */
const reads = (person, text, state) => person.sees(`"${text}", ${state}`, (wanted, is) => {
  const row = [...document.querySelectorAll('.chatMessage')].at(-1);
  return row?.querySelector('.chatText')?.textContent === wanted
    && row?.getAttribute('data-state') === is;
}, [text, state]);

/** Keeps what is copied, and counts the tones that begin. */
const listen = `window.copied = [];
  window.tones = 0;
  Object.defineProperty(Clipboard.prototype, 'writeText',
    { value: async (text) => { window.copied.push(text); } });
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...when) {
    window.tones++;
    start.apply(this, when);
  };`;

for (const engine of /** @type {const} */ (['chromium', 'firefox'])) {
  scenario(`in ${engine} a message keeps its lines, can be copied, and fetches no preview`,
    { needs: [engine] },
    async (world) => {
      const { ann, bob } = await annAndBob(world, { engine }, { engine, scripts: [listen] });
      /** @type {string[]} */
      const asked = [];
      bob.page.on('request', (request) => asked.push(request.url()));
      await ann.click('#chat');
      await bob.click('#chat');
      const text = 'Two  spaces\nhttps://example.org/a.png\nand a line';
      const before = Date.now();
      await writes(ann, text);
      await reads(bob, text, 'received');

      const shown = await bob.ask(() => {
        const line = /** @type {HTMLElement} */ (document.querySelector('.chatText'));
        const time = /** @type {HTMLTimeElement} */ (document.querySelector('.chatTime'));
        const style = getComputedStyle(line);
        const height = line.clientHeight - parseFloat(style.paddingTop)
          - parseFloat(style.paddingBottom);
        return {
          lines: Math.round(height / parseFloat(style.lineHeight)),
          space: style.whiteSpace,
          at: Date.parse(time.dateTime),
          time: time.textContent,
          expected: new Intl.DateTimeFormat('en', { timeStyle: 'short' })
            .format(new Date(time.dateTime)),
        };
      });
      assert.equal(shown.lines, 3);
      assert.equal(shown.space, 'pre-wrap');
      assert.ok(Math.abs(shown.at - before) < 60_000, 'the time is that of the message');
      assert.equal(shown.time, shown.expected);

      await bob.page.hover('.chatText a');
      await bob.page.focus('.chatText a');
      await bob.click('.chatCopy');
      await bob.sees('that it was copied', () => [...document.querySelectorAll('.toast')]
        .some((toast) => /copied/.test(toast.textContent ?? '')));
      assert.deepEqual(await bob.ask(() => /** @type {any} */ (window).copied), [text]);
      const strangers = asked.filter((url) => !url.startsWith(new URL(world.relay.url).origin)
        && !/^(?:data|blob):/.test(url));
      assert.deepEqual(strangers, [], 'no preview is fetched');
    });
}

scenario('a message makes a sound only for who wants it', {}, async (world) => {
  const { ann, bob } = await annAndBob(world, {}, { scripts: [listen] });
  const tones = () => bob.ask(() => /** @type {any} */ (window).tones);
  await ann.click('#chat');
  await bob.click('#chat');
  const quiet = await tones();
  await writes(ann, 'unheard');
  await reads(bob, 'unheard', 'received');
  await bob.page.keyboard.press('Escape');
  await bob.click('#more');
  await bob.click('#openSettings');
  await bob.shown('#settings');
  assert.equal(await tones(), quiet, 'off at first');
  await bob.ask(() => /** @type {HTMLElement} */ (
    document.querySelector('[data-preference="chatSounds"]')).click());
  await bob.page.keyboard.press('Escape');
  await bob.click('#chat');
  await writes(ann, 'heard');
  await reads(bob, 'heard', 'received');
  await until('a tone', async () => await tones() > quiet);
});

scenario('a message that nobody has got says so, and goes again when that is asked for',
  { relay: ['--grace-ms', '1000', '--ping-ms', '1000'], people: 3 },
  async (world) => {
    const { ann, bob } = await annAndBob(world);
    await ann.click('#chat');
    await bob.page.goto('about:blank'); // without a goodbye that anybody would hear
    await writes(ann, 'Is anybody there?');
    await reads(ann, 'Is anybody there?', 'failed');
    await ann.sees('what has become of it', () =>
      /Not everybody has received this\./.test(document.querySelector('.chatState')?.textContent
        ?? ''));
    const cho = await world.person('Cho');
    await cho.enter('tea');
    await cho.inCallWith(1);
    await cho.click('#chat');
    await cho.shown('.chatEmpty'); // who comes later does not get it by itself
    await ann.click('.chatAgain');
    await reads(cho, 'Is anybody there?', 'received');
    await reads(ann, 'Is anybody there?', 'sent');
    assert.equal(await ann.ask(() => document.querySelectorAll('.chatAgain').length), 0);
  });
