/** The judgement on one workload: the factors, the verdict they make, and how sure it is. */

import { formatAge } from '../../types/duration.ts';
import type { Factor, FactorName, IdleFinding, IdleSettings, MissingEvidence, Verdict } from '../../types/idle.ts';
import type { UsageEvidence } from '../../types/usage.ts';
import type { Resources, Workload } from '../../types/workload.ts';
import { coveredPeriods, coveredSeconds, isGap, type Timeline, within } from '../evidence/timeline.ts';
import { businessDaySeconds, businessSeconds } from './business-hours.ts';
import { type Confidence, confidenceOf, type Term, termsOf, UNKNOWN_CONFIDENCE } from './confidence.ts';
import { cpuFactor } from './cpu.ts';
import { type EarlierUse, earlierUse } from './earlier-use.ts';
import { lifeFactor } from './life.ts';
import { memoryFactor } from './memory.ts';
import { missingEvidence } from './missing.ts';
import { networkFactor } from './network.ts';
import { requestsFactor } from './requests.ts';
import { type IdleContext, readSignals, type Signals } from './signals.ts';
import { standbyReason } from './standby.ts';

/** Runs are told in whole seconds. */
const SECOND_MS = 1000;

/** Slots need not end exactly where business hours do. */
const BUSINESS_TOLERANCE = 0.9;

/** A verdict with what its probability rests on, for those who score verdicts or fit that probability. */
export interface Judgement {
  readonly finding: IdleFinding;
  /** That the verdict is right, also of `unknown`: that evidence is wanting. */
  readonly probability: number;
  readonly terms: readonly Term[];
}

/** The verdict on a workload with every factor behind it. Pure: the same evidence gives the same finding. */
export function judgeIdle(workload: Workload, evidence: UsageEvidence, context: IdleContext): IdleFinding {
  return judgement(workload, evidence, context).finding;
}

/** As `judgeIdle`. */
export function judgement(workload: Workload, evidence: UsageEvidence, context: IdleContext): Judgement {
  const signals = readSignals(workload, evidence, context);
  const earlier = earlierUse(signals, context);
  const factors = [
    cpuFactor(signals, context),
    memoryFactor(signals, context),
    networkFactor(signals, context),
    requestsFactor(signals, context),
    businessFactor(signals, context),
    lifeFactor(signals, context),
    earlier.factor,
  ];
  const decision = decide(factors, signals, context, earlier);
  const terms = termsOf(decision.verdict, { factors, workload, earlier, standsBy: decision.standsBy ?? false });
  const confidence = confidenceOf(decision.verdict, terms);
  return {
    finding: finding(signals, context, factors, earlier, decision, confidence),
    probability: confidence.probability,
    terms,
  };
}

interface Decision {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly missing: readonly MissingEvidence[];
  readonly standsBy?: true;
}

function decide(factors: readonly Factor[], signals: Signals, context: IdleContext, earlier: EarlierUse): Decision {
  const by = (name: FactorName): Factor => factors.find((factor) => factor.factor === name)!;
  const life = by('life');
  if (life.state === 'refutes') return active(life.evidence);
  const standby = standbyReason(signals, context);
  if (standby) return { ...active(standby), standsBy: true };
  const inUse = usedNow(by('cpu'), by('network'), by('requests'));
  if (inUse) return active(inUse);
  // What was used is known to be, however young its pods are.
  if (earlier.factor.state === 'refutes') return active(earlier.factor.evidence);
  if (life.state === 'unknown')
    return unknown(life.evidence, [{ what: `life: ${life.evidence}`, remedy: 'ask again when a whole window has passed' }]);
  const missing = missingEvidence(factors, signals, context);
  if (missing.length > 0) return unknown(missing.map(({ what }) => what).join('; '), missing);
  return { verdict: 'idle', reason: idleReason(by('cpu'), by('network'), by('requests')), missing: [] };
}

function active(reason: string): Decision {
  return { verdict: 'active', reason, missing: [] };
}

function unknown(reason: string, missing: readonly MissingEvidence[]): Decision {
  return { verdict: 'unknown', reason, missing };
}

/** A counter that sees the workload is a better witness of its users than the network, whose bytes may be a sidecar's. */
function usedNow(cpu: Factor, network: Factor, requests: Factor): string | undefined {
  if (cpu.state === 'refutes') return `CPU: ${cpu.evidence}`;
  if (requests.state === 'refutes') return `requests: ${requests.evidence}`;
  return network.state === 'refutes' ? `network: ${network.evidence}` : undefined;
}

function idleReason(cpu: Factor, network: Factor, requests: Factor): string {
  const parts = [
    `CPU ${cpu.evidence}`,
    ...(network.state === 'supports' ? [`network ${network.evidence}`] : []),
    ...(requests.state === 'supports' ? [`requests ${requests.evidence}`] : []),
  ];
  return parts.join('; ');
}

/** A night or a weekend is no proof: the quiet must hold through the hours of one business day. */
function businessFactor(signals: Signals, { nowMs, settings }: IdleContext): Factor {
  const witness = signals.network.points.length > 0 ? signals.network : signals.requests;
  const fromMs = Math.max(signals.cpu.points[0]?.fromMs ?? nowMs, witness.points[0]?.fromMs ?? nowMs);
  const seen = Math.min(businessSecondsIn(signals.cpu, settings), businessSecondsIn(witness, settings));
  const needed = businessDaySeconds(settings.businessHours);
  const hours = `business hours (${settings.businessHours.timeZone})`;
  const enough = seen >= needed * BUSINESS_TOLERANCE;
  return {
    factor: 'business-hours',
    state: enough ? 'supports' : 'unknown',
    evidence: enough
      ? `${formatAge(seen)} of ${hours} are in the evidence`
      : `only ${formatAge(seen)} of ${hours} are in the evidence, and a business day has ${formatAge(needed)}`,
    value: seen,
    threshold: needed,
    unit: 'seconds',
    ...(fromMs < nowMs && {
      source: [...new Set([...signals.cpu.sources, ...witness.sources])].join(' + '),
      fromMs,
      toMs: nowMs,
    }),
  };
}

/** Seconds of business time that a timeline has samples of. */
function businessSecondsIn(timeline: Timeline, { businessHours, gapIntervals }: IdleSettings): number {
  return coveredPeriods(timeline, gapIntervals).reduce((sum, [from, to]) => sum + businessSeconds(businessHours, from, to), 0);
}

function finding(
  signals: Signals,
  context: IdleContext,
  factors: readonly Factor[],
  earlier: EarlierUse,
  decision: Decision,
  confidence: Confidence,
): IdleFinding {
  const { workload } = signals;
  const since = decision.verdict === 'idle' ? idleSince(factors, context.nowMs) : undefined;
  return {
    workload: workload.ref,
    labels: workload.labels,
    verdict: decision.verdict,
    confidence: decision.verdict === 'unknown' ? UNKNOWN_CONFIDENCE : confidence.probability,
    reason: decision.reason,
    pods: signals.pods.length,
    ...(since && { idleSinceMs: since.atMs, idleAtLeast: isAtLeast(since, signals, context) }),
    ...(earlier.lastUsedMs !== undefined && { lastUsedMs: earlier.lastUsedMs }),
    ...(earlier.nextUseMs !== undefined && { nextUseMs: earlier.nextUseMs }),
    ...(decision.standsBy && { standsBy: decision.standsBy }),
    use: useOf(signals, context, factors),
    requested: requestedBy(signals),
    factors: factors.map((factor) => {
      // Of the verdict idle alone every factor has its part.
      const share = decision.verdict === 'idle' ? confidence.shares.get(factor.factor) : undefined;
      return share === undefined ? factor : { ...factor, share };
    }),
    missing: decision.missing,
  };
}

interface Since {
  readonly atMs: number;
  /** The factor that became quiet last. */
  readonly factor: Factor;
}

/** When the last of the factors that were satisfied became so. */
function idleSince(factors: readonly Factor[], nowMs: number): Since | undefined {
  const runs = factors.flatMap((factor) => {
    const counts = ['cpu', 'network', 'requests'].includes(factor.factor) && factor.state === 'supports';
    return counts && factor.quietSeconds !== undefined ? [{ atMs: nowMs - factor.quietSeconds * 1000, factor }] : [];
  });
  return runs.toSorted((a, b) => b.atMs - a.atMs)[0];
}

/** Nothing was measured before the quiet, and the workload is older than it: it may have been quiet for longer. */
function isAtLeast({ atMs, factor }: Since, signals: Signals, { settings }: IdleContext): boolean {
  const counted = factor.factor === 'requests' && factor.unit === 'requests';
  const { points } = counted ? signals.requests : factor.factor === 'cpu' ? signals.cpu : signals.network;
  const first = points.findIndex((point) => point.toMs > atMs + SECOND_MS);
  const start = points[first];
  const before = points[first - 1];
  if (!start || (before && !isGap(before, start, settings.gapIntervals))) return false;
  // The first sample comes up to some intervals after the first pod.
  return signals.workload.createdAt < start.fromMs - settings.gapIntervals * start.sampleSeconds * 1000;
}

function useOf(signals: Signals, { nowMs, settings }: IdleContext, factors: readonly Factor[]): IdleFinding['use'] {
  const highest = (timeline: Signals['cpu'], fromMs: number): number | undefined => {
    const values = within(timeline, fromMs, nowMs).map((point) => point.value);
    return values.length > 0 ? Math.max(...values) : undefined;
  };
  const cpuCores = highest(signals.cpu, signals.windowStartMs);
  const memoryBytes = highest(signals.memory, signals.windowStartMs);
  const networkBytesPerSecond = highest(signals.network, signals.windowStartMs);
  const requests = factors.find((factor) => factor.factor === 'requests');
  const counted = requests?.unit === 'requests' ? requests.value : undefined;
  const requestsFrom = nowMs - settings.requestsQuietSeconds * 1000;
  return {
    ...(cpuCores !== undefined && { cpuCores }),
    ...(memoryBytes !== undefined && { memoryBytes }),
    ...(networkBytesPerSecond !== undefined && { networkBytesPerSecond }),
    ...(counted !== undefined &&
      coveredSeconds(signals.requests, requestsFrom, nowMs) > 0 && {
        requests: Math.round(counted),
        requestsSource: requests?.source ?? '',
      }),
  };
}

/** What all pods together hold: app containers, sidecars, and init containers only as far as they keep running. */
function requestedBy({ pods }: Signals): Resources {
  const held = pods.flatMap((pod) =>
    pod.containers.filter((container) => container.role !== 'init').map((container) => container.requests),
  );
  return {
    cpuCores: held.reduce((sum, { cpuCores = 0 }) => sum + cpuCores, 0),
    memoryBytes: held.reduce((sum, { memoryBytes = 0 }) => sum + memoryBytes, 0),
  };
}
