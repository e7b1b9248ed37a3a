/* transfers.js - the files of a call: offered, under way, done or failed; loaded with the first. */
/* SPDX-License-Identifier: MIT */

import { ask } from './dialogs.js';
import { isolated, shortened, visibleName } from './names.js';
import { transferTexts } from './transfer-texts.js';

/** @typedef {import('../peerface-files.js').Transfer} Transfer */
/** @typedef {import('../peerface.js').Peer} Peer */
/** @typedef {import('./attach.js').AttachHooks} AttachHooks */
/** @typedef {import('./transfer-texts.js').TransferKey} TransferKey */
/**
 * How a transfer is shown. 'stored': where the user has chosen; 'saved': it was downloaded, which a
 * browser may have refused; 'dropped': the user does not want it.
 * @typedef {{row: HTMLElement, state: string, kept: ''|'stored'|'saved'|'dropped',
 *   picking: boolean}} Shown
 */

/** From here on it is stored at once where the user wants it, where the browser can do that. */
const pickedMin = 268435456;

/** What a browser shows without running anything that is in it. By the ending of the name. */
const harmless = new Map(Object.entries({
  png: 'image/png', jpg: 'image/jpeg', jpeg: 'image/jpeg', gif: 'image/gif', webp: 'image/webp',
  avif: 'image/avif', mp3: 'audio/mpeg', ogg: 'audio/ogg', wav: 'audio/wav', mp4: 'video/mp4',
  webm: 'video/webm', txt: 'text/plain;charset=utf-8', pdf: 'application/pdf',
}));

/** @param {string} name @returns {string|undefined} */
export const typeOf = (name) => harmless.get(/\.(\w+)$/.exec(name)?.[1].toLowerCase() ?? '');

/** @type {Record<string, TransferKey>} */
const reasons = {
  NotReadableError: 'fileUnreadable', NotFoundError: 'fileUnreadable',
  QuotaExceededError: 'fileNoRoom', DataError: 'fileDamaged',
};

/** @param {Transfer} transfer that has failed @returns {TransferKey} */
const reasonOf = ({ error, outgoing }) => (outgoing && error === 'QuotaExceededError'
  ? 'fileNoRoomThere' : reasons[error] ?? 'fileFailed');

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];

/**
 * "2.3 MB"
 * @param {number} bytes
 * @param {string} language
 * @param {string} [per] "-per-second"
 */
export function formatSize(bytes, language, per = '') {
  const power = Math.min(3, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return new Intl.NumberFormat(language, {
    style: 'unit', unit: units[power] + per, unitDisplay: power ? 'short' : 'long',
    maximumFractionDigits: value < 10 && power > 0 ? 1 : 0,
  }).format(value);
}

/**
 * Writes a file where downloads go.
 * @param {Blob} file
 * @param {string} name
 */
function save(file, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // the browser may still be reading
}

/**
 * It was received, and is nowhere but in this page.
 * @param {Transfer} transfer
 * @param {Shown} shown
 */
const isUnsaved = ({ state, outgoing, file }, { kept }) =>
  state === 'done' && !outgoing && !!file && !kept;

/** @param {Event} event `beforeunload` */
const hold = (event) => event.preventDefault();

export class Transfers {
  #area;
  #hooks;
  #title;
  #chosen;
  #error;
  #rows;
  /** @type {Map<Transfer, Shown>} */
  #shown = new Map();
  /** @type {WeakSet<Transfer>} those that the person does not want to see any more */
  #removed = new WeakSet();
  #styled;
  #language = '';

  /**
   * @param {HTMLElement} area
   * @param {AttachHooks} hooks
   */
  constructor(area, hooks) {
    this.#area = area;
    this.#hooks = hooks;
    const { make } = hooks;
    this.#title = make('h3', 'filesTitle', { id: 'filesTitle' });
    this.#chosen = make('form', 'filesChosen', { hidden: '' });
    this.#error = make('p', 'fieldError filesError', { role: 'alert', hidden: '' });
    this.#rows = make('ul', 'fileRows', { role: 'list' });
    area.setAttribute('aria-labelledby', 'filesTitle');
    area.append(this.#title, this.#error, this.#chosen, this.#rows);
    const sheet = make('link', '', { rel: 'stylesheet',
      href: new URL('./transfers.css', import.meta.url).href });
    this.#styled = new Promise((resolve) => {
      sheet.addEventListener('load', () => resolve(undefined));
      sheet.addEventListener('error', () => resolve(undefined));
    });
    area.append(sheet);
  }

  /** @param {readonly Transfer[]} transfers */
  async render(transfers) {
    const language = this.#hooks.language();
    if (language !== this.#language) {
      this.#language = language;
      this.#title.textContent = this.#get('files');
      for (const shown of this.#shown.values()) shown.state = '';
    }
    for (const transfer of transfers) {
      if (!this.#shown.has(transfer) && !this.#removed.has(transfer)) this.#add(transfer);
    }
    for (const [transfer, { row }] of this.#shown) {
      if (transfers.includes(transfer)) {
        this.#renderRow(transfer);
      } else {
        row.remove();
        this.#shown.delete(transfer);
      }
    }
    this.#holdPage();
    await this.#styled;
    this.#fit();
  }

  #fit() {
    this.#area.hidden = this.#shown.size === 0 && this.#chosen.hidden && this.#error.hidden;
    this.#title.hidden = this.#shown.size === 0;
  }

  /**
   * The person has chosen files; with several people around, they are asked to whom.
   * @param {File[]} files
   */
  offer(files) {
    const peers = this.#hooks.peers();
    this.#showError('');
    if (peers.length === 0) return this.#showError(this.#get('fileNobody'));
    if (peers.length === 1) return void this.#send(files, peers[0]);
    const { make } = this.#hooks;
    const choice = /** @type {HTMLSelectElement} */ (make('select', 'filesTo', { id: 'filesTo' }));
    choice.append(new Option(this.#get('fileEverybody'), ''),
      ...peers.map((peer) => new Option(isolated(this.#nameOf(peer)), peer.id)));
    const cancel = make('button', 'button', { type: 'button' }, this.#get('fileCancel'));
    const label = files.length === 1
      ? this.#get('fileChosen', { file: shortened(files[0].name) })
      : this.#get('filesChosen', { count: files.length });
    this.#chosen.replaceChildren(make('label', 'filesLabel', { for: 'filesTo' }, label), choice,
      make('div', 'fileButtons', {},
        make('button', 'button primary', { type: 'submit' }, this.#get('fileSend')), cancel));
    const end = () => {
      this.#chosen.hidden = true;
      this.#fit();
    };
    cancel.addEventListener('click', end);
    this.#chosen.onsubmit = (event) => {
      event.preventDefault();
      end();
      const { value } = choice;
      if (!value) return void this.#send(files);
      this.#sendTo(files, /** @type {Peer} */ (peers.find(({ id }) => id === value)));
    };
    this.#chosen.hidden = false;
    this.#styled.then(() => {
      this.#fit();
      choice.focus();
    });
  }

  /**
   * To one person, or, where they have left meanwhile, to nobody.
   * @param {File[]} files
   * @param {Peer} peer
   */
  #sendTo(files, peer) {
    if (this.#hooks.peers().includes(peer)) return void this.#send(files, peer);
    this.#showError(this.#get('fileGone', { name: this.#nameOf(peer) }));
  }

  /** @param {File[]} files @param {Peer} [to] everybody, if it is undefined */
  async #send(files, to) {
    for (const file of files) {
      await this.#hooks.sendFile(file, to).catch((/** @type {Error} */ error) => {
        const key = error instanceof RangeError ? 'fileTooLarge'
          : error.name === 'NotSupportedError' ? 'fileNoHttps'
          : this.#shown.size > 7 ? 'fileTooMany' : 'fileNobody';
        this.#showError(this.#get(key, { file: shortened(file.name) }));
      });
    }
  }

  /** @param {string} text */
  #showError(text) {
    this.#error.textContent = text;
    this.#error.hidden = !text;
    this.#fit();
  }

  /** @param {Transfer} transfer */
  #add(transfer) {
    const { make, icon } = this.#hooks;
    const close = make('button', 'bare fileClose', { type: 'button', hidden: '' }, icon('close'));
    const row = make('li', 'file', { tabindex: '-1' },
      make('bdi', 'fileName', { title: transfer.name }, transfer.name), close,
      make('p', 'fileSize', {}),
      make('progress', 'fileProgress', { max: String(transfer.size || 1), hidden: '' }),
      make('p', 'fileState', {}), make('div', 'fileButtons', {}));
    this.#shown.set(transfer, { row, state: '', kept: '', picking: false });
    this.#rows.prepend(row);
    close.addEventListener('click', () => this.#remove(transfer));
    const changed = () => {
      if (!this.#shown.has(transfer)) return;
      this.#renderRow(transfer);
      this.#tell(transfer);
      const shown = this.#shown.get(transfer);
      // Where a user is not asked where to, there is nothing to wait for.
      if (shown && isUnsaved(transfer, shown) && !('showSaveFilePicker' in window)) {
        this.#save(transfer, shown);
      }
      this.#holdPage();
    };
    transfer.addEventListener('change', changed);
    transfer.addEventListener('progress', () => this.#renderProgress(transfer));
    this.#tell(transfer);
  }

  /** @param {Peer} peer */
  #nameOf({ name }) {
    return visibleName(name, this.#hooks.guest());
  }

  /** @param {Transfer} transfer */
  #values({ name, peer, size }) {
    const words = formatSize(size, this.#language);
    return { file: shortened(name), name: this.#nameOf(peer), size: words };
  }

  /** Says what a person would like to know who does not look. @param {Transfer} transfer */
  #tell(transfer) {
    const { state, outgoing } = transfer;
    const values = this.#values(transfer);
    if (state === 'offered' && !outgoing) {
      this.#hooks.news(this.#get('fileOfferedNews', values));
    } else if (state === 'done') {
      this.#hooks.say(this.#get(outgoing ? 'fileSentNews' : 'fileReceivedNews', values));
    } else if (state === 'declined' && outgoing) {
      this.#hooks.say(this.#get('fileDeclinedNews', values));
    } else if (state === 'failed') {
      const reason = this.#get(reasonOf(transfer), values);
      this.#hooks.say(this.#get('fileFailedNews', { ...values, reason }));
    }
  }

  /** @param {Transfer} transfer */
  #renderRow(transfer) {
    const shown = this.#shown.get(transfer);
    const { state, outgoing, error } = transfer;
    if (!shown || shown.state === state + error) return;
    const values = this.#values(transfer);
    const { row } = shown;
    shown.state = state + error;
    row.dataset.state = state;
    this.#part(row, '.fileSize').textContent =
      this.#get(outgoing ? 'fileTo' : 'fileFrom', values);
    const progress = this.#part(row, '.fileProgress');
    progress.hidden = state !== 'accepted' && state !== 'paused';
    progress.setAttribute('aria-label', this.#get('fileProgress', values));
    this.#renderProgress(transfer);
    const close = this.#part(row, '.fileClose');
    close.hidden = ['offered', 'accepted', 'paused'].includes(state);
    close.setAttribute('aria-label', this.#get('fileRemove', values));
    const focused = row.contains(document.activeElement);
    this.#part(row, '.fileButtons').replaceChildren(...this.#buttons(transfer, shown));
    const next = /** @type {HTMLElement|null} */ (row.querySelector('.fileButtons button'));
    if (focused) (next ?? row).focus();
  }

  /** @param {Transfer} transfer */
  #renderProgress(transfer) {
    const shown = this.#shown.get(transfer);
    if (!shown) return;
    const progress = /** @type {HTMLProgressElement} */ (this.#part(shown.row, '.fileProgress'));
    progress.value = transfer.moved;
    this.#part(shown.row, '.fileState').textContent = this.#stateOf(transfer, shown.kept);
  }

  /** @param {Transfer} transfer @param {Shown['kept']} kept */
  #stateOf(transfer, kept) {
    const { state, outgoing, moved, size, speed } = transfer;
    switch (state) {
      case 'offered':
        return outgoing ? this.#get('fileWaiting', this.#values(transfer)) : '';
      case 'accepted': {
        const percent = new Intl.NumberFormat(this.#language, { style: 'percent' })
          .format(size ? moved / size : 1);
        if (!speed) return this.#get('fileStarting', { percent });
        return this.#get('fileMoving',
          { percent, speed: formatSize(speed, this.#language, '-per-second') });
      }
      case 'paused': return this.#get('filePaused');
      case 'done': return this.#get(outgoing ? 'fileSent' : kept ? 'fileSaved' : 'fileReceived');
      case 'declined': return this.#get('fileDeclined');
      case 'cancelled': return this.#get('fileCancelled');
      case 'failed': return this.#get(reasonOf(transfer), this.#values(transfer));
    }
  }

  /**
   * @param {Transfer} transfer
   * @param {Shown} shown
   */
  #buttons(transfer, shown) {
    const { state, outgoing, name, file, peer } = transfer;
    if (state === 'offered' && !outgoing) {
      return [this.#button('fileAccept', () => this.#accept(transfer, shown), true),
        this.#button('fileDecline', () => transfer.decline())];
    }
    if (state === 'offered' || state === 'accepted' || state === 'paused') {
      return [this.#button('fileCancel', () => transfer.cancel())];
    }
    if (state !== 'done') {
      const again = this.#button('fileAgain', () => {
        this.#remove(transfer);
        this.#sendTo([/** @type {File} */ (file)], peer);
      });
      return outgoing && file ? [again] : [];
    }
    if (outgoing || shown.kept === 'stored' || !file) return [];
    const type = typeOf(name);
    const open = this.#button('fileOpen', () => {
      const url = URL.createObjectURL(file.slice(0, file.size, type));
      window.open(url, '_blank', 'noopener');
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
    });
    const keep = this.#button('fileSave', () => this.#save(transfer, shown), true);
    return type ? [keep, open] : [keep];
  }

  /** @param {Transfer} transfer */
  #remove(transfer) {
    this.#removed.add(transfer);
    this.#shown.get(transfer)?.row.remove();
    this.#shown.delete(transfer);
    this.#fit();
    this.#holdPage();
  }

  /** @param {Transfer} transfer @param {Shown} shown */
  #save(transfer, shown) {
    save(/** @type {File} */ (transfer.file), transfer.name);
    shown.kept = 'saved';
    this.#renderProgress(transfer);
    this.#holdPage();
  }

  /** What would be lost with the page. */
  get #unsaved() {
    return [...this.#shown].filter(([transfer, shown]) => isUnsaved(transfer, shown));
  }

  /** Downloads what would be lost. */
  saveAll() {
    for (const [transfer, shown] of this.#unsaved) this.#save(transfer, shown);
  }

  /**
   * The person wants to leave the call, and with it what they have not saved.
   * @returns {Promise<boolean>} false: they stay
   */
  async mayLeave() {
    const unsaved = this.#unsaved;
    if (!unsaved.length) return true;
    const { make } = this.#hooks;
    const title = unsaved.length === 1
      ? this.#get('fileKeepTitle', this.#values(unsaved[0][0]))
      : this.#get('filesKeepTitle', { count: unsaved.length });
    const choice = (/** @type {TransferKey} */ key, value = '', className = 'button') =>
      make('button', className, { value }, this.#get(key));
    const dialog = /** @type {HTMLDialogElement} */ (make('dialog', 'dialog unsaved',
      { 'aria-labelledby': 'unsavedTitle', 'aria-describedby': 'unsavedText' },
      make('h2', '', { id: 'unsavedTitle' }, title),
      make('p', '', { id: 'unsavedText' }, this.#get('fileKeepText')),
      make('form', 'dialogButtons', { method: 'dialog' },
        choice('fileKeep', 'save', 'button primary'), choice('fileDrop', 'leave'),
        choice('fileCancel'))));
    document.body.append(dialog);
    const answer = await ask(dialog);
    dialog.remove();
    if (answer === 'save') this.saveAll();
    if (answer === 'leave') for (const [, shown] of unsaved) shown.kept = 'dropped';
    this.#holdPage();
    return answer !== '';
  }

  /** As long as something would be lost, the browser asks before it leaves the page. */
  #holdPage() {
    if (this.#unsaved.length) addEventListener('beforeunload', hold);
    else removeEventListener('beforeunload', hold);
  }

  /** @param {Transfer} transfer @param {Shown} shown */
  async #accept(transfer, shown) {
    const pick = /** @type {any} */ (window).showSaveFilePicker;
    if (!pick || transfer.size < pickedMin) return transfer.accept();
    if (shown.picking) return; // a second press; the browser would refuse that picker
    shown.picking = true;
    try {
      const handle = await pick({ suggestedName: transfer.name });
      shown.kept = 'stored';
      await transfer.accept(handle);
    } catch (error) {
      // Cancelled: the offer stays. Else there is no picker to be had, and it goes where others go.
      if (/** @type {Error} */ (error).name !== 'AbortError') await transfer.accept();
    } finally {
      shown.picking = false;
    }
  }

  /**
   * @param {TransferKey} key
   * @param {() => void} action
   * @param {boolean} [isPrimary]
   */
  #button(key, action, isPrimary = false) {
    const button = this.#hooks.make('button', isPrimary ? 'button primary' : 'button',
      { type: 'button' }, this.#get(key));
    button.addEventListener('click', action);
    return button;
  }

  /** @param {HTMLElement} row @param {string} selector */
  #part(row, selector) {
    return /** @type {HTMLElement} */ (row.querySelector(selector));
  }

  /** @param {TransferKey} key @param {Record<string, string|number>} [values] */
  #get(key, values) {
    const table =
      transferTexts[/** @type {'en'|'ko'} */ (this.#hooks.language())] ?? transferTexts.en;
    return values ? this.#hooks.fill(table[key], values) : table[key];
  }
}
