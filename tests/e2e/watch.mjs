/* watch.mjs - waits inside a page until something in it is so. */
/* SPDX-License-Identifier: MIT */
//
// The page looks again whenever its document changes, and every 100 ms for what no change of the
// document tells of. Nothing travels between the driver and the browser meanwhile.
import { pause, within } from './until.mjs';

/** How long one request to the page lasts; the driver then asks again, until its own bound. */
const requestMs = 5000;

/** What the driver says when the document that was asked has given way to the next one. */
const navigated = /context was destroyed|Cannot find context|navigat|Inspected target/i;

/**
 * Runs in the page, which knows nothing of this file.
 * @param {(...args: any[]) => any} code
 * @param {any[]} args
 * @param {number} ms
 */
function waitInPage(code, args, ms) {
  return new Promise((resolve, reject) => {
    const end = performance.now() + ms;
    let busy = false;
    const finish = () => {
      observer.disconnect();
      clearInterval(timer);
    };
    const look = async () => {
      if (busy) return;
      busy = true;
      try {
        const answer = await code(...args);
        if (answer || performance.now() > end) {
          finish();
          resolve(answer);
        }
      } catch (error) {
        finish();
        reject(error);
      }
      busy = false;
    };
    const observer = new MutationObserver(look);
    observer.observe(document, {
      subtree: true, childList: true, attributes: true, characterData: true,
    });
    const timer = setInterval(look, 100);
    look();
  });
}

/**
 * Waits for a truthy answer, but not for long: undefined or what is falsy is to be asked again.
 * @param {import('puppeteer-core').Page} page
 * @param {(...args: any[]) => any} code runs in the page
 * @param {any[]} args
 * @returns {Promise<any>}
 */
export async function watchPage(page, code, args) {
  // As text: the policy of the page forbids it to evaluate code, but not the driver.
  const text = `(${waitInPage})(${code}, ${JSON.stringify(args)}, ${requestMs})`;
  try {
    return await within(4 * requestMs, page.evaluate(text));
  } catch (error) {
    if (!navigated.test(String(error))) throw error;
    await pause(50);
    return undefined;
  }
}
