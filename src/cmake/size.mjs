/* size.mjs - prints what a page that makes calls downloads, and what our own page adds to it. */
/* SPDX-License-Identifier: MIT */
//
//   node size.mjs WEB
//
// WEB is the folder made by web.mjs. Counted are the wasm module, its glue, and peerface.js with
// every module it imports statically, minified, as they are served; and then what our page needs
// before somebody enters a room, with the larger of its languages. Its icons are in the document.
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';

const AIM = 24 * 1024; // bytes after brotli
const PAGE_AIM = 40 * 1024;
const ELEMENT_AIM = 12 * 1024;

/** @param {string} folder @param {string} name @param {Set<string>} found */
function addWithImports(folder, name, found) {
  const file = path.join(folder, name);
  if (found.has(name) || !fs.existsSync(file)) return;
  found.add(name);
  const imports = fs.readFileSync(file, 'utf8')
    .matchAll(/\b(?:import|from)\s*["'](\.[^"']+)["']/g);
  for (const [, target] of imports) {
    addWithImports(folder, path.join(path.dirname(name), target), found);
  }
}

/** @param {string} name @param {number[]} sizes */
function printRow(name, sizes) {
  console.log(name.padEnd(24) + sizes.map((size) => String(size).padStart(9)).join(''));
}

const [folder] = process.argv.slice(2);
const names = new Set(['peerface-core.wasm']);
addWithImports(folder, 'peerface-core.js', names);
addWithImports(folder, 'peerface.js', names);

/** @param {string} title @param {Iterable<string>} names @param {number} aim */
function report(title, names, aim) {
  console.log(title);
  console.log(''.padEnd(24) + ['raw', 'gzip', 'brotli'].map((word) => word.padStart(9)).join(''));
  const total = [0, 0, 0];
  for (const name of names) {
    const data = fs.readFileSync(path.join(folder, name));
    const sizes = [data.length, zlib.gzipSync(data, { level: 9 }).length,
      zlib.brotliCompressSync(data).length];
    sizes.forEach((size, i) => (total[i] += size));
    printRow(name, sizes);
  }
  printRow('together', total);
  const brotli = total[2];
  console.log(`after brotli ${(brotli / 1024).toFixed(1)} KB, aim ${aim / 1024} KB: `
    + (brotli <= aim ? 'reached' : `${brotli - aim} bytes too many`));
}

report('Downloaded by a page that makes calls (bytes, scripts minified):', names, AIM);
report('Downloaded in addition by a page with <peerface-room>:', ['peerface-element.js'],
  ELEMENT_AIM);

const chunks = fs.readdirSync(path.join(folder, 'page'))
  .filter((name) => /^(?:en|ko)-.*\.js$/.test(name))
  .map((name) => `page/${name}`)
  .sort((a, b) => fs.statSync(path.join(folder, b)).size - fs.statSync(path.join(folder, a)).size);
const pageNames = new Set(['index.html', 'page/page.css', chunks[0]]);
addWithImports(folder, 'page/page.js', pageNames);
report('Downloaded by our page before the call client and the call screen:', pageNames, PAGE_AIM);
