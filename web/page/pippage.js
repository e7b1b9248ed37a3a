/* pippage.js - the content of the small window that stays above others. */
/* SPDX-License-Identifier: MIT */

/*
 * It is given what it has in common with the page: a module that both import would be one more file
 * that the page has to wait for.
 */

/** @typedef {import('./i18n.js').Texts} Texts */
/** @typedef {import('./controls.js').Kind} Kind */
/** @typedef {import('./pip.js').Parts} Parts */
/** @typedef {import('./pip.js').PipHooks} PipHooks */
/** @typedef {import('./pip.js').Sources} Sources */

/** @type {readonly [Kind, string][]} */
const buttons = [['microphone', '.muteButton'], ['camera', '.cameraButton']];
/** What a tile shows of its peer in words. */
const words = ['.avatar', '.tileNote', '.badgeName', '.badgeState'];
/** What it shows by its data. */
const shownData = ['camera', 'microphone', 'muted', 'state', 'away', 'hue'];

/** The content of a window of its own. */
export class PipPage {
  #part;
  #texts;
  #source;
  #window;
  #tile;
  #words;
  #buttons;
  #video;
  #fit;

  /**
   * @param {Parts} parts
   * @param {Window} window
   * @param {{tile: HTMLElement, call: HTMLElement}} source the tile that it shows, and the root of
   *   the call screen
   * @param {Texts} texts
   * @param {PipHooks} hooks
   */
  constructor({ part, SourceButton, TileFit, watchPicture }, window, { tile, call }, texts, hooks) {
    this.#part = part;
    this.#texts = texts;
    this.#source = tile;
    this.#window = window;
    const template = part(call, '.pipTemplate', HTMLTemplateElement);
    const content = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
    // Found now: in another document, some browsers make them elements of that window.
    this.#video = part(content, 'video', HTMLVideoElement);
    this.#tile = part(content, '.tile', HTMLElement);
    this.#words = words.map((selector) => part(content, selector, HTMLElement));
    this.#buttons = buttons.map(([kind, selector]) =>
      new SourceButton(kind, part(content, selector, HTMLButtonElement), texts, hooks));
    watchPicture(this.#tile, this.#video);
    part(content, '.leaveButton', HTMLButtonElement)
      .addEventListener('click', () => hooks.leave());
    copyLook(call, window.document);
    window.document.body.append(content);
    this.#fit = new TileFit(this.#tile, this.#video, () => {});
  }

  /** @param {Sources} sources */
  render(sources) {
    const { document } = this.#window;
    document.documentElement.lang = this.#texts.language;
    this.#texts.apply(document);
    const from = this.#source;
    const part = this.#part;
    for (const key of shownData) this.#tile.dataset[key] = from.dataset[key] ?? '';
    words.forEach((selector, index) => {
      this.#words[index].textContent = part(from, selector, HTMLElement).textContent;
    });
    document.title = part(from, '.badgeName', HTMLElement).textContent ?? '';
    for (const button of this.#buttons) button.render(sources);
    const { srcObject } = part(from, 'video', HTMLVideoElement);
    if (this.#video.srcObject === srcObject) return;
    this.#video.srcObject = srcObject; // muted: it is heard from the tile
    this.#video.play().catch(() => {});
  }

  end() {
    this.#video.srcObject = null;
    this.#fit.end();
    this.#window.close();
  }
}

/**
 * Styles and icons are a document's own.
 * @param {HTMLElement} call
 * @param {Document} document
 */
function copyLook(call, document) {
  const root = /** @type {Document|ShadowRoot} */ (call.getRootNode());
  /** @type {NodeListOf<HTMLLinkElement>} */
  const links = root.querySelectorAll('link[rel="stylesheet"]');
  for (const { href } of links) {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = href;
    document.head.append(link);
  }
  const icons = root.querySelector('symbol')?.closest('svg');
  if (icons) document.body.append(icons.cloneNode(true));
  document.body.className = 'pipBody';
}
