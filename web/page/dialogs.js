/* dialogs.js - asks a person a question in a dialog. */
/* SPDX-License-Identifier: MIT */

/**
 * Shows a dialog whose form names the answers.
 * @param {HTMLDialogElement} dialog
 * @returns {Promise<string>} the value of the button that was pressed; '' if it was closed
 */
export function ask(dialog) {
  return new Promise((resolve) => {
    dialog.returnValue = ''; // closing it by the Escape key keeps the last one
    dialog.addEventListener('close', () => resolve(dialog.returnValue), { once: true });
    dialog.showModal();
  });
}
