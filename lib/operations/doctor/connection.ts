/** The kubeconfig, the context and the credential: what can be seen of them without asking the server. */

import { access, constants } from 'node:fs/promises';
import type { Check } from '../../types/doctor.ts';
import { DAY, formatAge } from '../../types/duration.ts';
import { messageOf, UpidError } from '../../types/errors.ts';
import type { CredentialDescription } from '../../types/identity.ts';
import type { OpenedCluster } from '../auth/cluster.ts';
import { findProgram } from './programs.ts';
import type { DoctorRequest } from './request.ts';

const SUBJECT = 'connection';

/** A credential that expires sooner is warned of. */
const SOON_SECONDS = DAY;

/** Why no cluster is chosen. @throws whatever is no failure a person can mend */
export function connectionFailed(error: unknown): Check {
  if (!(error instanceof UpidError) || error.id === 'cancelled') throw error;
  return {
    subject: SUBJECT,
    state: 'failed',
    says: messageOf(error),
    ...(error.remedy !== undefined && { remedy: error.remedy }),
  };
}

export async function checkConnection({ connection, client }: OpenedCluster, request: DoctorRequest): Promise<readonly Check[]> {
  if (client.simulated)
    return [{ subject: SUBJECT, state: 'ok', says: 'the simulated cluster inside the program takes no kubeconfig' }];
  const { context, server, namespace, credentials, inCluster } = connection;
  const chosen = inCluster ? 'the cluster of this pod' : context === '' ? 'no context, but flags' : `context ${context}`;
  const where: Check = {
    subject: SUBJECT,
    state: 'ok',
    says: `${chosen}: ${server}, namespace ${namespace}`,
    figures: { context, server, namespace },
  };
  if (credentials.length === 0) {
    const remedy = 'choose a user with --context or --user';
    return [where, { subject: 'credential', state: 'warning', says: 'none: the server is asked anonymously', remedy }];
  }
  return [where, ...(await Promise.all(credentials.map((each) => checkCredential(each, request))))];
}

async function checkCredential(credential: CredentialDescription, request: DoctorRequest): Promise<Check> {
  const { method, detail, expiresAtMs } = credential;
  const says = NAMES[method](detail);
  if (method === 'exec' && (await findProgram(detail, request.runtime)) === undefined) {
    return {
      subject: 'credential',
      state: 'failed',
      says: `${says} is not found`,
      remedy: `install ${detail}, or put its folder on PATH`,
    };
  }
  if (method === 'token-file' && !(await isReadable(detail)))
    return { subject: 'credential', state: 'failed', says: `${says} cannot be read`, remedy: `make ${detail} readable` };
  if (expiresAtMs === undefined) return { subject: 'credential', state: 'ok', says };
  const left = (expiresAtMs - request.runtime.now()) / 1000;
  const figures = { expiresInSeconds: Math.round(left) };
  if (left <= 0)
    return {
      subject: 'credential',
      state: 'failed',
      says: `${says} expired ${formatAge(-left)} ago`,
      remedy: RENEW[method],
      figures,
    };
  // A token that lives shorter is renewed by whoever gave it.
  const isShort = left < SOON_SECONDS && method === 'certificate';
  return {
    subject: 'credential',
    state: isShort ? 'warning' : 'ok',
    says: `${says} expires in ${formatAge(left)}`,
    ...(isShort && { remedy: RENEW[method] }),
    figures,
  };
}

const NAMES: Readonly<Record<CredentialDescription['method'], (detail: string) => string>> = {
  certificate: (detail) => `the client certificate (${detail})`,
  token: () => 'the token',
  'token-file': (detail) => `the token in ${detail}`,
  basic: (detail) => `the password of ${detail}`,
  exec: (detail) => `the credential plugin ${detail}`,
  'auth-provider': (detail) => `the auth provider ${detail}`,
};

const RENEW: Readonly<Record<CredentialDescription['method'], string>> = {
  certificate: 'have the certificate renewed, and write it into the kubeconfig',
  token: 'log in again, or make a new one: kubectl create token NAME',
  'token-file': 'have the file written anew by what makes it',
  basic: 'log in again',
  exec: 'log in again',
  'auth-provider': 'log in again',
};

async function isReadable(file: string): Promise<boolean> {
  return await access(file, constants.R_OK).then(
    () => true,
    () => false,
  );
}
