/* frameworks.mjs - the manual's components as pages: taken from it, compiled, and mounted. */
/* SPDX-License-Identifier: MIT */
import { build } from 'esbuild';
import fs from 'node:fs';
import path from 'node:path';
import { root } from './relay.mjs';

const manual = fs.readFileSync(path.join(root, 'web/MANUAL.md'), 'utf8');

/** The manual's blocks of code in a language. @param {string} language */
export const blocksOf = (language) =>
  [...manual.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))]
    .map(([, code]) => code);

const options = `{ url: new URLSearchParams(location.search).get('relay'), place: 'tea',
  name: 'Ann' }`;

/** How a page mounts the component of ./component, and what unmount() does. */
const mounts = {
  react: `import { createElement, StrictMode } from 'react';
    import { createRoot } from 'react-dom/client';
    import { Call } from './component.jsx';
    const app = createRoot(document.body.appendChild(document.createElement('div')));
    app.render(createElement(StrictMode, null, createElement(Call, ${options})));
    globalThis.unmount = () => app.unmount();`,
  vue: `import { createApp } from 'vue';
    import Call from './component.vue';
    const app = createApp(Call, ${options});
    app.mount(document.body.appendChild(document.createElement('div')));
    globalThis.unmount = () => app.unmount();`,
  svelte: `import { mount, unmount } from 'svelte';
    import Call from './component.svelte';
    const app = mount(Call, { target: document.body, props: ${options} });
    globalThis.unmount = () => unmount(app);`,
};

/** @typedef {keyof typeof mounts} Framework */

/** @param {string} source */
async function compileVue(source) {
  const { compileScript, parse } = await import('@vue/compiler-sfc');
  const { descriptor } = parse(source);
  return compileScript(descriptor, { id: 'call', inlineTemplate: true }).content;
}

/** @param {string} source */
async function compileSvelte(source) {
  const { compile } = await import('svelte/compiler');
  return compile(source, { generate: 'client', filename: 'component.svelte' }).js.code;
}

/**
 * @param {string} folder of a project that has the package
 * @param {Framework} name
 * @returns {Promise<string>} the folder of the page
 */
export async function pageOf(folder, name) {
  const output = path.join(folder, name);
  fs.mkdirSync(output, { recursive: true });
  const [component] = blocksOf(name === 'react' ? 'jsx' : name);
  fs.writeFileSync(path.join(folder, `component.${name === 'react' ? 'jsx' : name}`), component);
  fs.writeFileSync(path.join(folder, 'main.js'), mounts[name]);
  await build({
    absWorkingDir: folder, entryPoints: ['main.js'], bundle: true, format: 'esm', target: 'es2022',
    outfile: path.join(output, 'main.js'), logLevel: 'error', jsx: 'automatic',
    alias: { peerface: 'peerface/inline' }, nodePaths: [path.join(root, 'node_modules')],
    // StrictMode runs effects twice in development alone.
    define: { 'process.env.NODE_ENV': '"development"' }, conditions: ['browser'],
    plugins: [{
      name: 'components',
      setup({ onLoad }) {
        onLoad({ filter: /component\.(vue|svelte)$/ }, async ({ path: file }) => {
          const source = fs.readFileSync(file, 'utf8');
          const contents = await (file.endsWith('.vue') ? compileVue : compileSvelte)(source);
          return { contents, resolveDir: folder };
        });
      },
    }],
  });
  fs.writeFileSync(path.join(output, 'index.html'), `<!doctype html><title>${name}</title>
    <link rel="icon" href="data:,"><body><script type="module" src="./main.js"></script>`);
  return output;
}

/**
 * Writes React's component; gives the program that mounts it, for any bundler.
 * @param {string} folder
 */
export function writeReact(folder) {
  fs.writeFileSync(path.join(folder, 'component.jsx'), blocksOf('jsx')[0]);
  return mounts.react;
}

export const frameworks = /** @type {Framework[]} */ (Object.keys(mounts));
