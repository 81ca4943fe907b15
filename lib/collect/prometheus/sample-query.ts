/** One question about a group of pods, answered for every pod and slot. */

import type { SlotGrid } from '../../types/usage.ts';
import type { Series } from './answer.ts';
import { isTooMuch, type PrometheusClient } from './client.ts';
import type { EngineKind } from './grids.ts';
import { halves, type QueryGroup } from './groups.ts';
import type { ClusterLabel, ContainerLabels } from './labels.ts';
import { survivable } from './usage.ts';

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

/** One query for the group; where that is too much for the server, one for each half of it, and so on. */
export async function askWhole(
  client: PrometheusClient,
  group: QueryGroup,
  query: (group: QueryGroup) => string,
  { labels, grid }: Pick<SampleOptions, 'labels' | 'grid'>,
  failures: Error[],
): Promise<readonly GroupAnswer[]> {
  try {
    const { series } = await client.range(query(group), grid);
    return [{ group, labels, series }];
  } catch (error) {
    const smaller = isTooMuch(error) ? halves(group) : undefined;
    const shared = { labels, grid };
    if (smaller) return (await Promise.all(smaller.map((part) => askWhole(client, part, query, shared, failures)))).flat();
    failures.push(survivable(error));
    return [];
  }
}
