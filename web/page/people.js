/* people.js - the list of everybody in the call, and the field to rename oneself. */
/* SPDX-License-Identifier: MIT */

import { part, renderAvatar } from './picture.js';
import { ownId } from './own-id.js';
import { nameFits, tidy } from './roomname.js';
import { placeRows } from './rows.js';

/** @typedef {import('../peerface.js').Peer} Peer */
/** @typedef {import('./i18n.js').Texts} Texts */
/** @typedef {import('./i18n.js').Key} Key */

/**
 * One row of the list. `null` sources are not known yet.
 * @typedef {object} Person
 * @property {string} id
 * @property {string} name as shown
 * @property {boolean} own
 * @property {number} hand 0: not raised; else a lower number was raised earlier
 * @property {Peer['microphone']|null} microphone
 * @property {Peer['camera']|null} camera
 * @property {boolean} sharing their screen
 * @property {Key|''} connection what is not well with it
 * @property {boolean} [host]
 * @property {boolean} [able] it can be made host
 * @property {boolean} [hosting] may lock the room, and remove people, at the moment
 */

/**
 * @typedef {object} PeopleHooks
 * @property {(name: string) => boolean} rename oneself; false: the name cannot be used
 * @property {(id: string) => void} appoint that person host in one's own place
 * @property {(id: string, name: string) => void} remove that person
 */

/** @type {Record<string, Key>} */
const microphoneKeys = { off: 'microphoneIsOff', none: 'microphoneIsNone',
  interrupted: 'microphoneInterrupted' };
/** @type {Record<string, Key>} */
const cameraKeys = { off: 'cameraIsOff', none: 'cameraIsNone', interrupted: 'cameraInterrupted' };

/**
 * Whoever has a hand up comes first, the earliest on top; then oneself; then the others in the
 * order in which they came.
 * @param {Person[]} people
 */
export function inOrder(people) {
  const rank = (/** @type {Person} */ person) => (person.hand ? 0 : person.own ? 1 : 2);
  return [...people].sort((a, b) => rank(a) - rank(b) || a.hand - b.hand
    || (a.hand && (a.id < b.id ? -1 : 1)));
}

export class PeopleList {
  #panel;
  #list;
  #template;
  #texts;
  #form;
  #field;
  #error;
  #hooks;
  /** @type {Person[]} */
  #people = [];
  /** What the rows show. */
  #shown = '';
  #isOpen = false;
  /** By id; `ownId` is oneself. @type {Map<string, HTMLElement>} */
  #rows = new Map();
  /** The id of the person whose tools are open. */
  #opened = '';
  /** @type {ReadonlySet<string>} ids of those who speak; `ownId` is oneself */
  #speaking = new Set();

  /**
   * @param {HTMLElement} panel
   * @param {Texts} texts
   * @param {PeopleHooks} hooks
   */
  constructor(panel, texts, hooks) {
    this.#panel = panel;
    this.#texts = texts;
    this.#hooks = hooks;
    this.#list = part(panel, '.personList', HTMLElement);
    this.#template = part(panel, '.personTemplate', HTMLTemplateElement);
    this.#form = part(panel, '.renameForm', HTMLFormElement);
    this.#field = part(panel, '.renameField', HTMLInputElement);
    this.#error = part(panel, '.renameError', HTMLElement);
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#field.addEventListener('input', () => this.#showError(!nameFits(this.#field.value)));
    panel.addEventListener('beforetoggle', (event) => this.#onToggle(event));
  }

  /** @param {Person[]} people */
  render(people) {
    const shown = JSON.stringify([this.#texts.language, people]);
    const changed = shown !== this.#shown;
    this.#shown = shown;
    this.#people = people;
    const own = people.find((person) => person.own);
    if (own && document.activeElement !== this.#field) this.#field.value = own.name;
    if (changed && this.#isOpen) this.#renderRows();
  }

  /** @param {ReadonlySet<string>} ids of those who speak now; `ownId` is oneself */
  spoke(ids) {
    this.#speaking = ids;
    if (!this.#isOpen) return;
    for (const person of this.#people) {
      const row = this.#rows.get(keyOf(person));
      if (row) this.#markSpeaking(row, person);
    }
  }

  /**
   * @param {HTMLElement} row
   * @param {Person} person
   */
  #markSpeaking(row, person) {
    const speaks = this.#speaking.has(person.own ? ownId : person.id);
    row.dataset.speaking = String(speaks);
    part(row, '.personSpeaks', HTMLElement).textContent = speaks ? this.#texts.get('speaking') : '';
  }

  #renderRows() {
    const people = inOrder(this.#people);
    const ids = new Set(people.map(keyOf));
    for (const id of this.#rows.keys()) if (!ids.has(id)) this.#rows.delete(id);
    placeRows(this.#list, people.map((person) => this.#rowOf(person)), (next) => {
      const tool = next && part(next, '.personTool', HTMLElement);
      (tool && !tool.hidden ? tool : this.#list).focus();
    });
  }

  /** @param {Event} event */
  #onToggle(event) {
    this.#isOpen = /** @type {ToggleEvent} */ (event).newState === 'open';
    this.#opened = '';
    this.#showError(false);
    if (this.#isOpen) this.#renderRows();
  }

  #submit() {
    const name = tidy(this.#field.value);
    const good = nameFits(name) && this.#hooks.rename(name);
    this.#showError(!good);
    if (good) this.#panel.hidePopover();
    else this.#field.focus();
  }

  /** @param {boolean} bad */
  #showError(bad) {
    this.#error.hidden = !bad;
    this.#error.textContent = !bad ? ''
      : this.#texts.get(nameFits(this.#field.value) ? 'badNameText' : 'nameTooLong');
    this.#field.setAttribute('aria-invalid', String(bad));
  }

  /**
   * The row of a person stays the same element for as long as they are there.
   * @param {Person} person
   */
  #rowOf(person) {
    const known = this.#rows.get(keyOf(person));
    const row = known ?? this.#makeRow(keyOf(person));
    this.#rows.set(keyOf(person), row);
    this.#fill(row, person);
    return row;
  }

  /** @param {string} key */
  #makeRow(key) {
    const content = /** @type {DocumentFragment} */ (this.#template.content.cloneNode(true));
    const row = part(content, '.person', HTMLElement);
    const on = (/** @type {string} */ selector, /** @type {(who: Person) => void} */ act) =>
      part(row, selector, HTMLElement).addEventListener('click', () => {
        const person = this.#people.find((one) => keyOf(one) === key);
        if (person) act(person);
      });
    on('.personTool', () => {
      this.#opened = this.#opened === key ? '' : key;
      this.#renderRows();
    });
    on('.appointTool', ({ id }) => {
      this.#panel.hidePopover();
      this.#hooks.appoint(id);
    });
    on('.removeTool', ({ id, name }) => {
      this.#panel.hidePopover();
      this.#hooks.remove(id, name);
    });
    return row;
  }

  /**
   * @param {HTMLElement} row
   * @param {Person} person
   */
  #fill(row, person) {
    const texts = this.#texts;
    renderAvatar(row, person.name, person.id);
    setText(part(row, '.personName', HTMLElement), person.name);
    row.dataset.microphone = person.microphone ?? '';
    row.dataset.camera = person.camera ?? '';
    row.dataset.hand = String(person.hand > 0);
    /** @type {(Key|''|undefined)[]} */
    const keys = [
      person.own ? 'you' : '',
      person.host ? 'host' : '',
      person.hand ? 'handIsUp' : '',
      person.sharing ? 'sharesScreen' : '',
      person.connection,
      microphoneKeys[person.microphone ?? ''],
      cameraKeys[person.camera ?? ''],
    ];
    setText(part(row, '.personState', HTMLElement),
      keys.flatMap((key) => (key ? texts.get(key, { name: person.name }) : [])).join(', '));
    this.#markSpeaking(row, person);
    this.#fillTools(row, person);
  }

  /**
   * What a host can do with this person, behind a button of its own.
   * @param {HTMLElement} row
   * @param {Person} person
   */
  #fillTools(row, person) {
    const button = part(row, '.personTool', HTMLElement);
    const tools = part(row, '.personTools', HTMLElement);
    const possible = !person.own && this.#people.some(({ own, hosting }) => own && hosting);
    const isOpen = possible && this.#opened === person.id;
    const focused = row.contains(document.activeElement);
    button.hidden = !possible;
    button.setAttribute('aria-label', this.#texts.get('hostToolsFor', { name: person.name }));
    button.setAttribute('aria-expanded', String(isOpen));
    tools.hidden = !isOpen;
    const appoint = part(tools, '.appointTool', HTMLElement);
    appoint.hidden = !person.able;
    setText(appoint, this.#texts.get('makeHost'));
    setText(part(tools, '.removeTool', HTMLElement), this.#texts.get('removePerson'));
    if (focused && !possible) this.#list.focus();
  }
}

/** One has an id only in a room. @param {Person} person */
function keyOf({ own, id }) {
  return own ? ownId : id;
}

/**
 * A text that is the same is not replaced: a press may have begun on it.
 * @param {HTMLElement} element
 * @param {string} text
 */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
