/* twotabs.test.mjs - a tab finds out that another one is in the room, and takes its call over. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TwoTabs } from '../../web/page/twotabs.js';
import { fakeTimers } from './timers.mjs';

/** A browser with locks and channels, in which tabs are opened. */
function makeBrowser() {
  /** @type {{name: string}[]} */
  const held = [];
  const locks = {
    query: async () => ({ held: [...held] }),
    request: async (/** @type {string} */ name, /** @type {any} */ _, /** @type {any} */ run) => {
      const lock = { name };
      held.push(lock);
      await run(lock);
      held.splice(held.indexOf(lock), 1);
    },
  };
  /** @type {EventTarget[]} */
  const channels = [];
  const openChannel = () => {
    const channel = Object.assign(new EventTarget(), {
      postMessage: (/** @type {any} */ data) => {
        for (const other of channels.filter((one) => one !== channel)) {
          other.dispatchEvent(new MessageEvent('message', { data }));
        }
      },
    });
    channels.push(channel);
    return channel;
  };
  return (ticket = '', folder = '/call/') => new TwoTabs(/** @type {any} */ ({
    locks, openChannel, folder, ticket: () => ticket,
  }));
}

test('a room is elsewhere while another tab is in it', async () => {
  const open = makeBrowser();
  const [first, second] = [open(), open()];
  assert.equal(await second.isElsewhere('tea'), false);
  first.note('tea');
  first.note('tea');
  assert.equal(await second.isElsewhere('tea'), true);
  assert.equal(await first.isElsewhere('tea'), false, 'it is here');
  assert.equal(await second.isElsewhere('jam'), false);
  assert.equal(await open('', '/other/').isElsewhere('tea'), false, 'a room of another relay');
  first.note('');
  await Promise.resolve();
  assert.equal(await second.isElsewhere('tea'), false);
});

test('the tab in the room hands its ticket over, and no other does', async () => {
  const open = makeBrowser();
  const [first, other, second] = [open('first'), open('other'), open('mine')];
  first.note('tea');
  other.note('jam');
  assert.equal(await second.askForTicket('tea'), 'first');
  assert.equal(await second.askForTicket('jam'), 'other');
});

test('a tab that does not answer is not waited for', async (t) => {
  const clock = fakeTimers(t);
  const open = makeBrowser();
  open().note('tea'); // has no ticket yet
  const asked = open().askForTicket('tea');
  clock.pass(1000);
  assert.equal(await asked, '');
});

test('where there are no locks, no tab is found', async () => {
  const tabs = new TwoTabs(/** @type {any} */ ({
    openChannel: () => new EventTarget(), folder: '/', ticket: () => '',
  }));
  tabs.note('tea');
  assert.equal(await tabs.isElsewhere('jam'), false);
});
