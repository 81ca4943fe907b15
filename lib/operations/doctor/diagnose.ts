/** The question of `doctor`: all checks side by side, each within its time, none able to end the others. */

import type { Check, Diagnosis } from '../../types/doctor.ts';
import { messageOf, UpidError } from '../../types/errors.ts';
import { type OpenedCluster, openCluster } from '../auth/cluster.ts';
import { checkConnection, connectionFailed } from './connection.ts';
import { checkDisk } from './disk.ts';
import { checkHistory } from './history.ts';
import { checkMetrics } from './metrics.ts';
import { checkEngine, checkMemory, checkProgram } from './program.ts';
import { checkPrometheus } from './prometheus.ts';
import type { DoctorRequest, ReachedCluster } from './request.ts';
import { checkRights } from './rights.ts';
import { type Contact, contactServer } from './server.ts';
import { checkTerminal } from './terminal.ts';
import { checkTools } from './tools.ts';

/** Checks that ask the cluster, in the order in which they are told. */
const OF_CLUSTER: readonly (readonly [string, (cluster: ReachedCluster, request: DoctorRequest) => Promise<readonly Check[]>])[] =
  [
    ['rights', checkRights],
    ['metrics', checkMetrics],
    ['prometheus', checkPrometheus],
  ];

/** @throws UpidError cancelled; whatever else fails is a check that failed. */
export async function diagnose(request: DoctorRequest): Promise<Diagnosis> {
  const checkedAtMs = request.runtime.now();
  const local = Promise.all([
    guarded('disk', request, checkDisk),
    guarded('tools', request, async (each) => checkTools(each)),
    guarded('terminal', request, async (each) => checkTerminal(each)),
    guarded('program', request, async (each) => [...checkProgram(each), ...checkMemory(), ...(await checkEngine(each))]),
  ]);
  let opened: OpenedCluster | undefined;
  try {
    opened = await openCluster(request);
  } catch (error) {
    // Without a target nothing can be asked; what is on this machine can still be looked at.
    const checks = [
      connectionFailed(error),
      ...skippedAll(['server', ...OF_CLUSTER.map(([subject]) => subject)], 'no cluster is chosen'),
    ];
    return {
      ...NOWHERE,
      simulated: request.demo,
      checkedAtMs,
      checks: [...checks, ...(await localChecks(request, local, undefined))],
    };
  }
  try {
    const checks = await withCluster(opened, request, local);
    const { context, server } = opened.client;
    return { simulated: opened.client.simulated, checkedAtMs, context, server, checks };
  } finally {
    await opened.client.close();
  }
}

const NOWHERE = { context: '', server: '' };

async function withCluster(
  opened: OpenedCluster,
  request: DoctorRequest,
  local: Promise<readonly (readonly Check[])[]>,
): Promise<readonly Check[]> {
  const [connection, contact] = await Promise.all([
    guarded('connection', request, (each) => checkConnection(opened, each)),
    reached(opened, request),
  ]);
  const { answers } = contact;
  const cluster: ReachedCluster = {
    ...opened,
    namespace: request.namespace ?? opened.client.namespace,
    clusterId: contact.clusterId,
  };
  const asked = answers
    ? (await Promise.all(OF_CLUSTER.map(([subject, check]) => guarded(subject, request, (each) => check(cluster, each))))).flat()
    : skippedAll(
        OF_CLUSTER.map(([subject]) => subject),
        'the server does not answer',
      );
  return [...connection, ...contact.checks, ...asked, ...(await localChecks(request, local, contact.clusterId))];
}

async function reached(opened: OpenedCluster, request: DoctorRequest): Promise<Contact> {
  let contact: Contact | undefined;
  const checks = await guarded('server', request, async (each) => {
    contact = await contactServer(opened, each);
    return contact.checks;
  });
  return (
    contact ?? {
      checks: [...checks, ...skippedAll(['clock'], 'the server does not answer')],
      answers: false,
      clusterId: undefined,
    }
  );
}

async function localChecks(
  request: DoctorRequest,
  local: Promise<readonly (readonly Check[])[]>,
  clusterId: string | undefined,
): Promise<readonly Check[]> {
  const history = await guarded('history', request, (each) => checkHistory(clusterId, each));
  return [...history, ...(await local).flat()];
}

function skippedAll(subjects: readonly string[], says: string): readonly Check[] {
  return subjects.map((subject) => ({ subject, state: 'skipped', says }));
}

/** Runs one subject within its time; what it throws becomes its check. @throws UpidError cancelled by the person */
async function guarded(
  subject: string,
  request: DoctorRequest,
  check: (request: DoctorRequest) => Promise<readonly Check[]>,
): Promise<readonly Check[]> {
  const { checkSeconds, signal } = request;
  const limit = AbortSignal.timeout(checkSeconds * 1000);
  try {
    return await Promise.race([check({ ...request, signal: AbortSignal.any([signal, limit]) }), whenAborted(limit)]);
  } catch (error) {
    if (signal.aborted) throw error;
    if (limit.aborted) {
      const says = `it was not done within ${checkSeconds} s and was given up`;
      return [{ subject, state: 'failed', says, remedy: 'look at the network and the load of the server, and try again' }];
    }
    const remedy = error instanceof UpidError ? error.remedy : undefined;
    return [{ subject, state: 'failed', says: messageOf(error), ...(remedy !== undefined && { remedy }) }];
  }
}

/** For checks that wait for something that no signal ends. */
function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
}
