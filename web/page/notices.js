/* notices.js - the one banner: which of the things that hold is said, and how. */
/* SPDX-License-Identifier: MIT */

/** @typedef {import('../peerface.js').LocalSource} LocalSource */
/** @typedef {import('../peerface.js').RoomState} RoomState */
/** @typedef {import('./i18n.js').Texts} Texts */
/** @typedef {import('./i18n.js').Key} Key */
/** @typedef {''|'denied'|'none'|'busy'|'insecure'|'unchanged'} Trouble */
/** @typedef {'copy'|'retry'|'hear'|'use-here'|'reload'} Action */

/**
 * What the page knows when it chooses; standby: no room and no capture, until the person wants one.
 * @typedef {object} View
 * @property {RoomState|'standby'} state
 * @property {string} refusal why the relay said no for good, until the person tries again
 * @property {boolean} relayAway
 * @property {LocalSource} [microphone]
 * @property {LocalSource} [camera]
 * @property {boolean} alone in the room, and nobody else is
 * @property {boolean} talking somebody is connected
 * @property {boolean} unreachable somebody is, who has not lost the relay
 * @property {boolean} soundBlocked the browser wants a gesture before it plays
 * @property {boolean} broken no room could be made at all
 * @property {string} link to this room
 * @property {boolean} copied the link, just now
 * @property {string} userAgent
 */

/**
 * @typedef {object} Notice
 * @property {string} code
 * @property {string} icon
 * @property {'calm'|'warning'|'problem'} tone
 * @property {number} [afterMs] it must have lasted so long to be shown
 * @property {boolean} [dismissible] the person may put it away for as long as it holds
 * @property {(view: View) => boolean} holds
 * @property {(view: View) => {title: Key, text: Key}} words
 * @property {(view: View) => Key|''} [over] what is said when it no longer holds, if it was shown
 * @property {Action} [action]
 */

/** @type {Record<string, Trouble>} */
const troubles = {
  NotAllowedError: 'denied',
  SecurityError: 'denied',
  NotFoundError: 'none',
  OverconstrainedError: 'none',
  InsecureContext: 'insecure',
};

/**
 * What is wrong with a source that the person wants.
 * @param {LocalSource|undefined} source
 * @returns {Trouble}
 */
export function troubleOf(source) {
  if (!source || !source.wanted || !source.error) return '';
  if (source.state === 'live') return 'unchanged';
  return source.state === 'failed' ? troubles[source.error] ?? 'busy' : '';
}

/**
 * Where this browser lets a person take back a refusal.
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
 * The key for what has the trouble: both sources, the camera alone, or the microphone alone.
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
 * @returns {() => {title: Key, text: Key}}
 */
function always(title, text) {
  return () => ({ title, text });
}

/** @param {View} view */
function entering(view) {
  return view.state === 'lobby' || view.state === 'joining';
}

/**
 * What is said when the relay is back, and not when its absence ended because the person left.
 * @param {View} view
 */
function relayIsBack(view) {
  return entering(view) || view.state === 'joined' ? 'saidReconnected' : '';
}

/** A relay that restarts is back by then. */
const relayAwayMs = 1000;

/** Every notice, the most pressing first. @type {readonly Notice[]} */
export const notices = [
  {
    code: 'broken', icon: 'warning', tone: 'problem', action: 'reload',
    holds: (view) => view.broken, words: always('brokenTitle', 'brokenText'),
  },
  {
    code: 'replaced', icon: 'info', tone: 'calm', action: 'use-here',
    holds: (view) => view.refusal === 'replaced', words: always('replacedTitle', 'replacedText'),
  },
  {
    code: 'room-full', icon: 'people', tone: 'warning',
    holds: (view) => view.refusal === 'room-full', words: always('roomFullTitle', 'roomFullText'),
  },
  {
    code: 'relay-full', icon: 'people', tone: 'warning',
    holds: (view) => view.refusal === 'relay-full',
    words: always('relayFullTitle', 'relayFullText'),
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
    code: 'unreachable', icon: 'network', tone: 'warning', dismissible: true,
    holds: (view) => view.unreachable, words: always('unreachableTitle', 'unreachableText'),
  },
  {
    code: 'alone', icon: 'people', tone: 'calm', action: 'copy',
    holds: (view) => view.alone, words: always('aloneTitle', 'aloneText'),
  },
];

/**
 * The most pressing notice that holds and was not kept back.
 * @param {View} view
 * @param {(notice: Notice) => boolean} [keptBack]
 * @returns {Notice|undefined}
 */
export function chooseNotice(view, keptBack = () => false) {
  return notices.find((notice) => notice.holds(view) && !keptBack(notice));
}

/** @type {Record<Action, Key>} */
const actionKeys = {
  copy: 'copyLink', retry: 'retry', hear: 'hear', 'use-here': 'useHere', reload: 'reload',
};

/** Shows the notice that is chosen in the element `#notice`. */
export class Banner {
  #texts;
  #root;
  #say;
  #keepFocus;
  /** @type {Set<string>} the codes that the person has put away */
  #dismissed = new Set();
  /** @type {View|undefined} */
  #view;
  #said = '';
  /** @type {Set<string>} the codes of what was shown and still holds */
  #shown = new Set();
  /** @type {Set<string>} the codes of what has held for long enough to be shown */
  #ripe = new Set();
  /** @type {Map<string, number>} the timers of those that have not, by code */
  #ripening = new Map();

  /**
   * @param {HTMLElement} root
   * @param {Texts} texts
   * @param {(text: string) => void} say to a screen reader
   * @param {(action: Action) => void} act
   * @param {(change: () => void) => void} keepFocus calls `change`, which may hide what has it
   */
  constructor(root, texts, say, act, keepFocus) {
    this.#root = root;
    this.#texts = texts;
    this.#say = say;
    this.#keepFocus = keepFocus;
    this.#part('noticeAction').addEventListener('click', () => {
      const notice = this.#chosen();
      if (notice?.action) act(notice.action);
    });
    this.#part('noticeClose').addEventListener('click', () => {
      this.#dismissed.add(root.dataset.notice ?? '');
      if (this.#view) this.render(this.#view);
    });
  }

  /** @param {View} view */
  render(view) {
    this.#view = view;
    for (const notice of notices) {
      if (notice.holds(view)) this.#ripen(notice);
      else this.#forget(notice, view);
    }
    this.#keepFocus(() => this.#show(this.#chosen(), view));
  }

  /**
   * @param {Notice|undefined} notice
   * @param {View} view
   */
  #show(notice, view) {
    if (notice) this.#shown.add(notice.code);
    this.#root.hidden = !notice;
    this.#root.dataset.notice = notice ? notice.code : '';
    this.#root.dataset.tone = notice ? notice.tone : '';
    if (notice) this.#fill(notice, view);
    else this.#said = '';
  }

  /**
   * What is usually over at once is not shown before it has lasted: it would only flicker, and push
   * the tiles about while the browser has better things to do.
   * @param {Notice} notice that holds
   */
  #ripen({ code, afterMs }) {
    if (!afterMs || this.#ripe.has(code) || this.#ripening.has(code)) return;
    this.#ripening.set(code, window.setTimeout(() => {
      this.#ripening.delete(code);
      this.#ripe.add(code);
      if (this.#view) this.render(this.#view);
    }, afterMs));
  }

  /**
   * @param {Notice} notice that does not hold
   * @param {View} view
   */
  #forget({ code, over }, view) {
    clearTimeout(this.#ripening.get(code));
    this.#ripening.delete(code);
    this.#ripe.delete(code);
    this.#dismissed.delete(code);
    const key = this.#shown.delete(code) && over?.(view);
    if (key) this.#say(this.#texts.get(key));
  }

  #chosen() {
    return this.#view && chooseNotice(this.#view, ({ code, afterMs }) =>
      this.#dismissed.has(code) || (!!afterMs && !this.#ripe.has(code)));
  }

  /**
   * @param {Notice} notice
   * @param {View} view
   */
  #fill(notice, view) {
    const words = notice.words(view);
    const title = this.#texts.get(words.title);
    const text = this.#texts.get(words.text);
    this.#part('noticeTitle').textContent = title;
    this.#part('noticeText').textContent = text;
    this.#part('noticeIcon').setAttribute('href', `#icon-${notice.icon}`);
    const link = this.#part('noticeLink');
    link.hidden = notice.action !== 'copy';
    link.textContent = link.hidden ? '' : decodeURI(view.link).replace(/^https?:\/\//, '');
    const action = this.#part('noticeAction');
    action.hidden = !notice.action;
    const done = notice.action === 'copy' && view.copied;
    action.dataset.done = String(done);
    if (notice.action) {
      action.textContent = this.#texts.get(done ? 'linkCopied' : actionKeys[notice.action]);
    }
    this.#part('noticeClose').hidden = !notice.dismissible;
    if (title !== this.#said) this.#say(`${title} ${text}`);
    this.#said = title;
  }

  /** @param {string} id */
  #part(id) {
    return /** @type {HTMLElement} */ (this.#root.querySelector(`#${id}`));
  }
}
