/**
 * Use of every container and pod network in slots of the past, for filling a history: the mean and the highest value within each slot. Pods
 * that are gone are told by their names; those of a name that no workload has are left out.
 */

import type { KubeClient } from '../../kube/client.ts';
import type { Runtime } from '../../types/runtime.ts';
import type { SourceReport } from '../../types/source.ts';
import type { Sample, SlotGrid } from '../../types/usage.ts';
import { workloadKey } from '../../types/usage.ts';
import type { Workload } from '../../types/workload.ts';
import { knownContainers } from '../known-containers.ts';
import type { Series } from './answer.ts';
import type { PrometheusClient } from './client.ts';
import { type PrometheusOptions, withServer } from './collect.ts';
import { slotEndingAt } from './grids.ts';
import { type ContainerLabels, CPU } from './labels.ts';
import { momentFailure, queriesOver } from './moment.ts';
import { ownerKeys, ownerOfPod, podKeys } from './owner-keys.ts';
import { scrapeInterval } from './scrape.ts';
import { PROMETHEUS_SOURCE } from './transport.ts';

export interface SlotsScope {
  /** Slots that are wanted; rows stand in the middle of theirs. */
  readonly grids: readonly SlotGrid[];
  readonly sidecars: readonly string[];
  readonly nowMs: number;
  readonly signal: AbortSignal;
  readonly runtime: Runtime;
  /** Takes the rows of one grid. */
  readonly onSlots: (rows: readonly Sample[], done: number, of: number) => Promise<void>;
}

/** What came of it; a server that is missing, or fails, ends it there. @throws UpidError usage; cancelled; whatever `onSlots` throws */
export async function collectPrometheusSlots(
  client: KubeClient,
  options: PrometheusOptions,
  workloads: readonly Workload[],
  scope: SlotsScope,
): Promise<SourceReport> {
  if (scope.grids.length === 0) return { source: PROMETHEUS_SOURCE, state: 'not-asked', reason: 'nothing is missing' };
  let samples = 0;
  const asked = await withServer(client, options, scope, async ({ labels, transport }, queries) => {
    if (!labels) return { source: PROMETHEUS_SOURCE, state: 'absent', reason: `${transport.name} has no ${CPU} of pods` } as const;
    const intervalSeconds = await scrapeInterval(queries, labels, options.clusterLabel, scope.nowMs);
    const names = namesOf(workloads, scope.sidecars);
    for (const [index, grid] of scope.grids.entries()) {
      const rows = await rowsOf(queries, { labels, options, workloads, intervalSeconds, names }, grid);
      samples += rows.length;
      await scope.onSlots(rows, index + 1, scope.grids.length);
    }
    return { source: PROMETHEUS_SOURCE, state: 'used', gave: `${samples} samples from ${transport.name}` } as const;
  }).catch((error: unknown) => momentFailure(error));
  return asked;
}

interface Names {
  /** Of a pod, by name or by the owner's name that stands in it. */
  readonly workloadOf: (namespace: string, pod: string) => Workload | undefined;
  /** Whether a container is the app's; undefined for one that is not known of the workload. */
  readonly isApp: (workload: Workload, container: string) => boolean | undefined;
  readonly onHostNetwork: (workload: Workload) => boolean;
}

function namesOf(workloads: readonly Workload[], sidecars: readonly string[]): Names {
  const byKey = new Map(workloads.map((workload) => [workloadKey(workload.ref), workload]));
  const pods = podKeys(workloads);
  const { byOwner } = ownerKeys(workloads);
  const apps = new Map<string, boolean>();
  for (const [name, { workload, app }] of knownContainers(workloads, sidecars))
    apps.set(`${workloadKey(workload.ref)}/${name.split('/')[2]}`, app);
  return {
    workloadOf: (namespace, pod) =>
      byKey.get(pods.get(`${namespace}/${pod}`) ?? byOwner.get(`${namespace}/${ownerOfPod(pod)}`) ?? ''),
    isApp: (workload, container) => apps.get(`${workloadKey(workload.ref)}/${container}`),
    onHostNetwork: ({ pods: own }) => own.some(({ hostNetwork }) => hostNetwork),
  };
}

interface Asked {
  readonly labels: ContainerLabels;
  readonly options: PrometheusOptions;
  readonly workloads: readonly Workload[];
  readonly intervalSeconds: number;
  readonly names: Names;
}

type Figure = 'cpu' | 'cpuPeak' | 'memory' | 'memoryPeak' | 'network' | 'networkPeak';

async function rowsOf(queries: PrometheusClient, asked: Asked, grid: SlotGrid): Promise<readonly Sample[]> {
  const rows = new Map<string, Map<Figure, number>>();
  const places = new Map<string, { readonly series: Series; readonly slot: number }>();
  // The mean within a slot is the rate over all of it.
  const wanted = queriesOver({ ...asked, rateSeconds: grid.slotSeconds, peakSeconds: grid.slotSeconds, meanMemory: true });
  for (const [figure, query] of Object.entries(wanted) as readonly (readonly [Figure, string])[]) {
    const { series } = await queries.range(query, grid);
    for (const row of series) {
      for (const [at, seconds] of row.times.entries()) {
        const slot = slotEndingAt(grid, seconds);
        const { namespace, pod, container } = placeOf(row, asked.labels);
        const key = `${slot}/${namespace}/${pod}/${container}`;
        const known = rows.get(key) ?? new Map<Figure, number>();
        rows.set(key, known);
        places.set(key, { series: row, slot });
        known.set(figure, row.values[at] ?? Number.NaN);
      }
    }
  }
  return [...rows].flatMap(([key, figures]) => {
    const { series, slot } = places.get(key)!;
    return sampleOf(figures, placeOf(series, asked.labels), grid, slot, asked.names);
  });
}

function placeOf({ labels }: Series, names: ContainerLabels): Pick<Sample, 'namespace' | 'pod' | 'container'> {
  return {
    namespace: labels[names.namespace] ?? '',
    pod: labels[names.pod] ?? '',
    container: (names.container && labels[names.container]) || '',
  };
}

function sampleOf(
  figures: ReadonlyMap<Figure, number>,
  place: Pick<Sample, 'namespace' | 'pod' | 'container'>,
  grid: SlotGrid,
  slot: number,
  names: Names,
): readonly Sample[] {
  const workload = names.workloadOf(place.namespace, place.pod);
  if (!workload) return [];
  const app = place.container === '' ? !names.onHostNetwork(workload) : names.isApp(workload, place.container);
  // A container that the workload has no more, or the counters of a node.
  if (app === undefined || (place.container === '' && !app)) return [];
  const value = (figure: Figure): number => figures.get(figure) ?? Number.NaN;
  const [cpuPeak, memoryPeak, networkPeak] = [figures.get('cpuPeak'), figures.get('memoryPeak'), figures.get('networkPeak')];
  return [
    {
      ...place,
      atMs: grid.startMs + (slot + 0.5) * grid.slotSeconds * 1000,
      workloadKind: workload.ref.kind,
      workloadName: workload.ref.name,
      app,
      source: PROMETHEUS_SOURCE,
      cpuCores: value('cpu'),
      memoryBytes: value('memory'),
      networkBytesPerSecond: value('network'),
      ...(cpuPeak !== undefined && { cpuPeakCores: cpuPeak }),
      ...(memoryPeak !== undefined && { memoryPeakBytes: memoryPeak }),
      ...(networkPeak !== undefined && { networkPeakBytesPerSecond: networkPeak }),
      requests: Number.NaN,
      windowSeconds: grid.slotSeconds,
    },
  ];
}
