/* lines.mjs - what a developer writes, and a page downloads, until two people see each other. */
/* SPDX-License-Identifier: MIT */
//
//   node tests/bench/lines/lines.mjs [--write]
//
// Counts the lines of programs.md; installs the other libraries into a temporary folder, with npm;
// makes a page of each program with esbuild, minified, for browsers, and compresses it with brotli.
// Ours is the package that the wasm build has made, with the wasm that the page loads. --write
// renews the table in RESULTS.md.
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import zlib from 'node:zlib';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../../..');
const packageFolder = path.join(root, 'build/wasm/package');

/** What is installed, by the heading in programs.md. @type {Record<string, string>} */
const packages = {
  'PeerJS': 'peerjs@1.5.5',
  'simple-peer': 'simple-peer@9.11.1',
  'trystero': 'trystero@0.25.4',
  'LiveKit': 'livekit-client@2.23.0',
};

/** What is needed besides the program. @type {Record<string, string>} */
const servers = {
  'peerface': 'our relay',
  'peerface, the element': 'our relay',
  'peerface, in C': 'our relay',
  'PeerJS': 'its server, or the public one',
  'simple-peer': 'one to write',
  'trystero': 'public ones of others',
  'LiveKit': 'its media server, and one to write',
};

/** @typedef {{name: string, blocks: {language: string, role: string, text: string}[]}} Program */

/** @returns {Program[]} */
function readPrograms() {
  const sections = fs.readFileSync(path.join(here, 'programs.md'), 'utf8').split(/^## /m).slice(1);
  return sections.map((section) => ({
    name: section.slice(0, section.indexOf('\n')),
    blocks: [...section.matchAll(/^```(\w+) (\w+)\n(.*?)^```/gms)]
      .map(([, language, role, text]) => ({ language, role, text })),
  }));
}

/** @param {string} text */
const linesOf = (text) =>
  text.split('\n').filter((line) => line.trim() && !/^\s*(\/\/|\/\*)/.test(line)).length;

/** @param {Program} program @param {string} role */
const count = ({ blocks }, role) =>
  blocks.filter((block) => block.role === role).reduce((sum, { text }) => sum + linesOf(text), 0);

/** @param {string|Uint8Array} data */
const brotli = (data) => zlib.brotliCompressSync(data).length;

/** The script of a page, without its HTML. @param {Program} program */
function scriptOf({ blocks }) {
  const page = blocks.find(({ role, language }) => role === 'page' && language !== 'c');
  return page && (page.language === 'html'
    ? /<script[^>]*>(.*?)<\/script>/s.exec(page.text)?.[1] ?? '' : page.text);
}

/**
 * @param {string} folder with the packages
 * @param {string} script
 * @returns {Promise<number>} bytes after brotli, of scripts and wasm
 */
async function download(folder, script) {
  const { outputFiles } = await build({
    stdin: { contents: script, resolveDir: folder, loader: 'js' },
    bundle: true, minify: true, write: false, format: 'esm', target: 'es2022',
    platform: 'browser', outdir: 'out', splitting: true, logLevel: 'error',
    define: { global: 'globalThis' }, loader: { '.wasm': 'file' },
  });
  // What is loaded later, by import(), is no part of the first download.
  const [main] = outputFiles.filter(({ path: name }) => /stdin\.js$/.test(name));
  /** @type {Set<string>} */
  const needed = new Set([main.path]);
  for (const name of needed) {
    const text = outputFiles.find((file) => file.path === name)?.text ?? '';
    for (const [, other] of text.matchAll(/(?:from|import)\s*"(\.\/[^"]+)"/g)) {
      needed.add(path.join(path.dirname(name), other));
    }
  }
  return outputFiles.filter(({ path: name }) => needed.has(name))
    .reduce((sum, { contents }) => sum + brotli(contents), 0);
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'peerface-lines-'));
process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
fs.writeFileSync(path.join(folder, 'package.json'), '{"private": true, "type": "module"}\n');
execFileSync('npm', ['install', '--silent', '--no-audit', '--no-fund', '--ignore-scripts',
  ...Object.values(packages), packageFolder],
{ cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });

const wasm = brotli(fs.readFileSync(path.join(packageFolder, 'peerface-core.wasm')));
const rows = [['with', 'lines of the page', 'of a server', 'download, KB (brotli)', 'needs']];
for (const program of readPrograms()) {
  const script = scriptOf(program);
  const isOurs = program.name.startsWith('peerface');
  const size = script === undefined ? NaN : await download(folder, script) + (isOurs ? wasm : 0);
  const version = packages[program.name] ? ` ${packages[program.name].split('@')[1]}` : '';
  rows.push([program.name + version, String(count(program, 'page')),
    String(count(program, 'server')), Number.isNaN(size) ? 'the program' : (size / 1024).toFixed(1),
    servers[program.name]]);
}
const line = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`;
const table = [line(rows[0]), '|---|---:|---:|---:|---|', ...rows.slice(1).map(line)].join('\n');
console.log(table);
if (process.argv.includes('--write')) {
  const file = path.join(here, 'RESULTS.md');
  const text = fs.readFileSync(file, 'utf8');
  fs.writeFileSync(file, text.replace(/^\| with[^]*?(?=\n\n)/m, table));
}
