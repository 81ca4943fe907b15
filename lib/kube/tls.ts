/** TLS material of a server: whom we trust, and the certificate we show. */

import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { messageOf, UpidError } from '../types/errors.ts';
import type { Certificate } from './credential-source.ts';

export interface Trust {
  /** PEM; undefined: what the system and Node trust. */
  readonly certificateAuthority?: string | undefined;
  /** False: nobody's certificate is checked, so that no authorities are needed. */
  readonly verify: boolean;
  /** Name of the user or file whose certificate it is, for messages. */
  readonly certificateOwner: string;
}

/**
 * Parses certificates once for all connections.
 * @throws UpidError kubeconfig-invalid for a certificate or key that cannot be read or do not belong together.
 */
export function secureContext(trust: Trust, certificate: Certificate | undefined): SecureContext {
  const problem = certificate === undefined ? undefined : certificateProblem(certificate);
  if (problem !== undefined) {
    const whose = trust.certificateOwner === '' ? '' : ` of ${trust.certificateOwner}`;
    throw new UpidError('kubeconfig-invalid', `the client certificate and key${whose} cannot be used: ${problem}`, {
      remedy: 'check client-certificate and client-key: both PEM, belonging together, the key without a passphrase',
    });
  }
  const authorities = trust.verify ? { ca: authoritiesOf(trust.certificateAuthority) } : {};
  return createSecureContext({ ...authorities, ...certificate });
}

/** Why a certificate and its key cannot be shown to a server; undefined when they can. */
export function certificateProblem(certificate: Certificate): string | undefined {
  try {
    // No authorities: reading the system's takes long.
    createSecureContext({ ...certificate, ca: [] });
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

function authoritiesOf(pem: string | undefined): string | string[] {
  if (pem === undefined) return systemAuthorities();
  if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
  throw new UpidError('kubeconfig-invalid', 'the certificate authority contains no PEM certificate', {
    remedy: 'check certificate-authority of the cluster in the kubeconfig, or the file of --certificate-authority',
  });
}

let trusted: string[] | undefined;

/** Node's own list and the machine's, as Go trusts the machine's: company authorities are usually only there. Read once (50 ms). */
function systemAuthorities(): string[] {
  trusted ??= [...new Set([...getCACertificates('default'), ...getCACertificates('system')])];
  return trusted;
}

function reasonOf(error: unknown): string {
  const text = messageOf(error);
  if (/key values mismatch/i.test(text)) return 'the key does not belong to the certificate';
  if (/no start line/i.test(text)) return 'not PEM';
  if (/interrupted or cancelled|bad decrypt|password/i.test(text)) return 'the key is encrypted';
  return text
    .replace(/^error:[^:]*:+/i, '')
    .replaceAll(':', ' ')
    .trim();
}
