/** How often the server samples, which pods it scrapes itself, and how much a scrape of them moves. */

import { MINUTE } from '../../types/duration.ts';
import type { UsageEvidence } from '../../types/usage.ts';
import type { PrometheusClient } from './client.ts';
import type { QueryGroup } from './groups.ts';
import { type ClusterLabel, type ContainerLabels, clusterMatcher, MEMORY, selectorsOf } from './labels.ts';
import { perWorkload, workloadOfRow } from './rows.ts';
import { survivable } from './split.ts';
import type { Collected } from './usage.ts';

const LOOK_BACK = 15 * MINUTE;

/** Intervals that people configure; what is counted is off by a scrape at the edges. */
const USUAL_INTERVALS = [1, 5, 10, 15, 20, 30, 60, 120, 180, 300, 600, 900];

/** A line of the text format with its name, labels and value, uncompressed as most clients ask for it. */
const BYTES_PER_SAMPLE = 100;

/** Interval of the container metrics, in seconds, from how many samples a quarter of an hour holds. @throws UpidError prometheus */
export async function scrapeInterval(
  client: PrometheusClient,
  labels: ContainerLabels,
  cluster: ClusterLabel | undefined,
  nowMs: number,
): Promise<number> {
  // Pods that started within the quarter of an hour have fewer samples, so that the many tell.
  const counted = `count_over_time(${MEMORY}{${labels.pod}!=""${clusterMatcher(cluster)}}[${LOOK_BACK}s])`;
  const { series } = await client.instant(`quantile(0.9, ${counted})`, nowMs);
  return usualInterval(LOOK_BACK / Math.max(1, series[0]?.values[0] ?? 1));
}

/** The usual interval nearest to a measured one, on a scale of ratios. */
export function usualInterval(seconds: number): number {
  const distance = (interval: number): number => Math.abs(Math.log(interval / seconds));
  return USUAL_INTERVALS.reduce((best, interval) => (distance(interval) < distance(best) ? interval : best));
}

/** For the workloads whose pods are scraped: how often, and the bytes of one round over all endpoints of a pod. */
export async function collectScrapes(
  client: PrometheusClient,
  groups: readonly QueryGroup[],
  cluster: ClusterLabel | undefined,
  nowMs: number,
): Promise<Collected<NonNullable<UsageEvidence['scrape']>>> {
  const found = new Map<string, NonNullable<UsageEvidence['scrape']>>();
  const failures: Error[] = [];
  for (const group of groups) {
    try {
      for (const [key, scrape] of await scrapesOf(client, group, cluster, nowMs)) found.set(key, scrape);
    } catch (error) {
      failures.push(survivable(error));
    }
  }
  return { found, failures };
}

async function scrapesOf(
  client: PrometheusClient,
  group: QueryGroup,
  cluster: ClusterLabel | undefined,
  nowMs: number,
): Promise<ReadonlyMap<string, NonNullable<UsageEvidence['scrape']>>> {
  // A target's own series carry the plain names, whatever exporters' series have.
  const target: ContainerLabels = { namespace: 'namespace', pod: 'pod', container: undefined };
  const selectors = selectorsOf(group, target, cluster);
  const sums = (query: string): string => perWorkload(group, target, `sum by (namespace, pod) (${query})`);
  const counts = `max by (namespace, pod) (count_over_time(${selectors.pod('up')}[${LOOK_BACK}s]))`;
  const [samples, rounds] = await Promise.all([
    client.instant(sums(selectors.pod('scrape_samples_scraped')), nowMs),
    client.instant(perWorkload(group, target, counts), nowMs),
  ]);
  const bytes = new Map(samples.series.map((row) => [workloadOfRow(group, target, row), row.values[0]]));
  return new Map(
    rounds.series.flatMap((row) => {
      const key = workloadOfRow(group, target, row);
      const scraped = bytes.get(key);
      if (key === undefined || row.values[0] === undefined) return [];
      const scrape = {
        intervalSeconds: usualInterval(LOOK_BACK / Math.max(1, row.values[0])),
        ...(scraped !== undefined && { bytesPerScrape: scraped * BYTES_PER_SAMPLE }),
      };
      return [[key, scrape] as const];
    }),
  );
}
