/* hardened.test.mjs - the relay is linked and compiled as harden.cmake says. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { program } from './relay.mjs';

const skip = process.env.PF_HARDENED ? false : 'not a hardened build';

/** @param {...string} options @returns {string} */
function readelf(...options) {
  const { stdout, error } = spawnSync('readelf', ['--wide', ...options, program],
    { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (error) throw error;
  return stdout;
}

test('the program can be loaded anywhere, and cannot be changed then', { skip }, () => {
  assert.match(readelf('--file-header'), /Type: +DYN/);
  const segments = readelf('--segments');
  assert.match(segments, /GNU_RELRO/);
  assert.match(segments, /GNU_STACK .* RW +0x/);
  assert.doesNotMatch(segments, / RWE /);
  const dynamic = readelf('--dynamic');
  assert.match(dynamic, /FLAGS_1.*\bNOW\b/);
  assert.match(dynamic, /FLAGS_1.*\bPIE\b/);
  assert.doesNotMatch(dynamic, /TEXTREL|RPATH|RUNPATH/);
});

test('the stack and the bounds of buffers are guarded', { skip }, () => {
  const symbols = readelf('--dyn-syms');
  assert.match(symbols, /UND __stack_chk_fail/);
  assert.match(symbols, /UND __(?:v?snprintf|memcpy|read|poll)_chk/);
});

test('every file of ours is compiled with the flags', { skip }, (t) => {
  const info = readelf('--debug-dump=info', '--dwarf-depth=1');
  const units = [...info.matchAll(/DW_AT_producer .*: (.*)/g)].map((match) => match[1])
    .filter((producer) => / -O\d/.test(producer)); // gcc's, which name the flags
  if (units.length === 0) {
    t.skip('this compiler does not say with which flags');
    return;
  }
  assert.ok(units.length > 40, `${units.length}`);
  const flags = ['-fPIE', '-fstack-protector-strong'];
  if (process.arch === 'x64') flags.push('-fcf-protection', '-fstack-clash-protection');
  for (const producer of units) {
    for (const flag of flags) assert.ok(producer.includes(flag), `${flag} in: ${producer}`);
  }
});
