/* element.mjs - makes peerface-element.js, <peerface-room>, of the page's own parts. */
/* SPDX-License-Identifier: MIT */
//
// The markup of its shadow tree is that of index.html, as far as web/element/markup.html names it,
// with those of the page's icons that it uses; its styles are the page's. Of the texts it has those
// that its code or markup name. peerface.js stays a file of its own.
import fs from 'node:fs';
import path from 'node:path';

const sheets = ['page/theme.css', 'page/call.css', 'page/tiles.css', 'page/tools.css',
  'page/panels.css', 'element/element.css'];

/**
 * The elements of a class in a text of HTML whose end tags are all there, as text.
 * @param {string} html
 * @param {string} name
 * @returns {string[]}
 */
export function elementsOf(html, name) {
  const starts = html.matchAll(/<(\w+) class="([^"]*)"/g);
  const found = [];
  for (const { 1: tag, 2: classes, index } of starts) {
    if (!classes.split(' ').includes(name)) continue;
    const tags = new RegExp(`<(/?)${tag}\\b`, 'g');
    tags.lastIndex = index;
    let depth = 0;
    for (let match = tags.exec(html); match; match = tags.exec(html)) {
      depth += match[1] ? -1 : 1;
      if (depth > 0) continue;
      found.push(html.slice(index, html.indexOf('>', match.index) + 1));
      break;
    }
  }
  return found;
}

/** @param {string} source the folder web/ */
function markupOf(source) {
  const index = fs.readFileSync(path.join(source, 'index.html'), 'utf8');
  const call = index.slice(index.indexOf('<section class="call"'), index.indexOf('</main>'));
  return fs.readFileSync(path.join(source, 'element/markup.html'), 'utf8')
    .replace(/<!--.*?-->/gs, '')
    .replace(/\{\{\.(\w+)\}\}/g, (_, name) => {
      const found = elementsOf(call, name);
      if (!found.length) throw new Error(`index.html has no .${name} in its call`);
      return name === 'split' ? found.join('\n') : found[0]; // of both sources
    })
    .replace(/<!--.*?-->/gs, '')
    .replace(/ id="[^"]*"/g, '')
    .replace(/ (?:data-keys|aria-keyshortcuts)="[^"]*"/g, '')
    .replace(/>\s+</g, '><')
    .replace(/\s+/g, ' ')
    .trim();
}

/**
 * @param {string} source
 * @param {(name: string) => boolean} isUsed
 */
function iconsOf(source, isUsed) {
  const icons = fs.readFileSync(path.join(source, 'page/icons.svg'), 'utf8');
  const symbols = [...icons.matchAll(/<symbol id="icon-([\w-]+)".*?<\/symbol>/gs)]
    .filter(([, name]) => isUsed(name)).map(([symbol]) => symbol.replace(/>\s+</g, '><'));
  return `<svg hidden>${symbols.join('')}</svg>`;
}

/** @param {string} source */
async function stylesOf(source) {
  const { transform } = await import('esbuild');
  const text = sheets.map((name) => fs.readFileSync(path.join(source, name), 'utf8')).join('\n')
    // The size that counts is that of the element, and the root is its own.
    .replace(/@media \((?:min|max)-(?:width|height)[^{]*/g, (rule) =>
      rule.includes('pointer') ? rule : rule.replace('@media', '@container').replaceAll(',', ' or'))
    .replace(/\b([\d.]+)(vmin|vmax|vw|vh|dvh|svh)\b/g, (_, number, unit) =>
      `${number}cq${unit.replace(/^[ds]?v/, '')}`);
  const { code } = await transform(text, { loader: 'css', minify: true, charset: 'utf8' });
  return code.trim();
}

/**
 * Without the rules for classes that nothing has.
 * @param {string} css minified
 * @param {(name: string) => boolean} isUsed
 */
function pruned(css, isUsed) {
  const kept = css.replace(/([^{}@;]+)\{([^{}]*)\}/g, (rule, selectors, body) => {
    if (/^(?:from|to|[\d.]+%)/.test(selectors)) return rule; // of an animation
    const wanted = selectors.split(/,(?![^(]*\))/).filter((/** @type {string} */ selector) =>
      [...selector.matchAll(/\.([a-zA-Z][\w-]*)/g)].every(([, name]) => isUsed(name)));
    return wanted.length ? `${wanted.join(',')}{${body}}` : '';
  });
  return kept.replace(/@[^{};]+\{\}/g, '');
}

/** @param {string} file a table of texts @param {(key: string) => boolean} isUsed */
async function textsOf(file, isUsed) {
  const { default: table } = await import(file);
  return Object.fromEntries(Object.entries(table).filter(([key]) => isUsed(key)));
}

/**
 * @param {string} source the folder web/
 * @returns {Promise<Buffer>} minified
 */
export async function bundleElement(source) {
  const { build } = await import('esbuild');
  const folder = path.resolve(source);
  const markup = markupOf(folder);
  const styles = await stylesOf(folder);
  /** @type {string} all code and markup, once known: what is named there is used */
  let everything = '';
  const names = (/** @type {string} */ name) =>
    new RegExp(`["'\`#-]${name}["'\`]`).test(everything);
  const hasClass = (/** @type {string} */ name) => !everything
    || new RegExp(`["'\`. ]${name}["'\`. :,\\[)]`).test(everything);
  const isUsed = (/** @type {string} */ name) => !everything || names(name);
  const make = async () => {
    const { outputFiles } = await build({
      entryPoints: [path.join(folder, 'element/element.js')], bundle: true, minify: true,
      format: 'esm', target: 'es2022', charset: 'utf8', legalComments: 'none', write: false,
      logLevel: 'warning',
      plugins: [{
        name: 'parts',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /\/peerface\.js$/ }, () => (
            { path: './peerface.js', external: true }));
          onResolve({ filter: /\/markup\.js$/ }, () => ({ path: 'markup', namespace: 'parts' }));
          onLoad({ filter: /^markup$/, namespace: 'parts' }, () => ({
            contents: `export const markup = ${JSON.stringify(iconsOf(folder, isUsed) + markup)};
              export const styles = ${JSON.stringify(pruned(styles, hasClass))};`,
          }));
          onLoad({ filter: /i18n[/\\](en|ko)\.js$/ }, async ({ path: file }) => ({
            contents: `export default ${everything
              ? JSON.stringify(await textsOf(file, isUsed)) : '{}'}`,
          }));
        },
      }],
    });
    return outputFiles[0].text;
  };
  const codeAndCss = await make();
  const code = codeAndCss.replace(JSON.stringify(styles), '').replace(styles, '');
  const named = code.replace(/<svg hidden>.*?<.svg>/s, '').replaceAll('\\"', '"');
  everything = `"line"${named}${markup}`; // that class is the icons'
  return Buffer.from(await make());
}
