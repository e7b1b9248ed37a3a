/* notices.js - what the banner can say, in order of urgency, and when each of it holds. */
/* SPDX-License-Identifier: MIT */

import { relayAwayMs } from './outage.js';
import { troubleOf } from './trouble.js';

/** @typedef {import('../peerface.js').LocalSource} LocalSource */
/** @typedef {import('../peerface.js').RoomState} RoomState */
/** @typedef {import('./i18n.js').Key} Key */
/** @typedef {import('./capabilities.js').Lacking} Lacking */
/** @typedef {import('./outage.js').Back} Back */
/** @typedef {import('./reach.js').Reach} Reach */
/** @typedef {import('./trouble.js').Trouble} Trouble */
/**
 * @typedef {'copy'|'retry'|'try-again'|'hear'|'use-here'|'reload'|'open-tab'|'stop-knocking'
 *   |'ask-again'} Action
 */

/**
 * What the page knows when it chooses a notice.
 * @typedef {object} View
 * @property {RoomState|'standby'|'knocking'} state 'standby': no room object and no capture;
 *   'knocking': waits for a host at a locked door
 * @property {string} refusal why the person is not let in, until they try again
 * @property {Lacking} lacking what a call needs and this browser does not have
 * @property {boolean} offline the browser has no network
 * @property {boolean} embedded another page shows this one, and has not allowed it the camera
 * @property {number} places of a room that is full; 0: not known
 * @property {boolean} relayAway
 * @property {Back} back the relay is, since a moment
 * @property {boolean} iceServersRefused the browser rejects the relay's; calls go on without them
 * @property {Reach} reach why the relay is away, as far as that is known
 * @property {string} origin of this page
 * @property {LocalSource} [microphone]
 * @property {LocalSource} [camera]
 * @property {boolean} alone there is nobody else in the room
 * @property {boolean} talking at least one peer is connected
 * @property {boolean} unconnected at least one peer is not connected
 * @property {boolean} unreachable a peer is, who has not lost the relay, or something is in the way
 * @property {Key|''} obstacle what that is, of the first of them
 * @property {boolean} soundBlocked the browser plays nothing before a gesture
 * @property {boolean} broken no room object could be made
 * @property {string} link to this room
 * @property {boolean} copied the link has just been copied
 * @property {string} userAgent
 */

/** @typedef {{title: Key, text: Key|'', values?: Record<string, string>}} Words */

/**
 * @typedef {object} Notice
 * @property {string} code
 * @property {string} icon
 * @property {'calm'|'warning'|'problem'} tone
 * @property {number} [afterMs] how long it must have held before it is shown
 * @property {boolean} [dismissible] the person may dismiss it for as long as it holds
 * @property {(view: View) => boolean} holds
 * @property {(view: View) => Words} words
 * @property {(view: View) => Key|''} [over] announced when it no longer holds, if it was shown
 * @property {boolean} [silent] not announced, because the end of another notice is
 * @property {Action} [action]
 */

/**
 * How a person revokes a refusal in this browser.
 * @param {string} userAgent
 * @returns {Key}
 */
export function permissionHelp(userAgent) {
  if (/iPhone|iPad/.test(userAgent)) return 'deniedHelpIos';
  if (/Firefox\//.test(userAgent)) return 'deniedHelpFirefox';
  if (/Android/.test(userAgent)) return 'deniedHelpAndroid';
  if (/Chrome\//.test(userAgent)) return 'deniedHelpChromium';
  return /Safari\//.test(userAgent) ? 'deniedHelpSafari' : 'deniedHelpChromium';
}

/**
 * @param {View} view
 * @param {Trouble} trouble
 */
function either(view, trouble) {
  return troubleOf(view.camera) === trouble || troubleOf(view.microphone) === trouble;
}

/**
 * The key for what has the trouble: both sources, only the camera, or only the microphone.
 * @param {View} view
 * @param {Trouble} trouble
 * @param {Key} both
 * @param {Key} camera
 * @param {Key} microphone
 */
function which(view, trouble, both, camera, microphone) {
  if (troubleOf(view.camera) !== trouble) return microphone;
  return troubleOf(view.microphone) === trouble ? both : camera;
}

/**
 * @param {Key} title
 * @param {Key} text
 * @returns {() => Words}
 */
function always(title, text) {
  return () => ({ title, text });
}

/** @type {Partial<Record<Key|'', Key>>} */
const unreachableTexts = {
  obstacleYours: 'unreachableYours',
  obstacleTheirs: 'unreachableTheirs',
};

/** @param {View} view */
function entering(view) {
  return view.state === 'lobby' || view.state === 'joining' || view.state === 'knocking';
}

/**
 * Announced when the relay is back, but not when the person has left in the meantime.
 * @param {View} view
 */
function relayIsBack(view) {
  if (!entering(view) && view.state !== 'joined') return '';
  return view.back === 'all' ? 'nobodyLeft' : 'relayIsBack';
}

/** @param {View} view */
function outside(view) {
  return entering(view) || view.state === 'standby' || view.state === 'refused';
}

/** Every notice, the most urgent first. @type {readonly Notice[]} */
export const notices = [
  {
    code: 'unsupported-browser', icon: 'warning', tone: 'problem',
    holds: (view) => !!view.lacking || view.refusal === 'no-webrtc',
    words: (view) => ({
      title: 'cannotCallTitle',
      text: view.lacking === 'webassembly' ? 'noWebAssemblyText' : 'noWebrtcText',
    }),
  },
  {
    code: 'broken', icon: 'warning', tone: 'problem', action: 'reload',
    holds: (view) => view.broken, words: always('brokenTitle', 'brokenText'),
  },
  {
    code: 'replaced', icon: 'info', tone: 'calm', action: 'use-here',
    holds: (view) => view.refusal === 'replaced', words: always('replacedTitle', 'replacedText'),
  },
  {
    code: 'room-full', icon: 'people', tone: 'warning', action: 'try-again',
    holds: (view) => view.refusal === 'room-full',
    words: ({ places }) => ({
      title: 'roomFullTitle',
      text: places ? 'roomFullPlacesText' : 'roomFullText',
      values: { places: String(places) },
    }),
  },
  {
    code: 'knocking', icon: 'locked', tone: 'calm', action: 'stop-knocking',
    holds: (view) => view.state === 'knocking', words: always('knockingTitle', 'knockingText'),
  },
  {
    code: 'refused', icon: 'locked', tone: 'warning', action: 'ask-again',
    holds: (view) => view.refusal === 'refused', words: always('refusedTitle', 'refusedText'),
  },
  {
    code: 'removed', icon: 'people', tone: 'warning',
    holds: (view) => view.refusal === 'removed', words: always('removedTitle', 'removedText'),
  },
  {
    code: 'relay-full', icon: 'people', tone: 'warning',
    holds: (view) => view.refusal === 'relay-full',
    words: always('relayFullTitle', 'relayFullText'),
  },
  {
    code: 'token', icon: 'locked', tone: 'warning',
    holds: (view) => view.refusal.startsWith('token-'),
    words: ({ refusal }) => (refusal === 'token-missing'
      ? { title: 'tokenMissingTitle', text: 'tokenMissingText' }
      : refusal === 'token-expired' ? { title: 'tokenExpiredTitle', text: 'tokenExpiredText' }
        : { title: 'tokenInvalidTitle', text: 'tokenInvalidText' }),
  },
  {
    code: 'bad-room', icon: 'warning', tone: 'warning',
    holds: (view) => view.refusal === 'bad-room', words: always('badRoomTitle', 'badRoomText'),
  },
  {
    code: 'bad-name', icon: 'warning', tone: 'warning',
    holds: (view) => view.refusal === 'bad-name', words: always('badNameTitle', 'badNameText'),
  },
  {
    code: 'tap-to-hear', icon: 'sound', tone: 'calm', action: 'hear',
    holds: (view) => view.soundBlocked, words: always('tapToHearTitle', 'tapToHearText'),
  },
  {
    code: 'offline', icon: 'network', tone: 'warning',
    holds: (view) => view.offline && outside(view) && (view.relayAway || view.state === 'standby'),
    words: always('offlineTitle', 'offlineText'),
    over: relayIsBack,
  },
  {
    code: 'origin-refused', icon: 'lock', tone: 'problem',
    holds: (view) => view.relayAway && view.reach === 'refused',
    words: ({ origin }) => ({
      title: 'originRefusedTitle', text: 'originRefusedText', values: { origin },
    }),
    over: relayIsBack,
  },
  {
    code: 'websocket-blocked', icon: 'network', tone: 'problem',
    holds: (view) => view.relayAway && view.reach === 'blocked',
    words: always('webSocketBlockedTitle', 'webSocketBlockedText'),
    over: relayIsBack,
  },
  {
    code: 'reconnecting', icon: 'network', tone: 'warning', afterMs: relayAwayMs,
    holds: (view) => view.state === 'reconnecting' || (view.state === 'joined' && view.relayAway),
    words: (view) => ({
      title: 'reconnectingTitle', text: view.talking ? 'reconnectingText' : 'relayAwayText',
    }),
    over: relayIsBack,
  },
  {
    code: 'relay-away', icon: 'network', tone: 'warning', afterMs: relayAwayMs,
    holds: (view) => entering(view) && view.relayAway,
    words: always('relayAwayTitle', 'relayAwayText'),
    over: relayIsBack,
  },
  {
    code: 'insecure', icon: 'lock', tone: 'problem', dismissible: true,
    holds: (view) => either(view, 'insecure'), words: always('insecureTitle', 'insecureText'),
  },
  {
    code: 'unsupported', icon: 'camera-off', tone: 'problem', dismissible: true,
    holds: (view) => either(view, 'unsupported'),
    words: always('noCaptureTitle', 'noCaptureText'),
  },
  {
    code: 'denied-embedded', icon: 'camera-off', tone: 'problem', action: 'open-tab',
    dismissible: true,
    holds: (view) => view.embedded && either(view, 'denied'),
    words: (view) => ({
      title: which(view, 'denied', 'deniedTitle', 'deniedCameraTitle', 'deniedMicrophoneTitle'),
      text: 'deniedEmbeddedText',
    }),
  },
  {
    code: 'denied', icon: 'camera-off', tone: 'problem', action: 'retry', dismissible: true,
    holds: (view) => either(view, 'denied'),
    words: (view) => ({
      title: which(view, 'denied', 'deniedTitle', 'deniedCameraTitle', 'deniedMicrophoneTitle'),
      text: permissionHelp(view.userAgent),
    }),
  },
  {
    code: 'in-use', icon: 'warning', tone: 'warning', action: 'retry', dismissible: true,
    holds: (view) => either(view, 'busy'),
    words: (view) => ({
      title: which(view, 'busy', 'devicesInUseTitle', 'cameraInUseTitle', 'microphoneInUseTitle'),
      text: 'inUseText',
    }),
  },
  {
    code: 'device-failed', icon: 'warning', tone: 'warning', dismissible: true,
    holds: (view) => either(view, 'unchanged'),
    words: (view) => ({
      title: which(view, 'unchanged', 'cameraFailedTitle', 'cameraFailedTitle',
        'microphoneFailedTitle'),
      text: 'deviceFailedText',
    }),
  },
  {
    code: 'no-camera', icon: 'camera-off', tone: 'warning', action: 'retry', dismissible: true,
    holds: (view) => troubleOf(view.camera) === 'none',
    words: (view) => (troubleOf(view.microphone) === 'none'
      ? { title: 'noDevicesTitle', text: 'noDevicesText' }
      : { title: 'noCameraTitle', text: 'noCameraText' }),
  },
  {
    code: 'no-microphone', icon: 'microphone-off', tone: 'warning', action: 'retry',
    dismissible: true,
    holds: (view) => troubleOf(view.microphone) === 'none',
    words: always('noMicrophoneTitle', 'noMicrophoneText'),
  },
  {
    code: 'connecting', icon: 'spinner', tone: 'calm', afterMs: 600,
    holds: (view) => view.state === 'joining' && !view.relayAway,
    words: always('connectingTitle', 'connectingText'),
  },
  {
    code: 'back', icon: 'check', tone: 'calm', silent: true,
    holds: (view) => view.back !== '',
    words: (view) => ({ title: view.back === 'all' ? 'nobodyLeft' : 'relayIsBack', text: '' }),
  },
  {
    // Says why a peer is not connected; nobody lacks the servers where everybody is.
    code: 'ice-servers-refused', icon: 'network', tone: 'warning', afterMs: 3000,
    dismissible: true,
    holds: (view) => view.iceServersRefused && view.unconnected,
    words: always('iceServersRefusedTitle', 'iceServersRefusedText'),
  },
  {
    code: 'unreachable', icon: 'network', tone: 'warning', dismissible: true,
    holds: (view) => view.unreachable,
    words: ({ obstacle }) => ({
      title: 'unreachableTitle', text: unreachableTexts[obstacle] ?? 'unreachableText',
    }),
  },
  {
    code: 'alone', icon: 'people', tone: 'calm', action: 'copy',
    holds: (view) => view.alone, words: always('aloneTitle', 'aloneText'),
  },
];

/**
 * The most urgent notice that holds and is not kept back.
 * @param {View} view
 * @param {(notice: Notice) => boolean} [keptBack]
 * @returns {Notice|undefined}
 */
export function chooseNotice(view, keptBack = () => false) {
  return notices.find((notice) => notice.holds(view) && !keptBack(notice));
}
