/* many.mjs - as many people at once as the machine has descriptors for, and a storm of them. */
/* SPDX-License-Identifier: MIT */
//
//   node tests/attack/many.mjs [crowd | tls | storm]... [--seconds N] [--people N]
//
// crowd: 19,000 members in rooms of up to eight, 5,000 of whom talk, for five minutes. tls: the
// same for 5,000 over TLS. storm: 10,000 connect and join as fast as they can. It fails when a
// message or a connection is lost, or memory grows.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { makeCertificate, tlsOptions } from '../relay/certificate.mjs';
import { Crowd, PORT, Target, addresses, moveIntoNamespace, relayAddress, sleep }
  from './field.mjs';

const GROWTH_MAX = 1.05; // of memory, over the time in which they talk
const MESSAGE_MS = 1000; // between the messages of one who talks

const words = process.argv.slice(2);
/** @param {string} name @param {number} otherwise */
const number = (name, otherwise) =>
  (words.includes(name) ? Number(words[words.indexOf(name) + 1]) : otherwise);
const seconds = number('--seconds', 300);

/**
 * The last eighth of --clients-max is for members with tickets, so the last of a full relay have
 * been there before. Nothing else of the defaults is changed but the number of places: 400
 * addresses share the people, so that each has its joins (a burst of 60) and its connections (256).
 */
const cases = {
  crowd: { people: number('--people', 19000), talkers: 5000, returning: 2100, tls: false,
    options: ['--clients-max', '19500', '--requests-max', '300'] },
  tls: { people: number('--people', 5000), talkers: 5000, returning: 0, tls: true, options: [] },
  storm: { people: number('--people', 10000), talkers: 0, returning: 0, tls: false,
    options: ['--clients-max', '12000'] },
};

/** @param {keyof typeof cases} name @param {string} folder */
async function play(name, folder) {
  const { people, talkers, returning, tls, options } = cases[name];
  const secure = tls ? tlsOptions(makeCertificate(folder, 'many')) : [];
  const target = new Target([...options, ...secure]);
  try {
    await target.ready();
    const empty = target.memory();
    const crowd = new Crowd(`${relayAddress}:${PORT}`, '--people', `${people}`,
      '--talkers', `${Math.min(talkers, people)}`, '--room-size', '8',
      '--interval-ms', `${MESSAGE_MS}`,
      '--returning', `${people < cases.crowd.people ? 0 : returning}`, '--from', addresses.people,
      '--addresses', '400', ...(tls ? ['--tls'] : []));
    const cpu = target.cpu();
    const ready = await crowd.next();
    const joined = target.cpu() - cpu;
    /** @type {Record<string, number>[]} */
    const rows = [];
    const memory = [];
    if (talkers > 0) {
      await sleep(5000);
      await crowd.phase('talk');
      for (let i = 1; i <= 5; i++) {
        memory.push(target.memory().own);
        const before = target.cpu();
        await sleep(seconds * 200);
        const phase = await crowd.phase(`talk ${i}`);
        rows.push({ ...phase, busy: (target.cpu() - before) / phase.seconds });
      }
      memory.push(target.memory().own);
    }
    const { all } = await crowd.end();
    const code = await target.end('SIGTERM');
    return { people, ready, joined, rows, empty, memory, all, code };
  } finally {
    target.child.kill('SIGKILL');
  }
}

/** @param {string} name @param {Awaited<ReturnType<typeof play>>} outcome */
function report(name, { people, ready, joined, rows, empty, memory, all, code }) {
  console.log(`${name}: ${ready.inside} of ${people} joined in ${ready.seconds} s, `
    + `${ready.perSecond} a second (connect to joined: p50 ${ready.p50} ms, p99 ${ready.p99} ms, `
    + `max ${ready.max} ms; relay CPU ${(joined / people * 1e6).toFixed(0)} µs each)`);
  for (const row of rows) {
    console.log(`  ${row.seconds.toFixed(0)} s: ${row.sent} messages sent, ${row.received} came `
      + `back, p50 ${row.p50.toFixed(2)} ms, p99 ${row.p99.toFixed(2)} ms, `
      + `max ${row.max.toFixed(1)} ms, relay CPU ${(row.busy * 100).toFixed(0)} %`);
  }
  if (memory.length > 0) {
    console.log(`  memory: ${empty.own.toFixed(1)} MiB empty, then `
      + `${memory.map((mib) => mib.toFixed(1)).join(', ')} MiB`);
  }
  console.log(`  ${all.missing} messages missing, ${all.repeated} twice, ${all.lost} people lost, `
    + `the relay ended with ${code}`);
  const grew = memory.length > 0 && memory[memory.length - 1] > memory[0] * GROWTH_MAX;
  return ready.inside === people && all.inside === people && all.missing === 0
    && all.repeated === 0 && all.lost === 0 && !grew && code === 0;
}

process.env.PF_PREFERRED = words.includes('--plain') ? '' : '1';
moveIntoNamespace(process.argv[1]);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'peerface-many-'));
let allGood = true;
for (const name of /** @type {(keyof typeof cases)[]} */ (Object.keys(cases))) {
  if (Object.keys(cases).some((key) => words.includes(key)) && !words.includes(name)) continue;
  allGood = report(name, await play(name, folder)) && allGood;
}
fs.rmSync(folder, { recursive: true, force: true });
process.exitCode = allGood ? 0 : 1;
