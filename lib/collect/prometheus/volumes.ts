/** How full the persistent volumes of workloads were, day by day, as the kubelet tells Prometheus. */

import { DAY, HOUR } from '../../types/duration.ts';
import type { SlotGrid, VolumeUse } from '../../types/usage.ts';
import { workloadKey } from '../../types/usage.ts';
import type { Workload } from '../../types/workload.ts';
import type { PrometheusClient } from './client.ts';
import { alternatives } from './groups.ts';
import { type ClusterLabel, type ContainerLabels, clusterMatcher } from './labels.ts';
import { addRow } from './rows.ts';
import { survivable } from './split.ts';
import type { Collected } from './usage.ts';

const USED = 'kubelet_volume_stats_used_bytes';
const CAPACITY = 'kubelet_volume_stats_capacity_bytes';
/** As the kubelet names it, whatever the namespace is called. */
const CLAIM = 'persistentvolumeclaim';

/** Letters of alternatives in one selector: with them a URL stays below the 8 KB that proxies allow. */
const SELECTOR_CHARACTERS = 2500;

export interface VolumesOptions {
  readonly labels: ContainerLabels;
  readonly cluster: ClusterLabel | undefined;
  /** The volumes are asked for over whole days that end with it. */
  readonly grid: SlotGrid;
}

/** Volumes of each workload, keyed by workloadKey; those that no kubelet tells of (another CSI driver, no scrape) are absent. */
export async function collectVolumes(
  client: PrometheusClient,
  workloads: readonly Workload[],
  options: VolumesOptions,
): Promise<Collected<readonly VolumeUse[]>> {
  const owners = ownersOf(workloads);
  const failures: Error[] = [];
  const found = new Map<string, VolumeUse[]>();
  for (const namespaces of packed([...new Set([...owners.keys()].map((claim) => claim.split('/')[0]!))])) {
    try {
      for (const [claim, volume] of await volumesIn(client, namespaces, options))
        for (const key of owners.get(claim) ?? []) found.set(key, [...(found.get(key) ?? []), volume]);
    } catch (error) {
      failures.push(survivable(error));
    }
  }
  return { found, failures };
}

/** `namespace/claim` → workloads that mount it. */
function ownersOf(workloads: readonly Workload[]): ReadonlyMap<string, ReadonlySet<string>> {
  const owners = new Map<string, Set<string>>();
  for (const { ref, pods } of workloads) {
    for (const claim of pods.flatMap(({ volumeClaims }) => volumeClaims ?? [])) {
      const name = `${ref.namespace}/${claim}`;
      owners.set(name, (owners.get(name) ?? new Set()).add(workloadKey(ref)));
    }
  }
  return owners;
}

function packed(namespaces: readonly string[]): readonly (readonly string[])[] {
  const parts: string[][] = [];
  let characters = 0;
  for (const namespace of namespaces) {
    if (parts.length === 0 || characters + namespace.length + 1 > SELECTOR_CHARACTERS) {
      parts.push([]);
      characters = 0;
    }
    parts.at(-1)!.push(namespace);
    characters += namespace.length + 1;
  }
  return parts;
}

async function volumesIn(
  client: PrometheusClient,
  namespaces: readonly string[],
  { labels, cluster, grid }: VolumesOptions,
): Promise<ReadonlyMap<string, VolumeUse>> {
  const selector = `{${labels.namespace}=~"${alternatives(namespaces)}",${CLAIM}!=""${clusterMatcher(cluster)}}`;
  const highest = (metric: string, seconds: number): string =>
    `max by (${labels.namespace}, ${CLAIM}) (max_over_time(${metric}${selector}[${seconds}s]))`;
  const days = daysOf(grid);
  const endMs = days.startMs + days.slots * DAY * 1000;
  const [used, capacity] = await Promise.all([
    client.range(highest(USED, DAY), days),
    client.instant(highest(CAPACITY, HOUR), endMs),
  ]);
  const nameOf = (row: { readonly labels: Readonly<Record<string, string>> }): string =>
    `${row.labels[labels.namespace]}/${row.labels[CLAIM]}`;
  const capacities = new Map(capacity.series.map((row) => [nameOf(row), row.values[0] ?? 0]));
  return new Map(
    used.series.flatMap((row) => {
      const capacityBytes = capacities.get(nameOf(row));
      if (!capacityBytes) return [];
      const usedPeakBytes = new Float64Array(days.slots).fill(Number.NaN);
      addRow(usedPeakBytes, days, row, Math.max);
      return [[nameOf(row), { claim: row.labels[CLAIM]!, capacityBytes, grid: days, usedPeakBytes }] as const];
    }),
  );
}

function daysOf({ startMs, slotSeconds, slots }: SlotGrid): SlotGrid {
  const days = Math.floor((slots * slotSeconds) / DAY);
  const endMs = startMs + slots * slotSeconds * 1000;
  return { startMs: endMs - days * DAY * 1000, slotSeconds: DAY, slots: days };
}
