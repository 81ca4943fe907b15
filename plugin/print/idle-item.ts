/** An idle finding as an item of the list: flat, units in the names, all factors with their evidence. */

import type { Factor, IdleFinding, IdleSettings } from '../../lib/types/idle.ts';
import type { IdleResult } from '../../lib/types/result.ts';
import { instant, type JsonObject, referenceFields, withoutAbsent } from './item.ts';
import { resourceFields } from './resources.ts';

export function idleItem(
  finding: IdleFinding,
  { observedAtMs, cluster }: Pick<IdleResult, 'observedAtMs' | 'cluster'>,
): JsonObject {
  const { workload, use, idleSinceMs, lastUsedMs, nextUseMs } = finding;
  return withoutAbsent({
    ...referenceFields(workload),
    verdict: finding.verdict,
    confidence: finding.confidence,
    reason: finding.reason,
    pods: finding.pods,
    idleSince: moment(idleSinceMs),
    idleSeconds: idleSinceMs === undefined ? undefined : Math.round((observedAtMs - idleSinceMs) / 1000),
    idleAtLeast: finding.idleAtLeast,
    lastUsed: moment(lastUsedMs),
    nextUse: moment(nextUseMs),
    ...resourceFields(use),
    networkBytesPerSecond: use.networkBytesPerSecond,
    requests: use.requests,
    requestsSource: use.requestsSource,
    ...resourceFields(finding.requested, 'requested'),
    factors: finding.factors.map(factorFields),
    missing: finding.missing,
    labels: finding.labels,
    simulated: cluster.simulated,
  }) as JsonObject;
}

/** Scalar fields, in the order of the CSV's columns. */
export const IDLE_CSV_COLUMNS: readonly string[] = [
  'namespace',
  'kind',
  'name',
  'verdict',
  'confidence',
  'pods',
  'idleSince',
  'idleSeconds',
  'idleAtLeast',
  'lastUsed',
  'nextUse',
  'cpuCores',
  'memoryBytes',
  'networkBytesPerSecond',
  'requests',
  'requestsSource',
  'requestedCpuCores',
  'requestedMemoryBytes',
  'reason',
  'apiVersion',
  'uid',
  'simulated',
];

/** The settings the verdicts rest on, as metadata. */
export function settingsFields({ businessHours, ...settings }: IdleSettings): JsonObject {
  const { weekdays, fromMinute, toMinute, timeZone } = businessHours;
  return { ...settings, businessHours: { weekdays, from: clock(fromMinute), to: clock(toMinute), timeZone } };
}

export function factorFields({ fromMs, toMs, series, ...factor }: Factor): object {
  return {
    ...factor,
    from: moment(fromMs),
    to: moment(toMs),
    series: series && {
      start: instant(series.startMs),
      slotSeconds: series.slotSeconds,
      unit: series.unit,
      values: series.values,
    },
  };
}

function moment(atMs: number | undefined): string | undefined {
  return atMs === undefined ? undefined : instant(atMs);
}

function clock(minuteOfDay: number): string {
  return `${String(Math.floor(minuteOfDay / 60)).padStart(2, '0')}:${String(minuteOfDay % 60).padStart(2, '0')}`;
}
