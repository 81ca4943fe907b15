/** How good verdicts are against their labels. */

import type { Verdict } from '../../lib/types/idle.ts';
import type { ScoredCase } from './cases.ts';

export interface Figures {
  readonly cases: number;
  /** By label, then by verdict. */
  readonly confusion: Readonly<Record<Verdict, Readonly<Record<Verdict, number>>>>;
  /** Right among those judged idle. */
  readonly precision: number;
  /** Judged idle among those labelled so. */
  readonly recall: number;
  /** Judged idle with a confidence of 0.85 among those labelled so. */
  readonly listed: number;
  /** Judged unknown among those whose label is none. */
  readonly needlessUnknown: number;
  /** Expected calibration error over ten bins. */
  readonly calibrationError: number;
}

const VERDICTS: readonly Verdict[] = ['idle', 'active', 'unknown'];

/** From which an idle workload is listed. */
const LISTED = 0.85;

export function figuresOf(cases: readonly ScoredCase[]): Figures {
  const count = (label: Verdict, verdict: Verdict): number =>
    cases.filter((each) => each.label === label && each.finding.verdict === verdict).length;
  const row = (label: Verdict): Record<Verdict, number> => ({
    idle: count(label, 'idle'),
    active: count(label, 'active'),
    unknown: count(label, 'unknown'),
  });
  const confusion = { idle: row('idle'), active: row('active'), unknown: row('unknown') };
  const hits = confusion.idle.idle;
  const judgedIdle = VERDICTS.reduce((sum, label) => sum + confusion[label].idle, 0);
  const labelledIdle = VERDICTS.reduce((sum, verdict) => sum + confusion.idle[verdict], 0);
  const listed = cases.filter(
    (each) => each.label === 'idle' && each.finding.verdict === 'idle' && each.finding.confidence >= LISTED,
  );
  const needless = confusion.idle.unknown + confusion.active.unknown;
  return {
    cases: cases.length,
    confusion,
    precision: hits / judgedIdle,
    recall: hits / labelledIdle,
    listed: listed.length / labelledIdle,
    needlessUnknown: needless / cases.filter((each) => each.label !== 'unknown').length,
    calibrationError: calibrationError(cases),
  };
}

export interface Bin {
  readonly from: number;
  readonly cases: number;
  /** Mean of what the judge said. */
  readonly probability: number;
  /** Share that was right. */
  readonly right: number;
}

const BINS = 10;

/** Ten bins of equal width; those without a case are left out. */
export function reliability(cases: readonly ScoredCase[]): readonly Bin[] {
  const bins = Map.groupBy(cases, ({ probability }) => Math.min(BINS - 1, Math.floor(probability * BINS)));
  return [...bins]
    .toSorted(([a], [b]) => a - b)
    .map(([bin, within]) => ({
      from: bin / BINS,
      cases: within.length,
      probability: within.reduce((sum, { probability }) => sum + probability, 0) / within.length,
      right: within.filter(({ finding, label }) => finding.verdict === label).length / within.length,
    }));
}

/** Σ over bins of share × |accuracy − mean confidence| (Naeini et al. 2015). */
export function calibrationError(cases: readonly ScoredCase[]): number {
  return reliability(cases).reduce((sum, bin) => sum + (bin.cases / cases.length) * Math.abs(bin.right - bin.probability), 0);
}

/** Judged idle though somebody uses it, it works by itself, or its owner keeps it. */
export function falsePositives(cases: readonly ScoredCase[]): readonly ScoredCase[] {
  return cases.filter(({ label, finding }) => label === 'active' && finding.verdict === 'idle');
}
