/* chat.js - the chat: its panel, what is unread, and the messages themselves. */
/* SPDX-License-Identifier: MIT */

/*
 * The panel stays open while one does something else: beside the stage where there is room, and
 * over the call where there is not. It is made when the call has begun, with a style sheet of its
 * own; before that the page need not know of it.
 */

import { Attach } from './attach.js';
import { isOnlyEmoji, piecesOf } from './chat-text.js';
import { chatTexts } from './chat-texts.js';
import { visibleName } from './names.js';

/** @typedef {import('../peerface.js').Message} Message */
/** @typedef {import('./chat-texts.js').ChatKey} ChatKey */

/**
 * @typedef {object} ChatHooks
 * @property {(text: string) => void} send throws a RangeError if the text is too long, and another
 *   error while one is not in the room
 * @property {(message: Message) => void} resend
 * @property {(text: string) => void} tell a short message that is seen, and said
 * @property {(text: string) => void} say to a screen reader
 * @property {() => void} sound a message has come
 * @property {() => string} language
 * @property {() => string} title the word for a chat
 * @property {() => string} guest for somebody without a name
 * @property {(text: string, values: Record<string, string|number>) => string} fill a text that
 *   has {placeholders}
 * @property {import('./attach.js').AttachHooks['sendFile']} sendFile
 * @property {import('./attach.js').AttachHooks['peers']} peers
 */

/** Below this width of the call the panel lies over it. */
const besidePx = 760;

/** So near to its end the list follows what comes. */
const endPx = 48;

/** Messages of one person within this time are one group. */
const groupMs = 180_000;
/** After a failure to load its styles. */
const retryMs = 2000;

/** More of a message does not fit into a line. */
const newsLength = 120;

/**
 * @param {string} tag
 * @param {string} className
 * @param {Record<string, string>} [attributes]
 * @param {(Node|string)[]} children
 */
export function make(tag, className, attributes = {}, ...children) {
  const element = document.createElement(tag);
  element.className = className;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** @param {string} name of a symbol, without "icon-" */
function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `#icon-${name}`);
  svg.append(use);
  return svg;
}

/** @param {Message} first @param {Message} second */
function isGroup(first, second) {
  return first.peer === second.peer && first.name === second.name
    && second.time.getTime() - first.time.getTime() < groupMs;
}

export class Chat {
  #root;
  #hooks;
  #buttons;
  #panel;
  /** @type {Attach} */
  #attach;
  #rows = make('ul', 'chatRows', { role: 'list' });
  #list = make('div', 'chatList', { role: 'log', 'aria-live': 'off', tabindex: '0' }, this.#rows);
  #empty = make('p', 'chatEmpty');
  #newest = /** @type {HTMLButtonElement} */ (make('button', 'button chatNewest',
    { type: 'button', hidden: '' }));
  #field = /** @type {HTMLTextAreaElement} */ (make('textarea', 'chatField',
    { id: 'chatField', rows: '1', enterkeyhint: 'send', 'aria-describedby': 'chatError' }));
  #error = make('p', 'fieldError chatError', { id: 'chatError', role: 'alert', hidden: '' });
  #send = make('button', 'round chatSend', { type: 'submit', 'data-tip': '' }, icon('arrow'));
  #close = make('button', 'bare closeButton', { type: 'button' }, icon('close'));
  #title = make('h2', 'chatTitle', { id: 'chatTitle' });
  /** By id. @type {Map<string, {message: Message, row: HTMLElement, state: string}>} */
  #shown = new Map();
  #language = '';
  #unread = 0;
  /** Whether the end of the list was in sight when somebody scrolled it last, and its size then. */
  #atEnd = true;
  #size = '';
  /** Without its styles the panel is not shown. */
  #styled = false;
  #opening = false;
  /**
   * The texts that depend on the language alone, and the attributes that they go to.
   * @type {[Element, string, ChatKey][]}
   */
  #labels;

  /**
   * @param {HTMLElement} root of the call screen
   * @param {ChatHooks} hooks
   */
  constructor(root, hooks) {
    this.#root = root;
    this.#hooks = hooks;
    this.#attach = new Attach(root, this.#field, {
      ...hooks, make, icon, open: () => this.open(), news: (text) => this.#offered(text),
    });
    this.#buttons = /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll('.chatButton'));
    this.#panel = this.#build();
    this.#labels = [
      [this.#empty, '', 'chatEmpty'], [this.#newest, '', 'chatNewest'],
      [this.#field, 'aria-label', 'chatField'],
      [this.#list, 'aria-label', 'chatMessages'],
      [this.#field, 'placeholder', 'chatHint'],
      [this.#send, 'aria-label', 'chatSend'], [this.#close, 'aria-label', 'chatClose'],
    ];
    for (const button of this.#buttons) button.addEventListener('click', () => this.toggle());
    this.#listen();
    new ResizeObserver(() => this.#fit()).observe(root);
  }

  #build() {
    const sheet = make('link', '', { rel: 'stylesheet',
      href: new URL('./chat.css', import.meta.url).href });
    for (const type of ['load', 'error']) {
      sheet.addEventListener(type, () => {
        this.#styled = true;
        if (this.#opening) this.open();
      });
    }
    // The relay was away for a moment: a link that is put into the page is asked for again.
    sheet.addEventListener('error', () => setTimeout(() => {
      const { parentNode } = sheet;
      sheet.remove();
      parentNode?.append(sheet);
    }, retryMs));
    const form = make('form', 'chatForm', {}, this.#error,
      make('div', 'chatRow', {}, this.#attach.button, this.#field, this.#send));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
    const panel = make('aside', 'chat', { 'aria-labelledby': 'chatTitle', hidden: '' },
      make('div', 'chatTop', {}, this.#title, this.#close),
      make('div', 'chatBody', {}, this.#empty, this.#list, this.#newest), this.#attach.area, form);
    this.#root.append(sheet, panel);
    return panel;
  }

  #listen() {
    this.#close.addEventListener('click', () => this.close());
    this.#newest.addEventListener('click', () => this.#scrollToEnd());
    this.#list.addEventListener('scroll', () => {
      const { clientWidth, clientHeight } = this.#list;
      // Else it is the browser that has scrolled, as it does with a new size.
      if (this.#size === `${clientWidth} ${clientHeight}`) this.#atEnd = this.#isAtEnd();
      this.#noteRead();
    }, { passive: true });
    // A window that becomes smaller, or a phone that is turned, hides the newest at the end.
    new ResizeObserver(() => {
      this.#size = `${this.#list.clientWidth} ${this.#list.clientHeight}`;
      if (this.#atEnd) this.#scrollToEnd();
    }).observe(this.#list);
    this.#list.addEventListener('click', (event) => this.#onClick(event));
    document.addEventListener('visibilitychange', () => this.#noteRead());
    this.#field.addEventListener('input', () => this.#showError(''));
    this.#field.addEventListener('keydown', (event) => {
      // While a syllable is being composed, Enter ends it.
      const sends = event.key === 'Enter' && !event.shiftKey && !event.isComposing
        && event.keyCode !== 229;
      if (!sends) return;
      event.preventDefault();
      this.#submit();
    });
    this.#panel.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      this.close();
    });
  }

  get isOpen() {
    return !this.#panel.hidden;
  }

  toggle() {
    if (this.isOpen) this.close();
    else this.open();
  }

  open() {
    this.#opening = !this.#styled;
    if (this.#opening) return;
    this.#panel.hidden = false;
    this.#root.dataset.chat = 'open';
    this.#renderOpen();
    this.#fit();
    this.#scrollToEnd();
    this.#field.focus();
  }

  close() {
    this.#opening = false;
    const inside = this.#panel.contains(document.activeElement);
    this.#panel.hidden = true;
    this.#root.dataset.chat = 'closed';
    this.#renderOpen();
    this.#fit();
    // Where the button lies in a menu, that is closed: then its own button.
    const visible = [...this.#buttons].find((button) => button.offsetParent)
      ?? /** @type {HTMLElement|null} */ (this.#root.querySelector('.chatBadged:not(.chatButton)'));
    if (inside) visible?.focus();
  }

  /** See attach.js. */
  mayLeave() {
    return this.#attach.mayLeave();
  }

  saveFiles() {
    this.#attach.saveAll();
  }

  /**
   * Shows the messages and the files of the room one is in.
   * @param {readonly Message[]} messages oldest first
   * @param {readonly import('./attach.js').Transfer[]} files likewise
   */
  render(messages, files) {
    this.#attach.render(files);
    const language = this.#hooks.language();
    if (language !== this.#language) this.#translate(language);
    const more = messages.some(({ id }) => !this.#shown.has(id));
    const atEnd = more && this.#isAtEnd(); // which makes the browser compute the layout
    this.#removeOthersThan(messages);
    let own = false;
    /** @type {Message|undefined} */
    let before;
    for (const message of messages) {
      if (!this.#shown.has(message.id)) {
        this.#add(message, before);
        own ||= message.peer === undefined;
      }
      this.#renderRow(message, before);
      before = message;
    }
    this.#empty.hidden = messages.length + files.length > 0;
    if (messages.length + files.length === 0) this.#setUnread(0);
    if (more && (atEnd || own)) this.#scrollToEnd();
  }

  /**
   * A peer's message has come: it is told where the panel does not show it.
   * @param {Message} message
   */
  came({ name: typed, text }) {
    const name = visibleName(typed, this.#hooks.guest());
    if (this.isOpen && !this.#isAtEnd()) this.#newest.hidden = false;
    if (this.#isSeen()) {
      this.#hooks.say(this.#get('chatNews', { name, text }));
    } else {
      this.#setUnread(this.#unread + 1);
      const short = text.length > newsLength ? `${text.slice(0, newsLength)}…` : text;
      this.#hooks.tell(this.#get('chatNews', { name, text: short.replace(/\s+/g, ' ') }));
    }
    this.#hooks.sound();
  }

  /** A peer offers a file. @param {string} text */
  #offered(text) {
    if (this.#isSeen()) {
      this.#hooks.say(text);
    } else {
      this.#setUnread(this.#unread + 1);
      this.#hooks.tell(text);
    }
    this.#hooks.sound();
  }

  /** @param {readonly Message[]} messages */
  #removeOthersThan(messages) {
    const ids = new Set(messages.map(({ id }) => id));
    for (const [id, { row }] of this.#shown) {
      if (ids.has(id)) continue;
      row.remove();
      this.#shown.delete(id);
    }
  }

  /**
   * One that was written earlier may come later: each goes to its place.
   * @param {Message} message
   * @param {Message} [before]
   */
  #add(message, before) {
    const text = make('p', 'chatText', { dir: 'auto' });
    for (const piece of piecesOf(message.text)) {
      text.append(piece.href ? make('a', '', { href: piece.href, target: '_blank',
        rel: 'noopener noreferrer nofollow' }, piece.text) : piece.text);
    }
    const head = make('p', 'chatHead', {}, make('bdi', 'chatName', {},
      visibleName(message.name, this.#hooks.guest())),
      ' ', make('time', 'chatTime', { datetime: message.time.toISOString() }));
    const row = make('li', 'chatMessage', {
      'data-id': message.id, 'data-own': String(message.peer === undefined),
      'data-emoji': String(isOnlyEmoji(message.text)),
    }, head, text, make('p', 'chatState', {}),
    make('button', 'chatCopy', { type: 'button' }));
    const previous = before && this.#shown.get(before.id)?.row;
    if (previous) previous.after(row);
    else this.#rows.prepend(row);
    this.#shown.set(message.id, { message, row, state: '' });
    this.#translateRow(row, message);
  }

  /**
   * @param {Message} message
   * @param {Message} [before]
   */
  #renderRow(message, before) {
    const shown = this.#shown.get(message.id);
    if (!shown) return;
    shown.row.dataset.grouped = String(!!before && isGroup(before, message));
    if (shown.state === message.state) return;
    shown.state = message.state;
    shown.row.dataset.state = message.state;
    const line = /** @type {HTMLElement} */ (shown.row.querySelector('.chatState'));
    line.replaceChildren();
    if (message.state === 'sending') line.append(this.#get('chatSending'));
    if (message.state !== 'failed') return;
    line.append(`${this.#get('chatFailed')} `, make('button', 'chatAgain', { type: 'button' },
      this.#get('chatAgain')));
  }

  /** @param {string} language */
  #translate(language) {
    this.#language = language;
    this.#title.textContent = this.#hooks.title();
    for (const [element, attribute, key] of this.#labels) {
      if (attribute) element.setAttribute(attribute, this.#get(key));
      else element.textContent = this.#get(key);
    }
    this.#attach.translate(this.#get('chatAttach'), this.#get('chatDrop'));
    for (const shown of this.#shown.values()) {
      shown.state = '';
      this.#translateRow(shown.row, shown.message);
    }
    this.#setUnread(this.#unread);
  }

  /**
   * @param {HTMLElement} row
   * @param {Message} message
   */
  #translateRow(row, message) {
    const time = /** @type {HTMLElement} */ (row.querySelector('time'));
    time.textContent = new Intl.DateTimeFormat(this.#language, { timeStyle: 'short' })
      .format(message.time);
    /** @type {HTMLElement} */ (row.querySelector('.chatCopy')).textContent = this.#get('chatCopy');
  }

  /** @param {Event} event */
  #onClick(event) {
    const target = /** @type {Element} */ (event.target);
    const row = target.closest('.chatMessage');
    const shown = row instanceof HTMLElement && this.#shown.get(row.dataset.id ?? '');
    if (!shown) return;
    if (target.closest('.chatAgain')) this.#hooks.resend(shown.message);
    if (target.closest('.chatCopy')) this.#copy(shown.message.text);
  }

  /** @param {string} text */
  async #copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      this.#hooks.tell(this.#get('chatCopied'));
    } catch { // not permitted: the text can be selected
    }
  }

  #submit() {
    const text = this.#field.value.trim();
    if (!text) return this.#field.focus();
    try {
      this.#hooks.send(text);
      this.#field.value = '';
      this.#showError('');
    } catch (error) {
      this.#showError(error instanceof RangeError ? 'chatTooLong' : 'chatNotNow');
    }
    this.#field.focus();
  }

  /** @param {ChatKey|''} key */
  #showError(key) {
    this.#error.hidden = !key;
    this.#error.textContent = key && this.#get(key);
    this.#field.setAttribute('aria-invalid', String(!!key));
  }

  #isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#list;
    return scrollHeight - scrollTop - clientHeight < endPx;
  }

  #scrollToEnd() {
    this.#list.scrollTop = this.#list.scrollHeight;
    this.#noteRead();
  }

  #isSeen() {
    return this.isOpen && !document.hidden;
  }

  /** Of what lies further down in a panel that is seen, the button in it tells. */
  #noteRead() {
    if (!this.#isSeen()) return;
    if (this.#unread) this.#setUnread(0);
    if (this.#isAtEnd()) this.#newest.hidden = true;
  }

  /** @param {number} count */
  #setUnread(count) {
    this.#unread = count;
    const shown = count > 99 ? '99+' : String(count);
    for (const element of this.#root.querySelectorAll('.chatBadged')) {
      if (count) element.setAttribute('data-unread', shown);
      else element.removeAttribute('data-unread');
    }
    const title = this.#hooks.title();
    for (const button of this.#buttons) {
      const text = button.querySelector('.itemText');
      const label = count ? this.#get('chatUnread', { count }) : title;
      if (text) text.textContent = label;
      else button.setAttribute('aria-label', label);
    }
  }

  #renderOpen() {
    for (const button of this.#buttons) button.setAttribute('aria-expanded', String(this.isOpen));
  }

  /** Where the panel lies over the call, nothing below it can be reached. */
  #fit() {
    const over = this.isOpen && this.#root.clientWidth < besidePx;
    this.#panel.dataset.over = String(over);
    for (const element of this.#root.querySelectorAll(':scope > .stage, :scope > .controls')) {
      element.toggleAttribute('inert', over);
    }
  }

  /**
   * @param {ChatKey} key
   * @param {Record<string, string|number>} [values]
   */
  #get(key, values) {
    const table = chatTexts[/** @type {'en'|'ko'} */ (this.#hooks.language())] ?? chatTexts.en;
    return values ? this.#hooks.fill(table[key], values) : table[key];
  }
}
