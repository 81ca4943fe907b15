/** Certificates for the tests, made by openssl once per process, in a temporary folder that goes with it. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Pair {
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
}

export interface Certificates {
  readonly directory: string;
  readonly ca: string;
  readonly caFile: string;
  /** For localhost, 127.0.0.1 and api.test. */
  readonly server: Pair;
  /** For elsewhere.test only. */
  readonly otherName: Pair;
  /** Expired yesterday. */
  readonly expired: Pair;
  /** Made by an authority that nobody knows. */
  readonly unknown: Pair;
  /** CN=alice, O=devs. */
  readonly client: Pair;
  /** CN=alice2: the one a plugin returns after a refusal. */
  readonly renewed: Pair;
  /** A certificate of its own authority that the server does not accept. */
  readonly foreignClient: Pair;
}

let made: Certificates | undefined;

export function certificates(): Certificates {
  made ??= make();
  return made;
}

function make(): Certificates {
  const directory = mkdtempSync(join(tmpdir(), 'upid-certificates-'));
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
  const ca = authority(directory, 'ca');
  const stranger = authority(directory, 'stranger');
  const names = 'subjectAltName=DNS:localhost,DNS:api.test,IP:127.0.0.1';
  return {
    directory,
    ca: ca.cert,
    caFile: ca.certFile,
    server: signed(directory, ca, 'server', '/CN=server', names),
    otherName: signed(directory, ca, 'other', '/CN=other', 'subjectAltName=DNS:elsewhere.test'),
    expired: signed(directory, ca, 'expired', '/CN=expired', names, ['-days', '-1']),
    unknown: signed(directory, stranger, 'unknown', '/CN=unknown', names),
    client: signed(directory, ca, 'client', '/CN=alice/O=devs', 'extendedKeyUsage=clientAuth'),
    renewed: signed(directory, ca, 'renewed', '/CN=alice2/O=devs', 'extendedKeyUsage=clientAuth'),
    foreignClient: signed(directory, stranger, 'foreign', '/CN=mallory', 'extendedKeyUsage=clientAuth'),
  };
}

function openssl(...args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' });
}

function pair(directory: string, name: string): Pair {
  const certFile = join(directory, `${name}.crt`);
  const keyFile = join(directory, `${name}.key`);
  return { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8'), certFile, keyFile };
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

function authority(directory: string, name: string): Pair {
  const at = (ending: string): string => join(directory, `${name}.${ending}`);
  openssl('req', '-x509', ...KEY, '-keyout', at('key'), '-out', at('crt'), '-subj', `/CN=${name}`, '-days', '30');
  return pair(directory, name);
}

function signed(directory: string, by: Pair, name: string, subject: string, extension: string, dates = ['-days', '30']): Pair {
  const at = (ending: string): string => join(directory, `${name}.${ending}`);
  openssl('req', ...KEY, '-keyout', at('key'), '-out', at('csr'), '-subj', subject);
  writeFileSync(at('ext'), `${extension}\n`);
  openssl(
    'x509',
    '-req',
    '-in',
    at('csr'),
    '-CA',
    by.certFile,
    '-CAkey',
    by.keyFile,
    '-CAcreateserial',
    '-out',
    at('crt'),
    '-extfile',
    at('ext'),
    ...dates,
  );
  return pair(directory, name);
}
