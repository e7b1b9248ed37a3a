/* bundles.mjs - a program that uses the npm package, as each bundler makes a page of it. */
/* SPDX-License-Identifier: MIT */
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { root, webFolder } from './relay.mjs';

/** Made by the build beside the served folder. */
export const packageFolder = path.resolve(webFolder, '../package');

const html = (/** @type {string} */ script) => `<!doctype html><title>bundle</title>
<link rel="icon" href="data:,"><script type="module" src="${script}"></script>`;

const program = (/** @type {string} */ entry) => `import { createRoom } from '${entry}';

const url = new URLSearchParams(location.search).get('relay') ?? undefined;
const room = await createRoom({ url });
room.join('tea', 'Ann');
`;

/**
 * Runs a program that has to succeed, beside the other tests, and gives what it says.
 * @param {string} program
 * @param {string[]} options
 * @param {string} folder
 */
export async function run(program, options, folder) {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, options, { cwd: folder });
    return stdout + stderr;
  } catch (error) {
    const { message, stdout } = /** @type {any} */ (error);
    throw new Error(`${message}\n${stdout}`);
  }
}

const newFolder = () => fs.mkdtempSync(path.join(os.tmpdir(), 'peerface-package-'));

/** Installs the package as npm does, into an empty project. */
async function install() {
  const folder = newFolder();
  process.once('exit', () => fs.rmSync(folder, { recursive: true }));
  const npm = (/** @type {string[]} */ ...args) =>
    run('npm', [...args, '--silent', '--no-audit', '--no-fund', '--offline'], folder);
  fs.writeFileSync(path.join(folder, 'package.json'), '{"type": "module", "private": true}\n');
  const archive = (await npm('pack', packageFolder)).trim().split('\n').at(-1) ?? '';
  await npm('install', `./${archive}`);
  return folder;
}

/** @type {Promise<string> | undefined} */
let installed;

/** A project that has the package and nothing else. It is installed once, and copied. */
export async function makeProject() {
  installed ??= install();
  const folder = newFolder();
  await fs.promises.cp(await installed, folder, { recursive: true });
  return folder;
}

/**
 * @param {string} folder of the project
 * @param {string} text
 */
function writeProgram(folder, text) {
  fs.writeFileSync(path.join(folder, 'main.js'), text);
  fs.writeFileSync(path.join(folder, 'index.html'), html('./main.js'));
}

/** @param {string} folder @param {string} output */
async function byVite(folder, output) {
  const { build } = await import('vite');
  // A project of one's own has React in its node_modules, and a plugin for it.
  const alias = Object.fromEntries(['react', 'react-dom'].map((name) =>
    [name, path.join(root, 'node_modules', name)]));
  await build({ root: folder, logLevel: 'error', configFile: false, base: './', resolve: { alias },
    esbuild: { jsx: 'automatic' }, build: { outDir: output, target: 'es2022' } });
}

/** @param {string} folder @param {string} output */
async function byWebpack(folder, output) {
  const { default: webpack } = await import('webpack');
  await new Promise((resolve, reject) => {
    webpack({
      mode: 'production', context: folder, entry: './main.js',
      output: { path: output, filename: 'main.js' }, performance: false,
    }, (error, stats) => {
      const problems = stats?.toJson({ all: false, errors: true, warnings: true });
      const all = [...problems?.errors ?? [], ...problems?.warnings ?? []];
      if (error || all.length) reject(error ?? new Error(all.map((one) => one.message).join('\n')));
      else resolve(undefined);
    });
  });
  fs.writeFileSync(path.join(output, 'index.html'), html('./main.js'));
}

/** @param {string} folder @param {string} output */
async function byEsbuild(folder, output) {
  const { build } = await import('esbuild');
  await build({ absWorkingDir: folder, entryPoints: ['main.js'], bundle: true, minify: true,
    format: 'esm', target: 'es2022', outfile: path.join(output, 'main.js'), logLevel: 'error' });
  fs.writeFileSync(path.join(output, 'index.html'), html('./main.js'));
}

/** Rollup leaves packages to a plugin. @param {string} folder @param {string} output */
async function byRollup(folder, output) {
  const { rollup } = await import('rollup');
  const installed = path.join(folder, 'node_modules/peerface');
  const { exports } = JSON.parse(fs.readFileSync(path.join(installed, 'package.json'), 'utf8'));
  const bundle = await rollup({
    input: path.join(folder, 'main.js'),
    onwarn(warning) { throw new Error(warning.message); },
    plugins: [{
      name: 'packages',
      resolveId: (id) => (id.startsWith('peerface')
        ? path.join(installed, exports[id.replace('peerface', '.')].default) : null),
    }],
  });
  await bundle.write({ file: path.join(output, 'main.js'), format: 'es',
    inlineDynamicImports: true });
  fs.writeFileSync(path.join(output, 'index.html'), html('./main.js'));
}

/** What README.md of the package says to import with each. */
export const bundlers = /** @type {const} */ ({
  vite: { entry: 'peerface', build: byVite },
  webpack: { entry: 'peerface', build: byWebpack },
  esbuild: { entry: 'peerface/inline', build: byEsbuild },
  rollup: { entry: 'peerface/inline', build: byRollup },
});

/**
 * @param {string} folder of the project
 * @param {keyof typeof bundlers} name
 * @param {string} [text] the program; default: three lines that enter a room
 * @returns {Promise<string>} the folder of the page
 */
export async function bundle(folder, name, text = program(bundlers[name].entry)) {
  const { build } = bundlers[name];
  const output = path.join(folder, name);
  fs.mkdirSync(output, { recursive: true });
  writeProgram(folder, text);
  await build(folder, output);
  return output;
}

const types = /** @type {Record<string, string>} */ ({
  '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm',
});

/** What the manual says that a page needs, and for its icon a data URL. */
const policy = "default-src 'none'; img-src data:; script-src 'self' 'wasm-unsafe-eval'; "
  + "connect-src 'self' ws://localhost:*";

/** Serves a folder on a port of its own, with that policy. @param {string} folder */
export async function serve(folder) {
  const server = http.createServer((request, response) => {
    const name = new URL(request.url ?? '/', 'http://localhost').pathname;
    const file = path.join(folder, name === '/' ? 'index.html' : name);
    if (!fs.existsSync(file)) return response.writeHead(404).end();
    response.setHeader('content-security-policy', policy);
    response.setHeader('content-type', types[path.extname(file)] ?? 'application/octet-stream');
    response.end(fs.readFileSync(file));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(0)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { origin: `http://localhost:${port}`, close: () => server.close() };
}
