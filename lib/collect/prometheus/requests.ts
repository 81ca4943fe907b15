/** Requests per workload and hour, as ingresses, meshes and the apps themselves counted them. Only counters that exist are asked. */

import { DAY, HOUR } from '../../types/duration.ts';
import { type SlotGrid, type SlotValues, type WorkloadRequests, workloadKey } from '../../types/usage.ts';
import type { Workload } from '../../types/workload.ts';
import type { Series } from './answer.ts';
import type { PrometheusClient } from './client.ts';
import { Destinations } from './destinations.ts';
import { FRONT_FAMILIES, type FrontFamily } from './families.ts';
import { type EngineKind, rangeSeconds } from './grids.ts';
import type { QueryGroup } from './groups.ts';
import { type ClusterLabel, type ContainerLabels, clusterMatcher, selectorsOf } from './labels.ts';
import { isMachinePath, POD_FAMILIES, type PodFamily } from './pod-families.ts';
import { addRow, perWorkload, slotsPerWorkload, workloadOfRow } from './rows.ts';
import { survivable } from './split.ts';
import type { Collected } from './usage.ts';

/** Points that one counter may make the server read: with many series fewer days are asked for. */
const POINTS_A_FAMILY = 30_000_000;

/** Hours in one query, as for use. */
const PART_HOURS = 80;

/** `increase()` of a counter that stood still is exactly 0. */
const STILL = 0.5;

/** A target's own series carry these names. */
export const TARGET: ContainerLabels = { namespace: 'namespace', pod: 'pod', container: undefined };

export interface RequestOptions {
  readonly cluster: ClusterLabel | undefined;
  readonly nowMs: number;
  readonly intervalSeconds: number;
  readonly periodSeconds: number;
  readonly engine: EngineKind;
}

export interface CollectedRequests extends Collected<readonly WorkloadRequests[]> {
  /** Counters that exist and name at least one of the workloads. */
  readonly families: readonly string[];
}

/** The hours of all counters, those that see the same workload joined; keyed by workloadKey. */
export async function collectRequests(
  client: PrometheusClient,
  workloads: readonly Workload[],
  groups: readonly QueryGroup[],
  options: RequestOptions,
): Promise<CollectedRequests> {
  const failures: Error[] = [];
  const existing = await existingFamilies(client, options, failures);
  const destinations = new Destinations(workloads);
  const fronts = FRONT_FAMILIES.filter(({ metric }) => existing.has(metric)).map(async (family): Promise<FamilyCounts> => {
    const grid = gridFor(existing.get(family.metric) ?? 0, options);
    return { metric: family.metric, grid, counts: await frontCounts(client, family, grid, destinations, options, failures) };
  });
  const pods = POD_FAMILIES.filter(({ metric }) => existing.has(metric)).map(async (family): Promise<FamilyCounts> => {
    const grid = gridFor(existing.get(family.metric) ?? 0, options);
    const perGroup = await Promise.all(groups.map((group) => podCounts(client, family, group, grid, options, failures)));
    return { metric: family.metric, grid, counts: new Map(perGroup.flatMap((counts) => [...counts])) };
  });
  const answers = await Promise.all([...fronts, ...pods]);
  const found = joinedFamilies(answers);
  return { found, failures, families: answers.filter(({ counts }) => counts.size > 0).map(({ metric }) => metric) };
}

interface FamilyCounts {
  readonly metric: string;
  readonly grid: SlotGrid;
  readonly counts: ReadonlyMap<string, SlotValues>;
}

/**
 * One series for each workload. Counters see each other's requests, as a mesh sees those that an ingress lets in, so that
 * they cannot be summed; but what one of them does not see another one may, so that a workload is silent only where all
 * are. The largest of an hour counts.
 */
function joinedFamilies(families: readonly FamilyCounts[]): ReadonlyMap<string, readonly WorkloadRequests[]> {
  const ofWorkload = new Map<string, { readonly metric: string; readonly grid: SlotGrid; readonly counts: SlotValues }[]>();
  for (const { metric, grid, counts } of families)
    for (const [key, slots] of counts) ofWorkload.set(key, [...(ofWorkload.get(key) ?? []), { metric, grid, counts: slots }]);
  return new Map(
    [...ofWorkload].map(([key, seen]) => {
      // All grids have slots of the same length and the same end.
      const longest = seen.reduce((best, each) => (each.grid.slots > best.grid.slots ? each : best));
      const counts = longest.counts.slice();
      for (const each of seen) {
        const offset = longest.grid.slots - each.grid.slots;
        for (const [slot, value] of each.counts.entries()) counts[offset + slot] = larger(counts[offset + slot]!, value);
      }
      return [key, [{ source: seen.map(({ metric }) => metric).join(' + '), grid: longest.grid, counts }]] as const;
    }),
  );
}

/** NaN only where both are. */
function larger(a: number, b: number): number {
  if (Number.isNaN(a)) return b;
  return Number.isNaN(b) ? a : Math.max(a, b);
}

/** Which counters there are, with their number of series. */
export async function existingFamilies(
  client: PrometheusClient,
  options: Pick<RequestOptions, 'cluster' | 'nowMs'>,
  failures: Error[],
): Promise<ReadonlyMap<string, number>> {
  const names = [...FRONT_FAMILIES, ...POD_FAMILIES].map(({ metric }) => metric).join('|');
  try {
    const query = `count by (__name__) ({__name__=~"${names}"${clusterMatcher(options.cluster)}})`;
    const { series } = await client.instant(query, options.nowMs);
    return new Map(series.map((row) => [row.labels.__name__ ?? '', row.values[0] ?? 0]));
  } catch (error) {
    failures.push(survivable(error));
    return new Map();
  }
}

function gridFor(series: number, { nowMs, periodSeconds, intervalSeconds }: RequestOptions): SlotGrid {
  const affordable = (POINTS_A_FAMILY / Math.max(1, series)) * intervalSeconds;
  const seconds = Math.min(periodSeconds, Math.max(DAY, affordable));
  const slots = Math.ceil(seconds / HOUR);
  return { startMs: Math.floor(nowMs / 1000) * 1000 - slots * HOUR * 1000, slotSeconds: HOUR, slots };
}

async function frontCounts(
  client: PrometheusClient,
  family: FrontFamily,
  grid: SlotGrid,
  destinations: Destinations,
  options: RequestOptions,
  failures: Error[],
): Promise<ReadonlyMap<string, SlotValues>> {
  const matchers = `${family.filter}${clusterMatcher(options.cluster)}`.replace(/^,/, '');
  const selector = `${family.metric}{${matchers}}`;
  const rows = await inParts(client, `sum by (${family.by.join(', ')}) (${increases(selector, options)})`, grid, failures);
  // Requests of one workload are summed within a view of them; of several views the larger counts.
  const views = new Map<string, Map<string, SlotValues>>();
  for (const row of rows) {
    const destination = family.destination(row.labels);
    if (!destination) continue;
    const view = family.view?.(row.labels) ?? '';
    const counts = views.get(view) ?? new Map<string, SlotValues>();
    views.set(view, counts);
    for (const key of destinations.of(destination)) addRow(slotsOf(counts, key, grid), grid, row, sum);
  }
  return merged([...views.values()], grid);
}

function merged(views: readonly ReadonlyMap<string, SlotValues>[], grid: SlotGrid): ReadonlyMap<string, SlotValues> {
  const largest = new Map<string, SlotValues>();
  for (const view of views) {
    for (const [key, counts] of view) {
      const slots = slotsOf(largest, key, grid);
      for (const [slot, value] of counts.entries()) slots[slot] = larger(slots[slot]!, value);
    }
  }
  return largest;
}

async function podCounts(
  client: PrometheusClient,
  family: PodFamily,
  group: QueryGroup,
  grid: SlotGrid,
  options: RequestOptions,
  failures: Error[],
): Promise<ReadonlyMap<string, SlotValues>> {
  const { pod } = selectorsOf(group, TARGET, options.cluster);
  const counted = increases(pod(family.metric, family.filter), options);
  const [rows, untold] = await Promise.all([
    inParts(client, perWorkload(group, TARGET, counted, '', 'sum'), grid, failures),
    withoutLabels(client, family, group, options, failures),
  ]);
  const probed = new Set(
    group.workloads.filter((workload) => family.byPath && hasOtherProbes(workload)).map(({ ref }) => workloadKey(ref)),
  );
  const counts = slotsPerWorkload(group, TARGET, grid, rows, sum);
  return new Map([...counts].filter(([key, slots]) => (!untold.has(key) && !probed.has(key)) || standsStill(slots)));
}

/** Workloads with a series that does not tell machines from users, so that probes and scrapes may be among the requests. */
export async function withoutLabels(
  client: PrometheusClient,
  { metric, filter, toldBy }: PodFamily,
  group: QueryGroup,
  options: Pick<RequestOptions, 'cluster' | 'nowMs'>,
  failures: Error[],
): Promise<ReadonlySet<string>> {
  const { pod } = selectorsOf(group, TARGET, options.cluster);
  const none = toldBy.map((label) => `,${label}=""`).join('');
  try {
    const counted = perWorkload(group, TARGET, pod(metric, `${filter}${none}`), '', 'count');
    const { series } = await client.instant(counted, options.nowMs);
    return new Set(series.flatMap((row) => workloadOfRow(group, TARGET, row) ?? []));
  } catch (error) {
    failures.push(survivable(error));
    // Nothing is known of any: all are taken as if theirs told nothing.
    return new Set(group.keys.values());
  }
}

/** A probe of a page that users ask for too cannot be told from them. */
export function hasOtherProbes(workload: Workload): boolean {
  return workload.containers.some((container) =>
    container.probes.some((probe) => probe.handler === 'http' && probe.type !== 'startup' && !isMachinePath(probe.path ?? '/')),
  );
}

/** A counter that stood still for an hour holds neither probes nor scrapes, which never pause. The first hour of a counter is no whole one. */
function standsStill(slots: SlotValues): boolean {
  return slots.some((value, slot) => value < STILL && !Number.isNaN(slots[slot - 1] ?? Number.NaN));
}

/**
 * Requests within an hour of every series. A series that appeared within the hour began with its first request, which
 * Prometheus' `increase()` does not see, though VictoriaMetrics' does: its first value is added, if its target was scraped
 * before and so would have shown it.
 */
function increases(selector: string, options: RequestOptions): string {
  const range = `[${rangeSeconds(HOUR, options.intervalSeconds, options.engine)}s]`;
  if (options.engine === 'victoriametrics') return `increase(${selector}${range})`;
  const born = `(min_over_time(${selector}[1h]) unless max_over_time(${selector}[1h] offset 1h)) and on (job, instance) max_over_time(up[1h] offset 1h)`;
  const part = (name: string, query: string): string => `label_replace(${query}, "upid_part", "${name}", "", "")`;
  return `${part('increase', `increase(${selector}${range})`)} or ${part('first', born)}`;
}

async function inParts(client: PrometheusClient, query: string, grid: SlotGrid, failures: Error[]): Promise<readonly Series[]> {
  const parts: SlotGrid[] = [];
  for (let slot = 0; slot < grid.slots; slot += PART_HOURS) {
    const startMs = grid.startMs + slot * grid.slotSeconds * 1000;
    parts.push({ startMs, slotSeconds: grid.slotSeconds, slots: Math.min(PART_HOURS, grid.slots - slot) });
  }
  const answers = await Promise.all(
    parts.map(async (part) => {
      try {
        return (await client.range(`round(${query}, 0.01)`, part)).series;
      } catch (error) {
        failures.push(survivable(error));
        return [];
      }
    }),
  );
  return answers.flat();
}

function slotsOf(counts: Map<string, SlotValues>, key: string, grid: SlotGrid): SlotValues {
  const slots = counts.get(key) ?? new Float64Array(grid.slots).fill(Number.NaN);
  counts.set(key, slots);
  return slots;
}

function sum(a: number, b: number): number {
  return a + b;
}
