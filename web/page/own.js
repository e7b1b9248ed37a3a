/* own.js - one's own tile, in the call and as the preview in the lobby. */
/* SPDX-License-Identifier: MIT */

import { isOff } from './controls.js';
import { visibleName } from './names.js';
import { part, renderAvatar, watchPicture } from './picture.js';
import { troubleOf } from './trouble.js';

/** @typedef {import('../peerface.js').LocalSource} LocalSource */
/** @typedef {import('./i18n.js').Texts} Texts */
/** @typedef {import('./i18n.js').Key} Key */
/** @typedef {'microphone'|'camera'} Kind */

/** @type {Record<Kind, Partial<Record<import('./trouble.js').Trouble, Key>>>} */
const troubleKeys = {
  microphone: { denied: 'microphoneBlocked', none: 'microphoneIsNone', busy: 'microphoneBusy',
    insecure: 'microphoneBlocked', unsupported: 'microphoneBlocked' },
  camera: { denied: 'cameraBlocked', none: 'cameraIsNone', busy: 'cameraBusy',
    insecure: 'cameraBlocked', unsupported: 'cameraBlocked' },
};

/** @type {Record<Kind, Key>} */
const interruptedKeys = { microphone: 'microphoneInterrupted', camera: 'cameraInterrupted' };

/**
 * @typedef {object} OwnView
 * @property {string} name
 * @property {string} id one's own, as a member; '' in no room
 * @property {LocalSource} [microphone]
 * @property {LocalSource} [camera]
 * @property {boolean} mirrored as the person wants it
 */

/** One's own picture: in the lobby as the preview, in the call as a tile. */
export class OwnTile {
  #tile;
  #texts;
  #video;

  /**
   * @param {HTMLElement} tile
   * @param {Texts} texts
   */
  constructor(tile, texts) {
    this.#tile = tile;
    this.#texts = texts;
    this.#video = part(tile, 'video', HTMLVideoElement);
    watchPicture(tile, this.#video);
    // Paused by a media key or by the browser's own menu.
    this.#video.addEventListener('pause', () => this.#play());
  }

  /** @param {MediaStream|null} stream */
  show(stream) {
    this.#video.srcObject = stream;
    this.#play();
  }

  /** Muted, so no browser refuses; a hidden video starts when it is shown. */
  #play() {
    if (this.#video.srcObject) this.#video.play().catch(() => {});
  }

  /** @param {OwnView} view */
  render({ name, id, microphone, camera, mirrored }) {
    const data = this.#tile.dataset;
    data.microphone = microphoneState(microphone);
    data.camera = cameraState(camera);
    data.mirrored = String(mirrored && this.#facing() !== 'environment');
    renderAvatar(this.#tile, name, id);
    const badge = this.#tile.querySelector('.badgeName');
    if (badge) badge.textContent = visibleName(name, '');
    const note = sourceNote('camera', camera);
    part(this.#tile, '.tileNote', HTMLElement).textContent = note ? this.#texts.get(note) : '';
  }

  /** A camera at the back of a phone shows the surroundings, which must not be mirrored. */
  #facing() {
    const stream = this.#video.srcObject;
    const track = stream instanceof MediaStream ? stream.getVideoTracks()[0] : undefined;
    return track?.getSettings().facingMode ?? '';
  }
}

/**
 * What there is of one's own source, as others would see it; null: not known yet.
 * @param {LocalSource|undefined} source
 * @returns {import('../peerface.js').SourceState|null}
 */
export function shownSource(source) {
  if (!source) return null;
  if (isOff(source)) return 'off';
  if (source.state === 'failed') return 'none';
  if (source.interrupted) return 'interrupted';
  return source.state === 'live' ? 'on' : null;
}

/**
 * @param {LocalSource|undefined} microphone
 * @returns {import('../peerface.js').SourceState}
 */
function microphoneState(microphone) {
  if (!microphone) return 'on';
  if (isOff(microphone)) return 'off';
  if (microphone.interrupted) return 'interrupted';
  return microphone.state === 'failed' ? 'none' : 'on';
}

/**
 * @param {LocalSource|undefined} camera
 * @returns {import('../peerface.js').SourceState|'opening'}
 */
function cameraState(camera) {
  if (!camera) return 'opening';
  if (!camera.wanted) return 'off';
  if (camera.state === 'live') return camera.interrupted ? 'interrupted' : 'on';
  return camera.state === 'failed' ? 'none' : 'opening';
}

/**
 * The note about a source on one's own tile, or ''.
 * @param {Kind} kind
 * @param {LocalSource|undefined} source
 * @returns {Key|''}
 */
export function sourceNote(kind, source) {
  if (!source) return '';
  if (!source.wanted) return kind === 'camera' ? 'cameraIsOff' : 'microphoneIsOff';
  if (source.state === 'opening' || source.state === 'idle') {
    return kind === 'camera' ? 'cameraStarting' : 'microphoneStarting';
  }
  if (source.interrupted) return interruptedKeys[kind];
  return troubleKeys[kind][troubleOf(source)] ?? '';
}
