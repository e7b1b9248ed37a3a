/* stage-page.js - injected before a page's own scripts: a call screen without a call, measured. */
/* SPDX-License-Identifier: MIT */
//
// It takes the document of the real page, but none of its scripts, and runs the component of the
// call screen alone in it, with peers that are never connected. So hundreds of sizes and numbers of
// people can be measured in seconds.
(() => {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  /** What rounding in the engine may add to a position, in CSS pixels. */
  const tolerance = 0.06;

  /** @param {string} url of the page */
  async function load(url) {
    const text = await (await fetch(url)).text();
    const parsed = new DOMParser().parseFromString(text, 'text/html');
    for (const element of parsed.querySelectorAll('script, link:not([rel="stylesheet"])')) {
      element.remove();
    }
    for (const link of parsed.querySelectorAll('link')) {
      link.href = new URL(link.getAttribute('href') || '', url).href;
    }
    return document.adoptNode(parsed.documentElement);
  }

  /** @param {Iterable<HTMLLinkElement>} links */
  const loaded = (links) =>
    Promise.all(
      [...links].map((link) => link.sheet || new Promise((resolve) => (link.onload = resolve))),
    );

  /** The call screen in the page that it belongs to, below the top line. */
  async function inPage(/** @type {string} */ url) {
    document.replaceChild(await load(url), document.documentElement);
    await loaded(document.querySelectorAll('link'));
    document.body.dataset.screen = 'call';
    const show = { '.call': false, '.where': false, '.welcome': true };
    for (const [selector, hidden] of Object.entries(show)) {
      /** @type {HTMLElement} */ (document.querySelector(selector)).hidden = hidden;
    }
    return { root: document.querySelector('.call'), frame: document.body, above: '.top' };
  }

  /** A call screen alone, in a shadow tree of a page that has no style of its own. */
  async function inShadow(/** @type {string} */ url) {
    const page = await load(url);
    const host = document.body.appendChild(document.createElement('div'));
    host.style.display = 'grid';
    const shadow = host.attachShadow({ mode: 'open' });
    const links = ['theme', 'tiles', 'call'].map((name) => {
      const link = document.createElement('link');
      link.rel = 'stylesheet';
      link.href = `${url}page/${name}.css`;
      return link;
    });
    const root = /** @type {HTMLElement} */ (page.querySelector('.call'));
    root.hidden = false;
    shadow.append(...links, /** @type {Element} */ (page.querySelector('body > svg')), root);
    await loaded(links);
    return { root, frame: host, above: '' };
  }

  /** @param {any} a @param {any} b */
  const overlap = (a, b) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > tolerance &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > tolerance;

  /** @param {any} inner @param {any} outer */
  const within = (inner, outer) =>
    inner.left >= outer.left - tolerance &&
    inner.top >= outer.top - tolerance &&
    inner.right <= outer.right + tolerance &&
    inner.bottom <= outer.bottom + tolerance;

  /** The largest area of a tile, over every number of columns. */
  function largest(
    /** @type {any} */ stage,
    /** @type {number} */ count,
    /** @type {number} */ gap,
  ) {
    const widest = count === 1 ? 21 / 9 : 16 / 9;
    const narrowest = count === 1 ? 0.5 : stage.height > stage.width ? 0.8 : 1;
    let best = 0;
    for (let columns = 1; columns <= count; columns++) {
      const rows = Math.ceil(count / columns);
      const width = (stage.width - gap * (columns - 1)) / columns;
      const height = (stage.height - gap * (rows - 1)) / rows;
      if (width <= 0 || height <= 0) continue;
      best = Math.max(best, Math.min(width, height * widest) * Math.min(height, width / narrowest));
    }
    return best;
  }

  /** What is wrong with where the tiles are. @param {any} place @returns {string[]} */
  function problems({ root, above }) {
    const box = (/** @type {string} */ selector) =>
      root.querySelector(selector).getBoundingClientRect();
    const stage = box('.stage');
    const tiles = [...root.querySelectorAll('.stage .tile')].map((tile) =>
      tile.getBoundingClientRect(),
    );
    const pair = tiles.length === 2;
    const found = [];
    const others = [box('.controls')];
    if (above) others.push(document.querySelector(above).getBoundingClientRect());
    tiles.forEach((tile, index) => {
      if (!within(tile, stage)) found.push(`tile ${index} is not within the stage`);
      if (others.some((other) => overlap(tile, other))) found.push(`tile ${index} covers controls`);
      if (pair) return;
      if (tiles.some((other, at) => at < index && overlap(tile, other))) {
        found.push(`tile ${index} covers another`);
      }
      const { width, height } = tiles[0];
      if (Math.abs(tile.width - width) > tolerance || Math.abs(tile.height - height) > tolerance) {
        found.push(`tile ${index} has another size`);
      }
    });
    const gap = parseFloat(getComputedStyle(root.querySelector('.stage')).columnGap);
    const [first] = tiles;
    const area = (first.width + 0.5 + tolerance) * (first.height + 0.5 + tolerance);
    if (area < largest(stage, pair ? 1 : tiles.length, gap)) found.push('larger tiles would fit');
    const element = root.querySelector('.stage');
    if (element.scrollHeight > element.clientHeight + 1) found.push('the stage scrolls');
    if (root.querySelector('.controls').scrollWidth > box('.controls').width + 1) {
      found.push('the controls are wider than the call');
    }
    return found;
  }

  /** Makes the component, and shows so many people in it. */
  function makeCall(/** @type {any} */ modules, /** @type {any} */ root) {
    const texts = new modules.Texts('en');
    const ignore = () => {};
    const call = new modules.CallScreen(root, texts, {
      say: ignore, leave: ignore, copyLink: ignore, changed: ignore, toggle: ignore, select: ignore,
    });
    texts.apply(root);
    return (/** @type {number} */ people) => {
      for (let count = call.count + 2; count <= people; count++) {
        call.showPeer({
          id: `000000000000000${count.toString(16)}`, name: `Guest ${count}`, state: 'connected',
          microphone: 'off', camera: 'off', away: false, stream: new MediaStream(),
        });
      }
      call.render({ name: 'Ann', microphones: [], cameras: [], aloneUnsaid: false });
    };
  }

  /** @param {any} place @param {[number, number] | null} size */
  function resize(place, size) {
    place.frame.style.width = size ? `${size[0]}px` : '';
    place.frame.style.height = size ? `${size[1]}px` : '';
  }

  /** @param {any} place @param {number} people @param {[number, number] | null} size */
  const look = (place, people, size) =>
    problems(place).map(
      (problem) => `${people} people in ${size ? size.join(' x ') : 'the window'}: ${problem}`,
    );

  /** The modules of the page that are under test. @param {string} url */
  const importModules = async (url) => ({
    ...(await import(`${url}page/call.js`)),
    ...(await import(`${url}page/i18n.js`)),
  });

  /**
   * Looks at the page in every size with 1 to `people` people. A size is [width, height], or null
   * for the window's own.
   */
  async function sweepPage(
    /** @type {string} */ url,
    /** @type {number} */ people,
    /** @type {([number, number] | null)[]} */ sizes,
  ) {
    const place = await inPage(url);
    const modules = await importModules(url);
    await modules.loadLanguage('en');
    const show = makeCall(modules, place.root);
    const found = [];
    for (let count = 1; count <= people; count++) {
      show(count);
      for (const size of sizes) {
        resize(place, size);
        await frame(); // the next frame observes the size and fits the tiles
        await frame();
        found.push(...look(place, count, size));
      }
    }
    return found;
  }

  /** Looks at call screens with 1 to `people` people, all at once, in every size. */
  async function sweepShadow(
    /** @type {string} */ url,
    /** @type {number} */ people,
    /** @type {[number, number][]} */ sizes,
  ) {
    document.documentElement.innerHTML = '<body></body>';
    const modules = await importModules(url);
    await modules.loadLanguage('en');
    const places = [];
    for (let count = 1; count <= people; count++) {
      places.push(await inShadow(url));
      makeCall(modules, places[count - 1].root)(count);
    }
    const found = [];
    for (const size of sizes) {
      for (const place of places) resize(place, size);
      await frame();
      await frame();
      found.push(...places.flatMap((place, index) => look(place, index + 1, size)));
    }
    return found;
  }

  /** @type {any} */ (window).stagePage = { sweepPage, sweepShadow };
})();
