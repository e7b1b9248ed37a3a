/* page.mjs - bundles what the page itself consists of, so that it arrives in few round trips. */
/* SPDX-License-Identifier: MIT */
//
// The scripts that are there from the start become page/page.js, what is loaded later (a language,
// the words of room names, the QR code) a file each, the styles page/page.css. peerface.js stays a
// file of its own: other pages load it too. So do call.js and i18n.js with what they need, and the
// other style sheets, for whoever wants the call screen in a page of their own.
import fs from 'node:fs';
import path from 'node:path';

/** @typedef {{name: string, data: Buffer}} File  the name is relative to the served folder */

/** @param {string} name of a file in the source folder: whether bundlePage() takes care of it */
export const isOfPage = (name) => name === 'index.html' || /^page[/\\]/.test(name);

async function loadEsbuild() {
  try {
    return await import('esbuild');
  } catch {
    throw new Error('esbuild is missing: run `npm ci` in the project\'s folder');
  }
}

/**
 * @param {string} source the folder
 * @param {string[]} entries
 */
async function bundle(source, entries) {
  const esbuild = await loadEsbuild();
  const { outputFiles } = await esbuild.build({
    absWorkingDir: path.resolve(source),
    entryPoints: entries,
    outdir: 'page',
    outbase: 'page',
    entryNames: '[dir]/[name]',
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    charset: 'utf8',
    legalComments: 'none',
    external: ['*/peerface.js'],
    write: false,
    logLevel: 'warning',
  });
  return outputFiles.map(({ path: file, contents }) => ({
    name: path.relative(path.resolve(source), file),
    data: Buffer.from(contents),
  }));
}

/** @param {string} source @param {string[]} names of style sheets, in their order */
async function bundleStyles(source, names) {
  const esbuild = await loadEsbuild();
  const text = names.map((name) => fs.readFileSync(path.join(source, name), 'utf8')).join('\n');
  const { code } = await esbuild.transform(text, { loader: 'css', minify: true, charset: 'utf8' });
  return Buffer.from(code);
}

/** @param {string} source @param {string[]} names @returns {Promise<File[]>} */
async function copyStyles(source, names) {
  return Promise.all(names.map(async (name) => (
    { name, data: await bundleStyles(source, [name]) })));
}

/**
 * The scripts that one of them imports statically: the browser need not have read that one to ask
 * for them.
 * @param {File[]} files
 * @param {string} name
 */
function importsOf(files, name) {
  const text = files.find((file) => file.name === name)?.data.toString() ?? '';
  const imports = text.matchAll(/\b(?:import|from)\s*["']\.\/([^"']+)["']/g);
  return [...new Set([...imports].map(([, target]) => path.join(path.dirname(name), target)))];
}

const styleLink = /\s*<link rel="stylesheet" href="(page\/[^"]+)">/g;

/**
 * The document, with the icons in it.
 * @param {string} source
 */
function documentOf(source) {
  const icons = fs.readFileSync(path.join(source, 'page/icons.svg'), 'utf8');
  const html = fs.readFileSync(path.join(source, 'index.html'), 'utf8');
  if (!html.includes('{{icons.svg}}')) throw new Error('index.html has no place for the icons');
  return html.replace('{{icons.svg}}', () => icons.replace(/<svg [^>]*>/, '<svg hidden>'));
}

/**
 * @param {string} source
 * @returns {Promise<File[]>}
 */
export async function bundlePage(source) {
  const html = documentOf(source);
  const styles = [...html.matchAll(styleLink)].map(([, name]) => name);
  const late = ['page/chat.css', 'page/transfers.css']; // loaded by scripts
  const page = await bundle(source, ['page/page.js']);
  const parts = await bundle(source, ['page/call.js', 'page/captured.js', 'page/i18n.js']);
  const preloads = importsOf(page, 'page/page.js')
    .map((name) => `\n<link rel="modulepreload" href="${name}">`);
  const slim = html
    .replace(/<script [^>]*src="page\/page\.js"><\/script>/, (script) =>
      script + preloads.join(''))
    .replace(styleLink, (link, name) => (name === styles[0]
      ? link.replace(name, 'page/page.css') : ''))
    .replace(/<!--.*?-->\n?/gs, '')
    .replace(/>\s*\n\s*/g, '>\n')
    .replace(/\n\s+/g, '\n');
  return [
    ...parts,
    ...page,
    ...await copyStyles(source, [...styles.filter((name) => name !== 'page/page.css'), ...late]),
    { name: 'page/page.css', data: await bundleStyles(source, styles) },
    { name: 'index.html', data: Buffer.from(slim) },
  ];
}
