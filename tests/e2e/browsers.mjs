/* browsers.mjs - launches the browsers once per test file, in the variants the tests need. */
/* SPDX-License-Identifier: MIT */
import fs from 'node:fs';
import puppeteer from 'puppeteer-core';

/** @typedef {'chromium' | 'firefox'} Engine */
/** @typedef {'granted' | 'denied' | 'no-camera'} Variant */

const files = {
  chromium: process.env.CHROMIUM || '/usr/bin/chromium',
  firefox: process.env.FIREFOX || '/usr/bin/firefox-esr',
};

const chromiumFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--lang=en-US',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
];

const firefoxPreferences = {
  'media.navigator.streams.fake': true,
  'media.autoplay.default': 0,
  'media.autoplay.blocking_policy': 0,
  'intl.accept_languages': 'en-US',
};

/** @param {Engine} engine @returns {string} why it cannot run here, '' if it can */
export const missing = (engine) =>
  fs.existsSync(files[engine]) ? '' : `${engine} is not installed (${files[engine]})`;

/** @param {Variant} variant */
function launchChromium(variant) {
  const devices = variant === 'no-camera' ? 0 : 3;
  return puppeteer.launch({
    browser: 'chrome',
    executablePath: files.chromium,
    headless: true,
    args: [
      ...chromiumFlags,
      `--use-fake-device-for-media-stream=device-count=${devices},fps=15`,
      `--use-fake-ui-for-media-stream${variant === 'denied' ? '=deny' : ''}`,
    ],
  });
}

/** @param {Variant} variant */
function launchFirefox(variant) {
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: files.firefox,
    headless: true,
    extraPrefsFirefox: {
      ...firefoxPreferences,
      ...(variant === 'denied'
        ? { 'permissions.default.camera': 2, 'permissions.default.microphone': 2 }
        : { 'media.navigator.permission.disabled': true }),
    },
  });
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
    launched = engine === 'chromium' ? launchChromium(variant) : launchFirefox(variant);
    open.set(key, launched);
  }
  return launched;
}

export async function closeBrowsers() {
  const all = [...open.values()];
  open.clear();
  await Promise.all(all.map(async (launched) => (await launched).close()));
}
