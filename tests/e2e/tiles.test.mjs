/* tiles.test.mjs - what a person can do with the tiles: by pointer, finger and keyboard. */
/* SPDX-License-Identifier: MIT */
//
// They use the component of the call screen in the real page, without a call (stage-page.js).
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { annAndBob, scenario, until } from './harness.mjs';

/** @typedef {import('./harness.mjs').World} World */
/** @typedef {import('./harness.mjs').PersonOptions} PersonOptions */
/** @typedef {import('./person.mjs').Person} Person */

const script = fs.readFileSync(new URL('stage-page.js', import.meta.url), 'utf8');

/** @type {[number, number]} */
const laptop = [320, 180];
/** @type {[number, number]} */
const phone = [180, 320];

/**
 * A page with peers who have pictures of these sizes.
 * @param {World} world @param {[number, number][]} pictures
 * @param {PersonOptions & {kept?: Record<string, string>, before?: () => void,
 *   viewport?: import('puppeteer-core').Viewport}} options
 */
async function callWith(world, pictures, { kept = {}, before, viewport, ...options } = {}) {
  const ann = await world.person('Ann', { ...options, scripts: [script], open: false });
  const size = viewport ?? { width: 1100, height: 800 };
  await ann.page.setViewport(size);
  await ann.page.goto(new URL('examples/embed.html', world.relay.url).href);
  // Firefox resizes the window when it likes, and a menu closes then.
  await ann.sees('the size', async (width) => {
    if (innerWidth !== width) return false;
    for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame);
    return true;
  }, [size.width]);
  if (before) await ann.ask(before);
  await ann.ask(
    (url, sizes, stored) => /** @type {any} */ (window).stagePage.open(url, sizes, stored),
    world.relay.url,
    pictures,
    kept,
  );
  await ann.sees('every picture', () => [...document.querySelectorAll('.stage .tile')].every(
    (tile) => tile.getAttribute('data-picture') === 'true' && tile.getAttribute('data-place')));
  return ann;
}

/** The tile of a peer, by place in the order of arrival. @param {number} index */
const tileOf = (index) => `[data-peer="000000000000000${index}"]`;

/** Opens a tile's menu by keyboard. @param {Person} ann @param {string} tile */
async function openMenu(ann, tile) {
  // It closes when the window changes, as it does a moment after a tile has filled the screen.
  await until('an open menu', async () => {
    await ann.page.focus(`${tile} .menuTool`);
    await ann.page.keyboard.press('Enter');
    return ann.ask(() => new Promise((resolve) => requestAnimationFrame(() =>
      requestAnimationFrame(() => resolve(
        !!document.querySelector('.menu')?.checkVisibility())))));
  });
}

/** Chooses in the open menu. @param {Person} ann @param {string} code */
async function choose(ann, code) {
  await ann.shown(`.menu [data-code="${code}"]`);
  await ann.ask((item) => /** @type {HTMLElement} */ (document.querySelector(
    `.menu [data-code="${item}"]`)).focus(), code);
  await ann.page.keyboard.press('Enter');
  await ann.sees('the menu closed', () =>
    document.querySelector('.menu')?.hasAttribute('hidden'));
}

/**
 * Presses a button that appears below a pointer: a headless browser may have none that hovers.
 * @param {Person} ann @param {string} css
 */
const quick = (ann, css) => ann.ask((selector) =>
  /** @type {HTMLElement} */ (document.querySelector(selector)).click(), css);

/** The codes in the open menu. @param {Person} ann */
const codes = (ann) => ann.ask(() =>
  [...document.querySelectorAll('.menu [data-code]')].map((item) =>
    /** @type {HTMLElement} */ (item).dataset.code));

/** Waits for data of an element. @param {Person} ann @param {string} css @param {object} wanted */
const data = (ann, css, wanted) => ann.sees(`${css} with ${JSON.stringify(wanted)}`,
  (selector, want) => Object.entries(want).every(([key, value]) =>
    /** @type {HTMLElement} */ (document.querySelector(selector)).dataset[key] === value),
  [css, wanted]);

/** What has the focus, as a selector of this page would name it. @param {Person} ann */
const focus = (ann) => ann.ask(() => {
  const element = /** @type {HTMLElement} */ (document.activeElement);
  const tile = /** @type {HTMLElement|null} */ (element.closest('.tile'));
  const of = tile?.dataset.peer ?? (tile ? 'own' : '');
  return `${of} ${element.dataset.code ?? element.className}`;
});

/** @param {Person} ann @returns {Promise<string[]>} */
const said = (ann) => ann.ask(() => /** @type {any} */ (window).said.splice(0));

for (const engine of /** @type {const} */ (['chromium', 'firefox'])) {
  const needs = { needs: [engine], people: 1 };

  scenario(`the menu of a tile is used by keyboard in ${engine}`, needs, async (world) => {
    const ann = await callWith(world, [laptop, laptop], { engine });
    await openMenu(ann, tileOf(0));
    const label = await ann.ask(() => document.activeElement?.getAttribute('role'));
    assert.equal(label, 'menuitem');
    const all = await codes(ann);
    assert.equal(await focus(ann), ` ${all[0]}`);
    await ann.page.keyboard.press('ArrowUp');
    assert.equal(await focus(ann), ` ${all.at(-1)}`, 'it goes round');
    await ann.page.keyboard.press('ArrowDown');
    assert.equal(await focus(ann), ` ${all[0]}`);
    await ann.page.keyboard.press('End');
    assert.equal(await focus(ann), ` ${all.at(-1)}`);
    await ann.page.keyboard.press('Escape');
    assert.equal(await focus(ann), '0000000000000000 tool menuTool', 'where it was opened');
    assert.equal(await ann.ask(() => document.querySelector('[aria-expanded="true"]')), null);
    await openMenu(ann, tileOf(1));
    await ann.page.mouse.click(5, 5);
    await ann.sees('it closed', () => document.querySelector('.menu')?.hasAttribute('hidden'));
  });

  scenario(`a tile that is pinned is large until it is unpinned in ${engine}`, needs,
    async (world) => {
      const ann = await callWith(world, [laptop, phone, laptop], { engine });
      await openMenu(ann, tileOf(1));
      await choose(ann, 'pin');
      await data(ann, tileOf(1), { place: 'large', pinned: 'true' });
      await data(ann, tileOf(0), { place: 'strip' });
      await data(ann, '.stage .own', { place: 'strip' });
      assert.equal((await said(ann)).at(-1), 'Noa: pinned.');
      await openMenu(ann, tileOf(2));
      await choose(ann, 'pin');
      await data(ann, tileOf(2), { place: 'large' });
      await ann.ask(() => {
        const { call, peers } = /** @type {any} */ (window);
        call.removePeer(peers[2], true);
        call.render(/** @type {any} */ (window).view);
      });
      await data(ann, tileOf(1), { place: 'even', pinned: 'false' });
      await quick(ann, `${tileOf(1)} .pinTool`);
      await data(ann, tileOf(1), { place: 'large' });
      await quick(ann, `${tileOf(1)} .pinTool`);
      await data(ann, tileOf(1), { place: 'even' });
    });

  scenario(`a phone's picture is shown whole until the person lets it fill in ${engine}`, needs,
    async (world) => {
      const ann = await callWith(world, [phone, laptop], { engine });
      await data(ann, tileOf(0), { fit: 'whole', fits: 'both' });
      await data(ann, tileOf(1), { fit: 'fill' });
      const paint = () => ann.sees('a copy behind it, in its colour', (css) => {
        /** @type {HTMLCanvasElement|null} */
        const canvas = document.querySelector(`${css} .backdrop`);
        const pixel = canvas?.getContext('2d')?.getImageData(10, 10, 1, 1).data;
        return pixel && pixel[0] > 180 && pixel[2] < 90;
      }, [tileOf(0)]);
      await paint();
      await openMenu(ann, tileOf(0));
      await choose(ann, 'fit');
      await data(ann, tileOf(0), { fit: 'fill' });
      const left = await ann.ask(() => document.querySelectorAll('.backdrop').length);
      assert.equal(left, 0, 'nothing is painted that nobody sees');
      await quick(ann, `${tileOf(0)} .fitTool`);
      await data(ann, tileOf(0), { fit: 'whole' });
      await paint();
    });

  scenario(`a tile fills the screen and leaves it again in ${engine}`, needs, async (world) => {
    const ann = await callWith(world, [laptop], { engine });
    await openMenu(ann, tileOf(0));
    await choose(ann, 'fullScreen');
    await ann.sees('the tile alone', (css) =>
      document.fullscreenElement === document.querySelector(css), [tileOf(0)]);
    await openMenu(ann, tileOf(0));
    const label = await ann.ask(() =>
      document.querySelector('.menu [data-code="fullScreen"]')?.textContent);
    assert.equal(label, 'Exit full screen');
    await ann.click('.menu [data-code="fullScreen"]'); // which nothing covers
    await ann.sees('the whole page', () => !document.fullscreenElement);
  });

  scenario(`one's own picture is put into every corner in ${engine}`, needs, async (world) => {
    // In the shell of Chromium, a pointer that has been captured is not followed any more.
    const variant = engine === 'chromium' ? 'whole' : 'granted';
    const ann = await callWith(world, [laptop], { engine, variant });
    /** @returns {Promise<number[]>} the middles of one's own tile and of the other */
    const middles = () => ann.ask(() => ['.stage .own', '.peer'].flatMap((css) => {
      const box = /** @type {Element} */ (document.querySelector(css)).getBoundingClientRect();
      return [box.left + box.width / 2, box.top + box.height / 2];
    }));
    const corner = (/** @type {string} */ name) => ann.sees(`it ${name}`, (wanted) => {
      const [own, peer] = ['.stage .own', '.peer'].map((css) =>
        /** @type {Element} */ (document.querySelector(css)).getBoundingClientRect());
      const vertical = own.top - peer.top < peer.bottom - own.bottom ? 'top' : 'bottom';
      const horizontal = own.left - peer.left < peer.right - own.right ? 'left' : 'right';
      return wanted === `${vertical}-${horizontal}`;
    }, [name]);
    await data(ann, '.stage .own', { place: 'floating' });
    await corner('bottom-right');
    for (const name of ['top-left', 'top-right', 'bottom-left']) {
      await openMenu(ann, '.stage .own');
      await choose(ann, name);
      await corner(name);
      assert.equal(await focus(ann), 'own tool menuTool');
    }
    const [x, y, peerX, peerY] = await middles();
    await ann.page.mouse.move(x, y);
    await ann.page.mouse.down();
    await ann.page.mouse.move(x + 40, y - 40);
    await data(ann, '.stage .own', { dragged: 'true' });
    await ann.page.mouse.move(peerX + 60, peerY - 60);
    await ann.page.mouse.up();
    await corner('top-right');
    assert.equal(await ann.ask(() => /** @type {any} */ (window).kept.selfCorner), 'top-right');
  });

  scenario(`one's own picture is hidden, shown and mirrored in ${engine}`, needs, async (world) => {
    const ann = await callWith(world, [laptop, laptop], { engine });
    await openMenu(ann, '.stage .own');
    await choose(ann, 'hide');
    await ann.shown('.showOwn');
    assert.equal((await focus(ann)).trim(), 'showOwn', 'the way back has the focus');
    assert.match((await said(ann)).join(), /Your self view is hidden/);
    const shown = await ann.ask((css) => document.querySelector(css)?.getClientRects().length,
      '.stage .own');
    assert.equal(shown, 0);
    await ann.page.keyboard.press('Enter');
    await ann.shown('.stage .own');
    assert.equal(await focus(ann), 'own tool menuTool');
    await data(ann, '.stage .own', { mirrored: 'true' });
    await openMenu(ann, '.stage .own');
    await choose(ann, 'mirror');
    await data(ann, '.stage .own', { mirrored: 'false' });
    const kept = await ann.ask(() => /** @type {any} */ (window).kept);
    assert.deepEqual([kept.selfMirrored, kept.selfHidden], ['no', '']);
  });

  scenario(`who is alone sees themselves, and hides only beside others in ${engine}`, needs,
    async (world) => {
      const ann = await callWith(world, [], { engine, kept: { selfHidden: 'yes' } });
      await data(ann, '.stage .own', { place: 'alone' });
      await ann.shown('.stage .own');
      await openMenu(ann, '.stage .own');
      assert.ok(!(await codes(ann)).includes('hide'));
    });

  scenario(`a video that something pauses plays on in ${engine}`, needs, async (world) => {
    const ann = await callWith(world, [laptop], { engine });
    for (const css of ['.peer video', '.stage .own video']) {
      await ann.ask((selector) =>
        /** @type {HTMLVideoElement} */ (document.querySelector(selector)).pause(), css);
      await ann.sees(`${css} play`, (selector) =>
        !(/** @type {HTMLVideoElement} */ (document.querySelector(selector)).paused), [css]);
    }
  });

  scenario(`a peer is shown in a window of its own, with controls, in ${engine}`, needs,
    async (world) => {
      const ann = await callWith(world, [laptop, laptop], { engine, before: pretendWindow });
      await openMenu(ann, tileOf(0));
      await choose(ann, 'pip');
      await ann.sees('Mia in it', () => {
        const { document: page } = /** @type {any} */ (window).pipWindow;
        const video = page.querySelector('video');
        return page.querySelector('.badgeName')?.textContent === 'Mia' && video.videoWidth > 0;
      });
      const wanted = await ann.ask(() => {
        const host = /** @type {any} */ (window);
        const press = (/** @type {string} */ css) =>
          host.pipWindow.document.querySelector(css).click();
        press('.muteButton');
        host.view.microphone = { ...host.view.microphone, wanted: false };
        host.call.render(host.view);
        press('.muteButton');
        press('.cameraButton');
        press('.leaveButton');
        return host.wanted;
      });
      assert.deepEqual(wanted,
        ['toggle microphone false', 'toggle microphone true', 'toggle camera false', 'leave']);
      await openMenu(ann, tileOf(0));
      const label = await ann.ask(() =>
        document.querySelector('.menu [data-code="pip"]')?.textContent);
      assert.equal(label, 'Close picture in picture');
      await choose(ann, 'pip');
      assert.equal(await ann.ask(() => /** @type {any} */ (window).pipClosed), 1);
      await openMenu(ann, tileOf(0));
      await choose(ann, 'pip');
      await ann.sees('it again', () => /** @type {any} */ (window).pipOpened === 2);
      await ann.ask(() => {
        const { call, peers, view } = /** @type {any} */ (window);
        call.removePeer(peers[0], true);
        call.render(view);
      });
      assert.equal(await ann.ask(() => /** @type {any} */ (window).pipClosed), 2, 'with the peer');
    });

  scenario(`what a browser cannot do is not offered in ${engine}`, needs, async (world) => {
    const ann = await callWith(world, [laptop, laptop], { engine, before: withoutExtras });
    await openMenu(ann, tileOf(0));
    assert.deepEqual((await codes(ann)).filter((code) => code !== 'fit'), ['pin']);
  });
}

/** A window for a document, where a headless browser opens none: a frame. */
function pretendWindow() {
  const host = /** @type {any} */ (window);
  Object.assign(host, { pipOpened: 0, pipClosed: 0 });
  Object.defineProperty(host, 'documentPictureInPicture', { value: {
    requestWindow: async () => {
      const frame = document.createElement('iframe');
      const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
      document.body.append(frame);
      await loaded;
      const inner = /** @type {any} */ (frame.contentWindow);
      inner.close = () => {
        host.pipClosed++;
        frame.remove();
      };
      host.pipOpened++;
      host.pipWindow = inner;
      return inner;
    },
  } });
}

/** As on a platform that has neither a full screen nor windows for videos. */
function withoutExtras() {
  const none = { value: undefined, configurable: true };
  Object.defineProperty(window, 'documentPictureInPicture', none);
  Object.defineProperty(document, 'pictureInPictureEnabled', none);
  Object.defineProperty(document, 'fullscreenEnabled', none);
  const names = ['webkitRequestFullscreen', 'webkitRequestFullScreen', 'webkitEnterFullscreen'];
  for (const name of names) {
    Object.defineProperty(HTMLElement.prototype, name, none);
    Object.defineProperty(Element.prototype, name, none);
    Object.defineProperty(HTMLVideoElement.prototype, name, none);
  }
  Object.defineProperty(HTMLVideoElement.prototype, 'webkitSupportsFullscreen', none);
}

/** As in a browser that shows a video in a window of its own, and no document. */
function pretendVideoWindow() {
  const host = /** @type {any} */ (window);
  host.actions = {};
  Object.defineProperty(host, 'documentPictureInPicture', { value: undefined });
  Object.defineProperty(document, 'pictureInPictureEnabled', { value: true });
  HTMLVideoElement.prototype.requestPictureInPicture = async function () {
    host.shown = this;
    return /** @type {any} */ ({});
  };
  document.exitPictureInPicture = async () => {
    host.shown.dispatchEvent(new Event('leavepictureinpicture'));
    host.shown = null;
  };
  const { mediaSession } = navigator;
  mediaSession.setActionHandler = (action, handler) => { host.actions[action] = handler; };
}

scenario('elsewhere the video has a window, with the buttons that the browser offers',
  { people: 1 }, async (world) => {
    const ann = await callWith(world, [laptop, laptop], { before: pretendVideoWindow });
    await openMenu(ann, tileOf(0));
    await choose(ann, 'pip');
    const wanted = await ann.ask((css) => {
      const { shown, actions, wanted: said } = /** @type {any} */ (window);
      actions.togglemicrophone();
      actions.togglecamera();
      actions.hangup();
      return [shown === document.querySelector(`${css} video`), ...said];
    }, tileOf(0));
    assert.deepEqual(wanted, [true, 'toggle microphone false', 'toggle camera false', 'leave']);
    await openMenu(ann, tileOf(0));
    await choose(ann, 'pip');
    const left = await ann.ask(() => {
      const { shown, actions } = /** @type {any} */ (window);
      return [shown, actions.hangup];
    });
    assert.deepEqual(left, [null, null]);
  });

scenario('everybody sees the same colour behind the initials of a person', {}, async (world) => {
  const { ann, bob, annId, bobId } = await annAndBob(world);
  const hue = (/** @type {Person} */ who, /** @type {string} */ css) => who.ask((selector) =>
    /** @type {HTMLElement} */ (document.querySelector(selector)).dataset.hue, css);
  assert.match(String(await hue(ann, '.stage .own')), /^[0-7]$/);
  assert.equal(await hue(ann, '.stage .own'), await hue(bob, `[data-peer="${annId}"]`));
  assert.equal(await hue(bob, '.stage .own'), await hue(ann, `[data-peer="${bobId}"]`));
});

scenario('a finger finds the menu of a tile without hovering', { people: 1 }, async (world) => {
  const viewport = { width: 390, height: 844, hasTouch: true, isMobile: true };
  const ann = await callWith(world, [laptop, laptop], { viewport });
  const opacity = await ann.ask((css) =>
    getComputedStyle(/** @type {Element} */ (document.querySelector(css))).opacity,
  `${tileOf(0)} .menuTool`);
  assert.equal(opacity, '1');
  await ann.page.tap(`${tileOf(0)} .menuTool`);
  await ann.shown('.menu');
  const small = await ann.ask(() => [...document.querySelectorAll('.menu [data-code]')].filter(
    (item) => item.getBoundingClientRect().height < 44).length);
  assert.equal(small, 0, 'each is as large as a finger');
});

scenario('who wants less motion sees no copy that moves', { people: 1 }, async (world) => {
  const ann = await callWith(world, [phone, laptop]);
  await ann.shown(`${tileOf(0)} .backdrop`);
  await ann.page.emulateMediaFeatures([{ name: 'prefers-reduced-motion', value: 'reduce' }]);
  await ann.sees('no copy', (css) =>
    document.querySelector(css)?.getClientRects().length === 0, [`${tileOf(0)} .backdrop`]);
});

scenario('a menu says what a small tile has no room for', { people: 1 }, async (world) => {
  const viewport = { width: 320, height: 256 };
  const ann = await callWith(world, [laptop, laptop, laptop], { viewport });
  await ann.ask(() => {
    const { call, peers, view } = /** @type {any} */ (window);
    Object.assign(peers[0], { videoSupported: false, microphone: 'off', state: 'unstable' });
    call.showPeer(peers[0]);
    call.render(view);
  });
  await data(ann, tileOf(0), { camera: 'unsupported' });
  await openMenu(ann, tileOf(0));
  const title = await ann.ask(() => document.querySelector('.menuTitle')?.textContent);
  assert.equal(title, 'Mia · Weak connection · Muted, No video: your browsers have no video format '
    + 'in common');
});

scenario('the menu fits into a window zoomed to 400 percent', { people: 1 }, async (world) => {
  const ann = await callWith(world, [laptop], { viewport: { width: 320, height: 256 } });
  await openMenu(ann, '.stage .own');
  const [inside, scrolls] = await ann.ask(() => {
    const menu = /** @type {Element} */ (document.querySelector('.menu'));
    const { left, top, right, bottom } = menu.getBoundingClientRect();
    return [left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight,
      document.documentElement.scrollHeight > innerHeight];
  });
  assert.deepEqual([inside, scrolls], [true, false]);
});
