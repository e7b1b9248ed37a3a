/* page-hook.js - injected into the real page: presses its "Enter Room" for the benchmark. */
/* SPDX-License-Identifier: MIT */
addEventListener('DOMContentLoaded', () => {
  const find = (/** @type {string} */ css) => /** @type {any} */ (document.querySelector(css));
  const soon = (/** @type {() => any} */ holds) =>
    new Promise((resolve) => {
      const timer = setInterval(() => {
        if (!holds()) return;
        clearInterval(timer);
        resolve(true);
      }, 10);
    });
  /** @type {any} */ (window).bench = {
    ready: soon(() => find('#preview')?.videoWidth > 0),
    async join(/** @type {string} */ room) {
      find('#room').value = room;
      find('#welcome form [type=submit]').click();
      await soon(() => !find('#call').hidden);
    },
  };
});
