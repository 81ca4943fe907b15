/**
 * Which credential a target's requests show: fixed (certificate, token, password), a token file, a credential plugin, or
 * the legacy OIDC provider; precedence as client-go's transports have it.
 */

import { UpidError } from '../types/errors.ts';
import type { Runtime } from '../types/runtime.ts';
import type { Credential, CredentialSource } from './credential-source.ts';
import { execCredentials } from './exec-credential.ts';
import { oidcCredentials } from './oidc.ts';
import type { Target } from './target.ts';
import { tokenFileCredentials } from './token-file.ts';

/**
 * The source for a target. Runs nothing yet.
 * @param signal ends a credential plugin that runs.
 * @throws UpidError credential-plugin for an auth provider that kubectl does not know any more.
 */
export function credentialSource(target: Target, runtime: Runtime, signal?: AbortSignal): CredentialSource {
  const { token, tokenFile, basic, certificate, exec, authProvider } = target.credentials;
  const base: Credential = certificate === undefined ? {} : { certificate };
  // client-go: a token file that can be read beats the token beside it.
  if (tokenFile !== undefined) return tokenFileCredentials(tokenFile, token, base, runtime);
  if (token !== undefined) return fixed({ ...base, authorization: `Bearer ${token.trim()}` });
  if (basic !== undefined) {
    const pair = Buffer.from(`${basic.username}:${basic.password}`).toString('base64');
    return fixed({ ...base, authorization: `Basic ${pair}` });
  }
  if (exec !== undefined && certificate === undefined) return execCredentials(exec, target, runtime, signal);
  if (authProvider === undefined) return fixed(base);
  if (authProvider.name === 'oidc') return oidcCredentials(authProvider.config, base, runtime);
  throw removedProvider(authProvider.name);
}

function fixed(credential: Credential): CredentialSource {
  return { current: async () => credential, renew: async () => undefined, close() {} };
}

/** Programs that took the place of the providers built into old clients. */
const SUCCESSORS: Readonly<Record<string, string>> = {
  gcp: 'gke-gcloud-auth-plugin',
  azure: 'kubelogin (Azure)',
};

function removedProvider(name: string): UpidError {
  const successor = SUCCESSORS[name];
  return successor === undefined
    ? new UpidError('credential-plugin', `no auth provider found for name ${JSON.stringify(name)}`, {
        remedy: 'use a credential plugin (exec) instead of auth-provider in the kubeconfig',
      })
    : new UpidError('credential-plugin', `the ${name} auth provider has been removed from Kubernetes clients`, {
        remedy: `install ${successor} and write the kubeconfig anew, so that it uses it as a credential plugin`,
      });
}
