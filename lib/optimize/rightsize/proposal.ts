/** One resource of one container: from what it holds to what it needs, its limit with it, if the change is worth a restart. */

import { MEBIBYTE } from '../../types/quantity.ts';
import type { ContainerSpec } from '../../types/workload.ts';
import { amountOf, quantityOf, type ResourceName } from '../resource.ts';
import type { OptimizeSettings } from '../settings.ts';
import { bounded } from './bounded.ts';
import type { Bounds, Held } from './bounds.ts';
import { cpuNeed, memoryNeed, type Need, type Refusal, type Sizing } from './need.ts';
import type { OomKill } from './oom.ts';

/** A container with all that its sizing rests on. */
export interface Case {
  readonly spec: ContainerSpec;
  readonly held: Held;
  readonly bounds: Bounds;
  readonly guaranteed: boolean;
  readonly sizing: Sizing;
  readonly kill: OomKill | undefined;
  readonly replicas: number;
  readonly nowMs: number;
}

export interface ResourceProposal {
  readonly resource: ResourceName;
  /** What is held now; absent where nothing is asked for. */
  readonly current?: number;
  readonly proposed: number;
  readonly need: Need;
  /** The limit that follows, where it changes. */
  readonly limit?: { readonly amount: number; readonly rule: string; readonly evidence: string };
}

/** Undefined: what it holds is what it needs, or nearly so. */
export function proposalFor(resource: ResourceName, subject: Case): ResourceProposal | Refusal | undefined {
  const { held, guaranteed, sizing, replicas } = subject;
  const current = amountOf(held.requests, resource);
  const need = needOf(resource, subject, current);
  if ('refused' in need) return need;
  if (current !== undefined && current > 0 && need.amount > current && !need.urgent && isEnough(current, need)) return undefined;
  if (need.keeps !== undefined && current !== undefined && need.amount < current) return { refused: need.keeps };
  if (!isWorthwhile(current, need, { resource, replicas, settings: sizing.settings })) return undefined;
  if (guaranteed && !hasOwnLimit(subject, resource)) {
    return { refused: 'the pod is Guaranteed by the defaults of a LimitRange; write its limits into the workload first' };
  }
  const limit = guaranteed ? equalLimit(need) : followingLimit(resource, subject, need.amount);
  return { resource, ...(current !== undefined && { current }), proposed: need.amount, need, ...(limit && { limit }) };
}

/** A request that nothing has exceeded is not raised because the coming week might. */
function isEnough(current: number, { seen, rule }: Need): boolean {
  return seen !== undefined && current >= seen && !/^LimitRange/.test(rule);
}

function needOf(resource: ResourceName, subject: Case, current: number | undefined): Need | Refusal {
  const { sizing, guaranteed, kill, nowMs, bounds, held } = subject;
  const need = resource === 'cpu' ? raisedAsSeen(cpuNeed(sizing, guaranteed), current) : memoryNeed(sizing, kill, current, nowMs);
  if ('refused' in need) return need;
  const floor = resource === 'cpu' ? sizing.settings.cpuFloorCores : sizing.settings.memoryFloorBytes;
  return bounded(need, { resource, bounds: bounds[resource], held, ownLimit: hasOwnLimit(subject, resource), guaranteed, floor });
}

/** CPU waits, so that a request of it is raised to what was seen and not beyond. */
function raisedAsSeen(need: Need | Refusal, current: number | undefined): Need | Refusal {
  if ('refused' in need || need.seen === undefined || current === undefined || current === 0) return need;
  const most = Math.max(current, need.seen);
  if (need.amount <= most) return need;
  return {
    ...need,
    amount: most,
    rule: 'highest CPU peak',
    evidence: `${need.evidence}; CPU waits, so that it is raised to what was seen`,
  };
}

function hasOwnLimit({ spec }: Case, resource: ResourceName): boolean {
  return amountOf(spec.limits, resource) !== undefined;
}

interface Worth {
  readonly resource: ResourceName;
  readonly replicas: number;
  readonly settings: OptimizeSettings;
}

/** A missing request is always worth setting, a kill always worth ending; a reduction must also free something. */
function isWorthwhile(current: number | undefined, { amount, urgent }: Need, { resource, replicas, settings }: Worth): boolean {
  if (current === undefined || current === 0) return true;
  const change = amount - current;
  if (change > 0 && urgent) return true;
  if (change === 0 || Math.abs(change) < settings.smallestChange * current) return false;
  const smallest = resource === 'cpu' ? settings.smallestCpuCores : settings.smallestMemoryBytes;
  // Sums of binary fractions: 25 millicores are 25 millicores.
  return change > 0 || -change * replicas >= smallest - 1e-9;
}

function equalLimit({ amount }: Need): NonNullable<ResourceProposal['limit']> {
  return { amount, rule: 'limit equals request', evidence: 'the pod is Guaranteed, and stays so' };
}

/** The memory limit at its ratio to the request. A CPU limit is left: it throttles, and is never added or moved but for Guaranteed. */
function followingLimit(resource: ResourceName, subject: Case, proposed: number): ResourceProposal['limit'] {
  const limit = amountOf(subject.spec.limits, resource);
  if (resource === 'cpu' || limit === undefined) return undefined;
  const request = amountOf(subject.held.requests, resource) ?? 0;
  const ratio = request > 0 ? limit / request : Math.max(limit, proposed) / proposed;
  const amount = writable(proposed * ratio, proposed, subject.bounds.memory);
  if (quantityOf('memory', amount) === quantityOf('memory', limit)) return undefined;
  const evidence = ratio === 1 ? 'the limit equals the request' : `the limit is ${Number(ratio.toFixed(2))} times the request`;
  const { max } = subject.bounds.memory;
  return max !== undefined && proposed * ratio > max.value
    ? { amount, rule: 'LimitRange maximum', evidence: `${evidence}; LimitRange ${max.limitRange} caps it` }
    : { amount, rule: 'limit kept at its ratio', evidence };
}

/** Whole mebibytes: rounded up as a request is, but down where a LimitRange bounds the ratio or the limit itself. */
function writable(wanted: number, proposed: number, { max, ratio }: Bounds['memory']): number {
  const down = (bytes: number): number => Math.floor(bytes / MEBIBYTE + 1e-6) * MEBIBYTE;
  const limit = ratio === undefined ? Math.ceil(wanted / MEBIBYTE - 1e-6) * MEBIBYTE : Math.max(proposed, down(wanted));
  return max === undefined ? limit : Math.min(limit, down(max.value));
}
