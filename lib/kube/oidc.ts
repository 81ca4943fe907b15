/**
 * The `oidc` auth-provider of old kubeconfigs: client-node's, loaded only for the users who have it. Tokens that it renews
 * are kept for the process; the kubeconfig is not written.
 */

import type { User } from '@kubernetes/client-node/dist/config_types.js';
import type { OpenIDConnectAuth } from '@kubernetes/client-node/dist/oidc_auth.js';
import { messageOf, UpidError } from '../types/errors.ts';
import type { Runtime } from '../types/runtime.ts';
import type { Credential, CredentialSource } from './credential-source.ts';

/**
 * @param config `auth-provider.config` of the user.
 * @throws UpidError credential-plugin, from `current`.
 */
export function oidcCredentials(
  config: Readonly<Record<string, string>>,
  base: Credential,
  runtime: Pick<Runtime, 'now'>,
): CredentialSource {
  // The provider keeps renewed tokens in this object.
  const user: User = { name: 'oidc', authProvider: { name: 'oidc', config: { ...config } } };
  let last: { readonly credential: Credential; readonly expires: number } | undefined;
  let asking: Promise<Credential> | undefined;

  const ask = async (): Promise<Credential> => {
    const { OpenIDConnectAuth } = await import('@kubernetes/client-node/dist/oidc_auth.js');
    const authorization = await authorizationFrom(new OpenIDConnectAuth(), user);
    const credential = { ...base, authorization };
    last = { credential, expires: OpenIDConnectAuth.expirationFromToken(authorization.slice('Bearer '.length)) * 1000 };
    return credential;
  };
  return {
    async current() {
      if (last !== undefined && runtime.now() < last.expires) return last.credential;
      // A refresh token may be good for one use only: one renewal for all requests that wait for it.
      asking ??= ask().finally(() => {
        asking = undefined;
      });
      return asking;
    },
    renew: async () => undefined,
    close() {},
  };
}

async function authorizationFrom(provider: OpenIDConnectAuth, user: User): Promise<string> {
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
