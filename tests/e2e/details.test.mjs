/* details.test.mjs - small things that people notice only when they are wrong. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { restMs } from '../../web/page/tips.js';
import { annAndBob, scenario, socketErrors, stays } from './harness.mjs';

/** @typedef {import('./person.mjs').Person} Person */

/** Where the parts of the call screen are. @param {Person} person @returns {Promise<string>} */
const places = (person) => person.ask(() =>
  ['.stage', '.controls', ...[...document.querySelectorAll('.controls > *')].map((_, index) =>
    `.controls > :nth-child(${index + 1})`)].map((css) => {
    const { left, top, width, height } =
      /** @type {Element} */ (document.querySelector(css)).getBoundingClientRect();
    return `${css}: ${[left, top, width, height].map(Math.round).join(' ')}`;
  }).join('\n'));

scenario('nothing that appears in a call moves anything else', { expects: socketErrors },
  async (world) => {
    const { ann, bob } = await annAndBob(world);
    for (const [width, height] of [[1280, 720], [390, 844], [844, 390]]) {
      await ann.page.setViewport({ width, height });
      await ann.sees('the size', (wanted) => innerWidth === wanted, [width]);
      const before = await places(ann);
      await bob.click('#hand');
      await ann.sees('a message', () => document.querySelector('.toast'));
      assert.equal(await places(ann), before, 'beside a message');
      await ann.ask(() => /** @type {HTMLElement} */ (
        document.querySelector('.copyButton')).click());
      await ann.sees('that the link is copied, or how to', () =>
        document.querySelector('#invite')?.hasAttribute('open') ||
        [...document.querySelectorAll('.toast')].some(({ textContent }) =>
          /copied/i.test(textContent ?? '')));
      await ann.page.keyboard.press('Escape');
      assert.equal(await places(ann), before, 'beside the link');
    }
    await ann.page.setViewport({ width: 1280, height: 720 });
    await ann.sees('the size', () => innerWidth === 1280);
    const before = await places(ann);
    await world.relay.kill();
    await ann.notice('reconnecting');
    assert.equal(await places(ann), before, 'below a notice');
    await world.relay.start();
    await ann.notice('');
  });

scenario('the screen stays on during a call, also after a look elsewhere', {}, async (world) => {
  const countLocks = `
    window.locks = [];
    Object.defineProperty(navigator, 'wakeLock', { value: { request: async (type) => {
      const lock = { type, released: false, release: async () => { lock.released = true; } };
      window.locks.push(lock);
      return lock;
    } } });`;
  const ann = await world.person('Ann', { scripts: [countLocks] });
  const held = (/** @type {number} */ count) => ann.sees(`${count} locks, the last one held`,
    (wanted) => {
      const { locks } = /** @type {any} */ (window);
      return locks.length === wanted && !locks.at(-1)?.released;
    }, [count]);
  await ann.enter('tea');
  await ann.notice('alone');
  await held(1);
  // The browser takes the lock away when the page is hidden, and says that it is visible again.
  await ann.ask(() => {
    /** @type {any} */ (window).locks[0].released = true;
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await held(2);
  await ann.click('#leave');
  await ann.sees('the lock given back', () => /** @type {any} */ (window).locks.every(
    (/** @type {any} */ { released }) => released));
});

scenario('M, V and the keys of other products mute and hide, in the lobby and in the call', {},
  async (world) => {
    const ann = await world.person('Ann', { path: '?room=tea' });
    await ann.previews();
    for (const where of ['lobby', 'call']) {
      const ids = where === 'lobby' ? ['#lobbyMute', '#lobbyCamera'] : ['#mute', '#camera'];
      await ann.ask(() => /** @type {HTMLElement} */ (document.activeElement).blur());
      for (const [key, css] of /** @type {const} */ ([
        ['m', ids[0]], ['v', ids[1]], ['d', ids[0]], ['e', ids[1]],
      ])) {
        const off = await ann.ask((id) =>
          document.querySelector(id)?.getAttribute('data-off'), css);
        if (key === 'm' || key === 'v') {
          await ann.pressAlone(key);
        } else {
          await ann.page.keyboard.down('Control');
          await ann.page.keyboard.press(key);
          await ann.page.keyboard.up('Control');
        }
        await ann.sees(`${css} change in the ${where} by ${key}`, (id, before) =>
          document.querySelector(id)?.getAttribute('data-off') !== before, [css, off]);
      }
      if (where === 'lobby') await ann.press();
      await ann.shown('#call');
    }
  });

scenario('on a phone the bar has five buttons at most, large enough for a thumb', {},
  async (world) => {
    const ann = await world.person('Ann');
    await ann.enter('tea');
    await ann.notice('alone');
    for (const [width, height] of [[320, 568], [390, 844], [844, 390], [568, 320], [280, 653]]) {
      await ann.page.setViewport({ width, height, hasTouch: true, isMobile: true });
      await ann.sees('the size', (wanted) => innerWidth === wanted, [width]);
      const buttons = await ann.ask(() =>
        [...document.querySelectorAll('.controls button')].filter((button) =>
          button.checkVisibility()).map((button) => {
          const { left, right, width: across, height: down } = button.getBoundingClientRect();
          return { id: button.id, across, down, inside: left >= 0 && right <= innerWidth };
        }));
      const size = `${width} x ${height}`;
      assert.ok(buttons.every(({ inside }) => inside), `${size}: ${JSON.stringify(buttons)}`);
      assert.ok(buttons.every(({ across, down }) => across >= 40 && down >= 40),
        `${size}: ${JSON.stringify(buttons)}`);
      assert.ok(buttons.length <= 5, `${size}: ${buttons.map(({ id }) => id).join(' ')}`);
      await ann.click('#more');
      await ann.shown('#moreMenu');
      const items = await ann.ask(() => [...document.querySelectorAll('#moreMenu .item')]
        .filter((item) => item.checkVisibility()).length);
      assert.ok(items >= 5, `${size}: ${items} items behind "more"`);
      await ann.sees(`the menu inside, ${size}`, () => {
        const rect = document.querySelector('#moreMenu')?.getBoundingClientRect();
        return rect && rect.left >= 0 && rect.top >= 0 && rect.right <= innerWidth
          && rect.bottom <= innerHeight;
      });
      await ann.page.keyboard.press('Escape');
    }
  });

scenario('sounds of people who come are played once, and not where they are off', {},
  async (world) => {
    const count = `
      window.tones = 0;
      const start = OscillatorNode.prototype.start;
      OscillatorNode.prototype.start = function (...args) {
        window.tones++;
        return start.apply(this, args);
      };`;
    const ann = await world.person('Ann', { scripts: [count] });
    await ann.enter('tea');
    await ann.notice('alone');
    const bob = await world.person('Bob');
    await bob.enter('tea');
    await ann.waitForPeers(1);
    await bob.click('#leave');
    await ann.notice('alone');
    await bob.shown('#welcome');
    // The first sound may have come before the context that plays it was running.
    await bob.press();
    await ann.waitForPeers(1);
    await ann.sees('a sound played', () => /** @type {any} */ (window).tones > 0);
    await ann.click('#more');
    await ann.click('#openSettings');
    await ann.page.click('[data-preference="sounds"]');
    await ann.page.keyboard.press('Escape');
    const before = await ann.ask(() => /** @type {any} */ (window).tones);
    await bob.click('#leave');
    await ann.notice('alone');
    await ann.sees('that Bob has left', () => [...document.querySelectorAll('.toast')]
      .some(({ textContent }) => /Bob left/.test(textContent ?? '')));
    assert.equal(await ann.ask(() => /** @type {any} */ (window).tones), before);
  });

scenario('with forced colours what is off and where a tile ends can be seen', {},
  async (world) => {
    const { ann, bob, bobId } = await annAndBob(world);
    const session = await ann.page.createCDPSession();
    await session.send('Emulation.setEmulatedMedia',
      { features: [{ name: 'forced-colors', value: 'active' }] });
    await bob.click('#mute');
    await ann.tile(bobId, { muted: 'true' });
    await ann.click('#mute');
    await ann.sees('it off', () => document.querySelector('#mute')?.getAttribute('data-off')
      === 'true');
    const seen = await ann.ask(() => {
      const style = (/** @type {string} */ css) =>
        getComputedStyle(/** @type {Element} */ (document.querySelector(css)));
      return {
        forced: matchMedia('(forced-colors: active)').matches,
        tile: style('.peer').borderTopWidth,
        badge: [style('.peer .badge').color, style('.peer .badge').backgroundColor],
        mark: style('.peer .badgeMuted').color,
        off: [style('#mute').outlineStyle, style('#camera').outlineStyle],
      };
    });
    assert.equal(seen.forced, true);
    assert.equal(seen.tile, '1px');
    assert.notEqual(seen.badge[0], seen.badge[1]);
    assert.notEqual(seen.mark, seen.badge[1], 'the mark against what is behind it');
    assert.deepEqual(seen.off, ['solid', 'none']);
  });

scenario('a name that is cut is whole in a tip, and one that is not has none', {},
  async (world) => {
    const { ann, bob, bobId } = await annAndBob(world);
    const long = 'Christopher-Alexander Featherstonehaugh of Saint Mary Mead';
    const name = `[data-peer="${bobId}"] .badgeName`;
    const tip = () => ann.ask(() => document.querySelector('.tip:popover-open')?.textContent ?? '');
    await ann.page.setViewport({ width: 390, height: 844 });
    await ann.sees('the size', () => innerWidth === 390);
    await ann.page.hover(name);
    await stays('there is no tip', 2 * restMs, async () => await tip() === '');
    await ann.page.mouse.move(5, 5);
    await bob.click('#showPeople');
    await bob.fill('#rename', long);
    await bob.page.keyboard.press('Enter');
    await ann.sees('the name', (css, wanted) =>
      document.querySelector(css)?.textContent === wanted, [name, long]);
    await ann.page.hover(name);
    await ann.sees('the whole name', (wanted) =>
      document.querySelector('.tip:popover-open')?.textContent === wanted, [long]);
  });
