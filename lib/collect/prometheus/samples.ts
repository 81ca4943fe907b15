/**
 * Use of every container and pod, one row each for every slot of a grid, as a collector would have seen it at the slot's end. The
 * server computes what a slot holds; pods that are gone are told from others by their names.
 */

import { type Sample, type SlotValues, workloadKey } from '../../types/usage.ts';
import type { Pod, Workload } from '../../types/workload.ts';
import type { Series } from './answer.ts';
import type { PrometheusClient } from './client.ts';
import { mean } from './counters.ts';
import { rangeSeconds, slotEndingAt } from './grids.ts';
import { appNames, containersOf, type QueryGroup, queryGroups } from './groups.ts';
import { type ContainerLabels, CPU, MEMORY, selectorsOf } from './labels.ts';
import { ownerOfPod } from './owner-keys.ts';
import { countPerPod } from './pod-requests.ts';
import { workloadOfPod } from './rows.ts';
import { askWhole, type GroupAnswer, type SampleOptions } from './sample-query.ts';
import { PROMETHEUS_SOURCE } from './transport.ts';
import { bothDirections, CPU_DIGITS, NETWORK_DIGITS, NOT_LOOP_BACK, rounded } from './usage.ts';

export interface CollectedSamples {
  readonly samples: readonly Sample[];
  /** Queries that gave nothing, in the server's words: rows lack their figures then. */
  readonly failures: readonly Error[];
}

const FIGURES = [
  'cpuCores',
  'cpuPeakCores',
  'memoryBytes',
  'memoryPeakBytes',
  'networkBytesPerSecond',
  'networkPeakBytesPerSecond',
  'requests',
] as const;
type Figure = (typeof FIGURES)[number];

/** One container, or one pod (container ''), over all slots. */
interface Track {
  readonly workload: Workload;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly values: Partial<Record<Figure, SlotValues>>;
}

/** Rows of all containers and pods of these workloads that the server has samples of, in the order of time. */
export async function collectSamples(
  client: PrometheusClient,
  workloads: readonly Workload[],
  options: SampleOptions,
): Promise<CollectedSamples> {
  const failures: Error[] = [];
  const groups = queryGroups(workloads.map(withPod), options.sidecars);
  const tracks = new Map<string, Track>();
  await Promise.all([
    ...groups.flatMap((group) =>
      (Object.keys(queriesOf(group, options)) as Figure[]).map(async (figure) => {
        const query = (part: QueryGroup): string => queriesOf(part, options)[figure] ?? '';
        for (const answer of await askWhole(client, group, query, options, failures)) add(tracks, answer, figure, options);
      }),
    ),
    countPerPod(client, groups, options, failures).then((counted) => {
      for (const answer of counted) add(tracks, answer, 'requests', options, Math.max);
    }),
  ]);
  return { samples: samplesOf([...tracks.values()], options), failures };
}

/** As many letters as a random ending has. */
const ENDING = 'bcdfg';

/**
 * A workload whose pods are all gone is asked for by the name that they had: it begins with the workload's. Where that name would
 * be taken for another one's, it is not asked for. Pods of a DaemonSet may have used their node's network: none of it is known.
 */
function withPod(workload: Workload): Workload {
  const { namespace, name, kind } = workload.ref;
  const pod = `${name}-${ENDING}`;
  if (workload.pods.length > 0 || kind === 'Pod' || ownerOfPod(pod) !== name) return workload;
  const gone: Pod = {
    namespace,
    name: pod,
    uid: '',
    phase: 'Unknown',
    ready: false,
    createdAt: workload.createdAt,
    hostNetwork: kind === 'DaemonSet',
    serviceAccountName: '',
    mountsServiceAccountToken: false,
    labels: workload.podLabels,
    annotations: workload.podAnnotations,
    containers: workload.containers,
    states: [],
  };
  return { ...workload, pods: [gone] };
}

/**
 * Means are what a counter gains over the slot, so that a pod that lived for a part of it counts for that part. Peaks of rates are
 * of two consecutive scrapes: the shortest that a counter tells anything about. Memory is what was last seen, and the highest.
 */
function queriesOf(group: QueryGroup, options: SampleOptions): Readonly<Partial<Record<Figure, string>>> {
  const { labels, cluster, intervalSeconds, engine, grid } = options;
  const { all, pod } = selectorsOf(group, labels, cluster);
  const names = [labels.namespace, labels.pod, ...(labels.container === undefined ? [] : [labels.container])].join(', ');
  // What several jobs scrape counts once.
  const each = (query: string): string => `max by (${names}) (${query})`;
  const slot = Math.max(grid.slotSeconds, intervalSeconds);
  const range = { seconds: rangeSeconds(slot, intervalSeconds, engine), engine };
  const seen = Math.max(slot, Math.ceil(intervalSeconds * 1.1));
  // MetricsQL takes the sample before the range as well.
  const pair = engine === 'victoriametrics' ? intervalSeconds : 2 * intervalSeconds;
  const peak = (query: string): string => `max_over_time((${query})[${slot}s:${intervalSeconds}s])`;
  const rate = (counter: string): string => `rate(${counter}[${pair}s])`;
  return {
    cpuCores: rounded(each(mean(all(CPU), range)), CPU_DIGITS),
    cpuPeakCores: rounded(peak(each(rate(all(CPU)))), CPU_DIGITS),
    memoryBytes: each(`last_over_time(${all(MEMORY)}[${seen}s])`),
    memoryPeakBytes: each(`max_over_time(${all(MEMORY)}[${seen}s])`),
    networkBytesPerSecond: rounded(
      bothDirections(labels, (metric) => mean(pod(metric, NOT_LOOP_BACK), range)),
      NETWORK_DIGITS,
    ),
    networkPeakBytesPerSecond: rounded(
      peak(bothDirections(labels, (metric) => rate(pod(metric, NOT_LOOP_BACK)))),
      NETWORK_DIGITS,
    ),
  };
}

/** Network and requests are of a whole pod; everything is where the server does not tell containers apart. */
function containerIn(figure: Figure, labels: ContainerLabels, row: Series): string {
  const ofPod = figure.startsWith('network') || figure === 'requests' || labels.container === undefined;
  return ofPod ? '' : (row.labels[labels.container ?? ''] ?? '');
}

function add(
  tracks: Map<string, Track>,
  { group, labels, series }: GroupAnswer,
  figure: Figure,
  { grid }: SampleOptions,
  join: (a: number, b: number) => number = (_, b) => b,
): void {
  const workloads = new Map(group.workloads.map((workload) => [workloadKey(workload.ref), workload]));
  for (const row of series) {
    const namespace = row.labels[labels.namespace] ?? '';
    const pod = row.labels[labels.pod] ?? '';
    const workload = workloads.get(workloadOfPod(group, namespace, pod) ?? '');
    // The network counters of a pod on its host's network are its node's.
    if (!workload || (figure.startsWith('network') && workload.pods.some(({ hostNetwork }) => hostNetwork))) continue;
    const container = containerIn(figure, labels, row);
    const key = `${namespace}/${pod}/${container}`;
    const track = tracks.get(key) ?? { workload, namespace, pod, container, values: {} };
    tracks.set(key, track);
    const slots = track.values[figure] ?? new Float64Array(grid.slots).fill(Number.NaN);
    track.values[figure] = slots;
    for (const [index, seconds] of row.times.entries()) {
      const slot = slotEndingAt(grid, seconds);
      if (slot < 0 || slot >= grid.slots) continue;
      const value = row.values[index]!;
      slots[slot] = Number.isNaN(slots[slot]!) ? value : join(slots[slot]!, value);
    }
  }
}

function samplesOf(tracks: readonly Track[], options: SampleOptions): readonly Sample[] {
  const { grid, sidecars } = options;
  const roles = new Map<Workload, Roles>();
  const samples: Sample[] = [];
  for (let slot = 0; slot < grid.slots; slot++) {
    const atMs = grid.startMs + (slot + 1) * grid.slotSeconds * 1000;
    for (const track of tracks) {
      const own = roles.get(track.workload) ?? rolesOf(track.workload, sidecars);
      roles.set(track.workload, own);
      if (own.init.has(track.container)) continue;
      const sample = sampleOf(track, slot, atMs, grid.slotSeconds, !own.beside.has(track.container));
      if (sample) samples.push(sample);
    }
  }
  return samples;
}

interface Roles {
  readonly init: ReadonlySet<string>;
  readonly beside: ReadonlySet<string>;
}

/** A container that no pod has any more, as an earlier template named it, is the app's. */
function rolesOf(workload: Workload, sidecars: readonly string[]): Roles {
  const apps = appNames(workload, sidecars);
  const others = containersOf(workload).filter(({ name }) => !apps.has(name));
  const names = (init: boolean): ReadonlySet<string> =>
    new Set(others.flatMap(({ name, role }) => ((role === 'init') === init ? [name] : [])));
  return { init: names(true), beside: names(false) };
}

/** Undefined for a slot in which nothing was seen of it. */
function sampleOf(track: Track, slot: number, atMs: number, windowSeconds: number, app: boolean): Sample | undefined {
  const at = (figure: Figure): number => track.values[figure]?.[slot] ?? Number.NaN;
  if (FIGURES.every((figure) => Number.isNaN(at(figure)))) return undefined;
  const { ref } = track.workload;
  return {
    atMs,
    namespace: track.namespace,
    workloadKind: ref.kind,
    workloadName: ref.name,
    pod: track.pod,
    container: track.container,
    app,
    source: PROMETHEUS_SOURCE,
    cpuCores: at('cpuCores'),
    memoryBytes: at('memoryBytes'),
    networkBytesPerSecond: at('networkBytesPerSecond'),
    ...peakOf('cpuPeakCores', at('cpuPeakCores'), at('cpuCores')),
    ...peakOf('memoryPeakBytes', at('memoryPeakBytes'), at('memoryBytes')),
    ...peakOf('networkPeakBytesPerSecond', at('networkPeakBytesPerSecond'), at('networkBytesPerSecond')),
    requests: at('requests'),
    windowSeconds,
  };
}

/** A peak is no lower than the mean, which reaches one scrape farther back. */
function peakOf(figure: Figure, peak: number, mean: number): Partial<Pick<Sample, 'cpuPeakCores'>> {
  if (Number.isNaN(peak)) return {};
  return { [figure]: Number.isNaN(mean) ? peak : Math.max(peak, mean) };
}
