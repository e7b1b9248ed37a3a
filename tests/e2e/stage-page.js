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
    const links = ['theme', 'tiles', 'tools', 'call', 'panels'].map((name) => {
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
    // The pictures are for the most part wider than high (see `shapes`).
    const widest = count === 1 ? 21 / 9 : 16 / 9;
    const narrowest = count === 1 ? 0.5 : 4 / 3;
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

  /** What a picture loses that fills its tile: from 0 to 1. @param {any} video @param {any} tile */
  const cutOf = (video, tile) => {
    const [across, down] = [tile.width / video.videoWidth, tile.height / video.videoHeight];
    return 1 - Math.min(across, down) / Math.max(across, down);
  };

  /** What is wrong within the tiles. @param {any} root @returns {string[]} */
  function problemsWithin(root) {
    const found = [];
    const box = (/** @type {any} */ part) => part.getBoundingClientRect();
    const own = root.querySelector('.own');
    for (const [index, tile] of [...root.querySelectorAll('.stage .tile')].entries()) {
      if (tile.hidden) continue;
      const video = tile.querySelector('video');
      const whole = getComputedStyle(video).objectFit === 'contain';
      // clientWidth is rounded, which in a tile of 50 pixels is a hundredth.
      const { width, height } = box(tile);
      const cut = cutOf(video, {
        width: width - tile.offsetWidth + tile.clientWidth,
        height: height - tile.offsetHeight + tile.clientHeight,
      });
      if (Math.abs(cut - 0.25) > 0.01 && whole !== cut > 0.25) {
        found.push(`picture ${index} is ${whole ? 'whole' : 'cut'} where ${cut} would be cut`);
      }
      if (tile.clientHeight < 60) continue; // too small for words
      const parts = [...tile.querySelectorAll('.badge, .chip:not([hidden]), .menuTool')]
        .filter((part) => part.getClientRects().length > 0);
      parts.forEach((part, at) => {
        const what = `${part.className} of ${index}`;
        if (!within(box(part), box(tile))) found.push(`${what} is cut`);
        if (parts.some((other, i) => i < at && overlap(box(other), box(part)))) {
          found.push(`${what} is covered`);
        }
        if (tile !== own && overlap(box(own), box(part))) found.push(`${what} is below one's own`);
      });
      const you = tile.querySelector('.badgeYou');
      if (you && !within(box(you), box(tile.querySelector('.badge')))) found.push('You is cut');
    }
    return found;
  }

  /** What is wrong with where the tiles are. @param {any} place @returns {string[]} */
  function problems({ root, above }) {
    const box = (/** @type {string} */ selector) =>
      root.querySelector(selector).getBoundingClientRect();
    const stage = box('.stage');
    const tiles = [...root.querySelectorAll('.stage .tile')].map((tile) =>
      tile.getBoundingClientRect(),
    );
    const { layout } = root.querySelector('.stage').dataset;
    const pair = layout === 'pair';
    const found = problemsWithin(root);
    const others = [box('.controls')];
    if (above) others.push(document.querySelector(above).getBoundingClientRect());
    tiles.forEach((tile, index) => {
      if (!within(tile, stage)) found.push(`tile ${index} is not within the stage`);
      if (others.some((other) => overlap(tile, other))) found.push(`tile ${index} covers controls`);
      if (pair) return;
      if (tiles.some((other, at) => at < index && overlap(tile, other))) {
        found.push(`tile ${index} covers another`);
      }
      if (layout === 'pinned') return;
      const { width, height } = tiles[0];
      if (Math.abs(tile.width - width) > tolerance || Math.abs(tile.height - height) > tolerance) {
        found.push(`tile ${index} has another size`);
      }
    });
    const gap = parseFloat(getComputedStyle(root.querySelector('.stage')).columnGap);
    const [first] = tiles;
    const area = (first.width + 0.5 + tolerance) * (first.height + 0.5 + tolerance);
    const fair = largest(stage, pair ? 1 : tiles.length, gap);
    if (area < fair) found.push(`${layout}: the first tile could be larger`);
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
      store: { get: () => '', set: ignore },
    });
    texts.apply(root);
    const idOf = (/** @type {number} */ count) => count.toString(16).padStart(16, '0');
    /** @param {number} people @param {{pinned?: boolean, corner?: string}} [how] */
    const show = (people, how = {}) => {
      for (let count = call.count + 2; count <= people; count++) {
        call.showPeer({
          id: idOf(count), name: `Guest with a name of some length, number ${count}`,
          state: 'unstable', microphone: 'off', camera: 'on', videoSupported: true, away: false,
          stream: new MediaStream(),
        });
      }
      if (how.pinned && call.pinned !== idOf(2)) call.pin(idOf(2));
      if (how.corner) call.selfView.corner = how.corner;
      call.render({ name: 'Ann', id: '', microphones: [], cameras: [], aloneUnsaid: false });
      root.querySelectorAll('.stage .tile').forEach(givePicture);
      for (const chip of root.querySelectorAll('.connection')) chip.textContent = longest;
    };
    return show;
  }

  /** What a chip can have to say. */
  const longest = 'Somebody with a long name has lost the connection to the server';

  /** Landscape and portrait, as cameras and phones send them. */
  const shapes = [[1280, 720], [720, 1280], [640, 480], [1920, 1080], [480, 640]];

  /** Lets a video claim to have a picture. @param {any} tile @param {number} index */
  function givePicture(tile, index) {
    const video = tile.querySelector('video');
    if (video.videoWidth > 0) return;
    const [videoWidth, videoHeight] = shapes[index % shapes.length];
    Object.defineProperty(video, 'videoWidth', { value: videoWidth });
    Object.defineProperty(video, 'videoHeight', { value: videoHeight });
    video.dispatchEvent(new Event('resize'));
  }

  /** @param {any} place @param {[number, number] | null} size */
  function resize(place, size) {
    place.frame.style.width = size ? `${size[0]}px` : '';
    place.frame.style.height = size ? `${size[1]}px` : '';
  }

  /**
   * @param {any} place @param {number} people @param {[number, number] | null} size
   * @param {object} [how]
   */
  const look = (place, people, size, how = {}) => {
    const where = size ? size.join(' x ') : 'the window';
    return problems(place).map(
      (problem) => `${people} people ${JSON.stringify(how)} in ${where}: ${problem}`,
    );
  };

  /** Sweeps look at boxes alone: to paint them takes most of the time. */
  const measureOnly = () => { document.documentElement.style.visibility = 'hidden'; };

  /** The modules of the page that are under test. @param {string} url */
  const importModules = async (url) => ({
    ...(await import(`${url}page/call.js`)),
    captured: await import(`${url}page/captured.js`),
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
    measureOnly();
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
    /** @type {{pinned?: boolean, corner?: string}} */ how = {},
  ) {
    document.documentElement.innerHTML = '<body></body>';
    measureOnly();
    const modules = await importModules(url);
    await modules.loadLanguage('en');
    const places = [];
    for (let count = how.corner ? 2 : how.pinned ? 3 : 1; count <= people; count++) {
      const place = await inShadow(url);
      places.push({ place, count });
      makeCall(modules, place.root)(count, how);
    }
    const found = [];
    for (const size of sizes) {
      for (const { place } of places) resize(place, size);
      await frame();
      await frame();
      found.push(...places.flatMap(({ place, count }) => look(place, count, size, how)));
    }
    return found;
  }

  /** A stream that shows one colour in that shape. @param {number} width @param {number} height */
  function streamOf(width, height) {
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    const paint = () => {
      const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
      context.fillStyle = '#e08020';
      context.fillRect(0, 0, width, height);
    };
    paint();
    setInterval(paint, 100); // a canvas that does not change sends nothing
    return canvas.captureStream(10);
  }

  /**
   * The page with a call in it that answers: window.call is its component, window.said what it
   * announces, window.kept what it stores, window.wanted what the person wants of the call. The
   * peers are Mia, Noa and Oli, as many as are wanted, each with a picture of that size.
   */
  async function open(
    /** @type {string} */ url,
    /** @type {[number, number][]} */ pictures,
    /** @type {Record<string, string>} */ kept = {},
  ) {
    const { root } = await inPage(url);
    const { CallScreen, captured, loadLanguage, Texts } = await importModules(url);
    await loadLanguage('en');
    const texts = new Texts('en');
    const host = /** @type {any} */ (window);
    Object.assign(host, { said: [], kept, wanted: [] });
    const want = (/** @type {string} */ what) => (/** @type {any[]} */ ...how) => {
      host.wanted.push([what, ...how].join(' '));
    };
    const source = { wanted: true, interrupted: false, state: 'live', error: '', deviceId: '' };
    const view = { name: 'Ann', id: '00000000000000aa', microphone: source, camera: source,
      microphones: [], cameras: [], aloneUnsaid: false };
    host.view = view;
    const call = (host.call = new CallScreen(root, texts, {
      say: (/** @type {string} */ text) => host.said.push(text),
      leave: want('leave'), copyLink: want('copy'), toggle: want('toggle'), select: want('select'),
      changed: () => call.render(view),
      store: {
        get: (/** @type {string} */ key) => kept[key] ?? '',
        set: (/** @type {string} */ key, /** @type {string} */ value) => { kept[key] = value; },
      },
    }));
    texts.apply(document);
    call.complete(captured);
    call.show(streamOf(320, 240));
    host.peers = pictures.map(([width, height], index) => ({
      id: `000000000000000${index}`, name: ['Mia', 'Noa', 'Oli'][index], state: 'connected',
      microphone: 'on', camera: 'on', videoSupported: true, away: false,
      stream: streamOf(width, height),
    }));
    for (const peer of host.peers) call.showPeer(peer);
    call.render(view);
  }

  /** @type {any} */ (window).stagePage = { sweepPage, sweepShadow, open };
})();
