/* attach.js - files are chosen, dropped or pasted, and a button for the first; with the chat. */
/* SPDX-License-Identifier: MIT */

/*
 * What becomes of them is in transfers.js, which is loaded with the first file, one's own or a
 * peer's.
 */

/** @typedef {import('../peerface-files.js').Transfer} Transfer */
/** @typedef {import('../peerface.js').Peer} Peer */

/**
 * @typedef {object} AttachHooks
 * @property {(file: File, to?: Peer) => Promise<Transfer[]>} sendFile
 * @property {() => Peer[]} peers
 * @property {() => string} guest for somebody without a name
 * @property {(text: string) => void} say to a screen reader
 * @property {() => string} language
 * @property {(text: string, values: Record<string, string|number>) => string} fill
 * @property {(text: string) => void} news a peer offers a file
 * @property {() => void} open the panel
 * @property {typeof import('./chat.js').make} make
 * @property {(name: string) => Element} icon
 */

/** @param {DataTransfer|null} data */
const hasFiles = (data) => !!data?.types.includes('Files');

export class Attach {
  #hooks;
  /** Where files are listed. */
  area;
  button;
  #input;
  #drop;
  /** @type {import('./transfers.js').Transfers|undefined} */
  #transfers;
  /** @type {Promise<import('./transfers.js').Transfers>|undefined} */
  #loading;
  /** @type {readonly Transfer[]} */
  #shown = [];

  /**
   * @param {HTMLElement} root of the call screen
   * @param {HTMLElement} field where one can paste
   * @param {AttachHooks} hooks
   */
  constructor(root, field, hooks) {
    this.#hooks = hooks;
    const { make } = hooks;
    this.area = make('section', 'files', { hidden: '' });
    this.button = make('button', 'bare chatAttach', { type: 'button', 'data-tip': '' });
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    svg.setAttribute('class', 'icon line');
    svg.setAttribute('viewBox', '0 0 24 24');
    svg.setAttribute('aria-hidden', 'true');
    const clip = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    clip.setAttribute('d', 'm20 11.5-8 8a5 5 0 0 1-7.1-7.1l8.4-8.4a3.4 3.4 0 0 1 4.8 4.8l-8.3 8.3'
      + 'a1.8 1.8 0 0 1-2.5-2.5l7.3-7.3');
    svg.append(clip);
    this.button.append(svg);
    this.#input = /** @type {HTMLInputElement} */ (make('input', '', {
      type: 'file', multiple: '', hidden: '', tabindex: '-1',
    }));
    this.#drop = make('p', 'chatDrop', { hidden: '' });
    root.append(this.#drop, this.#input);
    this.button.addEventListener('click', () => this.#input.click());
    this.#input.addEventListener('change', () => {
      this.#offer([...this.#input.files ?? []]);
      this.#input.value = '';
    });
    field.addEventListener('paste', (event) => {
      const files = [.../** @type {ClipboardEvent} */ (event).clipboardData?.files ?? []];
      if (files.length === 0) return;
      event.preventDefault();
      this.#offer(files);
    });
    this.#listen(root);
  }

  /**
   * Dropped anywhere in the call: elsewhere the browser would leave the page.
   * @param {HTMLElement} root
   */
  #listen(root) {
    root.addEventListener('dragover', (event) => {
      if (!hasFiles(event.dataTransfer)) return;
      event.preventDefault();
      this.#drop.hidden = false;
    });
    root.addEventListener('dragleave', (event) => {
      if (!root.contains(/** @type {Node|null} */ (event.relatedTarget))) this.#drop.hidden = true;
    });
    root.addEventListener('drop', (event) => {
      if (!hasFiles(event.dataTransfer)) return;
      event.preventDefault();
      this.#drop.hidden = true;
      this.#offer([...event.dataTransfer?.files ?? []]);
    });
  }

  /** @param {string} label @param {string} drop */
  translate(label, drop) {
    this.button.setAttribute('aria-label', label);
    this.#drop.textContent = drop;
    this.#transfers?.render(this.#shown);
  }

  /** @param {readonly Transfer[]} transfers of the room, oldest first */
  render(transfers) {
    if (transfers.length === 0 && this.#shown.length === 0) return;
    this.#shown = transfers;
    this.#load().then((list) => list.render(this.#shown), () => {});
  }

  /** Whether the person may leave without losing a file they want; asks them where needed. */
  async mayLeave() {
    return this.#transfers?.mayLeave() ?? true;
  }

  /** Downloads what has been received and not saved. */
  saveAll() {
    this.#transfers?.saveAll();
  }

  #load() {
    this.#loading ??= import('./transfers.js').then(({ Transfers }) => {
      return this.#transfers = new Transfers(this.area, this.#hooks);
    });
    this.#loading.catch(() => {
      this.#loading = undefined; // with the next change, again
    });
    return this.#loading;
  }

  /** @param {File[]} files */
  async #offer(files) {
    if (files.length === 0) return;
    this.#hooks.open();
    (await this.#load()).offer(files);
  }
}
