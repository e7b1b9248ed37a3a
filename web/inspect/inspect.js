/* inspect.js - the page that shows what happened in a call, recorded or simulated. */
/* SPDX-License-Identifier: MIT */

import { RecordedScreen } from './recorded.js';
import { SimulatedScreen, readLink } from './simulated.js';
import { Texts, chooseLanguage } from './texts.js';
import { Viewer } from './viewer.js';

const texts = new Texts(chooseLanguage(navigator.languages));

/** @param {string} css @returns {HTMLElement} */
function find(css) {
  const element = document.querySelector(css);
  if (!(element instanceof HTMLElement)) throw new Error(`no ${css}`);
  return element;
}

/** A list and what belongs to it, in a screen. @param {HTMLElement} root */
function viewerIn(root) {
  const template = /** @type {HTMLTemplateElement} */ (document.querySelector('#viewer'));
  const copy = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
  root.querySelector('.viewerPlace')?.replaceChildren(copy);
  return new Viewer(/** @type {HTMLElement} */ (root.querySelector('.viewer')), texts);
}

const screens = { recorded: find('#recorded'), simulator: find('#simulator') };
const recorded = new RecordedScreen(screens.recorded, viewerIn(screens.recorded), texts);
const simulated = new SimulatedScreen(screens.simulator, viewerIn(screens.simulator), texts);

/** @typedef {keyof typeof screens} ScreenName */

/** @param {ScreenName} name */
function show(name) {
  for (const [other, root] of Object.entries(screens)) {
    root.hidden = other !== name;
    find(`[data-screen-button="${other}"]`).setAttribute('aria-pressed', String(other === name));
  }
}

for (const button of document.querySelectorAll('[data-screen-button]')) {
  button.addEventListener('click', () =>
    show(/** @type {ScreenName} */ (button.getAttribute('data-screen-button'))));
}

simulated.onlogs = (/** @type {import('./recorded.js').File[]} */ files) => {
  show('recorded');
  void recorded.open(files);
};

function relabel() {
  document.documentElement.lang = texts.language;
  document.title = texts.get('title');
  texts.apply(document);
  recorded.relabel();
  simulated.relabel();
}

const language = /** @type {HTMLSelectElement} */ (find('#language'));
language.value = texts.language;
language.addEventListener('change', () => {
  texts.language = chooseLanguage([language.value]);
  relabel();
});

// Files may be dropped anywhere; a miss must not replace the page.
document.addEventListener('dragover', (event) => {
  event.preventDefault();
  document.body.classList.add('dragging');
});
document.addEventListener('dragleave', ({ relatedTarget }) => {
  if (!relatedTarget) document.body.classList.remove('dragging');
});
document.addEventListener('drop', (event) => {
  event.preventDefault();
  document.body.classList.remove('dragging');
  const files = [...event.dataTransfer?.files ?? []];
  if (files.length === 0) return;
  show('recorded');
  void recorded.openFiles(files);
});

// From event to event with Shift, wherever the focus is but in a field.
document.addEventListener('keydown', (event) => {
  const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  const isField = event.target instanceof HTMLInputElement
    || event.target instanceof HTMLSelectElement;
  if (by === 0 || !event.shiftKey || isField || event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  event.preventDefault();
  if (screens.recorded.hidden) simulated.stepBy(by);
  else recorded.viewer.stepBy(by);
});

relabel();
const link = readLink(location.hash);
show(link.seed || location.hash === '#simulator' ? 'simulator' : 'recorded');
if (link.seed) void simulated.follow(link);
document.body.dataset.ready = 'true';
