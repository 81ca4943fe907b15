/**
 * Samples of a case as evidence, brought together as the history does it: the app containers of a pod are summed, slots of
 * five minutes keep the peak, the movement and the median of their samples, and a workload is as busy as its busiest replica.
 */

import { MINUTE } from '../../types/duration.ts';
import { isSidecar } from '../../types/sidecar.ts';
import type { SlotGrid, SlotValues, UsageEvidence, WorkloadRequests, WorkloadUsage } from '../../types/usage.ts';
import type { Workload } from '../../types/workload.ts';
import type { CountedSeries, IdleCase, Metric, SampledSeries, Series } from './read.ts';

/** Longest slot of several samples, as within the window of the own history. */
const SLOT_SECONDS = 5 * MINUTE;

/** What the samples and counters of a case tell about one of its workloads, `pods` being those whose samples are its own. */
export function evidenceOfCase(
  { samples, requests }: IdleCase,
  workload: Workload,
  isOwn: (pod: string) => boolean,
  extraSidecars: readonly string[] = [],
): UsageEvidence {
  const own = samples.filter(({ pod, values }) => isOwn(pod) && values.length > 0);
  return {
    usage: usageOf(own, appContainers(workload, extraSidecars)),
    requests: requestsOf(requests.filter(({ values }) => values.length > 0)),
    containers: [],
  };
}

type IsApp = (container: string) => boolean;

/** By the pods that are there; of containers that are gone the name alone tells. */
function appContainers({ pods, containers }: Workload, extra: readonly string[]): IsApp {
  const known = new Map([...containers, ...pods.flatMap((pod) => pod.containers)].map((spec) => [spec.name, spec]));
  const isBeside = (name: string): boolean => isSidecar(known.get(name) ?? { name, image: '', role: 'app' }, extra);
  // A proxy or an agent that stands alone is the app.
  const standsAlone = known.size > 0 && [...known.values()].every(({ name, role }) => role === 'init' || isBeside(name));
  return (name) => name !== PAUSE_CONTAINER && (standsAlone || !isBeside(name));
}

/** cAdvisor's name of what holds a pod's network open. */
const PAUSE_CONTAINER = 'POD';

/** Raw samples of all series side by side, and the slots they are gathered into. */
interface Layout {
  readonly startMs: number;
  readonly stepMs: number;
  readonly steps: number;
  readonly stepsPerSlot: number;
  readonly grid: SlotGrid;
}

function layoutOf(series: readonly Series[]): Layout {
  const stepMs = Math.min(...series.map(({ stepSeconds }) => stepSeconds)) * 1000;
  const endMs = Math.max(...series.map(({ startMs, stepSeconds, values }) => startMs + values.length * stepSeconds * 1000));
  const stepsPerSlot = Math.max(1, Math.floor((SLOT_SECONDS * 1000) / stepMs));
  const slotMs = stepsPerSlot * stepMs;
  // Slots end with the newest sample, so that the last one is full of what is newest.
  const slots = Math.ceil((endMs - Math.min(...series.map(({ startMs }) => startMs))) / slotMs);
  const startMs = endMs - slots * slotMs;
  const grid: SlotGrid = { startMs, slotSeconds: slotMs / 1000, slots };
  return { startMs, stepMs, steps: slots * stepsPerSlot, stepsPerSlot, grid };
}

/** Series added up step by step; NaN where none of them has a value. */
function summed(series: readonly Series[], { startMs, stepMs, steps }: Layout): Float64Array {
  const sum = new Float64Array(steps).fill(Number.NaN);
  for (const each of series) {
    const first = (each.startMs - startMs) / stepMs;
    const stride = (each.stepSeconds * 1000) / stepMs;
    for (let index = 0; index < each.values.length; index++) {
      const value = each.values[index]!;
      // The start of a series may lie between two steps of another one.
      const step = Math.floor(first + index * stride + 1e-6);
      if (Number.isNaN(value) || step < 0 || step >= steps) continue;
      sum[step] = Number.isNaN(sum[step]!) ? value : sum[step]! + value;
    }
  }
  return sum;
}

function usageOf(samples: readonly SampledSeries[], isApp: IsApp): readonly WorkloadUsage[] {
  if (samples.length === 0) return [];
  const layout = layoutOf(samples);
  const pods = [...Map.groupBy(samples, ({ pod }) => pod).values()];
  const perPod = (metric: Metric): readonly Float64Array[] =>
    pods.flatMap((series) => {
      const ofApp = ofContainers(
        series.filter((each) => each.metric === metric),
        isApp,
      );
      return ofApp.length === 0 ? [] : [summed(ofApp, layout)];
    });
  const [cpu, memory] = [perPod('cpuCores'), perPod('memoryBytes')];
  const network = pods.flatMap((series) => networkOf(series, layout));
  const busiest = (of: readonly Float64Array[], reduce: Reduce): SlotValues =>
    of.map((values) => perSlot(values, layout, reduce)).reduce(larger);
  return [
    {
      source: 'file',
      grid: layout.grid,
      sampleSeconds: layout.stepMs / 1000,
      ...(cpu.length > 0 && { cpuPeakCores: busiest(cpu, peak) }),
      ...(memory.length > 0 && { memoryPeakBytes: busiest(memory, peak), memoryMovement: busiest(memory, movement) }),
      ...(network.length > 0 && {
        networkPeakBytesPerSecond: busiest(network, peak),
        networkMedianBytesPerSecond: busiest(network, middle),
      }),
    },
  ];
}

/** Those of the app's containers; a pod that was measured as a whole has one without a name. */
function ofContainers(series: readonly SampledSeries[], isApp: IsApp): readonly SampledSeries[] {
  const named = series.filter(({ container }) => container !== '');
  return named.length === 0 ? series : named.filter(({ container }) => isApp(container));
}

/** Receive and transmit rates; one of them alone does not tell how much there is. */
function networkOf(series: readonly SampledSeries[], layout: Layout): readonly Float64Array[] {
  const received = series.filter(({ metric }) => metric === 'networkReceiveBytesPerSecond');
  const transmitted = series.filter(({ metric }) => metric === 'networkTransmitBytesPerSecond');
  if (received.length === 0 || transmitted.length === 0) return [];
  const [into, out] = [summed(received, layout), summed(transmitted, layout)];
  return [into.map((value, step) => value + out[step]!)];
}

type Reduce = (known: Float64Array) => number;

function perSlot(values: Float64Array, { grid, stepsPerSlot }: Layout, reduce: Reduce): SlotValues {
  return Float64Array.from({ length: grid.slots }, (_, slot) => {
    const known = values.subarray(slot * stepsPerSlot, (slot + 1) * stepsPerSlot).filter((value) => !Number.isNaN(value));
    return known.length === 0 ? Number.NaN : reduce(known);
  });
}

function peak(known: Float64Array): number {
  return known.reduce((highest, value) => Math.max(highest, value));
}

function movement(known: Float64Array): number {
  const highest = peak(known);
  return highest > 0 ? 1 - known.reduce((lowest, value) => Math.min(lowest, value)) / highest : 0;
}

function middle(known: Float64Array): number {
  return known.sort()[known.length >> 1]!;
}

function larger(some: SlotValues, others: SlotValues): SlotValues {
  return some.map((value, slot) => {
    const other = others[slot]!;
    return Number.isNaN(value) || other > value ? other : value;
  });
}

/** Counters see the same users at several places: in each slot the one that counted most is right. */
function requestsOf(requests: readonly CountedSeries[]): readonly WorkloadRequests[] {
  if (requests.length === 0) return [];
  const layout = layoutOf(requests);
  const bySource = [...Map.groupBy(requests, ({ source }) => source).values()];
  const counts = bySource
    .map((series) => perSlot(summed(series, layout), layout, (known) => known.reduce((sum, value) => sum + value)))
    .reduce(larger);
  return [{ source: [...new Set(requests.map(({ source }) => source))].join(' + '), grid: layout.grid, counts }];
}
