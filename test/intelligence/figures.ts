/** How good verdicts are against their labels. */

import type { Verdict } from '../../lib/types/idle.ts';
import type { JudgedCase } from './cases.ts';

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
  /** Expected calibration error over ten bins of those judged idle or active. */
  readonly calibrationError: number;
}

const VERDICTS: readonly Verdict[] = ['idle', 'active', 'unknown'];

/** From which an idle workload is listed. */
const LISTED = 0.85;

export function figuresOf(cases: readonly JudgedCase[]): Figures {
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

/** Σ over bins of share × |accuracy − mean confidence| (Naeini et al. 2015). */
function calibrationError(cases: readonly JudgedCase[]): number {
  const judged = cases.filter((each) => each.finding.verdict !== 'unknown');
  const bins = Map.groupBy(judged, (each) => Math.min(9, Math.floor(each.finding.confidence * 10)));
  return [...bins.values()].reduce((sum, bin) => {
    const right = bin.filter((each) => each.finding.verdict === each.label).length;
    const confidence = bin.reduce((total, each) => total + each.finding.confidence, 0);
    return sum + Math.abs(right - confidence) / judged.length;
  }, 0);
}
