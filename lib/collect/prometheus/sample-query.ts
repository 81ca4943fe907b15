/** One question about a group of pods, answered for every pod and slot. */

import type { SlotGrid } from '../../types/usage.ts';
import type { Series } from './answer.ts';
import type { PrometheusClient } from './client.ts';
import type { EngineKind } from './grids.ts';
import type { QueryGroup } from './groups.ts';
import type { ClusterLabel, ContainerLabels } from './labels.ts';
import { askInHalves } from './split.ts';

export interface SampleOptions {
  readonly labels: ContainerLabels;
  readonly cluster: ClusterLabel | undefined;
  readonly engine: EngineKind;
  readonly intervalSeconds: number;
  /** Container names or image fragments that count as sidecars too. */
  readonly sidecars: readonly string[];
  /** A row stands at the end of its slot. */
  readonly grid: SlotGrid;
}

/** What came back for a group, with the names of its labels. */
export interface GroupAnswer {
  readonly group: QueryGroup;
  readonly labels: ContainerLabels;
  readonly series: readonly Series[];
}

/** The answers to one query about the group, several where it was too much for the server. */
export function askWhole(
  client: PrometheusClient,
  group: QueryGroup,
  query: (group: QueryGroup) => string,
  { labels, grid }: Pick<SampleOptions, 'labels' | 'grid'>,
  failures: Error[],
): Promise<readonly GroupAnswer[]> {
  const ask = async (part: QueryGroup): Promise<GroupAnswer> => ({
    group: part,
    labels,
    series: (await client.range(query(part), grid)).series,
  });
  return askInHalves(group, ask, failures);
}
