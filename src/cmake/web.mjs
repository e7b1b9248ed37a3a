/* web.mjs - assembles the folder that is served: bundled, minified, precompressed. */
/* SPDX-License-Identifier: MIT */
//
//   node web.mjs OUTPUT SOURCE FILE...
//
// OUTPUT is rebuilt from everything in the folder SOURCE and the FILEs. The page's own scripts and
// styles become one file each (see page.mjs), and so does peerface.js. The others are minified, and
// what they import and export keeps its name. Each file of text or code gets a .br and a .gz beside
// it, for servers that send precompressed files.
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { bundleElement } from './element.mjs';
import { bundlePage, isOfPage } from './page.mjs';

const compressible = new Set(['.css', '.html', '.js', '.json', '.mjs', '.svg', '.txt', '.wasm',
  '.webmanifest']);

/** @returns {Promise<typeof import('terser').minify>} */
async function loadMinify() {
  try {
    return (await import('terser')).minify;
  } catch {
    throw new Error('terser is missing: run `npm ci` in the project\'s folder');
  }
}

const minify = await loadMinify();

/**
 * @param {string} name for messages
 * @param {string} source an ES module
 * @returns {Promise<string>}
 */
async function minified(name, source) {
  const { code } = await minify({ [name]: source }, {
    module: true,
    ecma: 2020,
    // No constructor in the glue has side effects, so Emscripten's unused views can be removed.
    compress: { passes: 3, pure_new: path.basename(name).startsWith('peerface-core') },
    format: { comments: false },
  });
  if (!code) throw new Error(`${name} is empty`);
  return code;
}

/** @param {string} file @param {Buffer} data */
function compress(file, data) {
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = zlib.constants;
  fs.writeFileSync(`${file}.gz`, zlib.gzipSync(data, { level: 9 }));
  fs.writeFileSync(`${file}.br`, zlib.brotliCompressSync(data, {
    params: { [BROTLI_PARAM_QUALITY]: 11, [BROTLI_PARAM_SIZE_HINT]: data.length },
  }));
}

/** @param {string} to where it is served from @param {Buffer} data */
function write(to, data) {
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.writeFileSync(to, data);
  if (compressible.has(path.extname(to))) compress(to, data);
}

/** With its parts, but not with what is loaded later or is Emscripten's. @param {string} file */
async function joined(file) {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [file], bundle: true, format: 'esm', target: 'es2022', charset: 'utf8',
    external: ['./peerface-core.js', './peerface-core-recording.js', './peerface-channels.js',
      './peerface-files.js'],
    write: false,
    logLevel: 'warning',
  });
  return Buffer.from(outputFiles[0].contents);
}

/** @param {string} from a file @param {string} to where it is served from */
async function put(from, to) {
  const hasParts = /^peerface(?:-files)?\.js$/.test(path.basename(from));
  const source = hasParts ? await joined(from) : fs.readFileSync(from);
  const kind = path.extname(from);
  write(to, kind === '.js' || kind === '.mjs'
    ? Buffer.from(await minified(from, source.toString()))
    : source);
}

/** What is served as a part of another. @param {string} name */
const isOfModule = (name) => /^peerface-(?:load|streams|storage|types)\.js$/.test(name);

/** What peerface-element.js is made of. @param {string} name */
const isOfElement = (name) => /^element[/\\]/.test(name);

/** Where a built file is served. The two programs of inspect/ are for that page alone.
 * @param {string} name */
const placeOf = (name) =>
  (/^peerface-(?:inspect|world)\.wasm$/.test(name) ? path.join('inspect', name) : name);

/** For people who read the tree. @param {string} name */
const isManual = (name) => name.endsWith('.md');

/** @param {string} folder below which folders that hold nothing are removed */
function removeEmptyFolders(folder) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const inner = path.join(folder, entry.name);
    removeEmptyFolders(inner);
    if (fs.readdirSync(inner).length === 0) fs.rmdirSync(inner);
  }
}

/** @param {string} folder @returns {string[]} the files below it, relative to it; none hidden */
function filesOf(folder) {
  return fs.readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith('.'))
    .flatMap((entry) => (entry.isDirectory()
      ? filesOf(path.join(folder, entry.name)).map((name) => path.join(entry.name, name))
      : [entry.name]));
}

// Built beside the served folder, then moved into it file by file: a running relay keeps the folder
// open, and must find each file either old or new, never half written.
const [output, source, ...files] = process.argv.slice(2);
const fresh = `${output}.new`;
fs.rmSync(fresh, { recursive: true, force: true });
fs.mkdirSync(fresh, { recursive: true });
if (fs.existsSync(source)) {
  for (const name of filesOf(source).filter((file) => !isOfPage(file) && !isOfModule(file)
    && !isOfElement(file) && !isManual(file))) {
    await put(path.join(source, name), path.join(fresh, name));
  }
  write(path.join(fresh, 'peerface-element.js'), await bundleElement(source));
  for (const { name, data } of await bundlePage(source)) write(path.join(fresh, name), data);
}
for (const file of files) await put(file, path.join(fresh, placeOf(path.basename(file))));
fs.mkdirSync(output, { recursive: true });
const made = new Set(filesOf(fresh));
for (const name of made) {
  fs.mkdirSync(path.dirname(path.join(output, name)), { recursive: true });
  fs.renameSync(path.join(fresh, name), path.join(output, name));
}
for (const name of filesOf(output)) {
  if (!made.has(name)) fs.rmSync(path.join(output, name));
}
removeEmptyFolders(output);
fs.rmSync(fresh, { recursive: true });
