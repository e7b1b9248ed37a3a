/* icon-shot.mjs - draws the PNG icons of the page out of its SVG icon. */
/* SPDX-License-Identifier: MIT */
//
//   node tests/e2e/icon-shot.mjs
//
// For home screens and link previews, which take no SVG. To be run when favicon.svg has changed.
import fs from 'node:fs';
import path from 'node:path';
import { browser, closeBrowsers } from './browsers.mjs';
import { root } from './relay.mjs';

const folder = path.join(root, 'web/icons');
const svg = fs.readFileSync(path.join(folder, 'favicon.svg'), 'utf8');
const icon = `data:image/svg+xml,${encodeURIComponent(svg)}`;

/** Name, width, height, style. @type {[string, number, number, string][]} */
const pictures = [
  ['icon-192.png', 192, 192, 'img { width: 192px }'],
  ['icon-512.png', 512, 512, 'img { width: 512px }'],
  // A platform cuts any shape out of it; the middle 80 % stay (Web App Manifest, safe zone).
  ['maskable-512.png', 512, 512, 'body { background: #0a7a5f } img { width: 400px; margin: 56px }'],
  ['touch-180.png', 180, 180, 'body { background: #0a7a5f } img { width: 160px; margin: 10px }'],
  ['preview.png', 1200, 630, `body { background: #0e1312; color: #edf2ef; display: flex; gap: 56px;
    align-items: center; justify-content: center; font: 700 128px system-ui, sans-serif;
    letter-spacing: -0.03em } img { width: 260px }`],
];

try {
  const page = await (await browser('chromium')).newPage();
  for (const [name, width, height, style] of pictures) {
    await page.setViewport({ width, height });
    const word = name === 'preview.png' ? '<span>peerface</span>' : '';
    await page.setContent(`<!doctype html><style>body { margin: 0; height: ${height}px }
      img { display: block } ${style}</style><img src="${icon}">${word}`);
    const file = path.join(folder, name);
    await page.screenshot({ path: /** @type {`${string}.png`} */ (file), omitBackground: true });
    console.log(`${name}: ${fs.statSync(file).size} bytes`);
  }
} finally {
  await closeBrowsers();
}
