/* self.mjs - every check of this folder detects the mistakes that it exists for. */
/* SPDX-License-Identifier: MIT */
import fs from 'node:fs';
import path from 'node:path';
import { problemsOfEmJs } from './em_js.mjs';
import { report, root } from './files.mjs';
import { findFormatter, problemsOfFormat } from './format.mjs';
import { problemsOfC } from './headers.mjs';
import { examine as examineLayers } from './layers.mjs';
import { examine as examineNames } from './names.mjs';
import { examine as examineManual } from './operating.mjs';
import { problemsOfRows } from './rows.mjs';
import { problemsOfSymbols } from './symbols.mjs';
import { problemsOfText } from './text.mjs';
import { problemsOfTypes } from './types.mjs';
import { examine as examineWalks } from './walks.mjs';
import { problemsOfWaits } from './waits.mjs';

/** @type {string[]} */
const wrong = [];
let count = 0;

/**
 * @param {string} what @param {string[]} problems that the check reports
 * @param {RegExp | null} pattern must match one of them; null: there must be none
 */
function expect(what, problems, pattern) {
  count++;
  const isRight = pattern
    ? problems.some((problem) => pattern.test(problem))
    : problems.length === 0;
  if (!isRight) wrong.push(`${what}: ${problems.length > 0 ? problems.join('; ') : 'not noticed'}`);
}

const head = '/* a.c - a sample. */\n/* SPDX-License-Identifier: MIT */\n';
const longBody = '    x();\n'.repeat(69);
const longScript = '  x();\n'.repeat(69);

/** @param {string} text @param {string} [name] */
const inText = (text, name = 'a.c') => problemsOfText(name, head.replace('a.c', name) + text);

expect('good C', inText('static void f(void)\n{\n    x();\n}\n'), null);
expect('a long line', inText(`${'x'.repeat(101)}\n`), /:3: 101 columns/);
expect('a long function', inText(`static void f(void)\n{\n${longBody}}\n`), /:3: .* 72 lines/);
expect('a long function with many parameters',
  inText(`void f(int a,\n       int b)\n{\n${longBody}}\n`), /:3: .* 73 lines/);
expect('a long EM_JS()', inText(`EM_JS(void, f, (void), {\n${longBody}});\n`), /:3: .* 71 lines/);
expect('a long table', inText(`static const int x[] = {\n${'    1,\n'.repeat(99)}};\n`), null);
expect('a long function of a script',
  inText(`export const f = () => {\n${longScript}};\n`, 'a.mjs'), /:3: .* 71 lines/);
expect('a long file', inText('int x;\n'.repeat(699)), /701 lines/);
expect('a long file of src', problemsOfText('src/a.c', head + 'int x;\n'.repeat(499)),
  /501 lines, at most 500/);
expect('no head', problemsOfText('a.c', 'int x;\n'), /first line/);
expect('no licence', problemsOfText('a.c', '/* a.c - a sample. */\n'), /SPDX/);
expect('unfinished work', inText('/* TO' + 'DO: more */\n'), /unfinished/);
expect('a place of one machine', inText('/* see /ho' + 'me/me/x */\n'), /one machine/);
expect('space at the end', inText('int x; \n'), /space/);

/** @param {string} body */
const inEmJs = (body) => problemsOfEmJs('a.c',
  `EM_JS(void, f, (int x, char *y), {\n${body}\n});\n`);

expect('a good body', inEmJs('  try { go(x, `${y}`); } catch (e) { stop(e); }'), null);
expect('no semicolon', inEmJs('  a(x)\n  b(y);'), /:2: .*semicolon/);
expect('no semicolon after a variable', inEmJs('  const z = x\n  b(z);'), /:2: .*semicolon/);
expect('no semicolon in one line', problemsOfEmJs('a.c', 'EM_JS(int, f, (void), { return 1 });\n'),
  /:1: .*semicolon/);
expect('bad syntax', inEmJs('  a(;'), /:2: .*expected/);
expect('optional chaining', inEmJs('  a?.b();'), /chaining/);
expect('object spread', inEmJs('  a({ ...x });'), /spread/);
expect('BigInt', inEmJs('  a(1n);'), /BigInt/);
expect('a class field', inEmJs('  class A { b = 1; }'), /class field/);
expect('object rest', inEmJs('  const { a, ...b } = x;'), /rest/);
expect('a destructuring default', inEmJs('  const { a = 1 } = x;'), /default/);
expect('nullish', inEmJs('  a(x ?? y);'), /operator/);
expect('a backslash in a regular expression', inEmJs('  a(/\\d/);'), /backslash/);
expect('an apostrophe in a template', inEmJs('  a(`it\'s ${x}`);'), /quote/);
expect('shared memory', inEmJs('  a(d.decode(HEAPU8.subarray(y, y + 1)));'), /shared/);
expect('UTF8ToString', inEmJs('  a(UTF8ToString(y));'), /every version/);
expect('an EM_JS() that is not understood', problemsOfEmJs('a.c', '  EM_JS(void, f, (), {});'),
  /understood/);

const archive = 'a.o:\npf_a T 0 10\npf_b U\nmemcpy U\n';
const other = 'b.o:\npf_b T 0 10\n';
expect('allowed symbols', problemsOfSymbols(new Map([['a', archive], ['b', other]])), null);
expect('a clock', problemsOfSymbols(new Map([['a', `${archive}clock_gettime U\n`], ['b', other]])),
  /needs clock_gettime/);
expect('a call upwards', problemsOfSymbols(new Map([['a', archive]])), /needs pf_b/);

expect('a good header', problemsOfC('cc', [], 'a.h', '#include <stddef.h>\nextern size_t x;\n'),
  null);
expect('a header that includes too little', problemsOfC('cc', [], 'a.h', 'extern size_t x;\n'),
  /alone/);

/** @param {Record<string, string>} sources by name */
const inLayers = (sources) => examineLayers(new Map(Object.entries(sources))).problems;
expect('includes that point down', inLayers({
  'base/a.h': '',
  'protocol/b.h': '#include "base/a.h"\n',
  'relay/hub/c.c': '#include "protocol/b.h"\n',
}), null);
expect('an include that points up', inLayers({
  'base/a.h': '#include <stddef.h>\n#include "protocol/b.h"\n', 'protocol/b.h': '',
}), /base\/a\.h:2: base includes protocol, which is above it/);
expect('an include across', inLayers({
  'core/a.h': '', 'relay/hub/c.c': '#include "core/a.h"\n',
}), /share only what is below both/);
expect('a folder that nobody listed', inLayers({
  'extra/a.c': '#include "base/a.h"\n', 'base/a.h': '',
}), /extra is not in the list/);
expect('an include of nothing', inLayers({ 'base/a.c': '#include "a.h"\n' }), /no file below src/);

/** @param {Record<string, string>} sources by name */
const inNames = (sources) => examineNames(new Map(Object.entries(sources))).problems;
expect('names that differ', inNames({
  'src/a.h': 'struct pf_a {\nint pf_f(void);\n', 'src/b.h': 'struct pf_b {\nint pf_g(void);\n',
}), null);
expect('private structs of one name', inNames({
  'src/a.c': 'struct reader {\n', 'src/b.c': 'struct reader {\n',
}), null);
expect('private structs of two tests', inNames({
  'tests/a.c': 'struct reader {\n', 'tests/b.c': 'struct reader {\n',
}), /b\.c:1: struct reader is also at tests\/a\.c:1/);
expect('a struct of each host', inNames({
  'src/a.c': 'struct pf_host {\n', 'tests/b.c': 'struct pf_host {\n',
}), null);
expect('a struct twice', inNames({ 'src/a.c': 'struct pf_a {\n', 'src/b.h': '\nstruct pf_a {\n' }),
  /b\.h:2: struct pf_a is also at src\/a\.c:1/);
expect('a function twice', inNames({
  'src/a.h': 'void pf_f(int a,\n          int b);\n', 'src/b.h': 'const char *pf_f(void);\n',
}), /function pf_f is also at/);
expect('an enum twice', inNames({ 'src/a.h': 'enum pf_e {\n', 'src/b.h': 'enum pf_e {\n' }),
  /enum pf_e/);

/** @param {string[]} steps @param {string} [count] */
const inWalk = (steps, count = 'One') => examineWalks(
  `## ${count} ways through the code\n\`\`\`\n${steps.join('\n')}\n\`\`\`\n`,
  new Map([['src/a.c', 'pf_a(PF_B); visit(); pf_c();'], ['src/reconcile.c', 'pf_c();']]),
).problems;
const step = (/** @type {string} */ left, file = 'a.c', what = '') =>
  `${left.padEnd(40)}${file.padEnd(16)}${what}`.trimEnd();
expect('a way', inWalk([step('at A: pf_a, visit', 'a.c', 'PF_B, then'), step('', '', 'more'),
  step('   ... PF_B, at the peer'), step('  + pf_c')]), null);
expect('a function that is not in the file', inWalk([step('pf_b')]), /pf_b is not in a\.c/);
expect('a part of a name', inWalk([step('pf_')]), /pf_ is not in a\.c/);
expect('a command of the third column', inWalk([step('pf_a', 'a.c', 'PF_C')]), /PF_C is not in/);
expect('no such file', inWalk([step('pf_a', 'b.c')]), /no file "b\.c"/);
expect('a step without a name', inWalk([step('as always')]), /names nothing/);
expect('what does not follow', inWalk([step('  + visit')]), /not called by pf_reconcile/);
expect('the wrong number', inWalk([step('pf_a')], 'Two'), /there are 1 ways, not Two/);

/** @param {string} text @param {string} [name] */
const inWaits = (text, name = 'tests/e2e/a.test.mjs') => problemsOfWaits(name, text);
const sleep = 'new Promise((resolve) => setTimeout(resolve, 400));';
expect('a wait for an event', inWaits('await until("x", f);\nawait stays("x", 1, f);'), null);
expect('a timer that is no wait', inWaits('setTimeout(() => child.kill(), 5000);'), null);
expect('the next task', inWaits('new Promise((resolve) => setTimeout(resolve));'), null);
expect('a pause', inWaits('\nawait pause(1000);'), /:2: pause/);
expect('a pause of a helper that asks again', inWaits('pause(50);', 'tests/e2e/watch.mjs'), null);
expect('a sleep', inWaits(`person.ask(() => ${sleep}`), /setTimeout\(\) settles/);
expect('a sleep that gives something',
  inWaits('new Promise((done) => setTimeout(() => done(1), 9));'), /setTimeout\(\) settles/);
expect('a sleep of the driver', inWaits('page.waitForTimeout(5);'), /waitForTimeout/);
expect('a sleep of node', inWaits("import { setTimeout } from 'timers/promises';"), /timers/);

/** @param {string} row */
const inRows = (row) => problemsOfRows(`${row}\n`,
  (name) => (name.includes('missing') ? null : 'R2_a, G1, (I3)'))
  .filter((problem) => !problem.includes('is not there'));
expect('a row that is shown', inRows('| G1 | S B | x | `unit/a.c`, `e2e/a.mjs` | |'), null);
expect('a reason', inRows('| I3 | S B | x | `sim/a.c`, B unverified: needs a phone | |'), null);
expect('an id that is not in its file', inRows('| R1 | S | x | `unit/a.c` | |'), /R1 is not in/);
expect('part of an id', inRows('| R2 | S | x | `unit/a.c` | |'), null);
expect('a file that is missing', inRows('| G1 | S | x | `unit/missing.c` | |'), /there is no/);
expect('a way that is not shown', inRows('| G1 | S R | x | `unit/a.c` | |'), /by R, and no reason/);
expect('no reason', inRows('| G1 | S | x | S unverified: ? | |'), /by S, and no reason/);
expect('a reason that is not needed', inRows('| G1 | S | x | `unit/a.c`, S unverified: x | |'),
  /said to be/);
expect('a part', inRows('| G1 | S | x | `unit/a.c`, S in part: only half | |'), null);
expect('a part of nothing', inRows('| G1 | S | x | `unit/a.c`, B in part: half | |'),
  /in part shown/);
expect('a row that is lost', problemsOfRows('| G1 | S | x | `unit/a.c` | |', () => 'G1'),
  /R34 is not there/);

fs.mkdirSync(path.join(root, 'build'), { recursive: true });
const folder = fs.mkdtempSync(path.join(root, 'build/lint-'));
const script = path.join(folder, 'a.js');
fs.writeFileSync(script, '/** @param {number} x */\nexport const f = (x) => x.length;\n');
const formatter = findFormatter();
if (formatter) {
  const file = path.join(folder, 'a.c');
  fs.writeFileSync(file, 'int x;\n');
  expect('formatted C', problemsOfFormat(formatter, [file]), null);
  fs.writeFileSync(file, 'int   x;\n');
  expect('badly formatted C', problemsOfFormat(formatter, [file]), /a\.c:1:4: .*format/);
}
expect('a wrong type', problemsOfTypes([script], []), /a\.js:2: .*length/);
fs.rmSync(folder, { recursive: true });

const manual = '| `--port` | N | | |\n| `started` | info | |\n| `peerface_rooms` | |\n| 4000 | |\n';
/** @param {Partial<Parameters<typeof examineManual>[0]>} other */
const inManual = (other) => examineManual({
  manual, help: '  --port N   x\n', sources: 'pf_log_put(log, PF_LOG_INFO, "started", "x");',
  metrics: '        {"rooms", "gauge", "x"},\n', codes: 'return 4000;', dashboard: '{}', ...other,
}).problems;
expect('a complete manual', inManual({}), null);
expect('an option that is not in the manual', inManual({ help: '  --port N\n  --web DIR\n' }),
  /no row for the option web/);
expect('an option of the manual that does not exist', inManual({ help: '' }), /no option port/);
expect('a log event that is not in the manual',
  inManual({ sources: 'pf_log_put(log, PF_LOG_INFO, "stopped", "x");' }), /log event stopped/);
expect('a metric that is not in the manual',
  inManual({ metrics: '    put_head(out, "rounds", "histogram", "x");' }), /metric rounds/);
expect('a close code that is not in the manual', inManual({ codes: 'return 4001;' }), /code 4001/);

expect('a close code of RFC 6455 that is not in the manual',
  inManual({ sources: 'pf_log_put(log, PF_LOG_INFO, "started", "x");\n'
    + '    PF_CLOSE_ABNORMAL = 1006,\n    PF_CLOSE_TOO_BIG = 1009,\n' }), /close code 1009/);
expect('a metric of the dashboard that does not exist',
  inManual({ dashboard: '["rate(peerface_rounds_bucket[1m]) + peerface_rooms"]' }),
  /grafana.json: there is no metric rounds/);

report(wrong, count);
