/* standards.mjs - peerface/client.h and simulated.h compile alone, as C and as C++ of any age. */
/* SPDX-License-Identifier: MIT */
//
//   node standards.mjs COMPILER...
import { spawnSync } from 'node:child_process';
import { filesWhere, report, root } from '../lint/files.mjs';

const standards = {
  c: ['c99', 'c11', 'c17', 'c2x'],
  'c++': ['c++11', 'c++14', 'c++17', 'c++20'],
};

/**
 * @param {string} compiler @param {string} language @param {string} standard
 * @param {string} text
 */
const compile = (compiler, language, standard, text) => spawnSync(compiler, ['-x', language,
  `-std=${standard}`, '-Wall', '-Wextra', '-Wpedantic', '-Wconversion', '-Werror', '-fsyntax-only',
  `-I${root}/src/client`, '-'], { input: text, encoding: 'utf8' });

const headers = filesWhere((name) => name.endsWith('.h'), 'src/client/peerface')
  .map((name) => name.slice('src/client/'.length));

/** What a program does with it, so that C++ sees conversions too. */
const program = `
static void on_event(struct pf_client *client, const struct pf_client_event *event,
                     void *user)
{
    (void)user;
    if (event->type == PF_CLIENT_PEER) {
        (void)pf_client_send(client, event->peer, "x", 1, PF_SEND_UNRELIABLE | PF_SEND_TEXT);
    }
}
#ifdef __cplusplus
extern pf_client_config other; /* the name needs no \`struct\` */
#endif
struct pf_client *begin(void);
struct pf_client *begin(void)
{
    struct pf_client_config config = pf_client_defaults();
    config.media = PF_MEDIA_MICROPHONE | PF_MEDIA_CAMERA;
    config.on_event = on_event;
    return pf_client_open(&config, NULL);
}
`;

/** @type {string[]} */
const problems = [];
let count = 0;
for (const compiler of process.argv.slice(2)) {
  for (const [language, names] of Object.entries(standards)) {
    for (const standard of names) {
      for (const header of headers) {
        const include = `#include <${header}>\n`;
        const use = header.endsWith('client.h') ? program : 'extern int x;\n';
        const { status, stderr } = compile(compiler, language, standard,
          include + include + use);
        count++;
        if (status !== 0) problems.push(`${header}: ${compiler} -std=${standard}\n${stderr}`);
      }
    }
  }
}
report(problems, count);
