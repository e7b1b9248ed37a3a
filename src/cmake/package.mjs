/* package.mjs - makes the npm package: the module, its types, the wasm as file and as script. */
/* SPDX-License-Identifier: MIT */
//
//   node package.mjs OUTPUT ROOT VERSION CORE...
//
// OUTPUT is made anew from the scripts below ROOT and from CORE, which are Emscripten's files.
// peerface.js and its parts are copied as they are, for debuggers to show. Its types are those of
// its JSDoc.
import fs from 'node:fs';
import path from 'node:path';
import { bundleElement } from './element.mjs';

const [output, root, version, ...core] = process.argv.slice(2);
const web = path.join(root, 'web');

/** @param {string} name @param {string|Buffer} data */
const put = (name, data) => fs.writeFileSync(path.join(output, name), data);

/** What is exported to whom. */
const manifest = {
  name: 'peerface',
  version,
  description: 'Video calls between browsers, with their logic in C compiled to WebAssembly',
  keywords: ['webrtc', 'video', 'call', 'conference', 'mesh', 'peer', 'wasm'],
  license: 'MIT',
  type: 'module',
  sideEffects: ['./peerface-element.js'],
  exports: {
    '.': { types: './peerface.d.ts', default: './peerface.js' },
    './inline': { types: './inline.d.ts', default: './inline.js' },
    './element': { types: './peerface-element.d.ts', default: './peerface-element.js' },
    './custom-elements.json': './custom-elements.json',
    './peerface-core.wasm': './peerface-core.wasm',
    './peerface-core-recording.wasm': './peerface-core-recording.wasm',
    './package.json': './package.json',
  },
  types: './peerface.d.ts',
  customElements: './custom-elements.json',
  files: ['*.js', '*.d.ts', '*.wasm', 'custom-elements.json'],
};

/** For bundlers that do not follow `new URL(..., import.meta.url)`: the wasm is in the script. */
const inline = `/* inline.js - peerface.js with its wasm in it: nothing else has to be served. */
/* SPDX-License-Identifier: MIT */

import { createRoom as create } from './peerface.js';
import base64 from './peerface-core-base64.js';

export * from './peerface.js';

/** @type {Uint8Array<ArrayBuffer>|undefined} */
let bytes;

/**
 * createRoom() of peerface.js. A room that records loads its file nevertheless.
 * @param {import('./peerface.js').RoomOptions} [options]
 */
export function createRoom(options = {}) {
  if (!options.record) bytes ??= Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
  return create({ wasm: bytes, ...options });
}
`;

const inlineTypes = `export * from './peerface.js';
import { createRoom as create } from './peerface.js';
export declare const createRoom: typeof create;
`;

async function emitTypes() {
  const { default: ts } = await import('typescript');
  const file = path.join(web, 'peerface.js');
  const program = ts.createProgram([file], {
    allowJs: true, declaration: true, emitDeclarationOnly: true, outDir: output, skipLibCheck: true,
    target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    types: [],
  });
  const { emitSkipped } = program.emit();
  if (emitSkipped) throw new Error('the types of peerface.js cannot be written');
}

const readme = `# peerface

${manifest.description}. Three lines, and people see and hear each other:

\`\`\`js
import { createRoom } from 'peerface';
const room = await createRoom({ url: 'wss://calls.example.org/ws' });
room.addEventListener('peerjoin', ({ detail: { peer } }) => { video.srcObject = peer.stream; });
room.join('tea', 'Ann');
\`\`\`

\`url\` is that of a peerface relay, a small server in C that introduces the browsers to each other.

| bundler | write |
|---|---|
| Vite, webpack 5, none at all | \`import { createRoom } from 'peerface'\`: the .wasm is found |
| esbuild, Rollup | \`import { createRoom } from 'peerface/inline'\`: it is in the script |

With Vite's development server: \`optimizeDeps: { exclude: ['peerface'] }\`. The page's
Content-Security-Policy needs \`script-src 'self' 'wasm-unsafe-eval'\`, and \`connect-src\` with the
relay.
Importing does nothing, so the module can be imported on a server; rooms need a browser.

Types are included; their comments are the manual.
`;

fs.rmSync(output, { recursive: true, force: true });
fs.mkdirSync(output, { recursive: true });
await emitTypes();
const scripts = ['', '-channels', '-files', '-load', '-storage', '-streams', '-types']
  .map((part) => path.join(web, `peerface${part}.js`));
for (const file of [...scripts, path.join(root, 'LICENSE'), ...core]) {
  put(path.basename(file), fs.readFileSync(file));
}
const wasm = core.find((file) => path.basename(file) === 'peerface-core.wasm');
if (!wasm) throw new Error('peerface-core.wasm is not among the files');
put('peerface-core-base64.js', `export default '${fs.readFileSync(wasm, 'base64')}';\n`);
put('peerface-element.js', await bundleElement(web));
for (const name of ['peerface-element.d.ts', 'custom-elements.json']) {
  put(name, fs.readFileSync(path.join(web, 'element', name)));
}
put('inline.js', inline);
put('inline.d.ts', inlineTypes);
put('README.md', readme);
put('package.json', `${JSON.stringify(manifest, null, 2)}\n`);
