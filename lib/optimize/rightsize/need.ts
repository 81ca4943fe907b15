/**
 * What a container needs by its history, before bounds: where its hours are known the learned peak of the coming week at the risk
 * that was chosen; else the highest peak for what cannot be given back (memory), the 99th percentile of the peaks for what waits (CPU):
 * the rules of VPA and KRR with their margin, but over peaks and not over means.
 */

import { formatAge } from '../../types/duration.ts';
import type { ReplayedHours } from '../../types/plan.ts';
import { formatCores, formatMebibytes } from '../../types/quantity.ts';
import type { ContainerUsage } from '../../types/usage.ts';
import type { LearnedPeaks } from '../context.ts';
import type { OptimizeSettings } from '../settings.ts';
import { cpuProvenance, highest, longest, memoryProvenance, tooThin } from './history.ts';
import { learnedNeed, shrinkingSample } from './learned.ts';
import type { OomKill } from './oom.ts';

/** An amount with its rule and evidence. `urgent`: proposed however small the change. */
export interface Need {
  readonly amount: number;
  readonly rule: string;
  readonly evidence: string;
  readonly urgent: boolean;
  /** Highest use that it was made from: a request above that is not raised on a guess. */
  readonly seen?: number;
  /** Why it does not show that less is enough. */
  readonly keeps?: string;
  /** How the amount would have done in earlier hours; holds for this rule alone. */
  readonly replayed?: { readonly rule: string; readonly hours: ReplayedHours };
}

/** Why there is no amount. */
export interface Refusal {
  readonly refused: string;
}

export interface Sizing {
  readonly usages: readonly ContainerUsage[];
  readonly pods: number;
  readonly settings: OptimizeSettings;
  /** Absent: peaks are given a margin. */
  readonly peaks?: LearnedPeaks;
  /** When running instances of the container started. */
  readonly startsMs: readonly number[];
  /** Memory limit ÷ request, where the limit follows the request: what must not come below the highest peak is the limit. */
  readonly memoryLimitRatio?: number;
}

const NO_HISTORY = 'no history of its use';

/** In a Guaranteed pod the request is the limit as well, so that what is above it is throttled: there the highest peak counts. */
export function cpuNeed(sizing: Sizing, guaranteed: boolean): Need | Refusal {
  const need = unthrottledNeed(sizing, guaranteed);
  const keeps = throttledReason(sizing);
  return 'refused' in need || keeps === undefined ? need : { ...need, keeps };
}

/** What was held at its limit shows the limit, and not what it would have taken. */
function throttledReason({ usages, settings }: Sizing): string | undefined {
  const most = usages
    .filter(({ cpuThrottled }) => cpuThrottled !== undefined)
    .toSorted((a, b) => b.cpuThrottled! - a.cpuThrottled!)[0];
  if (!most || most.cpuThrottled! < settings.throttledShare) return undefined;
  return `its CPU limit held it back in ${percent(most.cpuThrottled!)} of its periods (${most.source}), so that its use does not show what it needs; raise the limit first`;
}

function unthrottledNeed(sizing: Sizing, guaranteed: boolean): Need | Refusal {
  const { usages, pods, settings } = sizing;
  if (usages.length === 0) return { refused: NO_HISTORY };
  const learned = learnedPeak('cpu', sizing);
  if (learned && 'refused' in learned) return learned;
  if (learned) return guaranteed ? notBelow(learned, highest(usages, 'cpuPeakCores')?.value, THROTTLED) : learned;
  const p99 = longest(usages, 'cpuP99Cores');
  const peak = highest(usages, 'cpuPeakCores');
  const basis = guaranteed ? peak : p99;
  if (!basis) return { refused: 'no history of its CPU use' };
  const thin = tooThin(longest(usages, guaranteed ? 'cpuPeakCores' : 'cpuP99Cores')!.usage, pods, settings);
  if (thin !== undefined) return { refused: thin };
  const highestSeen = peak && !guaranteed ? `, highest ${formatCores(peak.value)}` : '';
  return {
    amount: basis.value * (1 + settings.cpuMargin),
    rule: `${guaranteed ? 'peak' : 'p99 of peaks'} + ${percent(settings.cpuMargin)}`,
    evidence: guaranteed
      ? `highest CPU peak ${formatCores(basis.value)} ${cpuProvenance(basis.usage)}; a Guaranteed container is throttled at its request`
      : `p99 of the hourly CPU peaks ${formatCores(basis.value)}${highestSeen} ${cpuProvenance(basis.usage)}`,
    urgent: false,
  };
}

const THROTTLED = { rule: 'highest CPU peak', why: 'a Guaranteed container is throttled at its request' };

/** By the hours; undefined where they are not known. A refusal where what is known is too thin. */
function learnedPeak(resource: 'cpu' | 'memory', sizing: Sizing): Need | Refusal | undefined {
  const { usages, peaks, startsMs, pods, settings } = sizing;
  const learned = peaks && learnedNeed(resource, usages, peaks, startsMs);
  if (!learned) return undefined;
  const { amount, rule, evidence, highest: seen, usage, replayed } = learned;
  const thin = tooThin(usage, pods, settings);
  if (thin !== undefined) return { refused: thin };
  const keeps = shrinkingSample(resource, usage);
  return {
    amount,
    rule,
    evidence,
    urgent: false,
    seen,
    ...(keeps !== undefined && { keeps }),
    ...(replayed && { replayed: { rule, hours: replayed } }),
  };
}

function notBelow(need: Need, amount: number | undefined, { rule, why }: { readonly rule: string; readonly why: string }): Need {
  return amount === undefined || amount <= need.amount ? need : { ...need, amount, rule, evidence: `${need.evidence}; ${why}` };
}

/** An OOM kill is evidence by itself: it needs no history, and may only raise. */
export function memoryNeed(
  sizing: Sizing,
  kill: OomKill | undefined,
  requestBytes: number | undefined,
  nowMs: number,
): Need | Refusal {
  const measured = peakNeed(sizing);
  const killed = kill && killNeed(sizing, kill, requestBytes, nowMs);
  if (!killed) return measured;
  if ('refused' in measured) return killed.amount > (requestBytes ?? 0) ? killed : measured;
  return killed.amount >= measured.amount ? killed : measured;
}

function peakNeed(sizing: Sizing): Need | Refusal {
  const { usages, pods, settings, memoryLimitRatio } = sizing;
  if (usages.length === 0) return { refused: NO_HISTORY };
  const peak = highest(usages, 'memoryPeakBytes');
  const learned = learnedPeak('memory', sizing);
  if (learned && 'refused' in learned) return learned;
  if (learned) {
    const least = memoryLimitRatio === undefined || !peak ? undefined : peak.value / memoryLimitRatio;
    return notBelow(learned, least, {
      rule: 'highest memory peak',
      why: `its limit, which follows, stays at its highest peak of ${formatMebibytes(peak?.value ?? 0)}`,
    });
  }
  if (!peak) return { refused: 'no history of its memory use' };
  const thin = tooThin(longest(usages, 'memoryPeakBytes')!.usage, pods, settings);
  if (thin !== undefined) return { refused: thin };
  return {
    amount: peak.value * (1 + settings.memoryMargin),
    rule: `peak + ${percent(settings.memoryMargin)}`,
    evidence: `highest working set ${formatMebibytes(peak.value)} ${memoryProvenance(usages)}`,
    urgent: false,
  };
}

/** Killed at its limit; where it had none, at what it was seen to use or asked for. */
function killNeed(
  { usages, settings }: Sizing,
  kill: OomKill,
  requestBytes: number | undefined,
  nowMs: number,
): Need | undefined {
  const killedAt = kill.limitBytes ?? Math.max(highest(usages, 'memoryPeakBytes')?.value ?? 0, requestBytes ?? 0);
  if (killedAt === 0) return undefined;
  const byFactor = killedAt * settings.oomFactor;
  const byBytes = killedAt + settings.oomBytes;
  return {
    amount: Math.max(byFactor, byBytes),
    rule:
      byFactor >= byBytes
        ? `OOM kill + ${percent(settings.oomFactor - 1)}`
        : `OOM kill + ${Math.round(settings.oomBytes / 2 ** 20)} MiB`,
    evidence: `OOM-killed ${formatAge((nowMs - kill.atMs) / 1000)} ago at ${kill.limitBytes === undefined ? 'about ' : 'its limit of '}${formatMebibytes(killedAt)} (status of pod ${kill.pod})`,
    urgent: true,
  };
}

function percent(fraction: number): string {
  return `${Math.round(fraction * 100)} %`;
}
