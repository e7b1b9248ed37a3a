/* door.test.mjs - the way into a room and out of it. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { annAndBob, endlessGrace, scenario, socketErrors } from './harness.mjs';
import { until } from './until.mjs';

/** @typedef {import('./harness.mjs').Engine} Engine */
/** @typedef {import('./person.mjs').Person} Person */

/** @type {Engine[]} */
const engines = ['chromium', 'firefox'];

/** The smallest phones, upright and on their side, and a desktop at 400 %. */
const small = [[320, 480], [320, 568], [360, 640], [568, 320], [640, 360]];

/**
 * Where an element lies, if not all of it is in the window, or something covers it.
 * @param {Person} person @param {string} selector
 */
const outOfSight = (person, selector) =>
  person.ask((css) => {
    const element = /** @type {Element} */ (document.querySelector(css));
    const { left, top, right, bottom } = element.getBoundingClientRect();
    const inside = left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
    const front = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    return inside && element.contains(front) ? '' : `${[left, top, right, bottom]} of ${[
      innerWidth, innerHeight]}, in front ${front?.outerHTML.slice(0, 80)}`;
  }, selector);

/** @param {Person} person @param {string} where */
async function fitsSmallWindows(person, where) {
  for (const language of ['en', 'ko']) {
    await person.page.select('#language', language);
    await person.sees(language, (wanted) => document.documentElement.lang === wanted, [language]);
    for (const [width, height] of small) {
      await person.page.setViewport({ width, height });
      await person.ask(() => scrollTo(0, 0));
      for (const css of ['.enter', '#headline', '#name']) {
        assert.equal(await outOfSight(person, `#welcome ${css}`), '',
          `${css} ${where}, ${language}, ${width} x ${height}`);
      }
      const wide = await person.ask(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `${where}, ${language}: ${wide} pixels in ${width}`);
    }
  }
}

scenario('an invited person sees the way in on every phone without scrolling', {},
  async (world) => {
    const path = '?room=tea-at-four';
    const ann = await world.person('Ann', { path, asks: true });
    await ann.shown('#wake');
    await fitsSmallWindows(ann, 'before the first look');
    const bob = await world.person('Bob', { path });
    await bob.previews();
    await fitsSmallWindows(bob, 'with a preview');
  });

for (const engine of engines) {
  scenario(
    `nothing is captured in ${engine} before a press, and entering asks once for both`,
    { needs: [engine] },
    async (world) => {
      const variant = engine === 'firefox' ? 'asks' : undefined;
      const ann = await world.person('Ann', { engine, path: '?room=tea', asks: true, variant });
      await ann.shown('#wake');
      assert.deepEqual((await ann.summary()).captures, []);
      await ann.fill('#name', 'Ann');
      await ann.page.keyboard.press('Enter');
      await ann.notice('alone');
      const { captures } = await ann.summary();
      assert.equal(captures.length, 1);
      assert.deepEqual(Object.values(JSON.parse(captures[0].constraints)).map(Boolean),
        [true, true]);
    },
  );

  scenario(`where the camera is allowed, ${engine} shows the preview at once`,
    { needs: [engine] }, async (world) => {
      const ann = await world.person('Ann', { engine, path: '?room=tea' });
      await ann.sees('the preview', () =>
        /** @type {HTMLVideoElement} */ (document.querySelector('#preview')).videoWidth > 0);
    });

  scenario(`what was typed before the scripts were there is done in ${engine}, in a new room or in a
    link's`.replace(/\s+/g, ' '), { needs: [engine] }, async (world) => {
    for (const path of ['', '?room=Tea%20time']) {
      const ann = await world.person('Ann', { engine, path, open: false });
      const scripts = await heldFiles(ann, 'page/page.js');
      ann.page.goto(ann.url).catch(() => {}); // the document is never complete
      await ann.page.waitForSelector('#name');
      await ann.page.focus('#name');
      await ann.page.keyboard.type('Ann');
      await ann.page.keyboard.press('Enter');
      await ann.sees('the document again', () => /name=Ann/.test(location.href));
      await scripts.release();
      await ann.notice('alone');
      const room = new URL(ann.page.url()).searchParams;
      assert.deepEqual([...room.keys()], ['room'], 'the address names the room only');
      if (path) assert.equal(room.get('room'), 'Tea time');
      else assert.match(String(room.get('room')), /^[a-z]+-[a-z]+-[a-z]+-\d{4}$/);
      assert.match(await said(ann, '#myStream .badgeName'), /Ann/);
      await ann.page.close();
      world.people.pop();
    }
  });
}

/**
 * Keeps files from loading until release().
 * @param {Person} person @param {string} ending of their addresses
 */
async function heldFiles({ page }, ending) {
  /** @type {import('puppeteer-core').HTTPRequest[]} */
  const held = [];
  let holding = true;
  await page.setRequestInterception(true);
  page.on('request', (request) => {
    if (holding && request.url().endsWith(ending)) held.push(request);
    else request.continue();
  });
  const release = () => {
    holding = false;
    return Promise.all(held.map((request) => request.continue().catch(() => {})));
  };
  return { release };
}

/** @param {Person} person @param {string} selector */
const said = (person, selector) =>
  person.ask((css) => document.querySelector(css)?.textContent?.trim() ?? '', selector);

scenario('what is switched off while the page is still loading stays off', {}, async (world) => {
  const ann = await world.person('Ann', { path: '?room=tea', open: false });
  const scripts = await heldFiles(ann, '.wasm');
  ann.page.goto(ann.url).catch(() => {}); // the document is not complete yet
  await ann.lobby();
  await ann.click('#lobbyMute');
  const pressed = () => ann.sees('the microphone off', () =>
    document.querySelector('#lobbyMute')?.getAttribute('data-off') === 'true');
  await pressed();
  await scripts.release();
  await ann.previews();
  await pressed();
  const { sent } = await ann.summary();
  assert.ok(!sent.some(({ kind, enabled }) => kind === 'audio' && enabled));
});

scenario('a link that looks like a form somebody has submitted leads into the lobby', {},
  async (world) => {
    const ann = await world.person('Ann', { path: '?room=tea&name=Mallory' });
    await ann.previews();
    assert.deepEqual(await ann.lobby(), { mode: 'invited', title: 'Join tea' });
    assert.equal(await ann.value('#name'), '');
    assert.equal(new URL(ann.page.url()).search, '?room=tea');
  });

scenario('a new room gets a name of three words and a number, and the words of the language', {},
  async (world) => {
    const ann = await world.person('Ann');
    await ann.page.select('#language', 'ko');
    await ann.sees('Korean', () => document.documentElement.lang === 'ko');
    await ann.press();
    await ann.notice('alone');
    const room = new URL(ann.page.url()).searchParams.get('room');
    assert.match(String(room), /^[가-힣]+-[가-힣]+-[가-힣]+-\d{4}$/u);
    assert.equal(await said(ann, '#roomTitle'), room);
    assert.match(await said(ann, '.noticeLink'), new RegExp(`room=${room}$`, 'u'));
  });

scenario('a room is the same however it is spelled, and is shown as each has typed it', {},
  async (world) => {
    const ann = await world.person('Ann', { path: '?room=Tea%20%20CAF%C3%89' });
    const bob = await world.person('Bob');
    await ann.press();
    await ann.notice('alone');
    await bob.enter('tea café');
    await Promise.all([ann.waitForPeers(1), bob.waitForPeers(1)]);
    assert.deepEqual([await said(ann, '#roomTitle'), await said(bob, '#roomTitle')],
      ['Tea CAFÉ', 'tea café']);
  });

scenario('a name that is too long is said to be while it is typed, and does not get in', {},
  async (world) => {
    const ann = await world.person('Ann');
    await ann.fill('#room', '가'.repeat(21));
    assert.equal(await said(ann, '#roomError:not([hidden])'), '');
    await ann.page.keyboard.type('나');
    await ann.sees('what is wrong', () =>
      /64 letters, 21 in Korean/.test(
        document.querySelector('#roomError:not([hidden])')?.textContent ?? ''));
    await ann.page.focus('#name');
    await ann.page.keyboard.press('Enter');
    await ann.sees('the focus on the field', () => document.activeElement?.id === 'room'
      && document.activeElement.getAttribute('aria-invalid') === 'true');
    await ann.shown('#welcome');
    await ann.page.keyboard.press('Backspace');
    await ann.page.keyboard.press('Enter');
    await ann.notice('alone');
  });

for (const engine of engines) {
  scenario(`who has left in ${engine} by mistake is back with one press`, { needs: [engine] },
    async (world) => {
      const { ann, bob } = await annAndBob(world, { engine }, { engine });
      await ann.click('#leave');
      await ann.sees('where they were', () =>
        document.querySelector('#headline')?.textContent === 'You left tea');
      await ann.nothingLeftOpen();
      await ann.press();
      await Promise.all([ann.inCallWith(1), bob.inCallWith(1)]);
      await ann.click('#leave');
      await ann.click('#back');
      await ann.shown('#room');
      assert.equal(await ann.ask(() => location.search), '');
    });

  scenario(`who finds a room full in ${engine} comes in when somebody leaves`,
    { needs: [engine], relay: ['--members-max', '2', ...endlessGrace], people: 3 },
    async (world) => {
      const { ann, bob } = await annAndBob(world, { engine }, { engine });
      const cho = await world.person('Cho', { engine });
      await cho.enter('tea');
      await cho.notice('room-full');
      await bob.click('#leave');
      await Promise.all([ann.waitForPeers(1), cho.waitForPeers(1)]);
      await cho.notice('');
      await ann.idOf('Cho');
    });

  scenario(`one person in two tabs of ${engine} is asked, and moves the call or is muted`,
    { needs: [engine], people: 3 }, async (world) => {
      const { ann, bob, annId } = await annAndBob(world, { engine }, { engine });
      const tab = await world.person('Ann', { engine, beside: ann, path: '?room=Tea' });
      await tab.press();
      await tab.shown('#twice');
      await tab.page.keyboard.press('Escape');
      await tab.sees('the dialog closed', () => !document.querySelector('#twice[open]'));
      await tab.press();
      await tab.click('#twice [value=move]');
      await Promise.all([tab.inCallWith(1), ann.notice('replaced')]);
      assert.equal(await bob.idOf('Ann'), annId, 'the same member');
      await ann.nothingLeftOpen();
      await ann.ask(() => sessionStorage.clear()); // so that this is another tab, not that one
      await ann.page.reload();
      await ann.press();
      await ann.click('#twice [value=muted]');
      await Promise.all([ann.waitForPeers(2), bob.waitForPeers(2)]);
      await bob.sees('the second one muted', (first) => {
        const { probe } = /** @type {any} */ (window);
        const second = probe.peers().find((/** @type {any} */ peer) => peer.id !== first);
        return second?.muted === 'true';
      }, [annId]);
    });
}

scenario('the link goes by the menu of the system, by a dialog where copying is denied, by QR code',
  { alone: ['focus'] },
  async (world) => {
    const deny = `navigator.share = async (what) => { window.shared = what; };
      navigator.clipboard.writeText = () =>
        Promise.reject(new DOMException('denied', 'NotAllowedError'));`;
    const ann = await world.person('Ann', { path: '?room=tea.', scripts: [deny] });
    await ann.press();
    await ann.notice('alone');
    await ann.click('#noticeShare');
    const shared = await ann.sees('what was shared', () => /** @type {any} */ (window).shared);
    assert.equal(shared.title, 'Video call: tea.');
    assert.match(shared.url, /\?room=tea%2E$/);
    await ann.click('#noticeAction');
    await ann.shown('#invite');
    const selected = await ann.sees('the link selected', () => {
      const field = /** @type {HTMLInputElement} */ (document.querySelector('#inviteLink'));
      const { selectionStart, selectionEnd, value } = field;
      return document.activeElement === field && selectionEnd === value.length
        && selectionStart === 0 && value;
    });
    assert.match(String(selected), /\?room=tea%2E$/);
    await ann.shown('#invite .inviteCode svg[role=img]');
    await ann.page.keyboard.press('Escape');
    await ann.click('#noticeInvite');
    await ann.shown('#inviteShare');
  });

scenario('the lock beside the name of the room says what it means, and goes by Escape', {},
  async (world) => {
    const ann = await world.person('Ann', { path: '?room=tea' });
    await ann.press();
    await ann.notice('alone');
    await ann.click('#about');
    await ann.shown('#aboutText');
    await ann.page.keyboard.press('Escape');
    await ann.sees('the text gone', () =>
      /** @type {HTMLElement} */ (document.querySelector('#aboutText')).hidden
      && document.activeElement?.id === 'about');
  });

scenario('who was in a call when the relay was away is told that nobody has left',
  { expects: socketErrors },
  async (world) => {
    const { ann } = await annAndBob(world);
    await world.relay.kill();
    await ann.notice('reconnecting');
    await world.relay.start();
    await ann.notice('back');
    assert.match(await said(ann, '#notice'), /^Back\. Nobody left while the server was away\./);
    await ann.notice('');
  });

const policy = { expects: [/Permissions policy violation/] };
scenario('a frame that may not use the camera says whose that is', policy, async (world) => {
  const ann = await world.person('Ann', { path: 'healthz', open: false });
  await ann.page.goto(ann.url);
  await ann.ask((url) => {
    const frame = document.createElement('iframe');
    frame.allow = "camera 'none'; microphone 'none'";
    frame.src = url;
    document.body.replaceChildren(frame);
  }, new URL('?room=tea', world.relay.url).href);
  await ann.sees('the reason', () => {
    const inner = /** @type {HTMLIFrameElement} */ (document.querySelector('iframe'));
    const page = inner.contentDocument;
    /** @type {HTMLElement|null|undefined} */ (page?.querySelector('#wake:not([hidden])'))?.click();
    return page?.querySelector('#notice')?.getAttribute('data-notice') === 'denied-embedded';
  });
});

scenario('a lobby without a network says so', {}, async (world) => {
  const ann = await world.person('Ann', { path: '?room=tea', asks: true });
  await ann.shown('#wake');
  await ann.page.setOfflineMode(true);
  await ann.notice('offline');
  await ann.page.setOfflineMode(false);
  await ann.notice('');
});

scenario('on the lowest of screens a long notice leaves every control in reach',
  { expects: socketErrors },
  async (world) => {
    const { ann } = await annAndBob(world);
    await world.relay.kill();
    await ann.notice('reconnecting');
    for (const [width, height] of [[320, 256], [427, 267]]) {
      await ann.page.setViewport({ width, height });
      for (const css of ['#mute', '#camera', '#more', '#leave']) {
        await ann.ask((selector) => document.querySelector(selector)?.scrollIntoView(), css);
        assert.equal(await outOfSight(ann, css), '', `${css}, ${width} x ${height}`);
      }
    }
    await world.relay.start();
  });

scenario('a page loads a script, its styles and one language, and the rest when it is needed', {},
  async (world) => {
    const ann = await world.person('Ann',
      { scripts: ["localStorage.setItem('peerface.language', 'ko');"] });
    const files = () => ann.ask(() => performance.getEntriesByType('resource')
      .map(({ name }) => new URL(name).pathname).filter((name) => name.startsWith('/page/'))
      .map((name) => name.replace(/-.*\.js$/, '-*.js')).sort());
    const first = ['/page/call-*.js', '/page/chunk-*.js', '/page/ko-*.js', '/page/page.css',
      '/page/page.js'];
    // Who need not be asked is captured at once, which brings these.
    const later = ['/page/captured-*.js', '/page/chat.css'];
    const missing = async (/** @type {string[]} */ names) => {
      const loaded = await files();
      return names.filter((name) => !loaded.includes(name));
    };
    await until('the call screen to load', async () => (await missing(first)).length === 0);
    await ann.press();
    await ann.notice('alone');
    await until('what captures and the chat need', async () => (await missing(later)).length === 0);
    assert.deepEqual([...new Set(await files())].filter((name) => !first.includes(name)), later);
    const languages = (await files()).filter((name) => name === '/page/ko-*.js').length;
    assert.equal(languages, 2, 'and the words of new names');
  });

scenario('who waits at a locked door asks once, sees that they wait, and can stop it in the lobby',
  { relay: endlessGrace },
  async (world) => {
    const ann = await world.person('Ann');
    await ann.enter('tea');
    await ann.notice('alone');
    await ann.click('#showPeople');
    await ann.click('.lockTool');
    await ann.page.keyboard.press('Escape');
    const bob = await world.person('Bob');
    await bob.fill('#room', 'tea');
    await bob.fill('#name', 'Bob');
    await bob.page.keyboard.press('Enter');
    await bob.page.keyboard.press('Enter');
    await bob.notice('knocking');
    const sent = () => bob.ask(() => /** @type {any} */ (window).probe.wire.filter(
      (/** @type {any} */ { text }) => /"type":"join"/.test(text)).length);
    const joins = await sent();
    assert.match(await said(bob, '.enterText'), /Waiting to be let in/);
    assert.equal(await bob.ask(() => /** @type {HTMLInputElement} */ (
      document.querySelector('#name')).readOnly), true);
    await bob.page.keyboard.press('Enter');
    await bob.ask(() => /** @type {HTMLElement} */ (document.querySelector('.enter')).click());
    await bob.notice('knocking');
    assert.deepEqual([joins, await sent()], [1, 1], 'one join was sent');
    assert.equal(await ann.ask(() => document.querySelectorAll('.knock').length), 1);
    await bob.click('#stopWaiting');
    await bob.notice('');
    await ann.sees('nobody at the door', () => document.querySelectorAll('.knock').length === 0);
    assert.ok(await bob.ask(() => document.activeElement !== document.body), 'the focus is kept');
    await bob.press();
    await bob.notice('knocking');
    await ann.click('.admitTool');
    await Promise.all([ann.inCallWith(1), bob.inCallWith(1)]);
  });

scenario('pressing Enter again while a room is being named makes no second room', {},
  async (world) => {
    const ann = await world.person('Ann');
    await ann.page.focus('#name');
    await ann.page.keyboard.type('Ann');
    await ann.ask(() => {
      const form = /** @type {HTMLFormElement} */ (document.querySelector('.entrance'));
      form.requestSubmit();
      form.requestSubmit();
    });
    await ann.notice('alone');
    const joined = await ann.ask(() => /** @type {any} */ (window).probe.wire
      .map((/** @type {any} */ { text }) => /"joined".*?"room":"([^"]+)"|"join",.*?"room":"([^"]+)"/
        .exec(text)).filter(Boolean).map((/** @type {any} */ match) => match[1] ?? match[2]));
    const room = new URL(ann.page.url()).searchParams.get('room');
    assert.deepEqual([...new Set(joined)], [room]);
  });
