/**
 * Use of every container and pod over periods of the past, as a collector would have recorded it. It comes in chunks of whole hours,
 * newest first, because that is what verdicts rest on most; no more than one chunk is held at a time. Never fatal.
 */

import type { KubeClient } from '../../kube/client.ts';
import { HOUR, MINUTE } from '../../types/duration.ts';
import type { Runtime } from '../../types/runtime.ts';
import type { ReportProgress, SourceReport, SourceTraffic } from '../../types/source.ts';
import type { Sample } from '../../types/usage.ts';
import type { Workload } from '../../types/workload.ts';
import { holdsSeveralClusters, type PrometheusOptions, type Reached, reachServer, reportWith } from './collect.ts';
import { collectSamples } from './samples.ts';
import { scrapeInterval } from './scrape.ts';

const HOUR_MS = HOUR * 1000;

/** Distance of the rows of a container: fine enough for the slots that use is read back in. */
export const BACKFILL_STEP = 5 * MINUTE;

/** Rows that a chunk is meant to hold at most: some tens of megabytes. An hour is the least. */
const ROWS_A_CHUNK = 100_000;

/** An answer of a day has 288 points a series. */
const HOURS_A_CHUNK = 24;

/** A server that failed so often in a row is left alone. */
const FAILURES_IN_A_ROW = 3;

/** Whole hours of UTC: both ends are multiples of an hour; `toMs` is not among them. */
export interface HoursPeriod {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface BackfillContext {
  readonly nowMs: number;
  /** Oldest first, without overlaps. */
  readonly periods: readonly HoursPeriod[];
  /** Container names or image fragments that count as sidecars too, as in the settings. */
  readonly sidecars: readonly string[];
  /**
   * Takes the rows of some whole hours, all or none, before more are asked for. It is not called for hours that the server has
   * nothing of, nor for such of which a query failed: they stay missing.
   */
  readonly take: (samples: readonly Sample[], hours: HoursPeriod) => Promise<void>;
  readonly signal: AbortSignal;
  readonly progress: ReportProgress;
  readonly runtime: Runtime;
}

export interface PrometheusBackfill {
  /** Hours that have rows now. */
  readonly hours: number;
  readonly rows: number;
  /** Hours that the server has nothing of, either. */
  readonly absentHours: number;
  /** Hours that could not be asked for. */
  readonly failedHours: number;
  readonly reports: readonly SourceReport[];
  /** What a server outside of the cluster cost. */
  readonly traffic: readonly SourceTraffic[];
}

/**
 * Asks a server for the use of these workloads within the periods, a row every five minutes, each of what lies before it. What rows mean
 * stands at `collectMoment`. @throws UpidError usage for a URL or header that cannot be used; cancelled; whatever `take` throws
 */
export async function backfillPrometheus(
  client: KubeClient,
  options: PrometheusOptions,
  workloads: readonly Workload[],
  context: BackfillContext,
): Promise<PrometheusBackfill> {
  const ask = (reached: Reached): Promise<Filled> => fill(reached, options, workloads, context);
  const none = (report: SourceReport): Filled => ({ ...NOTHING, failedHours: hoursIn(context.periods), reports: [report] });
  const { answer, traffic } = await reachServer(client, options, workloads, context, ask, none);
  return { ...answer, traffic };
}

type Filled = Omit<PrometheusBackfill, 'traffic'>;
type Counts = Omit<Filled, 'reports'>;

const NOTHING: Counts = { hours: 0, rows: 0, absentHours: 0, failedHours: 0 };

async function fill(
  reached: Reached,
  { clusterLabel: cluster }: PrometheusOptions,
  workloads: readonly Workload[],
  context: BackfillContext,
): Promise<Filled> {
  const { client, labels, engine, server } = reached;
  const { nowMs, periods, sidecars, progress, take } = context;
  const [intervalSeconds, severalClusters] = await Promise.all([
    scrapeInterval(client, labels, cluster, nowMs),
    cluster ? false : holdsSeveralClusters(client, nowMs),
  ]);
  const all = hoursIn(periods);
  const shared = { labels, cluster, engine, intervalSeconds, sidecars };
  const failures: Error[] = [];
  let counts = NOTHING;
  let inARow = 0;
  for (const chunk of chunksOf(periods, hoursAChunk(workloads))) {
    const hours = hoursIn([chunk]);
    const asked = counts.hours + counts.absentHours + counts.failedHours;
    progress({ step: `hours from ${server.transport.name}`, done: asked, of: all });
    const told =
      inARow < FAILURES_IN_A_ROW ? await collectSamples(client, workloads, { ...shared, grid: gridOf(chunk) }) : undefined;
    failures.push(...(told?.failures ?? []));
    // A part of its figures would pass for all of them.
    if (!told || told.failures.length > 0) {
      inARow += 1;
      counts = { ...counts, failedHours: counts.failedHours + hours };
      continue;
    }
    inARow = 0;
    const seen = new Set(told.samples.map(({ atMs }) => Math.floor(atMs / HOUR_MS))).size;
    if (seen > 0) await take(told.samples, chunk);
    const { absentHours } = counts;
    counts = {
      ...counts,
      hours: counts.hours + seen,
      rows: counts.rows + told.samples.length,
      absentHours: absentHours + hours - seen,
    };
  }
  const gave = `${counts.rows} rows of ${counts.hours} of ${all} hours that were missing`;
  return { ...counts, reports: [reportWith(reached, gave, { collected: [{ failures }], labels, severalClusters })] };
}

/** Rows at full hours, and every step after them: each within the hour that it counts for. */
function gridOf({ fromMs, toMs }: HoursPeriod): { startMs: number; slotSeconds: number; slots: number } {
  const stepMs = BACKFILL_STEP * 1000;
  return { startMs: fromMs - stepMs, slotSeconds: BACKFILL_STEP, slots: (toMs - fromMs) / stepMs };
}

function hoursIn(periods: readonly HoursPeriod[]): number {
  return periods.reduce((sum, { fromMs, toMs }) => sum + (toMs - fromMs) / HOUR_MS, 0);
}

function hoursAChunk(workloads: readonly Workload[]): number {
  const rows = workloads.reduce((sum, { pods, containers }) => sum + Math.max(1, pods.length) * (containers.length + 1), 0);
  const rowsAnHour = Math.max(1, rows) * (HOUR / BACKFILL_STEP);
  return Math.min(HOURS_A_CHUNK, Math.max(1, Math.floor(ROWS_A_CHUNK / rowsAnHour)));
}

/** Parts of the periods, newest first. */
function chunksOf(periods: readonly HoursPeriod[], hours: number): readonly HoursPeriod[] {
  return periods.toReversed().flatMap(({ fromMs, toMs }) => {
    const parts = Math.ceil((toMs - fromMs) / (hours * HOUR_MS));
    return Array.from({ length: parts }, (_, back) => {
      const end = toMs - back * hours * HOUR_MS;
      return { fromMs: Math.max(fromMs, end - hours * HOUR_MS), toMs: end };
    });
  });
}
