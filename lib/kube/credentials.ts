/**
 * What each request shows to prove who it is from. One source per client: fixed (certificate, token, password), a file
 * that is read again, a credential plugin, or the legacy OIDC provider; precedence as client-go's transports have it.
 */

import { readFile } from 'node:fs/promises';
import type { User } from '@kubernetes/client-node/dist/config_types.js';
import type { OpenIDConnectAuth } from '@kubernetes/client-node/dist/oidc_auth.js';
import { messageOf, UpidError } from '../types/errors.ts';
import type { Runtime } from '../types/runtime.ts';
import { execCredentials } from './exec-credential.ts';
import type { Certificate, Target } from './target.ts';

export interface Credential {
  /** Value of the Authorization header. */
  readonly authorization?: string;
  readonly certificate?: Certificate;
}

export interface CredentialSource {
  /** The credential for the next request. */
  current(signal?: AbortSignal): Promise<Credential>;
  /** A newer one after the server refused (401) that one; undefined when there is none. */
  renew(refused: Credential, signal?: AbortSignal): Promise<Credential | undefined>;
  close(): void;
}

/**
 * The source for a target. Runs nothing yet.
 * @throws UpidError credential-plugin for an auth provider that kubectl does not know any more.
 */
export function credentialSource(target: Target, runtime: Runtime): CredentialSource {
  const { token, tokenFile, basic, certificate, exec, authProvider } = target.credentials;
  const base: Credential = certificate === undefined ? {} : { certificate };
  // client-go: a token file that can be read beats the token beside it.
  if (tokenFile !== undefined) return tokenFileSource(tokenFile, token, base, runtime);
  if (token !== undefined) return fixed({ ...base, authorization: `Bearer ${token.trim()}` });
  if (basic !== undefined) {
    const pair = Buffer.from(`${basic.username}:${basic.password}`).toString('base64');
    return fixed({ ...base, authorization: `Basic ${pair}` });
  }
  if (exec !== undefined && certificate === undefined) return execCredentials(exec, target, runtime);
  if (authProvider === undefined) return fixed(base);
  if (authProvider.name === 'oidc') return oidcSource(authProvider.config, base);
  throw removedProvider(authProvider.name);
}

function fixed(credential: Credential): CredentialSource {
  return { current: async () => credential, renew: async () => undefined, close() {} };
}

/** As client-go: the kubelet renews a projected token well before its end, so a minute is often enough. */
const TOKEN_FILE_MILLISECONDS = 60_000;

function tokenFileSource(file: string, fallback: string | undefined, base: Credential, runtime: Runtime): CredentialSource {
  let cached: { readonly credential: Credential; readonly readAt: number } | undefined;
  const read = async (): Promise<Credential> => {
    const token = await readToken(file, cached?.credential.authorization === undefined ? fallback : undefined);
    const authorization = `Bearer ${token}`;
    const credential = cached?.credential.authorization === authorization ? cached.credential : { ...base, authorization };
    cached = { credential, readAt: runtime.elapsed() };
    return credential;
  };
  return {
    async current() {
      if (cached !== undefined && runtime.elapsed() - cached.readAt < TOKEN_FILE_MILLISECONDS) return cached.credential;
      return read();
    },
    async renew(refused) {
      const credential = await read();
      return credential === refused ? undefined : credential;
    },
    close() {},
  };
}

async function readToken(file: string, fallback: string | undefined): Promise<string> {
  let problem: string;
  try {
    const token = (await readFile(file, 'utf8')).trim();
    if (token !== '') return token;
    problem = 'it is empty';
  } catch (error) {
    problem = messageOf(error);
  }
  if (fallback !== undefined) return fallback;
  throw new UpidError('kubeconfig-invalid', `the token file ${file} cannot be used: ${problem}`, {
    remedy: 'check tokenFile in the kubeconfig, or give --token',
  });
}

/** The OIDC provider of old kubeconfigs: client-node's, loaded only for the users who have it. */
function oidcSource(config: Readonly<Record<string, string>>, base: Credential): CredentialSource {
  // The provider keeps renewed tokens in this object.
  const user: User = { name: 'oidc', authProvider: { name: 'oidc', config: { ...config } } };
  let provider: Promise<OpenIDConnectAuth> | undefined;
  return {
    async current() {
      provider ??= import('@kubernetes/client-node/dist/oidc_auth.js').then((module) => new module.OpenIDConnectAuth());
      return { ...base, authorization: await oidcAuthorization(await provider, user) };
    },
    renew: async () => undefined,
    close() {},
  };
}

async function oidcAuthorization(provider: OpenIDConnectAuth, user: User): Promise<string> {
  const headers: Record<string, string> = {};
  let reason = 'it has no id-token, or that has expired and refresh-token, client-id or idp-issuer-url is missing';
  let cause: unknown;
  try {
    await provider.applyAuthentication(user, { headers });
  } catch (error) {
    cause = error;
    reason = messageOf(error);
  }
  if (headers.Authorization !== undefined) return headers.Authorization;
  throw new UpidError('credential-plugin', `no token from the oidc auth-provider of the kubeconfig: ${reason}`, {
    remedy: 'log in again with the tool that wrote the kubeconfig',
    cause,
  });
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
