/* speaker.js - where the others are heard: chosen, kept, found again, and never a dead end. */
/* SPDX-License-Identifier: MIT */

/** @typedef {{deviceId: string, label: string, groupId: string}} Output */
/** @typedef {import('./i18n.js').Texts} Texts */

/** Only some browsers let a page choose where it plays. */
export const speakersSupported = () => 'setSinkId' in HTMLMediaElement.prototype;

/** What a browser calls the choice to follow the system; for setSinkId() it is the empty string. */
const followers = ['', 'default', 'communications'];

/** The system's default, whichever that is at the moment. @type {Output} */
const byDefault = { deviceId: '', label: '', groupId: '' };

/**
 * The output that was chosen in an earlier call, or before it was unplugged. Browsers change ids,
 * of devices and groups, so the same name is as good if only one has it.
 * @param {readonly Output[]} outputs
 * @param {Output} wanted
 * @returns {Output|undefined} undefined: it is not there
 */
export function findOutput(outputs, wanted) {
  if (!wanted.deviceId) return undefined;
  const named = outputs.filter(({ label }) => label && label === wanted.label);
  return outputs.find(({ deviceId }) => deviceId === wanted.deviceId)
    ?? named.find(({ groupId }) => groupId === wanted.groupId)
    ?? (named.length === 1 ? named[0] : undefined);
}

/**
 * @typedef {object} SpeakerHooks
 * @property {Pick<import('./store.js').Store, 'get'|'set'>} store
 * @property {() => Iterable<HTMLMediaElement>} players everything that plays the others
 * @property {() => void} changed `outputs` or `used` has
 * @property {() => void} lost the output in use is gone, and the sound goes on elsewhere
 */

export class Speaker {
  #hooks;
  /** @type {Output} */
  #wanted;
  /** @type {Output[]} */
  #outputs = [];
  #defaultLabel = '';
  #used = '';
  /** The browser wants a gesture before it plays there. */
  #refused = false;
  /** Counts what was asked for, so that only the last answer counts. */
  #asked = 0;
  /** Plays nothing. It tells whether an output can be had, also before anybody is heard. */
  #tester = new Audio();

  /** @param {SpeakerHooks} hooks */
  constructor(hooks) {
    this.#hooks = hooks;
    this.#wanted = readOutput(hooks.store.get('speaker'));
    navigator.mediaDevices?.addEventListener('devicechange', () => this.refresh());
  }

  /** All that can be chosen, but not the default. */
  get outputs() {
    return this.#outputs;
  }

  /** What the browser calls the default; '' where it does not say. */
  get defaultLabel() {
    return this.#defaultLabel;
  }

  /** Where the others are heard; '' is the system's default. */
  get used() {
    return this.#used;
  }

  /** Looks what there is. Names are known only once the microphone may be used. */
  async refresh() {
    if (!speakersSupported()) return;
    const devices = await navigator.mediaDevices?.enumerateDevices().catch(() => []) ?? [];
    const all = devices.filter(({ kind }) => kind === 'audiooutput');
    this.#defaultLabel = all.find(({ deviceId }) => deviceId === 'default')?.label ?? '';
    this.#outputs = all.filter(({ deviceId }) => !followers.includes(deviceId))
      .map(({ deviceId, label, groupId }) => ({ deviceId, label, groupId }));
    const gone = this.#used && !this.#outputs.some(({ deviceId }) => deviceId === this.#used);
    await this.#apply();
    if (gone && !this.#used) this.#hooks.lost();
    this.#hooks.changed();
  }

  /** @param {string} deviceId '' is the system's default */
  choose(deviceId) {
    this.#wanted = this.#outputs.find((output) => output.deviceId === deviceId) ?? byDefault;
    this.#hooks.store.set('speaker', deviceId ? JSON.stringify(this.#wanted) : '');
    return this.#apply();
  }

  /** There is something new that plays. */
  playersChanged() {
    for (const player of this.#hooks.players()) this.#move(player);
  }

  /** To be called within a user gesture. */
  wake() {
    if (this.#refused) this.#apply();
  }

  /** What is wanted, where it is there, and the default where it is not. */
  async #apply() {
    if (!speakersSupported()) return;
    const number = ++this.#asked;
    const deviceId = findOutput(this.#outputs, this.#wanted)?.deviceId ?? '';
    /** @type {string} */
    const error = await this.#tester.setSinkId(deviceId).then(() => '', ({ name }) => name);
    if (number !== this.#asked) return;
    this.#refused = error === 'NotAllowedError';
    if (error) await this.#tester.setSinkId('').catch(() => {}); // where it is already
    const used = error ? '' : deviceId;
    const same = used === this.#used;
    this.#used = used;
    this.playersChanged();
    if (!same || error) this.#hooks.changed();
  }

  /** @param {HTMLMediaElement} player */
  #move(player) {
    if (!speakersSupported() || player.sinkId === this.#used) return;
    // One that fails where the tester did not is gone at this moment: refresh() comes.
    player.setSinkId(this.#used).catch(() => {});
  }
}

/**
 * @param {string} text as it was stored
 * @returns {Output}
 */
function readOutput(text) {
  try {
    const { deviceId, label, groupId } = JSON.parse(text);
    return { deviceId: String(deviceId), label: String(label), groupId: String(groupId) };
  } catch {
    return byDefault;
  }
}

/** Every list of outputs below a root. */
export class SpeakerLists {
  #lists;
  #texts;
  #speaker;
  #listed = '';

  /**
   * @param {ParentNode} root
   * @param {Texts} texts
   * @param {Speaker} speaker
   */
  constructor(root, texts, speaker) {
    this.#lists = /** @type {NodeListOf<HTMLSelectElement>} */ (
      root.querySelectorAll('.speakerList'));
    this.#texts = texts;
    this.#speaker = speaker;
    for (const list of this.#lists) {
      list.addEventListener('change', () => speaker.choose(list.value));
    }
  }

  /** Leaves the lists alone when nothing has changed: one may be open. */
  render() {
    const { outputs, used, defaultLabel } = this.#speaker;
    const choices = [
      { deviceId: '', label: defaultLabel || this.#texts.get('speakerDefault') },
      ...outputs.map(({ deviceId, label }, index) => ({ deviceId,
        label: label || this.#texts.get('speakerNumber', { number: index + 1 }) })),
    ];
    const listed = JSON.stringify(choices);
    for (const list of this.#lists) {
      const row = /** @type {HTMLElement} */ (list.closest('.setting, .device'));
      row.hidden = !speakersSupported() || (row.matches('.device') && !outputs.length);
      if (listed !== this.#listed) {
        list.replaceChildren(...choices.map(({ label, deviceId }) => new Option(label, deviceId)));
        list.disabled = !outputs.length;
      }
      if (list.value !== used) list.value = used; // also a choice that has failed
    }
    this.#listed = listed;
  }
}
