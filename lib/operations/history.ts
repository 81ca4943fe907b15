/**
 * What earlier runs recorded, as evidence: what lies before the window is read while the cluster's objects are listed; then this
 * run's samples are added and the window is read back. A history that cannot be written or read costs its evidence and is
 * reported; it never ends a look.
 */

import type { Engine } from '../store/engine.ts';
import { type History, openHistory, startHistoryEngine } from '../store/history.ts';
import type { StoredUsage } from '../store/usage-query.ts';
import { DAY, formatAge, HOUR, MINUTE } from '../types/duration.ts';
import { UpidError } from '../types/errors.ts';
import type { SourceReport } from '../types/source.ts';
import { type ContainerUsage, type Sample, type UsageEvidence, withHours } from '../types/usage.ts';
import type { ClusterIdentity } from '../types/workload.ts';
import { directoryOf } from './history-folder.ts';
import type { LookRequest } from './request.ts';

export const HISTORY_SOURCE = 'history';

/** Lengths of a slot within the window: the shortest that holds a sample is taken. Each divides an hour. */
const SLOTS = [5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 20 * MINUTE, 30 * MINUTE, HOUR] as const;

/** Peaks for sizing are looked for this far back. */
const SIZING_SECONDS = 30 * DAY;

export interface RecallOptions {
  readonly nowMs: number;
  /** Empty for all. */
  readonly namespace: string;
  /** True: peaks of containers too. */
  readonly sizing: boolean;
}

export interface Recalled {
  /** By workloadKey. */
  readonly evidence: ReadonlyMap<string, UsageEvidence>;
  readonly report: SourceReport;
}

/** Reads a history while other things are done: `begin`, then `finish`, and `close` whatever happened meanwhile. */
export interface Recall {
  /** As soon as the cluster is known: reads what lies before the window. */
  begin(cluster: ClusterIdentity): void;
  /** Adds the samples of this moment, then reads what the history tells about the window. */
  finish(samples: readonly Sample[]): Promise<Recalled>;
  close(): void;
}

/** Makes ready to recall while the first answers of the cluster are waited for. */
export function expectRecall(request: LookRequest, options: RecallOptions): Recall {
  const directory = directoryOf(request);
  if (directory === undefined) return { begin() {}, finish: async () => withoutHistory(request), close() {} };
  // After the first requests have been sent.
  const engine = Promise.resolve().then(() => startHistoryEngine(request.runtime));
  // Told when it is needed, which it may never be.
  engine.catch(() => undefined);
  let closed = false;
  let begun: Begun | undefined;
  const begin = ({ id }: ClusterIdentity): Begun => {
    const open = (own: Promise<Engine>): History =>
      openHistory({ directory, clusterId: id, runtime: request.runtime, engine: own });
    const [before, history] = [open(engine), open(engine.then(({ beside }) => beside()))];
    const earlier = readEarlier(before, request, options);
    // Told when it is waited for.
    earlier.catch(() => undefined);
    return { before, history, earlier };
  };
  return {
    begin(cluster) {
      // The answer may come after another one has ended the look.
      if (!closed) begun ??= begin(cluster);
    },
    async finish(samples) {
      if (!begun) throw new Error('no cluster to recall');
      request.progress({ step: 'reading the history' });
      return finish(begun, samples, request, options);
    },
    close() {
      closed = true;
      if (begun) closeBegun(begun);
      else engine.then(({ close }) => close()).catch(() => undefined);
    },
  };
}

type StoredUses = ReadonlyMap<string, StoredUsage>;

/** The same history twice, so that the window need not wait for what lies before it. */
interface Begun {
  readonly before: History;
  readonly history: History;
  /** Finest first, without overlaps. */
  readonly earlier: Promise<readonly StoredUses[]>;
}

async function closeBegun({ before, history }: Begun): Promise<void> {
  await history.close();
  await before.close();
}

async function readEarlier(
  history: History,
  { settings }: LookRequest,
  { nowMs, namespace }: RecallOptions,
): Promise<readonly StoredUses[]> {
  const beforeMs = await fineFromMs(history, settings, nowMs);
  const fromMs = nowMs - Math.max(settings.earlierUseSeconds, settings.windowSeconds) * 1000;
  if (fromMs >= beforeMs) return [];
  const scope = scopeOf(namespace);
  const hourMs = HOUR * 1000;
  // Hours of UTC, which are rolled up, and what is left of the last one.
  const lastMs = Math.floor(beforeMs / hourMs) * hourMs;
  const hours = await history.usage({ fromMs: Math.min(fromMs, lastMs - hourMs), toMs: lastMs - 1, slotSeconds: HOUR, ...scope });
  if (lastMs === beforeMs) return [hours];
  const rest = await history.usage({ fromMs: lastMs, toMs: beforeMs, slotSeconds: (beforeMs - lastMs) / 1000, ...scope });
  return [rest, hours];
}

/** Start of what is read finely: the window, as far as raw rows reach. */
async function fineFromMs(history: History, { windowSeconds }: LookRequest['settings'], nowMs: number): Promise<number> {
  return Math.min(nowMs, Math.max(nowMs - windowSeconds * 1000, await history.rawFromMs()));
}

function scopeOf(namespace: string): { readonly namespace?: string } {
  return namespace === '' ? {} : { namespace };
}

async function finish(
  { before, history, earlier }: Begun,
  samples: readonly Sample[],
  request: LookRequest,
  options: RecallOptions,
): Promise<Recalled> {
  try {
    // The simulated cluster's history comes with the program and stays as it is.
    const unwritten = request.demo ? undefined : await append(history, samples);
    const { evidence, intervalSeconds } = await read(history, earlier, request, options);
    const told = evidence.size === 0 ? 'nothing yet' : summary(evidence, intervalSeconds, options.nowMs);
    const gave = `${told}, in ${history.folder}`;
    const problems = new Set([...before.problems(), ...history.problems()]);
    return { evidence, report: reportOf([...problems], evidence, gave, unwritten) };
  } catch (error) {
    return { evidence: new Map(), report: failureReport(error) };
  }
}

export function withoutDemoHistory(directory: string): UpidError {
  return new UpidError('history-missing', `the history of the simulated cluster is not in ${directory}`, {
    remedy: 'install the program again; in a clone of its repository: npm run build',
  });
}

export function withoutHistory({ history }: LookRequest): Recalled {
  const report: SourceReport =
    history === false
      ? { source: HISTORY_SOURCE, state: 'not-asked', reason: 'switched off' }
      : {
          source: HISTORY_SOURCE,
          state: 'failed',
          reason: 'no folder for it is known, as HOME is not set',
          remedy: 'name one by --history or UPID_HOME, or leave it out by --no-history',
        };
  return { evidence: new Map(), report };
}

/** Why the samples could not be kept; undefined when they were. */
export async function append(history: History, samples: readonly Sample[]): Promise<UpidError | undefined> {
  try {
    await history.append(samples);
    return undefined;
  } catch (error) {
    if (error instanceof UpidError && error.id === 'history-unwritable') return error;
    throw error;
  }
}

async function read(
  history: History,
  readingEarlier: Promise<readonly StoredUses[]>,
  { settings, demo }: LookRequest,
  { nowMs, namespace, sizing }: RecallOptions,
): Promise<{ readonly evidence: ReadonlyMap<string, UsageEvidence>; readonly intervalSeconds: number | undefined }> {
  const fromMs = await fineFromMs(history, settings, nowMs);
  const interval = await history.interval({ fromMs, toMs: nowMs });
  if (demo && interval === undefined) throw withoutDemoHistory(history.folder);
  const slotSeconds = SLOTS.find((slot) => slot >= (interval ?? 0)) ?? HOUR;
  const scope = scopeOf(namespace);
  const fine = await history.usage({ fromMs, toMs: nowMs, slotSeconds, ...scope });
  const found = [fine, ...(await readingEarlier)];
  const containers = sizing
    ? await sizingUse(history, { fromMs: nowMs - SIZING_SECONDS * 1000, toMs: nowMs, ...scope })
    : new Map<string, readonly ContainerUsage[]>();
  const keys = new Set([...found.flatMap((uses) => [...uses.keys()]), ...containers.keys()]);
  const evidence = new Map(
    [...keys].map((key) => {
      const parts = found.map((uses) => uses.get(key)).filter((part) => part !== undefined);
      return [
        key,
        {
          usage: parts.map((part) => part.usage),
          requests: parts.flatMap((part) => (part.requests ? [part.requests] : [])),
          containers: containers.get(key) ?? [],
        },
      ] as const;
    }),
  );
  return { evidence, intervalSeconds: interval };
}

/** Figures of each container with its hours. */
async function sizingUse(
  history: History,
  period: Parameters<History['containers']>[0],
): Promise<ReadonlyMap<string, readonly ContainerUsage[]>> {
  const [figures, hours] = [await history.containers(period), await history.containerHours(period)];
  return new Map([...figures].map(([key, containers]) => [key, withHours(containers, hours.get(key))]));
}

function reportOf(
  unread: readonly string[],
  evidence: ReadonlyMap<string, UsageEvidence>,
  gave: string,
  unwritten: UpidError | undefined,
): SourceReport {
  const problems = [...(unwritten ? [unwritten.message] : []), ...unread];
  if (problems.length === 0) return { source: HISTORY_SOURCE, state: evidence.size === 0 ? 'absent' : 'used', gave };
  return {
    source: HISTORY_SOURCE,
    state: 'partial',
    gave,
    reason: problems.join('; '),
    ...(unwritten?.remedy !== undefined && { remedy: unwritten.remedy }),
  };
}

/** `use of 31 workloads, back to 14d ago, sampled every 5m`; `use of 31 workloads at this moment` on the first run. */
function summary(evidence: ReadonlyMap<string, UsageEvidence>, intervalSeconds: number | undefined, nowMs: number): string {
  const usages = [...evidence.values()].flatMap(({ usage }) => usage);
  const firsts = usages.flatMap(({ grid, podCount }) => {
    const slot = podCount?.findIndex((count) => count > 0) ?? -1;
    return slot < 0 ? [] : [grid.startMs + slot * grid.slotSeconds * 1000];
  });
  const use = `use of ${evidence.size} workload${evidence.size === 1 ? '' : 's'}`;
  const backSeconds = Math.round((nowMs - Math.min(...firsts, nowMs)) / 1000);
  if (intervalSeconds === undefined && backSeconds <= SLOTS[0]) return `${use} at this moment`;
  const every = intervalSeconds === undefined ? '' : `, sampled every ${formatAge(Math.round(intervalSeconds))}`;
  return `${use}, back to ${formatAge(backSeconds)} ago${every}`;
}

export function failureReport(error: unknown): SourceReport {
  if (!(error instanceof UpidError) || !['history-corrupt', 'history-unwritable'].includes(error.id)) throw error;
  return {
    source: HISTORY_SOURCE,
    state: 'failed',
    reason: error.message,
    ...(error.remedy !== undefined && { remedy: error.remedy }),
  };
}
