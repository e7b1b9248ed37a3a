/* sound-processing.js - what the browser does to the microphone's sound before it is sent. */
/* SPDX-License-Identifier: MIT */

/** @typedef {'echoCancellation'|'noiseSuppression'|'autoGainControl'} Processing */

/** Names of constraints and, here, of preferences. @type {readonly Processing[]} */
const all = ['echoCancellation', 'noiseSuppression', 'autoGainControl'];

/** @param {string} name of a preference @returns {name is Processing} */
export const isProcessing = (name) => all.some((one) => one === name);

/** The browser can be told to do it or to leave it. @param {Processing} name */
export const canProcess = (name) =>
  Boolean(navigator.mediaDevices?.getSupportedConstraints?.()[name]);

/**
 * Constraints of getUserMedia(). Browsers do all of it unless they are told not to.
 * @param {(name: Processing) => boolean} isOn
 * @returns {MediaTrackConstraints}
 */
export function soundConstraints(isOn) {
  return Object.fromEntries(all.filter((name) => canProcess(name) && !isOn(name))
    .map((name) => [name, false]));
}
