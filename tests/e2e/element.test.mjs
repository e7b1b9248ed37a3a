/* element.test.mjs - <peerface-room> in a static page: a call, its events, moves, two of them. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { scenario } from './harness.mjs';
import { accessible } from './sheet.mjs';

/**
 * Opens the example.
 * @param {import('./harness.mjs').World} world
 * @param {import('./harness.mjs').Engine} [engine]
 */
async function openExample(world, engine) {
  const ann = await world.person('Ann', { engine, path: 'examples/element.html', open: false });
  await ann.page.goto(ann.url, { waitUntil: 'load' });
  await ann.sees('the lobby', () =>
    Boolean(document.querySelector('peerface-room')?.shadowRoot?.querySelector('.enter')));
  return ann;
}

scenario('an element in a static page is a call: by keyboard, moved, translated, and left', {},
  async (world) => {
    const bob = await world.person('Bob');
    await bob.enter('workshop');
    await bob.notice('alone');
    const ann = await openExample(world);
    assert.deepEqual((await ann.summary()).captures, [], 'nobody is asked before the button');
    await accessible(ann, 'in the lobby');
    await ann.ask(() => {
      const events = /** @type {string[]} */ ([]);
      Object.assign(window, { events });
      const element = /** @type {HTMLElement} */ (document.querySelector('peerface-room'));
      for (const type of ['peerjoin', 'peerleave', 'roomleave']) {
        element.addEventListener(type, (event) => events.push(`${type} ${event.composed}`));
      }
      element.focus(); // its first field
    });
    await ann.page.keyboard.type('Ann');
    await ann.page.keyboard.press('Enter');
    const [{ id }] = await bob.waitForPeers(1);
    await bob.tile(id, { muted: 'true', camera: 'on' });
    assert.match((await bob.peers())[0].text, /Ann/);
    await ann.sees('the picture of Bob', () => {
      const video = /** @type {HTMLVideoElement|null|undefined} */ (
        document.querySelector('peerface-room')?.shadowRoot?.querySelector('.peer video'));
      return video && video.videoWidth > 0 && !video.paused;
    });
    await accessible(ann, 'in the call');
    const before = await ann.summary();

    await ann.ask(() => { // within the page, at once: the call goes on
      const element = /** @type {HTMLElement} */ (document.querySelector('peerface-room'));
      document.body.append(element);
      element.lang = 'ko';
      element.setAttribute('microphone', 'on');
      element.setAttribute('name', '안나');
      element.setAttribute('controls', 'camera leave');
    });
    await bob.tile(id, { muted: 'false' });
    await bob.sees('the new name', (peer) =>
      /안나/.test(document.querySelector(`[data-peer="${peer}"]`)?.textContent ?? ''), [id]);
    await bob.videoPlaying(id);
    await ann.nothingNegotiatedSince(before);
    await ann.sees('Bob play on, the texts in Korean, and two buttons', () => {
      const shadow = document.querySelector('peerface-room')?.shadowRoot;
      const button = /** @param {string} css */ (css) =>
        /** @type {HTMLElement|null|undefined} */ (shadow?.querySelector(css));
      const video = /** @type {HTMLVideoElement|null|undefined} */ (
        shadow?.querySelector('.peer video'));
      return video?.paused === false && button('.leaveButton')?.textContent?.includes('나가기')
        && button('.muteButton')?.offsetParent === null
        && button('.cameraButton')?.offsetParent !== null;
    });
    assert.ok(await ann.ask(() => {
      const element = document.querySelector('peerface-room');
      try {
        return element?.matches(':state(joined)');
      } catch { // a browser of before 2024
        return true;
      }
    }), 'the state is there for style sheets');

    await ann.ask(() => document.querySelector('peerface-room')?.remove());
    await bob.sees('nobody', () => !document.querySelector('.peer'));
    await ann.nothingLeftOpen();
    assert.deepEqual(await ann.ask(() => /** @type {any} */ (window).events),
      ['peerjoin true', 'roomleave true']);
  });

scenario('in Firefox two elements in a page are two members, each of the size of its own place',
  { needs: ['firefox'] },
  async (world) => {
    const ann = await openExample(world, 'firefox');
    await ann.ask(async () => {
      const first = /** @type {any} */ (document.querySelector('peerface-room'));
      const second = /** @type {any} */ (document.createElement('peerface-room'));
      second.room = 'workshop';
      second.style.width = '320px';
      first.name = 'First';
      second.name = 'Second';
      document.body.append(second);
      await import(`${location.origin}/peerface-element.js?again`); // as by another script
      await Promise.all([first.join(), second.join()]);
    });
    await ann.sees('both connected', () => {
      const elements = /** @type {any[]} */ ([...document.querySelectorAll('peerface-room')]);
      return elements.every((one) =>
        [...one.call?.peers.values() ?? []][0]?.state === 'connected');
    });
    const layouts = await ann.ask(() => {
      const elements = /** @type {any[]} */ ([...document.querySelectorAll('peerface-room')]);
      const widths = elements.map((one) =>
        one.shadowRoot.querySelector('.stage').getBoundingClientRect().width);
      const names = elements.map((one) => [...one.call.peers.values()][0].name);
      for (const one of elements) one.leave();
      return { widths, names };
    });
    assert.deepEqual(layouts.names, ['Second', 'First']);
    assert.ok(layouts.widths[1] < 320 && layouts.widths[0] > 400, layouts.widths.join());
    await ann.nothingLeftOpen();
  });

scenario('an element says what is wrong with its relay, and can be tried again', {},
  async (world) => {
    const ann = await openExample(world);
    await ann.ask(() => {
      const element = /** @type {any} */ (document.querySelector('peerface-room'));
      Object.assign(window, { failures: [] });
      element.addEventListener('roomerror', (/** @type {CustomEvent} */ event) =>
        /** @type {any} */ (window).failures.push(event.detail.error.name));
      element.relay = 'nonsense:';
      element.name = 'Ann';
      element.join();
    });
    await ann.sees('the error', () => {
      const error = document.querySelector('peerface-room')?.shadowRoot?.querySelector('.error');
      return /** @type {any} */ (window).failures[0] === 'SyntaxError'
        && error instanceof HTMLElement && !error.hidden;
    });
    await ann.ask(() => {
      const element = /** @type {any} */ (document.querySelector('peerface-room'));
      element.relay = null;
      element.join();
    });
    await ann.sees('the call', () =>
      /** @type {any} */ (document.querySelector('peerface-room')).call?.state === 'joined');
  });

/** Counts the listeners at what is there for longer than a call. */
const counting = `(() => {
  const lasting = new Map([[window, 'window'], [document, 'document'],
    [navigator.mediaDevices, 'devices'], [navigator.connection, 'connection']]);
  const kept = new Map();
  window.listeners = () => [...kept.values()].sort();
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  const ids = new WeakMap();
  let last = 0;
  const idOf = (one) => {
    if (!ids.has(one)) ids.set(one, ++last);
    return ids.get(one);
  };
  const captures = (options) => !!(options?.capture ?? options);
  EventTarget.prototype.addEventListener = function (type, listener, options) {
    const target = this ?? window;
    if (lasting.has(target) && listener && !options?.signal?.aborted && !options?.once) {
      const key = [lasting.get(target), type, idOf(listener), captures(options)].join();
      kept.set(key, lasting.get(target) + ' ' + type);
      if (options?.signal) {
        addEventListener.call(options.signal, 'abort', () => kept.delete(key));
      }
    }
    return addEventListener.call(target, type, listener, options);
  };
  EventTarget.prototype.removeEventListener = function (type, listener, options) {
    const target = this ?? window;
    if (lasting.has(target) && listener) {
      kept.delete([lasting.get(target), type, idOf(listener), captures(options)].join());
    }
    return removeEventListener.call(target, type, listener, options);
  };
})();`;

/** @param {import('./person.mjs').Person} person @returns {Promise<string[]>} */
const listeners = (person) => person.ask(() => /** @type {any} */ (window).listeners());

scenario('an element that is left or removed keeps no listener behind, nor does the page',
  {},
  async (world) => {
    const bob = await world.person('Bob', { scripts: [counting] });
    await bob.enter('workshop');
    await bob.notice('alone');
    const ann = await world.person('Ann',
      { path: 'examples/element.html', open: false, scripts: [counting] });
    await ann.page.goto(ann.url, { waitUntil: 'load' });
    await ann.shown('peerface-room');
    await ann.sees('the lobby', () =>
      document.querySelector('peerface-room')?.shadowRoot?.querySelector('.enter'));
    const before = await listeners(ann);
    const join = () => ann.ask(async () => {
      const element = /** @type {any} */ (document.querySelector('peerface-room'));
      element.name = 'Ann';
      await element.join();
    });
    const connected = () => ann.sees('Bob', () => {
      const element = /** @type {any} */ (document.querySelector('peerface-room'));
      const peer = element.shadowRoot.querySelector('.peer');
      return [...element.call?.peers.values() ?? []][0]?.state === 'connected' && peer;
    });
    await join();
    await connected();
    assert.ok((await listeners(ann)).length > before.length, 'it counts');
    await ann.ask(() => /** @type {any} */ (document.querySelector('peerface-room')).leave());
    await ann.nothingLeftOpen();
    assert.deepEqual(await listeners(ann), before, 'left');
    await join();
    await connected();
    await ann.ask(() => { // with a menu open
      const element = /** @type {any} */ (document.querySelector('peerface-room'));
      element.shadowRoot.querySelector('.peer .menuTool').click();
      element.remove();
    });
    await ann.nothingLeftOpen();
    assert.deepEqual(await listeners(ann), before, 'removed');

    await bob.sees('nobody', () => !document.querySelector('.peer'));
    await bob.click('#leave');
    await bob.nothingLeftOpen();
    const lobby = await listeners(bob);
    for (let visit = 0; visit < 2; visit++) {
      await bob.press();
      await bob.notice('alone');
      await bob.click('#showPeople'); // a panel that is open
      await bob.sees('the list', () => document.querySelector('#people:popover-open'));
      await bob.ask(() => /** @type {HTMLElement} */ (document.querySelector('#leave')).click());
      await bob.nothingLeftOpen();
    }
    assert.deepEqual(await listeners(bob), lobby, 'in the page');
  });

scenario('an element says why one is not let in, and that one waits at the door', { people: 3 },
  async (world) => {
    const bob = await world.person('Bob');
    await bob.enter('workshop');
    await bob.notice('alone');
    await bob.click('#showPeople');
    await bob.click('.lockTool');
    await bob.page.keyboard.press('Escape');
    const ann = await openExample(world);
    await ann.ask(() => {
      const element = /** @type {any} */ (document.querySelector('peerface-room'));
      Object.assign(window, { events: [] });
      for (const type of ['roomknock', 'roomrefused', 'roomleave']) {
        element.addEventListener(type, (/** @type {CustomEvent} */ event) =>
          /** @type {any} */ (window).events.push([type, event.detail?.reason]));
      }
      element.name = 'Ann';
      element.join();
    });
    const shows = (/** @type {string} */ state, /** @type {string} */ words) =>
      ann.sees(`${state}: ${words}`, (wanted, text) => {
        const element = /** @type {any} */ (document.querySelector('peerface-room'));
        const error = element.shadowRoot.querySelector(
          wanted === 'knocking' ? '.knocking' : '.error');
        let matches = true;
        try {
          matches = element.matches(`:state(${wanted})`);
        } catch { // a browser of before 2024
        }
        return matches && !error.hidden && error.textContent.includes(text);
      }, [state, words]);
    const events = () => ann.ask(() => /** @type {any} */ (window).events);
    await shows('knocking', 'Waiting to be let in');
    await accessible(ann, 'at the door');
    assert.deepEqual(await events(), [['roomknock', null]]);
    await bob.click('.refuseTool');
    await shows('refused', 'You were not let in');
    await ann.nothingLeftOpen();
    assert.deepEqual((await events()).slice(1),
      [['roomrefused', 'refused'], ['roomleave', null]]);
    await accessible(ann, 'not let in');
    assert.ok(await ann.ask(() => {
      const element = /** @type {any} */ (document.querySelector('peerface-room'));
      return !element.call && element.shadowRoot.querySelector('.enter').offsetParent;
    }), 'the lobby, where it can be tried again');
    await ann.ask(() => /** @type {any} */ (document.querySelector('peerface-room'))
      .shadowRoot.querySelector('.enter').click());
    await shows('knocking', 'Waiting to be let in');
    await bob.click('.admitTool');
    await bob.waitForPeers(1);
    await ann.sees('no error', () => /** @type {any} */ (document.querySelector('peerface-room'))
      .shadowRoot.querySelector('.error').hidden);
    await bob.click('#showPeople');
    await bob.click('.person:last-child .personTool');
    await bob.click('.person:last-child .removeTool');
    await bob.click('.removing [value="remove"]');
    await shows('removed', 'You have been removed');
    await ann.nothingLeftOpen();
    assert.deepEqual((await events()).at(-2), ['roomrefused', 'removed']);
  });
