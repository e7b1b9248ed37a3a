/* certificate.mjs - makes certificates for tests, with the program openssl. */
/* SPDX-License-Identifier: MIT */
import { spawnSync } from 'node:child_process';
import path from 'node:path';

/** @typedef {{cert: string, key: string}} Certificate  names of PEM files */

/**
 * Writes a certificate for localhost, signed by itself, and its key into the folder.
 * @param {string} folder
 * @param {string} name of the files, and its common name
 * @param {'ec' | 'rsa'} [kind]
 * @returns {Certificate}
 */
export function makeCertificate(folder, name, kind = 'ec') {
  const files = { cert: path.join(folder, `${name}.crt`), key: path.join(folder, `${name}.key`) };
  const key = kind === 'ec' ? ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'] : ['rsa:2048'];
  const { status, stderr } = spawnSync('openssl', [
    'req', '-x509', '-newkey', ...key, '-nodes', '-days', '2', '-subj', `/CN=${name}`,
    '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1',
    '-keyout', files.key, '-out', files.cert,
  ], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`openssl req: ${stderr}`);
  return files;
}

/** @param {Certificate} certificate @returns {string[]} options of the relay */
export function tlsOptions({ cert, key }) {
  return ['--tls-cert', cert, '--tls-key', key];
}
