/* expressions.js - raised hands, and reactions that rise from a tile and are gone. */
/* SPDX-License-Identifier: MIT */

import { part } from './picture.js';

/** @typedef {import('../peerface.js').Reaction} Reaction */
/** @typedef {import('./i18n.js').Texts} Texts */
/** @typedef {import('./i18n.js').Key} Key */

/** @type {Record<Reaction, {emoji: string, key: Key}>} */
export const reactions = {
  'thumbs-up': { emoji: '👍', key: 'reactionThumbsUp' },
  heart: { emoji: '❤️', key: 'reactionHeart' },
  laugh: { emoji: '😂', key: 'reactionLaugh' },
  surprise: { emoji: '😮', key: 'reactionSurprise' },
  applause: { emoji: '👏', key: 'reactionApplause' },
  thanks: { emoji: '🙏', key: 'reactionThanks' },
};

/** How long a reaction is seen. */
const shownMs = 4000;

/**
 * @typedef {object} ExpressionHooks
 * @property {(kind: Reaction) => void} react
 * @property {(raised: boolean) => void} raiseHand
 */

export class Expressions {
  #texts;
  #handButtons;
  #pickers;

  /**
   * @param {HTMLElement} root
   * @param {Texts} texts
   * @param {ExpressionHooks} hooks
   */
  constructor(root, texts, hooks) {
    this.#texts = texts;
    this.#handButtons = /** @type {NodeListOf<HTMLElement>} */ (
      root.querySelectorAll('.handButton'));
    this.#pickers = root.querySelectorAll('.reactions');
    for (const button of this.#handButtons) {
      button.addEventListener('click', () => hooks.raiseHand(button.dataset.raised !== 'true'));
    }
    for (const picker of this.#pickers) {
      picker.replaceChildren(...Object.entries(reactions).map(([kind, { emoji, key }]) => {
        const button = document.createElement('button');
        button.type = 'button';
        button.className = 'reaction';
        button.dataset.label = key;
        button.dataset.tip = '';
        button.textContent = emoji;
        button.addEventListener('click', () => hooks.react(/** @type {Reaction} */ (kind)));
        return button;
      }));
    }
    texts.apply(root);
  }

  /** @param {number} hand one's own */
  render(hand) {
    for (const button of this.#handButtons) {
      button.dataset.raised = String(hand > 0);
      const text = this.#texts.get(hand ? 'lowerHand' : 'raiseHand');
      const words = button.querySelector('.itemText');
      if (words) words.textContent = text;
      else button.setAttribute('aria-label', text);
    }
  }

  /**
   * Lets a reaction rise from a tile.
   * @param {HTMLElement} tile
   * @param {Reaction} kind
   */
  show(tile, kind) {
    const known = reactions[kind];
    if (!known) return; // of a version after this one
    const mark = document.createElement('span');
    mark.className = 'rising';
    mark.setAttribute('aria-hidden', 'true');
    mark.textContent = known.emoji;
    // Not all in the same place: several people laugh at once, and one person several times.
    mark.style.setProperty('--drift', `${Math.round(Math.random() * 60 - 30)}px`);
    tile.append(mark);
    setTimeout(() => mark.remove(), shownMs);
  }
}

/**
 * Marks a tile whose person has raised a hand.
 * @param {HTMLElement} tile
 * @param {number} hand
 */
export function renderHand(tile, hand) {
  tile.dataset.hand = String(hand > 0);
  part(tile, '.handMark', HTMLElement).hidden = !hand;
}
