/* permission.js - whether opening camera and microphone would make the browser ask the person. */
/* SPDX-License-Identifier: MIT */

/**
 * A person who opens a page has not asked for anything yet, and a prompt that comes unexpected is
 * refused. Without a prompt (it has been answered for good, or there is nothing to ask for) the
 * preview, or what is wrong, is better shown at once.
 * @param {{microphone: boolean, camera: boolean}} wanted
 * @param {Pick<Navigator, 'permissions'|'mediaDevices'>} navigator
 * @returns {Promise<boolean>}
 */
export async function wouldAsk(wanted, navigator) {
  if (!navigator.mediaDevices) return false; // an insecure page, or a browser without
  const names = /** @type {const} */ (['microphone', 'camera']).filter((name) => wanted[name]);
  try {
    const answers = await Promise.all(names.map((name) =>
      navigator.permissions.query({ name: /** @type {PermissionName} */ (name) })));
    return answers.some(({ state }) => state === 'prompt');
  } catch {
    return names.length > 0; // a browser that does not tell
  }
}
