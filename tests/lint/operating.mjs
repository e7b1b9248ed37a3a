/* operating.mjs - the operator's manual names every option, metric, event and close code. */
/* SPDX-License-Identifier: MIT */
//
//   node operating.mjs RELAY
//
// And the dashboard shows metrics that there are.
import { execFileSync } from 'node:child_process';
import { filesWhere, isProgram, read, report } from './files.mjs';

/** @param {string} text @param {RegExp} pattern with one group @returns {Set<string>} */
const all = (text, pattern) => new Set([...text.matchAll(pattern)].map((match) => match[1]));

/**
 * What one side has and the other has not.
 * @param {string} what
 * @param {Set<string>} manual
 * @param {Set<string>} program
 * @returns {string[]}
 */
function compare(what, manual, program) {
  const file = 'src/relay/OPERATING.md';
  return [
    ...[...program].filter((name) => !manual.has(name)).map((name) =>
      `${file}: no row for the ${what} ${name}`),
    ...[...manual].filter((name) => !program.has(name)).map((name) =>
      `${file}: there is no ${what} ${name}`),
  ];
}

/**
 * @param {{manual: string, help: string, sources: string, metrics: string, codes: string,
 *   dashboard: string}} texts
 * @returns {{count: number, problems: string[]}}
 */
export function examine({ manual, help, sources, metrics, codes, dashboard }) {
  const options = all(help, /^ {2}--([a-z-]+)/gm);
  const events = all(sources, /pf_log_put\([^;]*?PF_LOG_\w+,\s*"([a-z-]+)"/g);
  const names = all(metrics,
    /(?:put_head\(out, |^\s*\{)"([a-z_]+)",\s*"(?:gauge|counter|histogram)"/gm);
  const fatal = all(codes, /return (4\d{3});/g);
  // Those of RFC 6455 that are sent: 1005 and 1006 stand for what has not been.
  const general = all(sources, /^ +(?:PF_)?CLOSE_\w+ = (?!100[56])(1\d{3}),/gm);
  const told = new Set([...all(manual, /^\| ((?:1\d{3}(?:, )?)+) \|/gm)]
    .flatMap((row) => row.split(', ')));
  const shown = all(JSON.stringify(JSON.parse(dashboard)),
    /peerface_([a-z_]+?)(?:_bucket)?(?![a-z_])/g);
  return {
    count: options.size + events.size + names.size + fatal.size + general.size + shown.size,
    problems: [
      ...compare('option', all(manual, /^\| `--([a-z-]+)` \|/gm), options),
      ...compare('log event',
        all(manual, /^\| `([a-z]+(?:-[a-z]+)*)` \| (?:info|warning|error) \|/gm), events),
      ...compare('metric', all(manual, /^\| `peerface_([a-z_]+)` \|/gm), names),
      ...compare('close code', all(manual, /^\| (4\d{3}) \|/gm), fatal),
      ...compare('close code', told, general),
      ...[...shown].filter((name) => !names.has(name)).map((name) =>
        `src/relay/grafana.json: there is no metric ${name}`),
    ],
  };
}

if (isProgram(import.meta.url)) {
  const { count, problems } = examine({
    manual: read('src/relay/OPERATING.md'),
    help: execFileSync(process.argv[2], ['--help'], { encoding: 'utf8' }),
    sources: filesWhere((name) => /\.[ch]$/.test(name), 'src/relay').map(read).join('\n'),
    metrics: read('src/relay/server/metrics.c'),
    codes: read('src/protocol/message.c'),
    dashboard: read('src/relay/grafana.json'),
  });
  report(problems, count);
}
