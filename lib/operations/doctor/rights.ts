/** The rights of each command, and what grants what is missing. */

import type { Check } from '../../types/doctor.ts';
import { ASKING_COMMANDS, formatNeeded, type ReviewedRight } from '../../types/rights.ts';
import { reviewRights } from '../auth/can-i.ts';
import { asUsedBy } from '../auth/rights.ts';
import type { DoctorRequest, ReachedCluster } from './request.ts';

export async function checkRights({ client, namespace }: ReachedCluster, { signal }: DoctorRequest): Promise<readonly Check[]> {
  const options = { commands: ASKING_COMMANDS, kubelet: false, prometheus: undefined, namespace, signal };
  const rights = (await reviewRights(client, options)).filter(({ served }) => served);
  return ASKING_COMMANDS.map((command) => checkOf(command, asUsedBy(command, rights), namespace));
}

function checkOf(command: string, rights: readonly ReviewedRight[], namespace: string): Check {
  const subject = `rights: ${command}`;
  const lacking = rights.filter(({ state }) => state !== 'held');
  const figures = { held: rights.length - lacking.length, asked: rights.length };
  if (lacking.length === 0) return { subject, state: 'ok', says: `all ${rights.length} are held`, figures };
  const needed = lacking.filter((right) => right.needed);
  const first = needed[0] ?? lacking[0]!;
  const others = lacking.length === 1 ? '' : `, and ${lacking.length - 1} more`;
  const verb = first.state === 'unknown' ? 'could not be asked for' : 'is missing';
  return {
    subject,
    state: needed.length > 0 ? 'failed' : 'warning',
    says: `${formatNeeded(first)} ${verb} (without it ${first.without})${others}`,
    remedy: `see all: kubectl upid auth can-i ${command}${scopeFlag(namespace)}; grant them: kubectl upid auth manifest --for ${command}${namespace === '' ? '' : ` -n ${namespace}`} | kubectl apply -f -`,
    figures,
  };
}

function scopeFlag(namespace: string): string {
  return namespace === '' ? ' -A' : ` -n ${namespace}`;
}
