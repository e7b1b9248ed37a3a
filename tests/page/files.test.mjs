/* files.test.mjs - files from page to page: bytes, storage and names, without a browser. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Files, safeName } from '../../web/peerface-files.js';
import { memoryMax, openStorage, removeLeftovers } from '../../web/peerface-storage.js';
import { transferTexts } from '../../web/page/transfer-texts.js';
import { formatSize, typeOf } from '../../web/page/transfers.js';

/** @typedef {import('../../web/peerface-files.js').Transfer} Transfer */

const blockSize = 262144;

/** A data channel whose messages are kept, until they are passed on to the other end. */
class Channel extends EventTarget {
  readyState = 'open';
  bufferedAmount = 0;
  bufferedAmountLowThreshold = 0;
  /** @type {ArrayBuffer[]} */
  sent = [];
  /** What was said between the bytes. @type {string[]} */
  texts = [];
  /** @type {Channel|undefined} */
  other;
  /** @type {((event: {data: ArrayBuffer|string}) => void)|undefined} */
  onmessage;

  /** @param {Uint8Array|string} message */
  send(message) {
    if (typeof message === 'string') {
      this.texts.push(message);
      this.other?.onmessage?.({ data: message });
      return;
    }
    this.bufferedAmount += message.length;
    this.sent.push(/** @type {ArrayBuffer} */ (message.slice().buffer));
  }

  /** The oldest messages arrive. @param {number} [count] */
  deliver(count = Infinity) {
    for (const data of this.sent.splice(0, count)) {
      this.bufferedAmount -= data.byteLength;
      this.other?.onmessage?.({ data });
    }
    this.dispatchEvent(new Event('bufferedamountlow'));
  }
}

/** What passes between two pages, with cores that do no more than tell each other. */
class Pair {
  /** @type {[Channel, Channel]} */
  channels = this.connect();
  /** @type {string[]} */
  told = [];
  /** @type {Files[]} */
  files = [];
  /** @type {Transfer[][]} */
  seen = [[], []];
  sizes = 0;

  constructor() {
    for (const side of [0, 1]) {
      const peer = { id: `peer${side}` };
      const room = Object.assign(new EventTarget(), { peers: new Map([[peer.id, peer]]) });
      room.addEventListener('file', (event) => {
        this.seen[side].push(/** @type {CustomEvent} */ (event).detail);
      });
      this.files.push(new Files(/** @type {any} */ (room), this.#core(side),
        () => /** @type {any} */ ([null, null, null, this.channels[side]])));
    }
  }

  /** @returns {[Channel, Channel]} */
  connect() {
    const [first, second] = [new Channel(), new Channel()];
    first.other = second;
    second.other = first;
    return this.channels = [first, second];
  }

  /** Side 0 offers to side 1. @param {number} side */
  #core(side) {
    return {
      /** @param {string} id @param {string} name @param {number} size */
      offerFile: (id, name, size) => {
        if (id !== 'peer0') return;
        this.sizes = size;
        this.files[0].show(id, 7, true, 'offered', 0, size, name);
        this.files[1].show('peer1', 7, false, 'offered', 0, size, name);
      },
      /** @param {string} id @param {string} state @param {number} number @param {boolean} own
       * @param {number} offset */
      setFile: (id, state, number, own, offset) => {
        this.told.push(`${side} ${state} ${offset}`);
        const shown = /** @type {any} */ (state);
        if (state !== 'accepted' || offset === 0) this.show(1, shown, offset);
        this.show(0, shown, offset);
      },
    };
  }

  /** @param {number} side @param {any} state @param {number} offset */
  show(side, state, offset) {
    this.files[side].show(`peer${side}`, 7, side === 0, state, offset, this.sizes, null);
  }
}

const nextTask = () => new Promise((resolve) => {
  setTimeout(resolve, 1);
});

/** @param {() => unknown} holds */
async function until(holds) {
  while (!holds()) await nextTask();
}

/** @param {number} size */
function bytesOf(size) {
  return Uint8Array.from({ length: size }, (_, index) => (index * 7 + (index >> 8)) % 251);
}

/**
 * @param {Pair} pair
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {Promise<[Transfer, Transfer]>}
 */
async function offer(pair, bytes) {
  const [own] = pair.files[0].send(new File([bytes], 'plan.pdf'));
  await nextTask();
  assert.equal(pair.seen[0][0], own);
  assert.equal(pair.seen[1][0].name, 'plan.pdf');
  return [own, pair.seen[1][0]];
}

/** @param {Pair} pair @param {Transfer} transfer */
async function runUntilOver(pair, transfer) {
  while (transfer.state === 'accepted' || transfer.state === 'paused') {
    pair.channels[0].deliver();
    await nextTask();
  }
}

test('a file arrives as it was sent, and nothing goes before it is accepted', async () => {
  const pair = new Pair();
  const bytes = bytesOf(2 * blockSize + 1000);
  const [own, theirs] = await offer(pair, bytes);
  await nextTask();
  assert.equal(pair.channels[0].sent.length, 0);
  await theirs.accept();
  await until(() => pair.channels[0].sent.length);
  assert.ok(pair.channels[0].sent.every(({ byteLength }) => byteLength <= 65536));
  await runUntilOver(pair, own);
  assert.equal(own.state, 'done');
  assert.equal(theirs.state, 'done');
  assert.equal(own.moved, bytes.length);
  assert.deepEqual(pair.told, ['1 accepted 0', `1 accepted ${blockSize}`,
    `1 accepted ${2 * blockSize}`, `1 accepted ${bytes.length}`, `1 done ${bytes.length}`]);
  const file = /** @type {File} */ (theirs.file);
  assert.equal(file.name, 'plan.pdf');
  assert.equal(file.type, '', 'no type that a page would run as a script');
  assert.deepEqual(new Uint8Array(await file.arrayBuffer()), bytes);
});

test('an empty file is there when it is accepted', async () => {
  const pair = new Pair();
  const [own, theirs] = await offer(pair, new Uint8Array(0));
  await theirs.accept();
  await until(() => own.state === 'done');
  assert.equal(theirs.file?.size, 0);
});

test('on a new connection it goes on from what is stored, and nothing comes twice', async () => {
  const pair = new Pair();
  const bytes = bytesOf(6 * blockSize + 5);
  const [own, theirs] = await offer(pair, bytes);
  await theirs.accept();
  await until(() => pair.channels[0].sent.length > 12);
  pair.channels[0].deliver(7); // one block and a half
  await until(() => pair.told.includes(`1 accepted ${blockSize}`));
  pair.show(0, 'paused', blockSize);
  pair.show(1, 'paused', blockSize);
  pair.connect(); // what was on the way is lost
  await nextTask();
  assert.equal(pair.channels[0].sent.length, 0);
  pair.show(1, 'accepted', blockSize);
  pair.show(0, 'accepted', blockSize);
  await until(() => pair.channels[0].sent.length);
  assert.equal(new DataView(pair.channels[0].sent[0]).getUint32(4), blockSize);
  await runUntilOver(pair, own);
  assert.equal(own.state, 'done');
  const stored = /** @type {File} */ (theirs.file);
  assert.deepEqual(new Uint8Array(await stored.arrayBuffer()), bytes);
});

test('a sender goes no more than 8 MiB beyond what is stored, and keeps little in the buffer',
  async () => {
    const pair = new Pair();
    const [own, theirs] = await offer(pair, new Uint8Array(40 * blockSize));
    pair.channels[1].onmessage = () => {};
    pair.files[0].show('peer0', 7, true, 'accepted', 0, own.size, null); // and nothing is stored
    let most = 0;
    let total = 0;
    for (let quiet = 0; quiet < 30; quiet++) {
      most = Math.max(most, pair.channels[0].bufferedAmount);
      if (pair.channels[0].sent.length) quiet = 0;
      total += pair.channels[0].sent.splice(0).reduce((sum, data) => sum + data.byteLength - 8, 0);
      pair.channels[0].bufferedAmount = 0;
      pair.channels[0].deliver();
      await nextTask();
    }
    assert.equal(total - 32 * 32, 8388608);
    assert.ok(most < 1048576 + 65536 + 1, `${most} bytes`);
    theirs.decline();
    assert.equal(theirs.state, 'declined');
  });

test('what is not what was sent ends it', async () => {
  for (const change of [
    (/** @type {DataView} */ view) => view.setUint8(100, view.getUint8(100) ^ 1), // the block
    (/** @type {DataView} */ view) => view.setUint8(10, view.getUint8(10) ^ 1), // its hash
    (/** @type {DataView} */ view) => view.setUint32(4, blockSize), // its place
  ]) {
    const pair = new Pair();
    const [own, theirs] = await offer(pair, bytesOf(1000));
    await theirs.accept();
    await until(() => pair.channels[0].sent.length);
    change(new DataView(pair.channels[0].sent[0]));
    await runUntilOver(pair, own);
    assert.equal(own.state, 'failed');
    assert.equal(theirs.error, 'DataError');
    assert.equal(theirs.file, null);
  }
});

test('bytes of a file that was not accepted are dropped', async () => {
  const pair = new Pair();
  const [own, theirs] = await offer(pair, bytesOf(1000));
  pair.show(0, 'accepted', 0); // a core that says what is not true
  pair.files[1].show('peer1', 7, false, 'paused', 0, 1000, null);
  await until(() => pair.channels[0].sent.length);
  pair.channels[0].deliver();
  assert.equal(theirs.moved, 0);
  own.cancel();
  assert.equal(theirs.state, 'cancelled');
});

test('a file that cannot be read any more fails, and says why', async () => {
  const pair = new Pair();
  const file = new File([bytesOf(1000)], 'a');
  file.slice = () => /** @type {any} */ ({
    size: 1000, arrayBuffer: async () => Promise.reject(new DOMException('', 'NotReadableError')),
  });
  const [own] = pair.files[0].send(file);
  await nextTask();
  await pair.seen[1][0].accept();
  await until(() => own.state === 'failed');
  assert.equal(own.error, 'NotReadableError');
  assert.equal(pair.seen[1][0].error, 'NotReadableError', 'the other side knows why');
});

test('where there is no room for a file, both sides know that it is why', async () => {
  const noRoom = () => Promise.reject(new DOMException('', 'QuotaExceededError'));
  const handle = /** @type {any} */ ({
    createWritable: async () => ({ write: noRoom, close: noRoom, abort: async () => {} }),
  });
  for (const late of [false, true]) {
    const pair = new Pair();
    const [own, theirs] = await offer(pair, bytesOf(1000));
    /** @type {string[]} */
    const heard = [];
    own.addEventListener('change', () => heard.push(`${own.state} ${own.error}`));
    const { onmessage } = pair.channels[0];
    /** @type {any[]} */
    const kept = [];
    if (late) pair.channels[0].onmessage = (event) => kept.push(event);
    await theirs.accept(handle);
    await runUntilOver(pair, own);
    for (const event of kept) onmessage?.(event); // after the end itself
    await nextTask();
    assert.deepEqual([own.state, own.error, theirs.state, theirs.error],
      ['failed', 'QuotaExceededError', 'failed', 'QuotaExceededError'], `late: ${late}`);
    assert.equal(heard.at(-1), 'failed QuotaExceededError');
    assert.deepEqual(pair.channels[1].texts.map((text) => JSON.parse(text)),
      [{ type: 'file-answer', number: 7, error: 'QuotaExceededError' }]);
  }
});

test('what a peer says of an end is not taken for more than a name', async () => {
  const pair = new Pair();
  const [own] = await offer(pair, bytesOf(1000));
  for (const text of ['', '{', 'null', '7', '{"type":"file-answer","number":7,"error":"<b>"}',
    '{"type":"file-answer","number":7,"error":7}', '{"type":"file","number":7,"error":"DataError"}',
    '{"type":"file-answer","number":8,"error":"DataError"}',
    `{"type":"file-answer","number":7,"error":"${'a'.repeat(60)}"}`]) {
    pair.channels[0].onmessage?.({ data: text });
  }
  assert.deepEqual([own.state, own.error], ['offered', '']);
});

test('a file for one person goes to nobody else, also when that one has left', async () => {
  const pair = new Pair();
  const file = new File(['secret'], 'a');
  const send = (/** @type {any} */ options) => pair.files[0].send(file, options);
  assert.throws(() => send({ to: undefined }), { name: 'TypeError' }); // peers.get() of one gone
  assert.throws(() => send({ to: null }), { name: 'TypeError' });
  assert.throws(() => send({ to: { id: 'gone' } }), { name: 'InvalidStateError' });
  await nextTask();
  assert.deepEqual(pair.seen, [[], []]);
  assert.equal(send({ to: { id: 'peer0' } }).length, 1);
  assert.equal(send({ name: 'b' }).length, 1);
});

test('there is a clear limit where only memory is left', async () => {
  await openStorage(memoryMax);
  await assert.rejects(openStorage(memoryMax + 1), { name: 'QuotaExceededError' });
});

test('what is stored in a file of the browser is written in order, and removed if it fails',
  async () => {
    /** @type {string[]} */
    const calls = [];
    const handle = /** @type {any} */ ({
      createWritable: async () => ({
        write: async (/** @type {Uint8Array} */ bytes) => calls.push(`write ${bytes.length}`),
        close: async () => calls.push('close'),
        abort: async () => calls.push('abort'),
      }),
      getFile: async () => new Blob(['abc']),
    });
    const storage = await openStorage(3, handle);
    await storage.write(new Uint8Array(3));
    assert.equal((await storage.close('x')).name, 'x');
    storage.abort();
    (await openStorage(3, handle)).abort();
    assert.deepEqual(calls, ['write 3', 'close', 'abort']);
  });

/**
 * The browser's own file system, with folders of pages that are there or not any more.
 * @param {import('node:test').TestContext} t
 * @param {string[]} folders
 * @param {string[]} held the locks of pages that live
 */
function makeFileSystem(t, folders, held) {
  const left = new Set(folders);
  const home = {
    keys: async function* keys() { yield* left; },
    removeEntry: async (/** @type {string} */ name) => left.delete(name),
  };
  const found = { made: 0, home: true };
  const root = {
    getDirectoryHandle: async (/** @type {string} */ name, /** @type {any} */ options) => {
      if (options?.create) found.made++;
      else if (!found.home) throw new DOMException(name, 'NotFoundError');
      return home;
    },
    removeEntry: async () => {
      if (left.size) throw new DOMException('', 'InvalidModificationError');
      found.home = false;
    },
  };
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  t.after(() => before && Object.defineProperty(globalThis, 'navigator', before));
  Object.defineProperty(globalThis, 'navigator', { configurable: true, value: {
    storage: { getDirectory: async () => root },
    locks: {
      request: async (/** @type {string} */ name, /** @type {any} */ options,
        /** @type {(lock: object|null) => any} */ act) => {
        assert.equal(options.ifAvailable, true, 'nobody is waited for');
        return act(held.includes(name) ? null : {});
      },
    },
  } });
  return { left, found };
}

test('what earlier pages have left is removed, what a page that lives has is not', async (t) => {
  const { left, found } = makeFileSystem(t, ['gone', 'here'], ['peerface-here']);
  await removeLeftovers();
  assert.deepEqual([[...left], found.home, found.made], [['here'], true, 0]);
  const other = makeFileSystem(t, ['gone'], []);
  await removeLeftovers();
  assert.deepEqual([[...other.left], other.found.home], [[], false], 'nothing is left at all');
  await removeLeftovers(); // there is nothing
});

test('a name shows what it is, and cannot leave its folder', () => {
  for (const [name, safe] of [
    ['plan.pdf', 'plan.pdf'],
    ['../../etc/passwd', '_.._etc_passwd'],
    ['C:\\x\\y.txt', 'C__x_y.txt'],
    ['bill\u202efdp.exe', 'billfdp.exe'],
    ['a\u0000b\nc\u200b.txt', 'abc.txt'],
    ['CON', '_CON'], ['lpt1.txt', '_lpt1.txt'], ['console.log', 'console.log'],
    ['.bashrc', 'bashrc'], ['a.txt. . ', 'a.txt'], ['...', 'file'], ['', 'file'],
    ['휴가 사진.jpg', '휴가 사진.jpg'], ['e\u0301.txt', '\u00e9.txt'], ['👩‍💻.png', '👩‍💻.png'],
    ['a?b*c|d"e<f>g', 'a_b_c_d_e_f_g'], ['lone \ud800.txt', 'lone .txt'],
  ]) {
    assert.equal(safeName(name), safe);
  }
  const long = safeName(`${'한'.repeat(300)}.tar.gz`);
  assert.ok(long.endsWith('.gz') && new TextEncoder().encode(long).length <= 250, long);
});

test('sizes are said as people say them', () => {
  for (const [bytes, english, korean] of /** @type {[number, string, string][]} */ ([
    [0, '0 bytes', '0바이트'], [999, '999 bytes', '999바이트'], [1000, '1 kB', '1kB'],
    [2_345_678, '2.3 MB', '2.3MB'], [45_600_000, '46 MB', '46MB'], [4e9, '4 GB', '4GB'],
  ])) {
    assert.equal(formatSize(bytes, 'en'), english);
    assert.equal(formatSize(bytes, 'ko'), korean);
  }
  assert.equal(formatSize(2_345_678, 'en', '-per-second'), '2.3 MB/s');
});

test('only what cannot run anything is opened in the browser', () => {
  for (const name of ['a.html', 'a.svg', 'a.xml', 'a.js', 'a.pdf.exe', 'pdf', 'constructor', '']) {
    assert.equal(typeOf(name), undefined, name);
  }
  assert.equal(typeOf('A.JPG'), 'image/jpeg');
});

test('the texts about files have the same values in both languages', () => {
  const values = (/** @type {string} */ text) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
  for (const [key, text] of Object.entries(transferTexts.en)) {
    const other = transferTexts.ko[/** @type {keyof typeof transferTexts.ko} */ (key)];
    assert.deepEqual(values(other), values(text), key);
  }
});
