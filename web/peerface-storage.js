/* peerface-storage.js - where a file is stored that arrives: a file of the browser's, or memory. */
/* SPDX-License-Identifier: MIT */

/*
 * The origin private file system holds what arrives until the page has saved it elsewhere. Each
 * page has a folder there, and from before that a lock for as long as it lives: whose lock can be
 * had is of an earlier page, and is removed.
 */

/**
 * @typedef {object} Storage
 * @property {(bytes: Uint8Array<ArrayBuffer>) => Promise<void>} write one after another
 * @property {(name: string) => Promise<File>} close what has been written
 * @property {() => void} abort what has been written is removed; harmless when it is closed
 */

/** Where there is no other place. */
export const memoryMax = 268435456;

const folderName = 'peerface';

/** Whether what arrives can be stored without being held in memory. */
export const hasFileSystem = () => typeof FileSystemFileHandle === 'function'
  && 'createWritable' in FileSystemFileHandle.prototype && !!navigator.storage?.getDirectory;

/** @type {Promise<FileSystemDirectoryHandle>|undefined} */
let folder;

/** @param {string} name of a page's folder */
const lockOf = (name) => `${folderName}-${name}`;

/** Removes what earlier pages have left; never rejects. */
export async function removeLeftovers() {
  try {
    const root = await navigator.storage.getDirectory();
    const all = await root.getDirectoryHandle(folderName);
    const names = [];
    for await (const name of /** @type {any} */ (all).keys()) names.push(name);
    for (const name of names) {
      await navigator.locks.request(lockOf(name), { ifAvailable: true }, async (lock) => {
        if (lock) await all.removeEntry(name, { recursive: true });
      });
    }
    await root.removeEntry(folderName); // unless a page has one there
  } catch { // there is none, another page does it, or it must not be seen
  }
}

async function openFolder() {
  await removeLeftovers();
  const root = await navigator.storage.getDirectory();
  const all = await root.getDirectoryHandle(folderName, { create: true });
  const name = crypto.randomUUID();
  await new Promise((resolve) => {
    navigator.locks.request(lockOf(name), () => {
      resolve(undefined);
      return new Promise(() => {}); // until the page is gone
    });
  });
  return all.getDirectoryHandle(name, { create: true });
}

/**
 * @param {number} size
 * @returns {Promise<{handle: FileSystemFileHandle, remove: () => Promise<void>}|null>}
 */
async function privateFile(size) {
  if (!hasFileSystem()) return null;
  try {
    const home = await (folder ??= openFolder());
    const name = crypto.randomUUID();
    const handle = await home.getFileHandle(name, { create: true });
    const { quota = size, usage = 0 } = await navigator.storage.estimate();
    if (quota - usage >= size) return { handle, remove: () => home.removeEntry(name) };
    await home.removeEntry(name);
  } catch { // not in a private window, for one
    folder = undefined;
    return null;
  }
  throw new DOMException('no room for it', 'QuotaExceededError');
}

/**
 * @param {FileSystemFileHandle} handle
 * @param {() => Promise<void>} remove
 * @returns {Promise<Storage>}
 */
async function storeIn(handle, remove) {
  const writable = await handle.createWritable();
  let over = false;
  return {
    write: (bytes) => writable.write(bytes),
    async close(name) {
      over = true;
      await writable.close();
      return new File([await handle.getFile()], name);
    },
    abort() {
      if (over) return;
      over = true;
      writable.abort().then(remove).catch(() => {}); // it goes with the page's folder
    },
  };
}

/** @returns {Storage} */
function storeInMemory() {
  /** @type {Blob[]} */
  let blobs = [];
  return {
    async write(bytes) {
      blobs.push(new Blob([bytes])); // which a browser may keep on its disk
    },
    close: async (name) => new File(blobs, name),
    abort() {
      blobs = [];
    },
  };
}

/**
 * @param {number} size
 * @param {FileSystemFileHandle} [chosen] where the user wants it
 * @returns {Promise<Storage>} rejects with a DOMException
 */
export async function openStorage(size, chosen) {
  if (chosen) return storeIn(chosen, async () => {});
  const own = await privateFile(size);
  if (own) return storeIn(own.handle, own.remove);
  if (size > memoryMax) throw new DOMException('too large for memory', 'QuotaExceededError');
  return storeInMemory();
}
