/** A bearer token in a file that somebody else renews, as the kubelet does for a pod's service account. */

import { readFile } from 'node:fs/promises';
import { messageOf, UpidError } from '../types/errors.ts';
import type { Runtime } from '../types/runtime.ts';
import type { Credential, CredentialSource } from './credential-source.ts';

/** As client-go: the kubelet renews a projected token well before its end, so a minute is often enough. */
const FRESH_MILLISECONDS = 60_000;

/**
 * Reads the file again each minute, and after a refusal. While it cannot be read, the token it held last is used, at
 * first the one that stands beside it in the kubeconfig.
 * @param base what is shown besides.
 * @throws UpidError kubeconfig-invalid, from `current`, where there never was a token.
 */
export function tokenFileCredentials(
  file: string,
  beside: string | undefined,
  base: Credential,
  runtime: Pick<Runtime, 'elapsed'>,
): CredentialSource {
  let last: { readonly credential: Credential; readonly readAt: number } | undefined;
  const read = async (): Promise<Credential> => {
    const authorization = await authorizationFrom(file, last?.credential.authorization ?? bearer(beside));
    const credential = last?.credential.authorization === authorization ? last.credential : { ...base, authorization };
    last = { credential, readAt: runtime.elapsed() };
    return credential;
  };
  return {
    current: async () => (last !== undefined && runtime.elapsed() - last.readAt < FRESH_MILLISECONDS ? last.credential : read()),
    async renew(refused) {
      const credential = await read();
      return credential === refused ? undefined : credential;
    },
    close() {},
  };
}

function bearer(token: string | undefined): string | undefined {
  return token === undefined ? undefined : `Bearer ${token.trim()}`;
}

async function authorizationFrom(file: string, otherwise: string | undefined): Promise<string> {
  let problem: string;
  try {
    const token = (await readFile(file, 'utf8')).trim();
    if (token !== '') return `Bearer ${token}`;
    problem = 'it is empty';
  } catch (error) {
    problem = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'it does not exist' : messageOf(error);
  }
  if (otherwise !== undefined) return otherwise;
  throw new UpidError('kubeconfig-invalid', `the token file ${file} cannot be used: ${problem}`, {
    remedy: 'check tokenFile in the kubeconfig, or give --token',
  });
}
