/** What every change of a cluster begins with: the cluster, who asks, and where it is written down; and that only one runs at a time. */

import { join } from 'node:path';
import { openTrail } from '../../change/audit/trail.ts';
import { auditedChange, type CarryOut, carryOut, type StepEnd } from '../../change/carry-out.ts';
import { eventWriter } from '../../change/events.ts';
import { type TrackedChange, tracked } from '../../change/history.ts';
import { beginJournal, readJournals } from '../../change/journal/journal.ts';
import type { JournaledChange } from '../../change/journal/records.ts';
import { type Candidate, type Preflighted, preflight } from '../../change/preflight.ts';
import { identify } from '../../collect/objects/collect.ts';
import { stateDirectory } from '../../disk/location.ts';
import { isAlive, takeLock } from '../../disk/lock.ts';
import { whoAmI } from '../../kube/access.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { ConnectionOptions } from '../../kube/connection.ts';
import type { AuditSink } from '../../types/audit.ts';
import type { Change, ChangeAction, Untouched } from '../../types/change.ts';
import { UpidError } from '../../types/errors.ts';
import type { Runtime } from '../../types/runtime.ts';
import type { ReportProgress } from '../../types/source.ts';
import type { ClusterIdentity } from '../../types/workload.ts';
import { auditFolder } from '../audit/trail.ts';
import { openDemo } from './demo.ts';
import { type CarryingOptions, type ChangedObject, type ChangeResult, nameInPlace, valuesText } from './result.ts';

export interface ChangeRequest {
  readonly connection: ConnectionOptions;
  /** True: the simulated cluster inside the program. */
  readonly demo: boolean;
  readonly runtime: Runtime;
  readonly signal: AbortSignal;
  readonly progress: ReportProgress;
  /** Of this program. */
  readonly version: string;
}

export interface Session {
  readonly client: KubeClient;
  readonly cluster: ClusterIdentity;
  readonly by: Change['by'];
  readonly audit: AuditSink;
  /** Folder of the journals. */
  readonly journals: string;
  readonly locks: string;
}

/** Opens the cluster for changes and closes it after `work`. @throws UpidError as `connect` */
export async function withSession<T>(request: ChangeRequest, work: (session: Session) => Promise<T>): Promise<T> {
  const { demo, runtime, signal } = request;
  const state = stateDirectory(runtime, { demo });
  const client = await openForChanges(request, state);
  try {
    const [cluster, kubernetes] = await Promise.all([identify(client, signal, []), nameOf(client, signal)]);
    return await work({
      client,
      cluster,
      by: { kubernetes, local: runtime.process.user },
      audit: openTrail(auditFolder(request), runtime),
      journals: journalFolder(request),
      locks: join(state, 'locks', cluster.id.replaceAll(/[^\w.-]/g, '_')),
    });
  } finally {
    await client.close();
  }
}

/** Ctrl-C must not cut off the answer to a patch: what looks takes the signal with each request, what writes takes none. */
async function openForChanges({ connection, demo, runtime, progress }: ChangeRequest, state: string): Promise<KubeClient> {
  progress({ step: 'connecting' });
  const { signal: never } = new AbortController();
  if (demo) return await openDemo(connection.namespace ?? 'default', runtime, state);
  const { connect } = await import('../../kube/connect.ts');
  return await connect(connection, runtime, never);
}

async function nameOf(client: KubeClient, signal: AbortSignal): Promise<string> {
  try {
    return (await whoAmI(client, { signal })).username;
  } catch (error) {
    if (error instanceof UpidError && ['api-missing', 'not-found', 'forbidden'].includes(error.id)) return '';
    throw error;
  }
}

/** One change of a cluster at a time; a dry-run waits for none and holds up none. @throws UpidError change-running */
export async function alone<T>(
  { locks, cluster }: Session,
  action: ChangeAction,
  { dryRun, runtime }: ChangeRequest & CarryingOptions,
  work: () => Promise<T>,
): Promise<T> {
  if (dryRun !== 'none') return await work();
  const outcome = await takeLock(locks, action, runtime);
  if ('holder' in outcome) {
    const { processId, host, purpose: theirs } = outcome.holder;
    throw new UpidError(
      'change-running',
      `${theirs} of process ${processId} on ${host} is changing the cluster ${cluster.context || cluster.server} at this moment`,
      { remedy: `wait until it has ended; if there is no such process, remove ${locks}` },
    );
  }
  try {
    return await work();
  } finally {
    await outcome.lock.release();
  }
}

/** Folder of the journals. */
export function journalFolder({ demo, runtime }: Pick<ChangeRequest, 'demo' | 'runtime'>): string {
  return join(stateDirectory(runtime, { demo }), 'changes');
}

/** All that the journals of a folder say; one that cannot be read is warned of. @throws UpidError journal-unreadable */
export async function journaledChanges(folder: string, runtime: Runtime): Promise<readonly JournaledChange[]> {
  const { changes, problems } = await readJournals(folder);
  for (const problem of problems) runtime.warn(`Warning: ${problem}`);
  return changes;
}

/** What the journals say of this cluster. @throws UpidError journal-unreadable */
export async function changesOf({ journals, cluster }: Session, runtime: Runtime): Promise<readonly TrackedChange[]> {
  const changes = await journaledChanges(journals, runtime);
  return tracked(
    changes.filter((change) => change.cluster.id === cluster.id),
    (change) => isRunning(change, runtime),
  );
}

export function isRunning({ process: { id, host } }: JournaledChange, { process }: Runtime): boolean {
  return isAlive({ processId: id, host }, process);
}

/** What is looked at before the first write; with --dry-run=client the server is not asked about the patches. */
export function check(
  { client }: Session,
  candidates: readonly Candidate[],
  request: ChangeRequest & CarryingOptions,
): Promise<Preflighted> {
  return preflight(client, candidates, { ...request, dryRun: request.dryRun === 'client' ? 'none' : 'server' });
}

export interface Carrying {
  readonly action: ChangeAction;
  /** Its id. */
  readonly id: string;
  readonly undoes?: string;
  readonly preflighted: Preflighted;
}

/**
 * Carries it out once somebody has agreed; with --dry-run it only tells what would be, and where there are no steps nobody is asked.
 * @throws UpidError change-refused where nobody agrees; journal-unwritable, output-unwritable: nothing more is sent then
 */
export async function perform(
  session: Session,
  carrying: Carrying,
  request: ChangeRequest & CarryingOptions,
): Promise<Pick<ChangeResult, 'changes' | 'objects'>> {
  const { id, preflighted } = carrying;
  if (request.dryRun !== 'none') return { changes: [], objects: wouldBe(preflighted, request.dryRun) };
  if (preflighted.steps.length === 0) return { changes: [], objects: [] };
  await agree(preflighted, request);
  return { changes: [id], objects: await carry(session, carrying, request) };
}

/** Journal, trail, patches, end. */
async function carry(
  session: Session,
  { action, id, undoes, preflighted: { steps } }: Carrying,
  request: ChangeRequest & CarryingOptions,
): Promise<readonly ChangedObject[]> {
  const { client, cluster, by, audit, journals } = session;
  const { runtime, signal, version, timeoutSeconds, settleSeconds, atomic } = request;
  const change: CarryOut['change'] = {
    id,
    action,
    cluster,
    by,
    startedAtMs: runtime.now(),
    ...(undoes !== undefined && { undoes }),
  };
  const process = { id: runtime.process.id, host: runtime.process.host };
  const journal = await beginJournal(
    journals,
    { change, version, process, steps: steps.map(({ intended }) => intended) },
    runtime.now,
  );
  await audit.append({ ...auditedChange(change), event: 'started' });
  const ends = await carryOut({
    client,
    change,
    steps,
    journal,
    audit,
    events: eventWriter(client, runtime, runtime.warn),
    signal,
    elapsed: runtime.elapsed,
    timeoutSeconds,
    settleSeconds,
    atomic,
    watched: timeoutSeconds > 0,
    tell: (target, says) => runtime.warn(`${nameInPlace(target)}: ${says}`),
  });
  await journal.end();
  await audit.append({ ...auditedChange(change), event: 'ended', outcome: outcomeOf(ends) });
  return ends.map(({ step, state, reason }) => ({
    target: step.target,
    kind: step.intended.kind,
    state,
    values: step.intended.values,
    ...(reason !== undefined && { reason }),
  }));
}

function outcomeOf(ends: readonly StepEnd[]): string {
  return [...Map.groupBy(ends, ({ state }) => state)].map(([state, each]) => `${each.length} ${state}`).join(', ');
}

export function untouchedObject({ target, kind, state, reason, text }: Untouched): ChangedObject {
  return { target, kind, state, reason, values: [], ...(text !== undefined && { text }) };
}

/** What stands there after a dry-run. */
function wouldBe({ steps }: Preflighted, dryRun: 'client' | 'server'): readonly ChangedObject[] {
  return steps.map(({ target, intended }) => ({
    target,
    kind: intended.kind,
    state: dryRun === 'server' ? 'accepted' : 'presumed',
    values: intended.values,
  }));
}

/** Lines that a person reads before they agree. */
function intentionsOf({ steps }: Preflighted): readonly string[] {
  return steps.map(({ target, intended: { values } }) => `${nameInPlace(target)}: ${valuesText(values)}`);
}

async function agree(preflighted: Preflighted, { confirm }: CarryingOptions): Promise<void> {
  if (await confirm(intentionsOf(preflighted))) return;
  throw new UpidError('change-refused', 'nothing was changed, since nobody agreed');
}

/** With --atomic nothing may be refused. @throws UpidError change-refused */
export function requireAll(untouched: readonly Untouched[], { atomic }: CarryingOptions): void {
  const refused = untouched.find(({ state }) => state === 'refused');
  if (!atomic || refused === undefined) return;
  throw new UpidError(
    'change-refused',
    `nothing was changed (--atomic): ${nameInPlace(refused.target)} is refused: ${refused.reason}`,
    {
      remedy: 'make a new plan, or leave --atomic out',
    },
  );
}
