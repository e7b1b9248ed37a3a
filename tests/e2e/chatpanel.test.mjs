/* chatpanel.test.mjs - the chat as people use it: write, read, unread, links, phones, a reload. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { annAndBob, scenario, until } from './harness.mjs';

/** @typedef {import('./harness.mjs').World} World */
/** @typedef {import('./person.mjs').Person} Person */

/** The last message in the list. @param {Person} person @param {string} text */
const reads = (person, text) => person.sees(`the message "${text}"`, (wanted) =>
  [...document.querySelectorAll('.chatText')].at(-1)?.textContent === wanted, [text]);

/** @param {Person} person @param {string} selector @param {string} count '' for no number */
const isUnread = (person, selector, count) =>
  person.sees(`${count || 'no'} unread at ${selector}`, (css, wanted) =>
    (document.querySelector(css)?.getAttribute('data-unread') ?? '') === wanted, [selector, count]);

/** @param {Person} person @param {string} where */
const isNewestSeen = (person, where) => person.sees(`the newest message, ${where}`, () => {
  const list = document.querySelector('.chatList')?.getBoundingClientRect();
  const newest = [...document.querySelectorAll('.chatText')].at(-1)?.getBoundingClientRect();
  return list && newest && list.height > 0 && newest.bottom <= list.bottom + 1;
});

/** @param {Person} person @param {string} text */
async function writes(person, text) {
  await person.page.focus('.chatField');
  await person.page.keyboard.type(text);
  await person.page.keyboard.press('Enter');
  await reads(person, text);
}

/** A file of five bytes, into the field of the chat. @param {Person} person @param {string} name */
async function pastes(person, name) {
  await person.page.focus('.chatField');
  await person.ask((named) => {
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File(['Hello'], named));
    document.querySelector('.chatField')?.dispatchEvent(
      new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, name);
}

/** Three in a call, of whom Ann has chosen a file for Bob. @param {World} world */
async function choosesBob(world) {
  const { ann, bob } = await annAndBob(world);
  const cho = await world.person('Cho');
  await cho.enter('tea');
  await Promise.all([cho.inCallWith(2), ann.waitForPeers(2), bob.waitForPeers(2)]);
  await ann.click('#chat');
  await pastes(ann, 'note.txt');
  await ann.shown('#filesTo');
  await ann.choose('#filesTo', 'Bob');
  return { ann, bob, cho };
}

for (const [here, there] of /** @type {const} */ ([['chromium', 'firefox'],
  ['firefox', 'chromium']])) {
  scenario(`in ${here} people write to a ${there}, and see what is unread`,
    { needs: [here, there] }, async (world) => {
      const ann = await world.person('Ann', { engine: here });
      const bob = await world.person('Bob', { engine: there });
      await ann.enter('tea');
      await bob.enter('tea');
      await Promise.all([ann.inCallWith(1), bob.inCallWith(1)]);
      await ann.click('#chat');
      await ann.shown('.chatEmpty');
      await writes(ann, 'See https://example.org/plan?v=2.');
      await isUnread(bob, '#chat', '1');
      await bob.sees('it said', () => [...document.querySelectorAll('#announcer p')]
        .some((line) => /^Ann: See https/.test(line.textContent ?? '')));
      assert.match(await bob.ask(() =>
        document.querySelector('#chat')?.getAttribute('aria-label') ?? ''), /1 unread/);
      await bob.click('#chat');
      await reads(bob, 'See https://example.org/plan?v=2.');
      await isUnread(bob, '#chat', '');
      assert.deepEqual(await bob.ask(() => [...document.querySelectorAll('.chatText a')]
        .map((link) => [link.getAttribute('href'), link.getAttribute('rel'), link.textContent])),
      [['https://example.org/plan?v=2', 'noopener noreferrer nofollow',
        'https://example.org/plan?v=2']]);
      await writes(bob, '<b>not bold</b>');
      await reads(ann, '<b>not bold</b>');
      await ann.sees('one that has arrived', () => document
        .querySelector('.chatMessage[data-own="true"]')?.getAttribute('data-state') === 'sent');
      // Shift and Enter begin a line; a syllable that is being composed is ended by Enter.
      await ann.page.focus('.chatField');
      await ann.page.keyboard.type('one');
      await ann.page.keyboard.down('Shift');
      await ann.page.keyboard.press('Enter');
      await ann.page.keyboard.up('Shift');
      await ann.ask(() => document.querySelector('.chatField')?.dispatchEvent(
        new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true })));
      await ann.page.keyboard.type('two');
      await ann.page.keyboard.press('Enter');
      await reads(bob, 'one\ntwo');
      await ann.page.keyboard.press('Escape');
      assert.equal(await ann.ask(() => document.activeElement?.id), 'chat', 'the focus is back');
      await ann.ask(() => /** @type {HTMLElement} */ (document.activeElement).blur());
      await ann.page.keyboard.press('c');
      await ann.shown('.chatField');
    });
}

scenario('the chat is there after a reload, and a newcomer sees what was said', { people: 3 },
  async (world) => {
    const { ann, bob } = await annAndBob(world);
    await ann.click('#chat');
    await writes(ann, 'before you came');
    await bob.click('#chat');
    await writes(bob, 'I am here');
    await reads(ann, 'I am here');
    await ann.page.reload();
    await ann.inCallWith(1);
    await isUnread(ann, '#chat', '');
    await ann.click('#chat');
    await reads(ann, 'I am here');
    assert.deepEqual(await ann.ask(() => [...document.querySelectorAll('.chatText')]
      .map((text) => text.textContent)), ['before you came', 'I am here']);
    const cho = await world.person('Cho');
    await cho.enter('tea');
    await cho.inCallWith(2);
    await cho.click('#chat');
    await reads(cho, 'I am here');
  });

scenario('a file goes to one of two, is said, and is accepted with the keyboard', { people: 3 },
  async (world) => {
    const { ann, bob, cho } = await choosesBob(world);
    await ann.click('.filesChosen .primary');
    const said = (/** @type {Person} */ person, /** @type {string} */ text) =>
      person.sees(`"${text}" said`, (wanted) => [...document.querySelectorAll('#announcer p')]
        .some((line) => line.textContent?.startsWith(wanted)), [text]);
    await said(bob, 'Ann offers you a file: note.txt, 5 bytes');
    await isUnread(bob, '#chat', '1');
    await bob.page.keyboard.press('c');
    await bob.shown('.file .primary');
    await bob.page.keyboard.down('Shift');
    for (let back = 0; back < 3; back++) await bob.page.keyboard.press('Tab'); // clip, Decline
    await bob.page.keyboard.up('Shift');
    assert.equal(await bob.ask(() => document.activeElement?.textContent), 'Accept');
    await bob.page.keyboard.press('Enter');
    await said(bob, 'note.txt has been received');
    await said(ann, 'Bob has received note.txt');
    await bob.sees('the focus go on', () => document.activeElement?.textContent === 'Save');
    assert.equal(await cho.ask(() => document.querySelectorAll('.file').length), 0);
  });

scenario('messages lie over the middle of the stage, and not over the chat', {}, async (world) => {
  const { ann, bob } = await annAndBob(world);
  await ann.click('#chat');
  await bob.click('#leave');
  await ann.sees('that Bob has left, in the middle of the stage', () => {
    const middleOf = (/** @type {string} */ css) => {
      const rect = document.querySelector(css)?.getBoundingClientRect();
      return rect && rect.left + rect.width / 2;
    };
    const [toast, stage] = [middleOf('.toasts'), middleOf('.stage')];
    return toast !== undefined && stage !== undefined && Math.abs(toast - stage) < 2
      && /** @type {Element} */ (document.querySelector('.chat')).getBoundingClientRect().left
        > stage;
  });
});

scenario('a file for one who has left while it was chosen goes to nobody, which is said',
  { people: 3 },
  async (world) => {
    const { ann, bob, cho } = await choosesBob(world);
    await bob.click('#leave');
    await ann.waitForPeers(1);
    await ann.click('.filesChosen .primary');
    await ann.sees('why', () => /Bob is not in the call any more/.test(
      document.querySelector('.filesError:not([hidden])')?.textContent ?? ''));
    await pastes(ann, 'next.txt'); // to the one who is left
    await cho.sees('the next file', () => /next.txt/.test(
      document.querySelector('.file')?.textContent ?? ''));
    assert.equal(await cho.ask(() => document.querySelectorAll('.file').length), 1);
  });

scenario('a large file: the picker is cancelled, cannot be had, and there is no room', {},
  async (world) => {
    const picker = `window.picks = [];
      window.showSaveFilePicker = () => new Promise((_, reject) => {
        window.picks.push((name) => reject(new DOMException(name, name)));
      });`;
    const { ann, bob } = await annAndBob(world, {}, { scripts: [picker] });
    await ann.ask(() => { // that large, as far as anybody can see
      const { size } = /** @type {any} */ (Object.getOwnPropertyDescriptors(Blob.prototype));
      Object.defineProperty(File.prototype, 'size', { get() {
        return this.name.startsWith('large') ? 3e8 : size.get.call(this);
      } });
    });
    await ann.click('#chat');
    await bob.click('#chat');
    await pastes(ann, 'large.bin');
    const picks = () => bob.ask(() => /** @type {any} */ (window).picks.length);
    const ends = (/** @type {string} */ name) =>
      bob.ask((error) => /** @type {any} */ (window).picks.pop()(error), name);
    const row = (/** @type {Person} */ person, /** @type {string} */ state,
      /** @type {string} */ words) => person.sees(`a file that is ${state}: ${words}`,
      (wanted, text) => {
        const file = document.querySelector('.file');
        return file && file.getAttribute('data-state') === wanted
          && file.textContent?.includes(text);
      }, [state, words]);
    await bob.click('.file .primary');
    await bob.click('.file .primary');
    assert.equal(await picks(), 1, 'one picker at a time');
    await ends('AbortError');
    await row(bob, 'offered', 'Accept');
    await bob.click('.file .primary');
    await ends('NotAllowedError'); // it is stored nevertheless, and Ann has not really got it
    await row(ann, 'failed', 'can no longer be read');
    await row(bob, 'failed', 'can no longer be read');
    await bob.ask(() => {
      navigator.storage.estimate = async () => ({ quota: 2, usage: 0 });
    });
    await pastes(ann, 'small.txt');
    await bob.click('.file .primary');
    await row(bob, 'failed', 'not enough room for it in this browser');
    await row(ann, 'failed', 'Bob does not have enough room for it');
  });

/**
 * A file goes from one to the other, whose chat is open.
 * @param {Person} from @param {Person} to @param {string} name
 */
async function passes(from, to, name) {
  await pastes(from, name);
  await to.click('.file[data-state="offered"] .primary');
  await to.sees(`${name} received`, (file) => [...document.querySelectorAll('.file')].some((row) =>
    row.textContent?.includes(file) && row.getAttribute('data-state') === 'done'), [name]);
}

/** Counts downloads. */
const downloads = `window.downloads = [];
  HTMLAnchorElement.prototype.click = function () { window.downloads.push(this.download); };`;
/** @param {Person} person */
const downloaded = (person) => person.ask(() => /** @type {any} */ (window).downloads);

scenario('who leaves with a file that is not saved is asked, and who is removed gets it', {},
  async (world) => {
    const { ann, bob } = await annAndBob(world, {}, { scripts: [downloads] });
    await ann.click('#chat');
    await bob.click('#chat');
    await passes(ann, bob, 'one.txt');
    await bob.click('#leave');
    await bob.shown('.unsaved');
    assert.match(await bob.ask(() => document.querySelector('.unsaved h2')?.textContent ?? ''),
      /one.txt/);
    await bob.page.keyboard.press('Escape');
    assert.deepEqual(await downloaded(bob), []);
    const holds = () => bob.ask(() => !dispatchEvent(new Event('beforeunload',
      { cancelable: true })));
    assert.ok(await holds(), 'the browser asks before it leaves the page');
    await bob.click('#leave');
    await bob.click('.unsaved [value=save]');
    await bob.shown('#welcome');
    assert.deepEqual(await downloaded(bob), ['one.txt']);
    assert.ok(!(await holds()));

    await bob.press();
    await bob.inCallWith(1);
    await passes(ann, bob, 'two.txt');
    await bob.click('#leave');
    await bob.click('.unsaved [value=leave]');
    await bob.shown('#welcome');
    assert.deepEqual(await downloaded(bob), ['one.txt']);

    await bob.press();
    await bob.inCallWith(1);
    await passes(ann, bob, 'three.txt');
    await ann.page.keyboard.press('Escape');
    await ann.click('#showPeople');
    await ann.click('.person:last-child .personTool');
    await ann.click('.person:last-child .removeTool');
    await ann.click('.removing [value="remove"]');
    await bob.notice('removed');
    assert.deepEqual(await downloaded(bob), ['one.txt', 'three.txt']);
  });

scenario('in Firefox, where nobody is asked where to, a file that has come is saved at once',
  { needs: ['chromium', 'firefox'] },
  async (world) => {
    const { ann, bob } = await annAndBob(world, {}, { engine: 'firefox', scripts: [downloads] });
    await ann.click('#chat');
    await bob.click('#chat');
    await passes(ann, bob, 'one.txt');
    assert.deepEqual(await downloaded(bob), ['one.txt']);
    await bob.click('#leave');
    await bob.shown('#welcome');
  });

scenario('what an earlier page has received and not saved is gone when the page is opened again',
  {},
  async (world) => {
    const { ann, bob } = await annAndBob(world);
    await ann.click('#chat');
    await bob.click('#chat');
    await passes(ann, bob, 'one.txt');
    const folders = () => bob.ask(async () => {
      const root = await navigator.storage.getDirectory();
      const names = [];
      for await (const name of /** @type {any} */ (root).keys()) names.push(name);
      return names;
    });
    assert.deepEqual(await folders(), ['peerface']);
    bob.page.once('dialog', (dialog) => dialog.accept());
    await bob.page.goto(new URL('healthz', world.relay.url).href);
    assert.deepEqual(await folders(), ['peerface'], 'left behind');
    await bob.page.goto(bob.url);
    await bob.previews();
    await until('it to be removed', async () => (await folders()).length === 0);
  });

scenario('a message and a file are one unread each, until the panel is seen', {},
  async (world) => {
    const { ann, bob } = await annAndBob(world);
    await ann.click('#chat');
    await pastes(ann, 'note.txt');
    await isUnread(bob, '#chat', '1');
    await bob.page.keyboard.press('m'); // everything is shown anew
    await ann.tile(await ann.idOf('Bob'), { muted: 'true' });
    await isUnread(bob, '#chat', '1');
    await writes(ann, 'Look at this');
    await isUnread(bob, '#chat', '2');
    await bob.click('#chat');
    await isUnread(bob, '#chat', '');
    await bob.ask(() => { // another window is in front of it
      const host = /** @type {any} */ (document);
      host.behind = true;
      Object.defineProperty(document, 'hidden', { get: () => host.behind, configurable: true });
    });
    await writes(ann, 'Are you there?');
    await pastes(ann, 'more.txt');
    await isUnread(bob, '#chat', '2');
    await bob.ask(() => {
      const list = /** @type {HTMLElement} */ (document.querySelector('.chatList'));
      list.style.paddingBottom = '3000px'; // the newest is not in sight
      /** @type {any} */ (document).behind = false;
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await isUnread(bob, '#chat', '');
  });


scenario('what is too long is said to be, and stays in the field', {}, async (world) => {
  const { ann, bob } = await annAndBob(world);
  await ann.click('#chat');
  const long = '가'.repeat(700);
  await ann.page.focus('.chatField');
  await ann.page.keyboard.sendCharacter(long);
  await ann.page.keyboard.press('Enter');
  await ann.shown('#chatError');
  assert.equal(await ann.ask(() =>
    /** @type {HTMLTextAreaElement} */ (document.querySelector('.chatField')).value), long);
  await ann.ask(() => {
    /** @type {HTMLTextAreaElement} */ (document.querySelector('.chatField')).value = '';
  });
  await writes(ann, 'shorter');
  await bob.click('#chat');
  await reads(bob, 'shorter');
});

scenario('on a phone the chat lies over the call, and "more" has the number', {}, async (world) => {
  const { ann, bob } = await annAndBob(world);
  await bob.click('#chat');
  for (let line = 0; line < 20; line++) await writes(bob, `line ${line}`);
  await ann.click('#chat'); // they are read
  await reads(ann, 'line 19');
  await ann.click('#chat');
  for (const [width, height] of [[390, 844], [320, 568], [320, 256], [701, 900]]) {
    const where = `${width} x ${height}`;
    await ann.page.setViewport({ width, height });
    if (await bob.ask(() => document.querySelector('.chat')?.hasAttribute('hidden') ?? true)) {
      await bob.click('#chat');
    }
    await writes(bob, `at ${where}`);
    const small = width <= 700;
    await isUnread(ann, small ? '#more' : '#chat', '1');
    if (small) await ann.click('#more');
    await ann.click(small ? '.item.chatButton' : '#chat');
    await ann.shown('.chatField');
    await reads(ann, `at ${where}`);
    const seen = await ann.ask(() => {
      const box = (/** @type {string} */ css) =>
        document.querySelector(css)?.getBoundingClientRect();
      const [panel, field, send, close] = ['.chat', '.chatField', '.chatSend', '.chat .closeButton']
        .map(box);
      return {
        inert: document.querySelector('.stage')?.hasAttribute('inert'),
        inside: [panel, field, send, close].every((rect) => rect && rect.left >= 0 && rect.top >= 0
          && rect.right <= innerWidth && rect.bottom <= innerHeight && rect.width > 0),
        list: document.querySelector('.chatList')?.clientHeight ?? 0,
      };
    });
    assert.equal(seen.inert, true, `what lies below is out of reach, ${where}`);
    assert.ok(seen.inside, `everything is inside, ${where}`);
    assert.ok(seen.list >= 40, `${seen.list} px for messages, ${where}`);
    await ann.page.setViewport({ width: height, height: width }); // the phone is turned, and back
    await isNewestSeen(ann, `turned from ${where}`);
    await ann.page.setViewport({ width, height });
    await isNewestSeen(ann, where);
    await ann.page.keyboard.press('Escape');
    const inert = await ann.ask(() => document.querySelector('.stage')?.hasAttribute('inert'));
    assert.equal(inert, false, `closed again, ${where}`);
  }
});
