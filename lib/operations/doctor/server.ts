/** Whether the API server answers, which version it is, and how far its clock is from this one. */

import type { KubeClient } from '../../kube/client.ts';
import { serverVersion } from '../../kube/discovery.ts';
import type { Check } from '../../types/doctor.ts';
import { formatAge } from '../../types/duration.ts';
import { messageOf, UpidError } from '../../types/errors.ts';
import type { OpenedCluster } from '../auth/cluster.ts';
import type { DoctorRequest } from './request.ts';

/** What became of the first contact. */
export interface Contact {
  readonly checks: readonly Check[];
  /** False: the other checks of the cluster need not be tried. */
  readonly answers: boolean;
  readonly clusterId: string | undefined;
}

/** Oldest whose lists, patches and reviews are all used as they are. */
const OLDEST_MINOR = 25;

/** The header Date has whole seconds, and an answer is on its way for a while. */
const NOTICED_SECONDS = 5;
/** Tokens and certificates are refused from about here on, and samples lie in the wrong slot. */
const HARMFUL_SECONDS = 300;

export async function contactServer({ client }: OpenedCluster, request: DoctorRequest): Promise<Contact> {
  const { signal } = request;
  try {
    const { gitVersion, minor } = await serverVersion(client, { signal });
    const [clock, clusterId, logged] = await Promise.all([
      checkClock(client, request),
      readClusterId(client, signal),
      isLoggedIn(client, signal),
    ]);
    const old = minor > 0 && minor < OLDEST_MINOR;
    const version: Check = {
      subject: 'server',
      state: old ? 'warning' : 'ok',
      says: `${client.server} answers: Kubernetes ${gitVersion}${old ? ', which is older than what is tested' : ''}`,
      ...(old && { remedy: `use Kubernetes 1.${OLDEST_MINOR} or newer` }),
      figures: { version: gitVersion },
    };
    return { checks: [version, ...(logged ? [logged] : []), clock], answers: logged === undefined, clusterId };
  } catch (error) {
    if (!(error instanceof UpidError) || error.id === 'cancelled') throw error;
    const failed: Check = {
      subject: 'server',
      state: 'failed',
      says: messageOf(error),
      ...(error.remedy !== undefined && { remedy: error.remedy }),
    };
    return {
      checks: [failed, { subject: 'clock', state: 'skipped', says: 'the server does not answer' }],
      answers: false,
      clusterId: undefined,
    };
  }
}

/** The version is told to anybody; a credential that is refused shows at the next question. */
async function isLoggedIn(client: KubeClient, signal: AbortSignal): Promise<Check | undefined> {
  try {
    await client.getJson('/apis', { source: 'doctor', signal });
    return undefined;
  } catch (error) {
    if (!(error instanceof UpidError) || error.id === 'cancelled') throw error;
    if (error.id !== 'unauthenticated') return undefined;
    return {
      subject: 'login',
      state: 'failed',
      says: messageOf(error),
      ...(error.remedy !== undefined && { remedy: error.remedy }),
    };
  }
}

async function readClusterId(client: KubeClient, signal: AbortSignal): Promise<string | undefined> {
  try {
    const answer = await client.getJson('/api/v1/namespaces/kube-system', { source: 'doctor', signal });
    const { metadata } = answer as { readonly metadata?: { readonly uid?: unknown } };
    return typeof metadata?.uid === 'string' ? metadata.uid : undefined;
  } catch (error) {
    if (error instanceof UpidError && error.id !== 'cancelled') return undefined;
    throw error;
  }
}

/** Compares the server's Date with the middle of the time that its answer took. */
async function checkClock(client: KubeClient, { runtime, signal, surroundings }: DoctorRequest): Promise<Check> {
  const before = runtime.now();
  const { date } = await client.getText('/version', { source: 'doctor', signal });
  const middle = (before + runtime.now()) / 2;
  const server = date === undefined ? Number.NaN : Date.parse(date);
  if (Number.isNaN(server)) {
    const says = client.simulated ? 'the simulated cluster has no clock of its own' : 'the server does not tell its time';
    return { subject: 'clock', state: 'skipped', says };
  }
  // Half a second in the middle of what the whole seconds leave open.
  const skew = Math.round((middle - server) / 1000 - 0.5);
  const figures = { skewSeconds: skew, timeZone: surroundings.timeZone };
  const distance = Math.abs(skew);
  if (distance < NOTICED_SECONDS)
    return {
      subject: 'clock',
      state: 'ok',
      says: `as the server's, within a few seconds; time zone ${surroundings.timeZone}`,
      figures,
    };
  return {
    subject: 'clock',
    state: distance >= HARMFUL_SECONDS ? 'failed' : 'warning',
    says: `this machine is ${formatAge(distance)} ${skew > 0 ? 'ahead of' : 'behind'} the server`,
    remedy: 'have the clocks of both set by NTP, for example: timedatectl set-ntp true',
    figures,
  };
}
