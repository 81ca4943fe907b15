/**
 * Requests that each pod counted within a slot. Only counters of the pods themselves tell pods apart, and only where their labels
 * tell machines from users: an hour that stands still, by which other counters prove that no probes are in them, is not seen here.
 * What an ingress or a mesh counts for a service is no pod's.
 */

import { workloadKey } from '../../types/usage.ts';
import type { PrometheusClient } from './client.ts';
import { rangeSeconds } from './grids.ts';
import type { QueryGroup } from './groups.ts';
import { selectorsOf } from './labels.ts';
import { POD_FAMILIES, type PodFamily } from './pod-families.ts';
import { existingFamilies, hasOtherProbes, TARGET, withoutLabels } from './requests.ts';
import { askWhole, type GroupAnswer, type SampleOptions } from './sample-query.ts';

/** Of each counter, rows per pod; a pod that several counters see has a row of each, of which the largest counts. */
export async function countPerPod(
  client: PrometheusClient,
  groups: readonly QueryGroup[],
  options: SampleOptions,
  failures: Error[],
): Promise<readonly GroupAnswer[]> {
  const { grid, cluster } = options;
  const end = { cluster, nowMs: grid.startMs + grid.slots * grid.slotSeconds * 1000 };
  const existing = await existingFamilies(client, end, failures);
  const families = POD_FAMILIES.filter(({ metric }) => existing.has(metric));
  const answers = groups.flatMap((group) =>
    families.map(async (family) => {
      const untold = new Set([
        ...(await withoutLabels(client, family, group, end, failures)),
        ...group.workloads.filter((each) => family.byPath && hasOtherProbes(each)).map(({ ref }) => workloadKey(ref)),
      ]);
      const keys = new Map([...group.keys].filter(([, key]) => !untold.has(key)));
      if (keys.size === 0) return [];
      const query = (part: QueryGroup): string => countedBy(family, part, options);
      return askWhole(client, { ...group, keys }, query, { labels: TARGET, grid }, failures);
    }),
  );
  return (await Promise.all(answers)).flat();
}

/**
 * Ranges of PromQL overlap (see `rangeSeconds`), so that what falls into the overlap would count twice: each counts for its share. A
 * series that appeared within the slot began with its first request: its first value is added where its target was scraped before.
 */
function countedBy({ metric, filter }: PodFamily, group: QueryGroup, options: SampleOptions): string {
  const { intervalSeconds, engine, grid } = options;
  const counter = selectorsOf(group, TARGET, options.cluster).pod(metric, filter);
  const slot = grid.slotSeconds;
  const range = rangeSeconds(Math.max(slot, intervalSeconds), intervalSeconds, engine);
  const perPod = (query: string): string => `round(sum by (${TARGET.namespace}, ${TARGET.pod}) (${query}), 0.01)`;
  const gained = `increase(${counter}[${range}s]) * ${slot / range}`;
  if (engine === 'victoriametrics') return perPod(gained);
  const before = Math.max(slot, 2 * intervalSeconds);
  const born = `(min_over_time(${counter}[${slot}s]) unless max_over_time(${counter}[${before}s] offset ${slot}s)) and on (job, instance) max_over_time(up[${before}s] offset ${slot}s)`;
  const part = (name: string, query: string): string => `label_replace(${query}, "upid_part", "${name}", "", "")`;
  return perPod(`${part('increase', gained)} or ${part('first', born)}`);
}
