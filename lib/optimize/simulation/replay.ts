/**
 * The stored history against the values of a plan: hours in which what is proposed would have been exceeded, beside those in which what stands
 * now was. CPU above its request waits only where others want it, above its limit it is throttled; memory above its request may be
 * evicted from a full node, above its limit it is killed.
 */

import type { Recommendation } from '../../types/plan.ts';
import type { ReplayedChange, ReplayedValue } from '../../types/simulation.ts';
import type { ContainerHours, ContainerUsage, SlotValues, UsageEvidence, WorkloadRequests } from '../../types/usage.ts';
import type { ContainerSpec, Workload } from '../../types/workload.ts';
import { amountOf, nameOf, RESOURCES, type ResourceName, shown } from '../resource.ts';
import { containersAfter, replicasAfter } from './after.ts';

/** @param workload the object as it is now; undefined where none of its pods is found */
export function replayChange(
  recommendation: Recommendation,
  workload: Workload | undefined,
  evidence: Pick<UsageEvidence, 'containers' | 'requests'>,
): ReplayedChange {
  const { target, kind } = recommendation;
  const about = { target, kind, findings: [] as readonly string[], values: [] as readonly ReplayedValue[] };
  if (workload === undefined)
    return { ...about, outcome: 'gone', findings: ['it is not in the cluster, or has no pods any more'] };
  if (target.uid !== '' && workload.ref.uid !== '' && workload.ref.uid !== target.uid)
    return { ...about, outcome: 'changed', findings: ['an object of this name is there, but not the one of the plan'] };
  if (recommendation.patch.length === 0)
    return { ...about, outcome: 'not-replayed', findings: ['it changes no object of this cluster'] };
  const moved = movedOn(recommendation, workload);
  if (moved !== undefined) return { ...about, outcome: 'changed', findings: [moved] };
  if (replicasAfter(recommendation) === 0) return { ...about, ...refusedRequests(evidence.requests) };
  return { ...about, ...exceededHours(recommendation, workload, evidence.containers) };
}

/** Values that the plan presumes and that are not there any more. */
function movedOn({ changes }: Recommendation, { desiredReplicas }: Workload): string | undefined {
  const replicas = changes.find(({ field }) => field === 'replicas');
  if (replicas?.from === undefined || desiredReplicas === undefined || Number(replicas.from) === desiredReplicas)
    return undefined;
  return `the plan presumes ${replicas.from} replicas, and there are ${desiredReplicas}`;
}

type Told = Pick<ReplayedChange, 'outcome' | 'findings'> &
  Partial<Pick<ReplayedChange, 'values' | 'refused' | 'fromMs' | 'toMs'>>;

/** User requests that nobody would have answered, by the counter that saw most of them. */
function refusedRequests(sources: readonly WorkloadRequests[]): Told {
  const counted = sources.flatMap((source) => {
    const known = source.counts.filter((count) => !Number.isNaN(count));
    if (known.length === 0) return [];
    const requests = Math.round(known.reduce((sum, count) => sum + count, 0));
    const hoursOf = (slots: number): number => Math.round((slots * source.grid.slotSeconds) / 360) / 10;
    return [{ source, requests, hours: hoursOf(known.filter((count) => count > 0).length), ofHours: hoursOf(known.length) }];
  });
  const best = counted.toSorted((a, b) => b.requests - a.requests)[0];
  if (!best)
    return {
      outcome: 'unknown',
      findings: ['nothing counts its user requests: whether anybody would have been refused is not known'],
    };
  const { source, ...figures } = best;
  const { startMs, slotSeconds, slots } = source.grid;
  return {
    outcome: figures.requests > 0 ? 'broken' : 'clear',
    findings: [
      figures.requests > 0
        ? `${figures.requests} user requests in ${figures.hours} h would have been refused (${source.source})`
        : `no user request in ${figures.ofHours} h (${source.source})`,
    ],
    refused: { ...figures, source: source.source },
    fromMs: startMs,
    toMs: startMs + slots * slotSeconds * 1000,
  };
}

function exceededHours(recommendation: Recommendation, workload: Workload, usages: readonly ContainerUsage[]): Told {
  const after = containersAfter(workload.containers, recommendation);
  const changed = new Set(recommendation.changes.map(({ container }) => container));
  const replayed = workload.containers.flatMap((before, at) => {
    if (!changed.has(before.name)) return [];
    const hours = usages.find((usage) => usage.container === before.name && usage.hours !== undefined)?.hours;
    return hours ? [{ hours, values: valuesOf(before, after[at]!, hours) }] : [];
  });
  const values = replayed.flatMap((each) => each.values);
  if (values.length === 0)
    return { outcome: 'unknown', findings: ['there are no hours of its containers in the history to replay'], values };
  const worse = (value: ReplayedValue): number => value.exceeded - (value.exceededNow ?? 0);
  const broken = values.filter((value) => value.of === 'limit' && worse(value) > 0);
  const exceeded = values.filter((value) => value.of === 'request' && value.exceeded > 0);
  const unknown = [...changed].filter((name) => name !== undefined && !values.some(({ container }) => container === name));
  return {
    outcome: broken.length > 0 ? 'broken' : exceeded.length > 0 ? 'exceeded' : 'clear',
    findings: [...broken, ...exceeded].map(sentence).concat(unknown.map((name) => `${name}: no hours in the history`)),
    values,
    ...periodOf(replayed.map(({ hours }) => hours)),
  };
}

function periodOf(all: readonly ContainerHours[]): Pick<ReplayedChange, 'fromMs' | 'toMs'> {
  return {
    fromMs: Math.min(...all.map(({ grid }) => grid.startMs)),
    toMs: Math.max(...all.map(({ grid }) => grid.startMs + grid.slots * grid.slotSeconds * 1000)),
  };
}

function valuesOf(before: ContainerSpec, after: ContainerSpec, hours: ContainerHours): readonly ReplayedValue[] {
  return RESOURCES.flatMap((resource) => {
    const peaks = resource === 'cpu' ? hours.cpuPeakCores : hours.memoryPeakBytes;
    if (peaks === undefined) return [];
    return (['request', 'limit'] as const).flatMap((of) => {
      const [was, value] = [before, after].map((spec) => amountOf(of === 'request' ? spec.requests : spec.limits, resource));
      if (value === undefined) return [];
      const { known, exceeded } = hoursAbove(peaks, value);
      if (known === 0) return [];
      return [
        {
          container: after.name,
          resource,
          of,
          value,
          hours: known,
          exceeded,
          ...(was !== undefined && { exceededNow: hoursAbove(peaks, was).exceeded }),
        },
      ];
    });
  });
}

function hoursAbove(peaks: SlotValues, value: number): { readonly known: number; readonly exceeded: number } {
  let [known, exceeded] = [0, 0];
  for (const peak of peaks) {
    if (Number.isNaN(peak)) continue;
    known++;
    if (peak > value) exceeded++;
  }
  return { known, exceeded };
}

const MEANT: Readonly<Record<ReplayedValue['of'], Readonly<Record<ResourceName, string>>>> = {
  limit: { cpu: 'throttled', memory: 'OOM-killed' },
  request: { cpu: 'slower where its node is busy', memory: 'a candidate for eviction where its node is full' },
};

/** `web: memory above 200Mi in 3 of 720 h (0 now): OOM-killed`. */
function sentence({ container, resource, of, value, hours, exceeded, exceededNow }: ReplayedValue): string {
  const now = exceededNow === undefined ? '' : ` (${exceededNow} now)`;
  return `${container}: ${nameOf(resource)} above its ${of} ${shown(resource, value)} in ${exceeded} of ${hours} h${now}: ${MEANT[of][resource]}`;
}
