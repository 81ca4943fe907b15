/** A target in words: which server, and how a person proves who they are. Reads what is there; asks nobody. */

import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ConnectionDescription, CredentialDescription } from '../types/identity.ts';
import type { Target, TargetCredentials } from './target.ts';

/** Describes a target; a credential that cannot be read has no expiry, and says so when it is used. */
export async function describeTarget(target: Target): Promise<ConnectionDescription> {
  const { context, server, namespace, credentials, impersonation } = target;
  return {
    context,
    server: server.href.replace(/\/$/, ''),
    namespace,
    user: credentials.user,
    credentials: await describeCredentials(credentials),
    inCluster: context === 'in-cluster' && credentials.tokenFile !== undefined,
    ...(impersonation && { impersonated: impersonation }),
  };
}

/** In the order in which `credentialSource` takes them. */
async function describeCredentials(credentials: TargetCredentials): Promise<readonly CredentialDescription[]> {
  const { token, tokenFile, basic, certificate, exec, authProvider } = credentials;
  const shown: CredentialDescription[] = [];
  if (tokenFile !== undefined) {
    const written = await readFile(tokenFile, 'utf8').catch(() => token ?? '');
    shown.push({ method: 'token-file', detail: tokenFile, ...expiry(tokenExpiry(written)) });
  } else if (token !== undefined) shown.push({ method: 'token', detail: '', ...expiry(tokenExpiry(token)) });
  else if (basic !== undefined) shown.push({ method: 'basic', detail: basic.username });
  else if (exec !== undefined && certificate === undefined) shown.push({ method: 'exec', detail: exec.command });
  else if (authProvider !== undefined) {
    const { name, config } = authProvider;
    shown.push({ method: 'auth-provider', detail: name, ...expiry(tokenExpiry(config['id-token'] ?? '')) });
  }
  return certificate === undefined ? shown : [...shown, certificateDescription(certificate.cert)];
}

function expiry(expiresAtMs: number | undefined): Pick<CredentialDescription, 'expiresAtMs'> {
  return expiresAtMs === undefined ? {} : { expiresAtMs };
}

/** The claim `exp` of a JSON web token (RFC 7519, section 4.1.4), not verified; undefined for any other token. */
export function tokenExpiry(token: string): number | undefined {
  const payload = token.trim().split('.');
  if (payload.length !== 3) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload[1]!, 'base64url').toString('utf8'));
    const seconds = typeof claims === 'object' && claims !== null ? (claims as { readonly exp?: unknown }).exp : undefined;
    return typeof seconds === 'number' && Number.isFinite(seconds) ? seconds * 1000 : undefined;
  } catch {
    return undefined;
  }
}

function certificateDescription(pem: string): CredentialDescription {
  try {
    const certificate = new X509Certificate(pem);
    const subject = certificate.subject?.replaceAll('\n', ', ') ?? '';
    return { method: 'certificate', detail: subject, expiresAtMs: certificate.validToDate.getTime() };
  } catch {
    return { method: 'certificate', detail: 'it cannot be read' };
  }
}
