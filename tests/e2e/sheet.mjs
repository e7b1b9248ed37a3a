/* sheet.mjs - a state of the page in every size, colour scheme and language, on one picture. */
/* SPDX-License-Identifier: MIT */
//
// A sheet is for people to look at; nothing compares it. What can be checked is checked on the way:
// nothing is wider than the window, and axe finds nothing.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { artifacts } from './harness.mjs';

/** @typedef {import('./person.mjs').Person} Person */

const folder = path.join(artifacts, 'sheets');
const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Desktops, a phone upright and on its side, the smallest phone. @type {[number, number][]} */
export const sizes = [[1440, 900], [1280, 720], [390, 844], [844, 390], [320, 568]];
/** The second of them at 200 %, for what has much text. @type {[number, number][]} */
export const zoomed = [[640, 360]];
/** The column that axe looks at, by the row: each language and colour scheme once. */
const examined = [0, undefined, undefined, 2];

export const languages = ['en', 'ko'];
const looks = languages.flatMap((language) =>
  ['light', 'dark'].map((scheme) => ({ language, scheme })));

/** A picture is at most 432 by 422 pixels on the sheet. @param {[number, number]} size */
const scaleOnSheet = ([width, height]) => Math.min(432 / width, 422 / height);

/** @param {Person} person @param {string} language */
export async function speak(person, language) {
  await person.ask((wanted) => {
    const list = /** @type {HTMLSelectElement} */ (document.querySelector('#language'));
    if (list.value === wanted) return;
    list.value = wanted;
    list.dispatchEvent(new Event('change', { bubbles: true }));
  }, language);
  await person.sees(language, (wanted) => document.documentElement.lang === wanted, [language]);
}

/** Ends what is moving, rather than waiting for it. @param {Person} person */
const atRest = (person) => person.ask(() => {
  for (const animation of document.getAnimations()) {
    if (animation.effect?.getComputedTiming().endTime !== Infinity) animation.finish();
  }
});

/** Fails on anything that axe finds. @param {Person} person @param {string} where */
export async function accessible(person, where) {
  await atRest(person);
  // The policy of the page forbids it to evaluate code, but not the driver.
  if (await person.ask(() => !('axe' in window))) await person.page.evaluate(axe);
  const findings = await person.ask(async () => {
    const { violations } = await /** @type {any} */ (window).axe.run();
    return violations.map((/** @type {any} */ finding) =>
      `${finding.impact}: ${finding.id}: ${finding.nodes.map((/** @type {any} */ node) =>
        `${node.html} ${node.failureSummary}`).join(' | ')}`);
  });
  assert.deepEqual(findings, [], `findings of axe ${where}`);
}

/** @param {Person} person @param {[number, number]} size @param {number} [deviceScaleFactor] */
async function resize(person, [width, height], deviceScaleFactor = 1) {
  await person.page.setViewport({ width, height, deviceScaleFactor });
  await person.sees('the size', async (across, down) => {
    if (innerWidth !== across || innerHeight !== down) return false;
    for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame);
    return true;
  }, [width, height]);
}

/** @param {Person} person @param {[number, number]} size @param {string} where */
async function picture(person, [width, height], where) {
  await atRest(person);
  const wide = await person.ask(() => document.documentElement.scrollWidth);
  assert.ok(wide <= width, `${where}: ${wide} pixels in ${width}`);
  return person.page.screenshot({
    type: 'jpeg', quality: 80, encoding: 'base64', optimizeForSpeed: true,
    captureBeyondViewport: false,
  });
}

/**
 * @param {Person} person @param {string} title @param {string[][]} rows @param {string} file
 * @param {[number, number][]} all sizes
 */
async function writeSheet(person, title, rows, file, all) {
  const page = await person.page.browserContext().newPage({ type: 'window' });
  await page.setViewport({ width: all.length > sizes.length ? 2200 : 1760, height: 400 });
  const widths = all.map((size) => size[0] * scaleOnSheet(size));
  const images = rows.map((row) => `<p>${row.map((data, column) =>
    `<img width="${widths[column]}" src="data:image/jpeg;base64,${data}">`).join('')}</p>`);
  await page.setContent(`<title>${title}</title><style>
    body { margin: 8px; background: #777; font: 14px sans-serif; }
    p { display: flex; gap: 8px; margin: 0 0 8px; align-items: start; }
    </style><h1>${title}</h1>${images.join('')}`);
  fs.mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: file, type: 'jpeg', quality: 80, fullPage: true });
  await page.close();
}

/**
 * Makes the sheet of the state that a person's page is in: a row for each language and colour
 * scheme, a column for each size. The page is then as it was, at the first size.
 * @param {Person} person
 * @param {string} state its name, a file's
 * @param {{axe?: boolean, more?: [number, number][], ready?: () => Promise<unknown>}} options axe:
 *   false where its findings are known; more: further sizes; ready: brings the state back where a
 *   change of size or language has ended it
 */
export async function sheet(person, state, { axe: examine = true, more = [], ready } = {}) {
  const all = [...sizes, ...more];
  /** @type {string[][]} */
  const rows = looks.map(() => []);
  // To change the size costs the page most, so it is changed least.
  for (const [column, size] of all.entries()) {
    // With so few pixels for its points that the pictures need not be scaled afterwards.
    await resize(person, size, scaleOnSheet(size));
    for (const [index, { language, scheme }] of looks.entries()) {
      await speak(person, language);
      await person.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      await ready?.();
      const where = `${state}, ${language}, ${scheme}, ${size.join(' x ')}`;
      rows[index].push(await picture(person, size, where));
      if (examine && column === examined[index]) await accessible(person, where);
    }
  }
  await writeSheet(person, state, rows, path.join(folder, `${state}.jpg`), all);
  await speak(person, languages[0]);
  await person.page.emulateMediaFeatures([]);
  await resize(person, sizes[0]);
}
