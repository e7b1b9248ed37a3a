/* browsers.mjs - launches each browser once per run, in the variants the tests need. */
/* SPDX-License-Identifier: MIT */
import fs from 'node:fs';
import path from 'node:path';
import puppeteer from 'puppeteer-core';
import { boundMs } from './until.mjs';

/** @typedef {'chromium' | 'firefox'} Engine */
/**
 * throttled: background pages are slowed down as they are for people.
 * silent: sound plays only after a gesture.
 * whole: Chromium with everything around the page, as people have it.
 * asks: Firefox has not been told whether pages may use the camera (for Chromium see harness.mjs).
 * sleeper: it can be stopped, being used by nobody else.
 * unanswered: Chromium follows the profile's permissions, and dismisses every prompt. Otherwise it
 * gives what is asked for, also where the profile denies it.
 * @typedef {'granted' | 'denied' | 'no-camera' | 'throttled' | 'silent' | 'asks' | 'sleeper' |
 *   'whole' | 'unanswered'} Variant
 * @typedef {object} Place where a browser runs that does not run right here
 * @property {string[]} prefix the words before the command
 * @property {number} port for driving it, the same there as here
 * @property {string} origin to be taken for secure
 * @property {string} scratch a folder
 * @property {Camera} [camera]
 * @typedef {object} Camera what a camera gives, where that matters
 * @property {number} fps
 * @property {string} [file] of Chromium: a Y4M file that is filmed instead of a pattern
 */

const files = {
  chromium: process.env.CHROMIUM || '/usr/bin/chromium',
  firefox: process.env.FIREFOX || '/usr/bin/firefox-esr',
};

/**
 * Chromium without a window around its pages, which costs half. Where it is not installed, the
 * whole browser takes its place.
 */
const shell = process.env.CHROMIUM_SHELL || '/usr/bin/chromium-headless-shell';
/** @type {Variant[]} what the shell does as the whole browser does */
const inShell = ['granted', 'denied', 'no-camera', 'silent'];

const chromiumFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--lang=en-US',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Each window would prepare two hidden pages for its address bar: a third of what it costs.
  '--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup',
];

// The driver's own defaults keep pages in the back as fast as others.
const unthrottling = [
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
];

const firefoxPreferences = {
  'media.navigator.streams.fake': true,
  'media.navigator.video.default_fps': 10,
  'media.autoplay.default': 0,
  'media.autoplay.blocking_policy': 0,
  'intl.accept_languages': 'en-US',
  // Otherwise enumerateDevices() is pending while another test's window has the focus.
  'media.devices.unfocused.enabled': true,
};

// run.mjs closes the browsers itself when it is interrupted.
const unattended = {
  headless: true,
  handleSIGINT: false,
  handleSIGTERM: false,
  handleSIGHUP: false,
  timeout: boundMs,
  protocolTimeout: 5 * boundMs,
};

/** @param {Engine} engine @returns {string} why it cannot run here, '' if it can */
export const missing = (engine) =>
  fs.existsSync(files[engine]) ? '' : `${engine} is not installed (${files[engine]})`;

/** @param {string} file @param {Place} [place] */
function launcher(file, place) {
  if (!place) return { executablePath: file };
  const executablePath = path.join(place.scratch, `${path.basename(file)}-${place.port}`);
  const command = [...place.prefix, file].join(' ');
  fs.writeFileSync(executablePath, `#!/bin/sh\nexec ${command} "$@"\n`, { mode: 0o755 });
  return { executablePath, debuggingPort: place.port };
}

/**
 * Five frames a second: what a test waits for is a picture, and a call of three at fifteen takes
 * more than a core.
 * @param {Variant} variant @param {Place} [place]
 */
function launchChromium(variant, place) {
  const devices = variant === 'no-camera' ? 0 : 3;
  const { fps, file } = place?.camera ?? { fps: 5 };
  const args = [
    ...chromiumFlags,
    `--use-fake-device-for-media-stream=device-count=${devices},fps=${fps}`,
  ];
  if (variant !== 'unanswered') {
    args.push(`--use-fake-ui-for-media-stream${variant === 'denied' ? '=deny' : ''}`);
  }
  if (variant !== 'silent') args.push('--autoplay-policy=no-user-gesture-required');
  if (file) args.push(`--use-file-for-fake-video-capture=${file}`);
  if (place) args.push(`--unsafely-treat-insecure-origin-as-secure=${place.origin}`);
  // The shell takes no origin for secure that is not.
  const small = !place && inShell.includes(variant) && fs.existsSync(shell);
  return puppeteer.launch({
    browser: 'chrome',
    ...launcher(small ? shell : files.chromium, place),
    ...unattended,
    headless: small ? 'shell' : true,
    ignoreDefaultArgs: variant === 'throttled' ? unthrottling : [],
    args,
  });
}

/** @param {Place} place */
const firefoxElsewhere = (place) => ({
  'dom.securecontext.allowlist': new URL(place.origin).hostname,
  // The names that are given for addresses otherwise are not known beyond a router.
  'media.peerconnection.ice.obfuscate_host_addresses': false,
});

/** @param {Variant} variant @param {Place} [place] */
function launchFirefox(variant, place) {
  return puppeteer.launch({
    browser: 'firefox',
    ...launcher(files.firefox, place),
    ...unattended,
    extraPrefsFirefox: {
      ...firefoxPreferences,
      ...(variant === 'denied'
        ? { 'permissions.default.camera': 2, 'permissions.default.microphone': 2 }
        : { 'media.navigator.permission.disabled': true }),
      ...(variant === 'denied' || variant === 'asks' ? {}
        : { 'permissions.default.camera': 1, 'permissions.default.microphone': 1 }),
      ...(place ? firefoxElsewhere(place) : {}),
      ...(place?.camera ? { 'media.navigator.video.default_fps': place.camera.fps } : {}),
    },
  });
}

/**
 * @param {Engine} engine
 * @param {Variant} variant
 * @param {Place} [place]
 */
export function launch(engine, variant, place) {
  return engine === 'chromium' ? launchChromium(variant, place) : launchFirefox(variant, place);
}

/** @type {Map<string, Promise<import('puppeteer-core').Browser>>} */
const open = new Map();

/**
 * A browser that stays open until closeBrowsers(): a launch takes seconds.
 * @param {Engine} engine
 * @param {Variant} variant
 */
export function browser(engine, variant = 'granted') {
  const key = `${engine} ${variant}`;
  let launched = open.get(key);
  if (!launched) {
    launched = launch(engine, variant);
    open.set(key, launched);
  }
  return launched;
}

/** Every process that this one has started, and they. @param {number} pid @returns {number[]} */
export function family(pid) {
  const children = fs
    .readdirSync(`/proc/${pid}/task`)
    .flatMap((task) => fs.readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' '))
    .filter(Boolean)
    .map(Number);
  return [pid, ...children.flatMap(family)];
}

/**
 * Stops the browser of the variant `sleeper`, as a machine that sleeps would.
 * @param {Engine} engine
 * @returns {Promise<() => void>} wakes it up
 */
export async function freeze(engine) {
  const process = (await browser(engine, 'sleeper')).process();
  const pids = family(/** @type {number} */ (process?.pid));
  for (const pid of pids) globalThis.process.kill(pid, 'SIGSTOP');
  return () => {
    for (const pid of pids) globalThis.process.kill(pid, 'SIGCONT');
  };
}

/** @param {Promise<import('puppeteer-core').Browser>} launched */
async function close(launched) {
  const browser = await launched.catch(() => null); // it never came up
  await browser?.close().catch(() => browser.process()?.kill('SIGKILL'));
}

export async function closeBrowsers() {
  const all = [...open.values()];
  open.clear();
  await Promise.all(all.map(close));
}
