/* notices.test.mjs - which of the things that hold the banner says. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Banner } from '../../web/page/banner.js';
import { loadLanguage, Texts } from '../../web/page/i18n.js';
import { chooseNotice, permissionHelp } from '../../web/page/notices.js';
import { fakeTimers } from './timers.mjs';

/** @typedef {import('../../web/page/notices.js').View} View */
/** @typedef {import('../../web/peerface.js').LocalSource} LocalSource */

await loadLanguage('en');

/** @param {Partial<LocalSource>} [source] @returns {LocalSource} */
const source = (source) =>
  ({ wanted: true, interrupted: false, state: 'live', error: '', deviceId: 'a', ...source });
/** @param {string} error */
const failed = (error) => source({ state: 'failed', error });

/** @param {Partial<View>} view @returns {View} */
const view = (view) => ({
  state: 'joined', refusal: '', lacking: '', relayAway: false, reach: '', offline: false,
  embedded: false, back: '', places: 0,
  iceServersRefused: false, unconnected: false,
  origin: 'https://video.example', microphone: source(), camera: source(), alone: false,
  talking: false, unreachable: false, obstacle: '', soundBlocked: false, broken: false,
  userAgent: '', link: '', copied: false, ...view,
});

/** @type {[string, Partial<View>][]} */
const cases = [
  ['', {}],
  ['', { state: 'lobby' }],
  ['', { state: 'standby', microphone: undefined, camera: undefined }],
  ['connecting', { state: 'joining' }],
  ['alone', { alone: true }],
  ['relay-away', { state: 'lobby', relayAway: true }],
  ['relay-away', { state: 'joining', relayAway: true }],
  ['reconnecting', { state: 'reconnecting', relayAway: true, alone: true }],
  ['unreachable', { unreachable: true, talking: true }],
  ['reconnecting', { state: 'reconnecting', unreachable: true }],
  ['denied', { camera: failed('NotAllowedError'), unreachable: true }],
  ['denied', { camera: failed('NotAllowedError'), alone: true }],
  ['denied', { microphone: failed('SecurityError'), state: 'joining' }],
  ['no-camera', { camera: failed('NotFoundError') }],
  ['no-camera', { camera: failed('NotFoundError'), microphone: failed('NotFoundError') }],
  ['no-microphone', { microphone: failed('NotFoundError') }],
  ['denied', { camera: failed('NotFoundError'), microphone: failed('NotAllowedError') }],
  ['in-use', { camera: failed('NotReadableError') }],
  ['in-use', { camera: failed('AbortError') }],
  ['insecure', { camera: failed('InsecureContext'), state: 'lobby' }],
  ['device-failed', { camera: source({ error: 'NotReadableError' }) }],
  ['', { camera: source({ state: 'failed', error: 'NotAllowedError', wanted: false }) }],
  ['tap-to-hear', { soundBlocked: true, camera: failed('NotAllowedError') }],
  ['room-full', { state: 'refused', refusal: 'room-full' }],
  ['relay-full', { state: 'refused', refusal: 'relay-full' }],
  ['bad-room', { state: 'refused', refusal: 'bad-room', camera: failed('NotAllowedError') }],
  ['bad-name', { state: 'refused', refusal: 'bad-name' }],
  ['token', { state: 'refused', refusal: 'token-missing' }],
  ['token', { state: 'refused', refusal: 'token-expired' }],
  ['token', { state: 'refused', refusal: 'token-room' }],
  ['replaced', { state: 'standby', refusal: 'replaced' }],
  ['broken', { state: 'standby', broken: true }],
  ['unsupported', { camera: failed('unsupported'), state: 'lobby' }],
  ['unsupported-browser', { state: 'standby', lacking: 'webrtc' }],
  ['unsupported-browser', { state: 'standby', lacking: 'webassembly', broken: true }],
  ['unsupported-browser', { state: 'refused', refusal: 'no-webrtc' }],
  ['ice-servers-refused', { iceServersRefused: true, unconnected: true }],
  ['ice-servers-refused', { iceServersRefused: true, unconnected: true, unreachable: true }],
  ['', { iceServersRefused: true, talking: true }],
  ['alone', { iceServersRefused: true, alone: true }],
  ['origin-refused', { state: 'lobby', relayAway: true, reach: 'refused' }],
  ['origin-refused', { state: 'reconnecting', relayAway: true, reach: 'refused', talking: true }],
  ['websocket-blocked', { state: 'joining', relayAway: true, reach: 'blocked' }],
  ['relay-away', { state: 'joining', relayAway: true, reach: 'unreached' }],
  ['', { reach: 'refused' }],
  ['offline', { state: 'standby', offline: true }],
  ['offline', { state: 'lobby', offline: true, relayAway: true }],
  ['', { state: 'lobby', offline: true }],
  ['reconnecting', { state: 'reconnecting', offline: true, relayAway: true }],
  ['denied-embedded', { camera: failed('NotAllowedError'), embedded: true }],
  ['', { embedded: true }],
  ['back', { back: 'all' }],
  ['back', { back: 'some', alone: true }],
];

for (const [code, partial] of cases) {
  test(`the banner says "${code}" of ${JSON.stringify(partial)}`, () => {
    assert.equal(chooseNotice(view(partial))?.code ?? '', code);
  });
}

test('what was put away gives way to the next', () => {
  const both = view({ alone: true, camera: failed('NotAllowedError') });
  assert.equal(chooseNotice(both, ({ code }) => code === 'denied')?.code, 'alone');
});

test('a trouble of both sources, of the camera or of the microphone has its own title', () => {
  const title = (/** @type {Partial<View>} */ partial) => {
    const seen = view(partial);
    return chooseNotice(seen)?.words(seen).title;
  };
  const camera = failed('NotAllowedError');
  const microphone = failed('NotAllowedError');
  assert.equal(title({ camera, microphone }), 'deniedTitle');
  assert.equal(title({ camera }), 'deniedCameraTitle');
  assert.equal(title({ microphone }), 'deniedMicrophoneTitle');
  assert.equal(title({ microphone: source({ error: 'AbortError' }) }), 'microphoneFailedTitle');
});

test('the way to take back a refusal is that of the browser', () => {
  const webkit = 'AppleWebKit/605.1.15 (KHTML, like Gecko)';
  /** @type {[string, string][]} */
  const agents = [
    ['deniedHelpChromium', `Mozilla/5.0 (X11; Linux x86_64) ${webkit} Chrome/130.0 Safari/537.36`],
    ['deniedHelpAndroid', `Mozilla/5.0 (Linux; Android 14) ${webkit} Chrome/130.0 Mobile Safari/5`],
    ['deniedHelpFirefox', 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0'],
    ['deniedHelpSafari', `Mozilla/5.0 (Macintosh; Intel Mac OS X) ${webkit} Version/17 Safari/605`],
    ['deniedHelpIos', `Mozilla/5.0 (iPhone; CPU iPhone OS 17) ${webkit} CriOS/130 Safari/604.1`],
  ];
  for (const [key, agent] of agents) assert.equal(permissionHelp(agent), key);
});

test('who cannot connect is told what to do about what is in the way', () => {
  const text = (/** @type {View['obstacle']} */ obstacle) => {
    const seen = view({ unreachable: true, obstacle });
    return chooseNotice(seen)?.words(seen).text;
  };
  assert.equal(text(''), 'unreachableText');
  assert.equal(text('obstacleBetween'), 'unreachableText');
  assert.equal(text('obstacleYours'), 'unreachableYours');
  assert.equal(text('obstacleTheirs'), 'unreachableTheirs');
});

test('that the call goes on is said only to who is connected with somebody', () => {
  const text = (/** @type {Partial<View>} */ partial) => {
    const seen = view({ state: 'reconnecting', relayAway: true, ...partial });
    return chooseNotice(seen)?.words(seen).text;
  };
  assert.equal(text({ talking: true }), 'reconnectingText');
  assert.equal(text({ alone: true }), 'relayAwayText');
});

/**
 * A banner in a document that is not one, and what it says.
 * @param {import('node:test').TestContext} t
 */
function makeBanner(t) {
  const element = () => ({ dataset: {}, hidden: false, textContent: '', setAttribute: () => {},
    addEventListener: () => {} });
  const parts = new Map();
  const root = /** @type {any} */ ({
    ...element(),
    querySelector: (/** @type {string} */ css) => {
      if (!parts.has(css)) parts.set(css, element());
      return parts.get(css);
    },
  });
  /** @type {string[]} */
  const said = [];
  const clock = fakeTimers(t);
  Object.assign(globalThis, { HTMLElement: Object, SVGElement: Object });
  let seen = view({});
  /** @type {Banner} */
  const banner = new Banner(root, new Texts('en'), {
    say: (text) => said.push(text),
    act: () => {},
    invite: () => {},
    keepFocus: (change) => change(),
    changed: () => banner.render(seen),
  });
  const shown = (/** @type {Partial<View>} */ partial) => {
    seen = view(partial);
    banner.render(seen);
    return root.dataset.notice;
  };
  const later = (/** @type {number} */ ms) => {
    clock.pass(ms);
    return root.dataset.notice;
  };
  return { shown, later, said };
}

const relayLost = /** @type {const} */ ({ state: 'reconnecting', relayAway: true, talking: true });

test('a relay that is back at once is not spoken of, and the notice before it stays', (t) => {
  const { shown, later, said } = makeBanner(t);
  assert.equal(shown({ alone: true }), 'alone');
  const before = said.length;
  assert.equal(shown({ ...relayLost, alone: true }), 'alone');
  assert.equal(later(300), 'alone');
  assert.equal(shown({ alone: true }), 'alone');
  assert.equal(later(5000), 'alone');
  assert.equal(said.length, before);
});

test('a title and the text below it are said as two sentences', (t) => {
  const { shown, said } = makeBanner(t);
  shown({ alone: true });
  shown({ refusal: 'room-full', state: 'refused', places: 8 });
  assert.equal(said.length, 2);
  for (const text of said) assert.match(text, /^[^.!?…]+[.!?…] \p{Lu}/u);
});

test('a relay that stays away is spoken of, and so is its return (R33)', (t) => {
  const { shown, later, said } = makeBanner(t);
  shown(relayLost);
  assert.equal(later(1000), 'reconnecting');
  assert.match(said[0], /lost, reconnecting/);
  assert.equal(shown({}), '');
  assert.match(said[1], /server is back/);
  shown(relayLost);
  later(1000);
  assert.equal(shown({ state: 'left' }), '');
  assert.equal(said.length, 3, 'who leaves is not told that the server is back');
});

test('refused ICE servers are spoken of where a connection takes longer than usual', (t) => {
  const { shown, later } = makeBanner(t);
  assert.equal(shown({ iceServersRefused: true, unconnected: true }), '');
  assert.equal(later(2999), '');
  assert.equal(later(1), 'ice-servers-refused');
  assert.equal(shown({ iceServersRefused: true, talking: true }), '');
});

test('what has become ripe while something more pressing was shown is there at once', (t) => {
  const { shown, later } = makeBanner(t);
  assert.equal(shown({ ...relayLost, soundBlocked: true }), 'tap-to-hear');
  assert.equal(later(1000), 'tap-to-hear');
  assert.equal(shown(relayLost), 'reconnecting');
});
