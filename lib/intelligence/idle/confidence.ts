/**
 * Confidence: the probability that a verdict is right. A logistic form over what the evidence is worth, fitted to labelled
 * cases, then brought to the shares that were right among cases never used in the fit (isotonic regression: Zadrozny and
 * Elkan 2002). The numbers stand in lib/intelligence/weights/idle-confidence.json with where they come from.
 */

import { DAY, MINUTE } from '../../types/duration.ts';
import type { Factor, FactorName, Verdict } from '../../types/idle.ts';
import type { Workload } from '../../types/workload.ts';
import fitted from '../weights/idle-confidence.json' with { type: 'json' };
import type { EarlierUse } from './earlier-use.ts';

/** One thing that the evidence is worth something by, mostly between 0 and 1, and the factor it belongs to. */
export interface Term {
  readonly factor: FactorName;
  readonly name: string;
  readonly value: number;
}

/** Fitted numbers of one verdict. */
export interface VerdictModel {
  readonly intercept: number;
  /** Log-odds of each term at 1. */
  readonly weights: Readonly<Record<string, number>>;
  /** Knots of what log-odds are worth as a probability, both ascending. */
  readonly calibration: { readonly logOdds: readonly number[]; readonly probability: readonly number[] };
}

export type ConfidenceModel = Readonly<Record<Verdict, VerdictModel>>;

/** What the terms of a verdict are read from. */
export interface Judged {
  readonly factors: readonly Factor[];
  readonly workload: Workload;
  readonly earlier: EarlierUse;
  readonly standsBy: boolean;
}

/** History beyond two weeks adds nothing: older use does not count. */
const FULL_HISTORY_SECONDS = 14 * DAY;

/** Whether something holds, as a term. */
const holds = (condition: boolean): number => (condition ? 1 : 0);

export function termsOf(verdict: Verdict, judged: Judged): readonly Term[] {
  return { idle: idleTerms, active: activeTerms, unknown: unknownTerms }[verdict](judged);
}

function idleTerms({ factors, workload, earlier }: Judged): readonly Term[] {
  const by = byName(factors);
  const [cpu, network, requests, memory] = [by('cpu'), by('network'), by('requests'), by('memory')];
  const isCounted = requests?.unit === 'requests' && requests.state === 'supports';
  return [
    { factor: 'cpu', name: 'cpu-margin', value: margin(cpu) },
    { factor: 'cpu', name: 'cpu-duration', value: duration(cpu) },
    { factor: 'network', name: 'network-margin', value: margin(network) },
    { factor: 'network', name: 'network-duration', value: duration(network) },
    { factor: 'requests', name: 'requests-counted', value: holds(isCounted) },
    { factor: 'requests', name: 'requests-inferred', value: isCounted ? 0 : sharpness(requests, earlier) },
    { factor: 'requests', name: 'resolution', value: isCounted ? 1 : resolution(earlier) },
    { factor: 'memory', name: 'memory-supports', value: holds(memory?.state === 'supports') },
    { factor: 'business-hours', name: 'coverage', value: cpu?.coverage ?? 0 },
    { factor: 'earlier-use', name: 'history', value: Math.min(1, (by('earlier-use')?.value ?? 0) / FULL_HISTORY_SECONDS) },
    { factor: 'life', name: 'autoscaler-floor', value: holds(isAtFloor(workload)) },
  ];
}

function activeTerms({ factors, earlier, standsBy }: Judged): readonly Term[] {
  const by = byName(factors);
  const [cpu, network, requests, life] = [by('cpu'), by('network'), by('requests'), by('life')];
  const refuting = [cpu, network, requests].filter((factor) => factor?.state === 'refutes');
  const isCounted = requests?.unit === 'requests' && requests.state === 'refutes';
  return [
    { factor: 'life', name: 'kind', value: holds(life?.state === 'refutes') },
    { factor: 'life', name: 'stands-by', value: holds(standsBy) },
    { factor: 'cpu', name: 'cpu-excess', value: excess(cpu) },
    { factor: 'network', name: 'network-excess', value: excess(network) },
    { factor: 'requests', name: 'requests-counted', value: holds(isCounted) },
    { factor: 'requests', name: 'requests-excess', value: isCounted ? 0 : excess(requests) },
    { factor: 'cpu', name: 'several', value: holds(refuting.length > 1) },
    { factor: 'earlier-use', name: 'visited', value: holds(earlier.visits > 0) },
    { factor: 'earlier-use', name: 'visit-strength', value: Math.min(1, earlier.strength / MOST_DOUBLINGS) },
    { factor: 'earlier-use', name: 'visit-rhythm', value: holds(earlier.nextUseMs !== undefined) },
  ];
}

function unknownTerms({ factors }: Judged): readonly Term[] {
  return factors
    .filter(({ factor }) => factor !== 'memory' && factor !== 'earlier-use')
    .map(({ factor, state }) => ({ factor, name: factor, value: holds(state === 'unknown') }));
}

function byName(factors: readonly Factor[]): (name: FactorName) => Factor | undefined {
  return (name) => factors.find(({ factor }) => factor === name);
}

/** How far the highest value stays below the threshold, as a share of it. */
function margin(factor: Factor | undefined): number {
  if (factor?.state !== 'supports' || !factor.threshold) return 0;
  return 1 - Math.min(1, (factor.value ?? factor.threshold) / factor.threshold);
}

/** How much longer than asked for it was quiet; twice that counts in full. */
function duration(factor: Factor | undefined): number {
  if (factor?.state !== 'supports' || !factor.requiredSeconds) return 0;
  return Math.min(1, Math.max(0, (factor.quietSeconds ?? 0) / factor.requiredSeconds - 1));
}

/** A value of so many doublings of its threshold is plain use. */
const MOST_DOUBLINGS = 4;

function excess(factor: Factor | undefined): number {
  if (factor?.state !== 'refutes' || !factor.threshold || factor.value === undefined) return 0;
  return Math.min(1, Math.log2(1 + factor.value / factor.threshold) / MOST_DOUBLINGS);
}

/** How small a request would still stand out of the network's noise: 1 where what stands out is hardly above the level. */
function sharpness(requests: Factor | undefined, { steadyBytesPerSecond = 0 }: EarlierUse): number {
  if (requests?.state !== 'supports' || !requests.threshold) return 0;
  return Math.max(0, 1 - Math.log2(requests.threshold / Math.max(1, steadyBytesPerSecond)) / MOST_DOUBLINGS);
}

/** 1 for slots of minutes, 0 for slots of an hour, in which what a request moves is hardly seen. */
function resolution({ slotSeconds }: EarlierUse): number {
  return slotSeconds === undefined ? 0 : 1 - Math.min(1, Math.max(0, Math.log2(slotSeconds / (5 * MINUTE)) / Math.log2(12)));
}

function isAtFloor({ autoscalers }: Workload): boolean {
  return autoscalers.some((scaler) => scaler.kind === 'HorizontalPodAutoscaler' && scaler.currentReplicas <= scaler.minReplicas);
}

export interface Confidence {
  /** Probability that the verdict is right, 0–1. */
  readonly probability: number;
  /** What each factor adds to the log-odds; with the intercept they make what is calibrated. */
  readonly shares: ReadonlyMap<FactorName, number>;
}

export function confidenceOf(verdict: Verdict, terms: readonly Term[], model: ConfidenceModel = fitted): Confidence {
  const { weights } = model[verdict];
  const shares = new Map<FactorName, number>();
  for (const { factor, name, value } of terms) shares.set(factor, (shares.get(factor) ?? 0) + (weights[name] ?? 0) * value);
  return { probability: probabilityOf(model[verdict], [...shares.values()]), shares };
}

/** Of an idle verdict whose factors have these shares. */
export function idleProbability(shares: readonly number[]): number {
  return probabilityOf(fitted.idle, shares);
}

/** What the same shares are worth before they are calibrated: the log-odds that they begin with, and to which they add up. */
export function idleLogOdds(shares: readonly number[]): { readonly intercept: number; readonly sum: number } {
  const { intercept } = fitted.idle;
  return { intercept, sum: shares.reduce((sum, share) => sum + share, intercept) };
}

function probabilityOf({ intercept, calibration }: VerdictModel, shares: readonly number[]): number {
  const logOdds = shares.reduce((sum, share) => sum + share, intercept);
  return calibrated(calibration, logOdds);
}

/** Straight between knots and level beyond the last; below the first, where no case was seen, it falls as the log-odds do. */
function calibrated({ logOdds: knots, probability }: VerdictModel['calibration'], logOdds: number): number {
  const next = knots.findIndex((knot) => knot > logOdds);
  if (next < 0) return probability.at(-1)!;
  if (next === 0) return 1 / (1 + Math.exp(knots[0]! - logOdds) * (1 / probability[0]! - 1));
  const [from, to] = [knots[next - 1]!, knots[next]!];
  return probability[next - 1]! + ((logOdds - from) / (to - from)) * (probability[next]! - probability[next - 1]!);
}

/** `idle` itself claims no probability for what it does not know. */
export const UNKNOWN_CONFIDENCE = 0;

/** Of a case without any pod: there is nothing that could be judged. */
export const NOTHING_TO_JUDGE_CONFIDENCE = 0.95;
