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

/** What the content of the window is made of, which is loaded later. */
const parts = { part, SourceButton, TileFit, watchPicture };


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
/** @typedef {typeof parts} Parts */

/** The one window that there may be. */
export class PictureInPicture {
  #call;
  #texts;
  #hooks;
  /** @type {Opener|undefined} only a page that is not within another may have such a window */
  #opener = window === window.top
    ? /** @type {any} */ (window).documentPictureInPicture : undefined;
  /** @type {typeof import('./captured.js')|undefined} */
  #content;
  /** @type {HTMLElement|undefined} */
  #tile;
  /** @type {import('./pippage.js').PipPage|undefined} */
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

  /** Adds what is loaded later. @param {typeof import('./captured.js')} captured */
  complete(captured) {
    this.#content = captured;
  }

  /** @param {HTMLVideoElement} video */
  can(video) {
    if (this.#opener) return this.#content !== undefined;
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
    // The peer has left in the meantime, or there is nothing to fill it with yet.
    if (!tile.isConnected || !this.#content) return window.close();
    const { PipPage } = this.#content;
    const page = new PipPage(parts, window, { tile, call: this.#call }, this.#texts, this.#hooks);
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
