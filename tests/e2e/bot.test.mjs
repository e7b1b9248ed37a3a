/* bot.test.mjs - peerface-bot in a call: a person sees a member without microphone and camera. */
/* SPDX-License-Identifier: MIT */
import fs from 'node:fs';
import path from 'node:path';
import { Bot, program } from '../relay/bot.mjs';
import { artifacts, scenario } from './harness.mjs';

/** @typedef {import('./person.mjs').Person} Person */
/** @typedef {import('./harness.mjs').World} World */

const skip = fs.existsSync(program) ? '' : `the bot is not built (${program})`;

/**
 * Runs a bot in the room "tea" for as long as the function takes.
 * @param {World} world
 * @param {string[]} options
 * @param {(bot: Bot, id: string) => Promise<void>} act
 */
async function withBot(world, options, act) {
  const url = new URL('ws', world.relay.url.replace(/^http/, 'ws')).href;
  const bot = new Bot(['--json', '--name', 'Bot', ...options, url, 'tea']);
  try {
    const { id } = await bot.entry({ event: 'room', state: 'joined' });
    await act(bot, id);
  } finally {
    await bot.end('SIGINT');
  }
}

/** The bot is shown as a member who is there, and not as one that anybody tries to reach. */
const isSettled = (/** @type {Person} */ person, /** @type {string} */ id) =>
  person.sees('the bot on its tile', (bot) => {
    const tile = /** @type {HTMLElement|null} */ (document.querySelector(`[data-peer="${bot}"]`));
    const text = (/** @type {string} */ css) => tile?.querySelector(css)?.textContent ?? '?';
    return tile?.dataset.state === 'connected' && tile.dataset.camera === 'none'
      && tile.dataset.microphone === 'none' && tile.dataset.away === 'false'
      && text('.badgeName') === 'Bot' && !/Connecting/.test(tile.textContent ?? '')
      && /** @type {HTMLElement} */ (tile.querySelector('.connection')).hidden;
  }, [id]);

for (const engine of /** @type {const} */ (['chromium', 'firefox'])) {
  scenario(
    `in ${engine} a bot is a person without microphone and camera, and nobody connects to it`,
    { needs: [engine], skip },
    async (world) => withBot(world, ['--echo'], async (bot, id) => {
      const ann = await world.person('Ann', { engine });
      await ann.enter('tea');
      await isSettled(ann, id);
      await bot.entry({ event: 'joined', name: 'Ann' });
      const { id: annId } = await bot.entry({ event: 'state', camera: 'on', microphone: 'on' });
      await ann.click('#hand');
      await ann.sees('the hand of the bot', (one) => document
        .querySelector(`[data-peer="${one}"] .handMark`)?.checkVisibility() ?? false, [id]);
      await bot.entry({ event: 'state', id: annId, hand: 1 });
      const bob = await world.person('Bob', { engine });
      await bob.enter('tea');
      await isSettled(bob, id);
      await ann.sees('the picture of Bob, though the bot was there first', () =>
        [...document.querySelectorAll('.peer video')].some((video) =>
          /** @type {HTMLVideoElement} */ (video).videoWidth > 0));
      fs.mkdirSync(artifacts, { recursive: true });
      await ann.page.screenshot({ path: path.join(artifacts, `bot-${engine}.png`) });
      await isSettled(ann, id);
      await bot.end('SIGINT');
      await ann.sees('no tile of the bot', (one) =>
        !document.querySelector(`[data-peer="${one}"]`), [id]);
    }),
  );
}
