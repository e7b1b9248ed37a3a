/* screens.test.mjs - every state of the page in each size, colour scheme and language. */
/* SPDX-License-Identifier: MIT */
//
// The sheets are in build/artifacts/sheets, for people to look through; sheet.mjs says what fails.
import { annAndBob, scenario, socketErrors } from './harness.mjs';
import { languages, sheet, speak, zoomed } from './sheet.mjs';
import { boundMs } from './until.mjs';
import { Wire } from './wire.mjs';

/** @typedef {import('./person.mjs').Person} Person */

/** What is shown for some seconds stays from now on. @param {Person} person */
const keepMessages = (person) => person.ask(() => {
  const host = /** @type {any} */ (window);
  const { setTimeout } = host;
  /** @param {() => void} code @param {number} ms @param {any[]} args */
  host.setTimeout = (code, ms = 0, ...args) => (ms < 3000 ? setTimeout(code, ms, ...args) : 0);
});

/** What a page reports that has no network. */
const offline = [...socketErrors, /net::ERR_INTERNET_DISCONNECTED/];

/** @param {Person} person @param {string} id of a panel */
const openPanel = (person, id) => person.ask((panel) => {
  /** @type {HTMLElement} */ (document.getElementById(panel)).showPopover();
}, id);

scenario('screens: the lobby', { expects: offline }, async (world) => {
  const ann = await world.person('Ann', { asks: true });
  await ann.shown('#wake');
  await sheet(ann, 'lobby-start');
  await ann.fill('#room', 'w'.repeat(65));
  await ann.shown('#roomError');
  await sheet(ann, 'lobby-name-too-long');
  const bob = await world.person('Bob', { path: '?room=tea-at-four' });
  await bob.previews();
  await sheet(bob, 'lobby-invited');
  await bob.page.setOfflineMode(true);
  await bob.notice('offline');
  await sheet(bob, 'lobby-offline');
  await bob.page.setOfflineMode(false);
});

scenario('screens: a lobby that cannot do what it should', {}, async (world) => {
  const ann = await world.person('Ann', { variant: 'denied' });
  await ann.notice('denied');
  await sheet(ann, 'lobby-denied');
  const bob = await world.person('Bob', { path: '?room=tea', open: false });
  await bob.page.evaluateOnNewDocument(() => {
    // @ts-ignore as a setting or an extension does
    delete window.RTCPeerConnection;
  });
  await bob.open();
  await bob.notice('unsupported-browser');
  await sheet(bob, 'lobby-no-webrtc');
});

scenario('screens: a host, and those at the door', { people: 3 }, async (world) => {
  const ann = await world.person('Ann', { path: '?room=tea-at-four' });
  await ann.press();
  await ann.notice('alone');
  const bob = await world.person('Bob', { path: '?room=tea-at-four' });
  await bob.press();
  await ann.inCallWith(1);
  await keepMessages(ann);
  await openPanel(ann, 'people');
  await ann.ask(() => {
    /** @type {HTMLElement} */ (document.querySelector('.lockTool')).click();
    /** @type {HTMLElement} */ (document.querySelector('.person:last-child .personTool')).click();
  });
  await sheet(ann, 'host-people');
  await ann.page.keyboard.press('Escape');
  const eve = await world.person('Eve', { path: '?room=tea-at-four' });
  await eve.press();
  await eve.notice('knocking');
  await sheet(eve, 'knocking');
  await ann.shown('.knock');
  await sheet(ann, 'host-knocks');
  await ann.click('.refuseTool');
  await eve.notice('refused');
  await sheet(eve, 'refused');
});

scenario('screens: alone, with its panels, and after leaving', {}, async (world) => {
  const ann = await world.person('Ann', { path: '?room=tea-at-four' });
  await ann.press();
  await ann.notice('alone');
  await sheet(ann, 'alone');
  await ann.click('#about');
  await sheet(ann, 'lock');
  await ann.click('#aboutText button');
  await ann.shown('#invite .inviteCode svg');
  await sheet(ann, 'invitation');
  await ann.page.keyboard.press('Escape');
  await ann.click('#more');
  await ann.click('#openSettings');
  await sheet(ann, 'settings');
  await ann.page.keyboard.press('Escape');
  await ann.page.keyboard.press('?');
  await ann.shown('#shortcuts');
  await sheet(ann, 'shortcuts');
  await ann.page.keyboard.press('Escape');
  const tab = await world.person('Ann', { path: '?room=tea-at-four', beside: ann });
  await tab.press();
  await tab.shown('#twice');
  await sheet(tab, 'one-person-twice');
  await ann.click('#leave');
  await ann.shown('#back');
  await sheet(ann, 'left');
});

scenario('screens: a call of two', {}, async (world) => {
  const { ann, bob, bobId } = await annAndBob(world);
  await sheet(ann, 'two');
  await openPanel(ann, 'people');
  await sheet(ann, 'people');
  await openPanel(ann, 'reactions');
  await sheet(ann, 'reactions');
  await openPanel(ann, 'moreMenu');
  await sheet(ann, 'more');
  await ann.page.keyboard.press('Escape');
  await ann.ask((peer) => /** @type {HTMLElement} */ (
    document.querySelector(`[data-peer="${peer}"] .menuTool`)).click(), bobId);
  await ann.shown('.menu');
  await sheet(ann, 'menu-of-a-tile', {
    // It closes when the window changes, and keeps the language that it was opened in.
    ready: () => ann.ask((peer) => {
      const button = /** @type {HTMLElement} */ (
        document.querySelector(`[data-peer="${peer}"] .menuTool`));
      if (document.querySelector('.menu')?.checkVisibility()) button.click();
      button.click();
    }, bobId),
  });
  await ann.page.keyboard.press('Escape');
  const hands = (/** @type {number} */ count) => ann.sees(`${count} hands`, (wanted) =>
    [...document.querySelectorAll('.tile .handMark')]
      .filter((mark) => mark.checkVisibility()).length === wanted, [count]);
  await ann.click('#hand');
  await hands(1);
  await keepMessages(ann);
  await bob.click('#hand');
  await hands(2);
  await sheet(ann, 'hands');
  await bob.click('#camera');
  await bob.click('#mute');
  await ann.tile(bobId, { camera: 'off', muted: 'true' });
  await ann.click('#camera');
  await ann.click('#mute');
  await sheet(ann, 'camera-off');
});

scenario('screens: the chat', {}, async (world) => {
  const { ann, bob } = await annAndBob(world);
  await ann.click('#chat');
  await sheet(ann, 'chat-empty');
  await bob.click('#chat');
  for (const text of ['Hello! Here is the plan: https://example.org/plan', '👍🎉',
    '안녕하세요, 잘 들려요.\n두 번째 줄입니다.']) {
    await bob.page.focus('.chatField');
    await bob.page.keyboard.sendCharacter(text);
    await bob.page.keyboard.press('Enter');
  }
  await ann.page.focus('.chatField');
  await ann.page.keyboard.type('Thank you. I will read it after the call.');
  await ann.page.keyboard.press('Enter');
  await ann.sees('four messages', () => document.querySelectorAll('.chatMessage').length === 4);
  await keepMessages(ann);
  await sheet(ann, 'chat', { more: zoomed });
  await ann.click('.chat .closeButton');
  await bob.page.focus('.chatField');
  await bob.page.keyboard.type('One more thing');
  await bob.page.keyboard.press('Enter');
  await ann.sees('a number', () =>
    document.querySelector('#chat')?.hasAttribute('data-unread') ?? false);
  await sheet(ann, 'chat-unread');
});

/** Drops a file on the call. @param {Person} person @param {string} name @param {number} size */
const drop = (person, name, size) => person.ask((named, bytes) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([new Uint8Array(bytes)], named));
  document.querySelector('.stage')?.dispatchEvent(
    new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
}, name, size);

/**
 * The newest file, in this state.
 * @param {Person} person @param {string} state @param {string} name
 */
const hasFile = (person, state, name) =>
  person.sees(`${name} ${state}`, (wanted, named) => {
    const row = /** @type {HTMLElement|null} */ (document.querySelector('.file'));
    return row && row.dataset.state === wanted && row.textContent?.includes(named);
  }, [state, name]);

scenario('screens: files', {}, async (world) => {
  const { ann, bob } = await annAndBob(world);
  await keepMessages(ann);
  await drop(bob, 'Holiday in Jeju, all of the pictures of the first day.zip', 40_000_000);
  await hasFile(bob, 'offered', 'Holiday');
  await ann.sees('a number', () =>
    document.querySelector('#chat')?.getAttribute('data-unread') === '1');
  await ann.click('#chat');
  await hasFile(ann, 'offered', 'Holiday');
  await sheet(ann, 'file-offered', { more: zoomed });
  await ann.ask(() => { // the disk hangs after a while
    const host = /** @type {any} */ (window);
    const { digest } = SubtleCrypto.prototype;
    let count = 0;
    host.hangs = true;
    /** @type {typeof digest} */
    SubtleCrypto.prototype.digest = function hanging(algorithm, data) {
      if (host.hangs && ++count > 60) return new Promise(() => {});
      return digest.call(this, algorithm, data);
    };
  });
  await ann.click('.file .primary');
  await ann.sees('a good part of it', () => /** @type {HTMLProgressElement} */ (
    document.querySelector('.fileProgress')).value > 20_000_000);
  await sheet(ann, 'file-under-way', { more: zoomed });
  await ann.ask(() => Object.assign(window, { hangs: false }));
  await drop(ann, '회의록.pdf', 2_400_000);
  await hasFile(ann, 'offered', '회의록');
  await bob.click('.file .primary');
  await hasFile(bob, 'done', '회의록');
  await bob.ask(() => { // it is changed before it is read
    Blob.prototype.slice = () => {
      throw new DOMException('changed', 'NotReadableError');
    };
  });
  await drop(bob, 'budget.xlsx', 5000);
  await hasFile(ann, 'offered', 'budget');
  await ann.click('.file .primary');
  await hasFile(bob, 'failed', 'budget');
  await hasFile(ann, 'failed', 'budget');
  await sheet(bob, 'file-failed', { more: zoomed });
  const leaves = async () => {
    await bob.page.keyboard.press('Escape');
    await bob.ask(() => /** @type {HTMLElement} */ (document.querySelector('#leave')).click());
    await bob.shown('.unsaved');
  };
  await leaves();
  await sheet(bob, 'file-unsaved', { ready: leaves });
});

scenario('screens: a call of three', { people: 3 }, async (world) => {
  const { ann } = await annAndBob(world);
  const long = 'Christopher-Alexander Featherstonehaugh';
  const cho = await world.person(long, { variant: 'no-camera' });
  await cho.enter('tea');
  await ann.waitForPeers(2);
  await sheet(ann, 'three');
  await ann.ask(() => /** @type {HTMLElement} */ (
    document.querySelector('.peer .pinTool')).click());
  await sheet(ann, 'three-one-pinned');
});

scenario('screens: permission denied', {}, async (world) => {
  const ann = await world.person('Ann', { variant: 'denied' });
  await ann.enter('tea');
  await ann.notice('denied', 'alone');
  await sheet(ann, 'denied');
});

scenario('screens: no microphone', {}, async (world) => {
  const ann = await world.person('Ann', { shim: { fail: { audio: 'NotFoundError' } } });
  await ann.enter('tea');
  await ann.notice('no-microphone');
  await sheet(ann, 'no-microphone');
  const bob = await world.person('Bob');
  await bob.enter('tea');
  await ann.waitForPeers(1);
  await sheet(bob, 'peer-without-microphone');
});

scenario(
  'screens: unreachable',
  { expects: [/so many PeerConnections/], slow: true },
  async (world) => {
    const ann = await world.person('Ann', { shim: { connectionsFail: 1e9 } });
    await ann.enter('tea');
    await ann.notice('alone');
    const bob = await world.person('Bob');
    await bob.enter('tea');
    await ann.sees(
      'why Bob is not there',
      () => document.querySelector('#notice')?.getAttribute('data-notice') === 'unreachable',
      [],
      { ms: 3 * boundMs }, // the room tries for long before it says so
    );
    await sheet(ann, 'unreachable');
  },
);

scenario('screens: a peer that has lost the relay', { expects: socketErrors }, async (world) => {
  const wire = await Wire.open(world.relay.port);
  try {
    const { ann, bobId } = await annAndBob(world, {}, { url: wire.url });
    wire.cut('closed');
    await ann.sees(
      'that Bob has lost the relay',
      (id) => document.querySelector(`[data-peer="${id}"] .connection:not([hidden])`),
      [bobId],
    );
    await sheet(ann, 'peer-away');
  } finally {
    wire.close();
  }
});

scenario('screens: reconnecting', { expects: socketErrors }, async (world) => {
  const { ann } = await annAndBob(world);
  for (const language of languages) await speak(ann, language); // no relay, no texts
  await world.relay.kill();
  await ann.notice('reconnecting');
  await sheet(ann, 'reconnecting');
  await world.relay.start();
});

scenario('screens: room full', { relay: ['--members-max', '2'] }, async (world) => {
  await annAndBob(world);
  const cho = await world.person('Cho');
  await cho.enter('tea');
  await cho.notice('room-full');
  await sheet(cho, 'room-full');
});
