/* pip.js - one peer in a small window that stays above others, with one's own controls. */
/* SPDX-License-Identifier: MIT */

/*
 * Where a page can open such a window with a document in it (Chromium, on a desktop), the window
 * holds the tile and buttons for microphone, camera and leaving. Elsewhere it is the video alone,
 * to which the browser may add those buttons.
 */

import { isOff, SourceButton } from './controls.js';
import { TileFit } from './fit.js';
import { part, watchPicture } from './picture.js';

/** @typedef {import('./i18n.js').Texts} Texts */
/** @typedef {import('./controls.js').Kind} Kind */

/**
 * What TypeScript does not know yet.
 * @typedef {object} Opener
 * @property {(options: {width: number, height: number}) => Promise<Window>} requestWindow
 */

/**
 * @typedef {object} PipHooks
 * @property {(kind: Kind, on: boolean) => void} toggle
 * @property {() => void} leave
 */

/** @typedef {Pick<import('./controls.js').SourceView, Kind>} Sources */

/** @type {readonly [Kind, string][]} */
const buttons = [['microphone', '.muteButton'], ['camera', '.cameraButton']];
/** What a tile shows of its peer in words. */
const words = ['.avatar', '.tileNote', '.badgeName', '.badgeState'];
/** What it shows by its data. */
const shownData = ['camera', 'microphone', 'muted', 'state', 'away', 'hue'];

/** The content of a window of its own. */
class PipPage {
  #texts;
  #source;
  #window;
  #tile;
  #words;
  #buttons;
  #video;
  #fit;

  /**
   * @param {Window} window
   * @param {HTMLElement} source the tile that it shows
   * @param {HTMLElement} call the root of the call screen
   * @param {Texts} texts
   * @param {PipHooks} hooks
   */
  constructor(window, source, call, texts, hooks) {
    this.#texts = texts;
    this.#source = source;
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

/** The one window that there may be. */
export class PictureInPicture {
  #call;
  #texts;
  #hooks;
  /** @type {Opener|undefined} only a page that is not within another may have such a window */
  #opener = window === window.top
    ? /** @type {any} */ (window).documentPictureInPicture : undefined;
  /** @type {HTMLElement|undefined} */
  #tile;
  /** @type {PipPage|undefined} */
  #page;
  /** @type {Sources} */
  #sources = { microphone: undefined, camera: undefined };

  /**
   * @param {HTMLElement} call the root of the call screen
   * @param {Texts} texts
   * @param {PipHooks} hooks
   */
  constructor(call, texts, hooks) {
    this.#call = call;
    this.#texts = texts;
    this.#hooks = hooks;
  }

  /** @param {HTMLVideoElement} video */
  can(video) {
    if (this.#opener) return true;
    const possible = document.pictureInPictureEnabled && Boolean(video.requestPictureInPicture);
    return possible && video.videoWidth > 0;
  }

  /** @param {HTMLElement} tile */
  isOf(tile) {
    return this.#tile === tile;
  }

  /**
   * To be called within a user gesture.
   * @param {HTMLElement} tile
   */
  async toggle(tile) {
    const open = this.#tile !== tile;
    this.#close();
    if (!open) return;
    // Where the browser or the person refuses, nothing changes.
    const refused = () => undefined;
    if (this.#opener) {
      const size = { width: 360, height: 300 };
      const window = await this.#opener.requestWindow(size).catch(refused);
      if (window) this.#openPage(window, tile);
    } else {
      const video = part(tile, 'video', HTMLVideoElement);
      if (await video.requestPictureInPicture().catch(refused)) this.#openVideo(video, tile);
    }
  }

  /** @param {HTMLElement} tile that goes away */
  forget(tile) {
    if (this.#tile === tile) this.#close();
  }

  /** @param {Sources} sources */
  render(sources) {
    this.#sources = sources;
    this.#page?.render(sources);
    if (this.#tile && !this.#page) this.#renderSession();
  }

  #close() {
    const page = this.#page;
    this.#page = undefined;
    if (this.#tile && !page) document.exitPictureInPicture?.().catch(() => {});
    this.#tile = undefined;
    page?.end();
  }

  /**
   * @param {Window} window
   * @param {HTMLElement} tile
   */
  #openPage(window, tile) {
    if (!tile.isConnected) return window.close(); // the peer has left in the meantime
    const page = new PipPage(window, tile, this.#call, this.#texts, this.#hooks);
    this.#tile = tile;
    this.#page = page;
    window.addEventListener('pagehide', () => {
      if (this.#page === page) this.#close();
    });
    page.render(this.#sources);
  }

  /**
   * @param {HTMLVideoElement} video
   * @param {HTMLElement} tile
   */
  #openVideo(video, tile) {
    this.#tile = tile;
    video.addEventListener('leavepictureinpicture', () => {
      if (this.#tile === tile) this.#tile = undefined;
      this.#handleSession({});
    }, { once: true });
    const { toggle, leave } = this.#hooks;
    this.#handleSession({
      togglemicrophone: () => toggle('microphone', !this.#wanted('microphone')),
      togglecamera: () => toggle('camera', !this.#wanted('camera')),
      hangup: () => leave(),
    });
    this.#renderSession();
  }

  /** @param {Kind} kind */
  #wanted(kind) {
    const source = this.#sources[kind];
    return source ? !isOff(source) : true;
  }

  /**
   * The buttons that a browser may show in the window of a video.
   * @param {Record<string, () => void>} handlers
   */
  #handleSession(handlers) {
    for (const action of ['togglemicrophone', 'togglecamera', 'hangup']) {
      try {
        navigator.mediaSession?.setActionHandler(/** @type {MediaSessionAction} */ (action),
          handlers[action] ?? null);
      } catch {
        // This browser does not know this button.
      }
    }
  }

  #renderSession() {
    const session = /** @type {any} */ (navigator.mediaSession);
    session?.setMicrophoneActive?.(this.#wanted('microphone'));
    session?.setCameraActive?.(this.#wanted('camera'));
  }
}
