/** Fills hours of the history that have no samples at all from a Prometheus-compatible server. */

import { backfillPrometheus, type HoursPeriod } from '../../collect/prometheus/backfill.ts';
import type { PrometheusOptions } from '../../collect/prometheus/collect.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { History } from '../../store/history.ts';
import { HOUR } from '../../types/duration.ts';
import type { Runtime } from '../../types/runtime.ts';
import type { ReportProgress, SourceReport, SourceTraffic } from '../../types/source.ts';
import type { Workload } from '../../types/workload.ts';

export interface BackfillRequest {
  readonly client: KubeClient;
  readonly prometheus: PrometheusOptions;
  readonly history: Pick<History, 'gaps' | 'append'>;
  /** All that the history is about: an hour with samples of some of them is no gap, and is not filled with those of others. */
  readonly workloads: readonly Workload[];
  /** Empty for all. */
  readonly namespace: string;
  readonly nowMs: number;
  /** How far back it is looked for gaps. The hour that is going on is none. */
  readonly seconds: number;
  /** Container names or image fragments that count as sidecars too, as in the settings. */
  readonly sidecars: readonly string[];
  readonly signal: AbortSignal;
  readonly progress: ReportProgress;
  readonly runtime: Runtime;
}

export interface Backfilled {
  /** Hours without a sample before. */
  readonly missingHours: number;
  /** Of these: filled now; not known to the server either; not asked for, because there is no server or queries failed. */
  readonly filledHours: number;
  readonly absentHours: number;
  readonly failedHours: number;
  /** Samples that were added. */
  readonly rows: number;
  /** Empty where nothing was missing, so that no server was asked. */
  readonly reports: readonly SourceReport[];
  /** What a server outside of the cluster cost. */
  readonly traffic: readonly SourceTraffic[];
}

/**
 * Looks for hours without samples and adds what the server knows of them, some hours at a time, each time all rows or none: whatever
 * ends it in between, the hours that were added stay, and the next run goes on with those that are still missing.
 * @throws UpidError history-unwritable, history-corrupt; usage for a URL or header that cannot be used; cancelled
 */
export async function backfill(request: BackfillRequest): Promise<Backfilled> {
  const { client, prometheus, history, workloads, namespace, nowMs, seconds, progress } = request;
  const hourMs = HOUR * 1000;
  const period = { fromMs: Math.ceil((nowMs - seconds * 1000) / hourMs) * hourMs, toMs: Math.floor(nowMs / hourMs) * hourMs };
  progress({ step: 'looking for gaps in the history' });
  const periods: readonly HoursPeriod[] = await history.gaps({ ...period, ...(namespace !== '' && { namespace }) });
  const missingHours = periods.reduce((sum, { fromMs, toMs }) => sum + (toMs - fromMs) / hourMs, 0);
  if (missingHours === 0) {
    return { missingHours, filledHours: 0, absentHours: 0, failedHours: 0, rows: 0, reports: [], traffic: [] };
  }
  const { hours, ...told } = await backfillPrometheus(client, prometheus, workloads, {
    ...request,
    periods,
    take: (samples) => history.append(samples),
  });
  return { missingHours, filledHours: hours, ...told };
}
