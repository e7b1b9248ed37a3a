/* banner.js - the banner: shows the most urgent notice that holds, and announces it. */
/* SPDX-License-Identifier: MIT */

import { sentence } from './announcer.js';
import { readable } from './link.js';
import { chooseNotice, notices } from './notices.js';
import { part } from './picture.js';

/** @typedef {import('./notices.js').Action} Action */
/** @typedef {import('./notices.js').Notice} Notice */
/** @typedef {import('./notices.js').View} View */
/** @typedef {import('./i18n.js').Texts} Texts */
/** @typedef {import('./i18n.js').Key} Key */

/** @type {Record<Action, Key>} */
const actionKeys = {
  copy: 'copyLink', retry: 'retry', 'try-again': 'retry', hear: 'hear', 'use-here': 'useHere',
  reload: 'reload', 'open-tab': 'openTab', 'stop-knocking': 'stopKnocking', 'ask-again': 'askAgain',
};

/**
 * @typedef {object} BannerHooks
 * @property {(text: string) => void} say to a screen reader
 * @property {(action: Action) => void} act the person has pressed the button of a notice
 * @property {() => void} [share] the person wants to hand the link on; undefined: there is no menu
 * @property {() => void} invite the person wants other ways to do that
 * @property {(change: () => void) => void} keepFocus calls `change`, which may hide what has it
 * @property {() => void} changed another notice is due; asks for a call of render()
 */

export class Banner {
  #texts;
  #root;
  #hooks;
  /** @type {Set<string>} the codes of the notices that the person has dismissed */
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
   * @param {BannerHooks} hooks
   */
  constructor(root, texts, hooks) {
    this.#root = root;
    this.#texts = texts;
    this.#hooks = hooks;
    this.#part('.noticeAction').addEventListener('click', () => {
      const notice = this.#chosen();
      if (notice?.action) hooks.act(notice.action);
    });
    this.#part('.noticeInvite').addEventListener('click', hooks.invite);
    this.#part('.noticeShare').addEventListener('click', () => hooks.share?.());
    this.#part('.noticeClose').addEventListener('click', () => {
      this.#dismissed.add(this.code);
      hooks.changed();
    });
  }

  /** The code of the notice that is shown, or ''. */
  get code() {
    return this.#root.dataset.notice ?? '';
  }

  /** @param {View} view */
  render(view) {
    this.#view = view;
    for (const notice of notices) {
      if (notice.holds(view)) this.#ripen(notice);
      else this.#forget(notice, view);
    }
    this.#hooks.keepFocus(() => this.#show(this.#chosen(), view));
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
   * What usually ends at once is not shown before it has lasted for a while: it would only flicker,
   * and move the tiles while a connection is being set up.
   * @param {Notice} notice that holds
   */
  #ripen({ code, afterMs }) {
    if (!afterMs || this.#ripe.has(code) || this.#ripening.has(code)) return;
    this.#ripening.set(code, window.setTimeout(() => {
      this.#ripening.delete(code);
      this.#ripe.add(code);
      this.#hooks.changed();
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
    if (key) this.#hooks.say(this.#texts.get(key));
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
    const title = this.#texts.get(words.title, words.values);
    const text = words.text && this.#texts.get(words.text, words.values);
    this.#part('.noticeTitle').textContent = title;
    this.#part('.noticeText').textContent = text;
    this.#part('.noticeText').hidden = !text;
    part(this.#root, '.noticeIcon use', SVGElement).setAttribute('href', `#icon-${notice.icon}`);
    const link = this.#part('.noticeLink');
    link.hidden = notice.action !== 'copy';
    link.textContent = link.hidden ? '' : readable(view.link);
    this.#part('.noticeInvite').hidden = link.hidden;
    this.#part('.noticeShare').hidden = link.hidden || !this.#hooks.share;
    const action = this.#part('.noticeAction');
    action.hidden = !notice.action;
    const done = notice.action === 'copy' && view.copied;
    action.dataset.done = String(done);
    if (notice.action) {
      action.textContent = this.#texts.get(done ? 'linkCopied' : actionKeys[notice.action]);
    }
    this.#part('.noticeClose').hidden = !notice.dismissible;
    if (title !== this.#said && !notice.silent) {
      this.#hooks.say(text ? `${sentence(title)} ${text}` : title);
    }
    this.#said = title;
  }

  /** @param {string} selector */
  #part(selector) {
    return part(this.#root, selector, HTMLElement);
  }
}

/**
 * Tells the style sheets how high the banner is where it lies over the stage. What else is said
 * there appears below it (panels.css).
 * @param {HTMLElement} root
 */
export function tellHeight(root) {
  new ResizeObserver(() => {
    const over = root.dataset.notice !== 'alone' && getComputedStyle(root).position === 'absolute';
    root.parentElement?.style.setProperty('--notice-height', `${over ? root.offsetHeight : 0}px`);
  }).observe(root);
}
