/**
 * Fits the confidence of verdicts of idleness: a logistic regression on cases of some seeds, its calibration on cases of
 * others. Two generators that were written apart draw the cases; a part of them has too little history, or samples too far
 * apart, so that verdicts which these mislead are among them. Writes lib/intelligence/weights/idle-confidence.json.
 */

import { writeFileSync } from 'node:fs';
import { type ConfidenceModel, confidenceOf, type VerdictModel } from '../lib/intelligence/idle/confidence.ts';
import { SCENARIO_NAMES } from '../lib/kube/simulated/scenarios.ts';
import type { Verdict } from '../lib/types/idle.ts';
import { judgedCases, judgedForeignCase, type ScoredCase } from '../test/intelligence/cases.ts';
import { calibrationError, falsePositives, figuresOf } from '../test/intelligence/figures.ts';
import { FAMILY_NAMES } from '../test/intelligence/foreign/write.ts';
import { fitIsotonic } from './isotonic.ts';
import { type Example, fitLogistic } from './logistic.ts';

const WEIGHTS = new URL('../lib/intelligence/weights/idle-confidence.json', import.meta.url);

/** [first, count] of the seeds; tests and the bench draw others. */
const SEEDS = { fit: [1, 20], calibrate: [10_001, 20], short: [20_001, 8], check: [30_001, 6] } as const;

/**
 * Log-odds that are expected of the terms of an idle verdict before any case is seen: each factor that the rule names speaks
 * for it, and an autoscaler at its floor against it. Wrong verdicts are few, so that much of this stays.
 */
const EXPECTED: Readonly<Record<string, number>> = {
  'cpu-margin': 1.2,
  'cpu-duration': 0.8,
  'network-margin': 0.8,
  'network-duration': 0.5,
  'requests-counted': 1.2,
  'requests-inferred': 0.5,
  resolution: 1,
  'memory-supports': 1,
  coverage: 0.8,
  history: 1.5,
  'autoscaler-floor': -0.7,
};

/** Standard deviations of what is expected, about 0.3 and 1. */
const RIDGE: Readonly<Record<Verdict, number>> = { idle: 10, active: 1, unknown: 1 };

/** More of these never speaks against the verdict. */
const SUPPORTS = [
  'kind',
  'cpu-excess',
  'network-excess',
  'requests-excess',
  'requests-counted',
  'several',
  'visit-strength',
  'visit-rhythm',
];

export async function trainIdle(say: (line: string) => void): Promise<void> {
  say('judging the cases of the fit');
  const fit = await drawn(SEEDS.fit);
  say('judging those of the calibration');
  const calibrate = await drawn(SEEDS.calibrate);
  say('judging those with little evidence');
  const short = await drawnShort(SEEDS.short);
  const model = (verdict: Verdict): VerdictModel => {
    const of = (cases: readonly ScoredCase[]): readonly ScoredCase[] =>
      cases.filter(({ finding }) => finding.verdict === verdict);
    const [own, others] = [short.filter(({ seed }) => seed % 2 === 0), short.filter(({ seed }) => seed % 2 === 1)];
    const fitted = modelOf(verdict, [...of(fit), ...of(own)], [...of(calibrate), ...of(others)]);
    say(
      `${verdict}: ${of(fit).length + of(own).length} fitted, ${of(calibrate).length + of(others).length} calibrated, ${JSON.stringify(fitted)}`,
    );
    return fitted;
  };
  const models: ConfidenceModel = { idle: model('idle'), active: model('active'), unknown: model('unknown') };
  say('judging those that check it');
  const check = (await drawn(SEEDS.check)).map((each) => ({
    ...each,
    probability: confidenceOf(each.finding.verdict, each.terms, models).probability,
  }));
  const provenance = {
    made: new Date().toISOString().slice(0, 10),
    by: 'npm run train -- idle',
    method: 'logistic regression with a ridge, isotonic calibration on other seeds',
    generators: ['lib/kube/simulated/scenarios', 'test/intelligence/foreign'],
    seeds: SEEDS,
    cases: { fit: fit.length, calibrate: calibrate.length, short: short.length, check: check.length },
    scores: scoresOf(check),
  };
  writeFileSync(WEIGHTS, `${written({ provenance, ...models })}\n`);
}

function scoresOf(cases: readonly ScoredCase[]): Readonly<Record<string, number>> {
  const { precision, recall } = figuresOf(cases);
  return {
    precision: rounded(precision),
    recall: rounded(recall),
    falsePositives: falsePositives(cases).length,
    calibrationError: rounded(calibrationError(cases)),
  };
}

/** Lists of numbers and words on one line, as the formatter has them. */
function written(value: unknown): string {
  return JSON.stringify(value, undefined, 2).replaceAll(
    /\[\s+([^[\]{}]*?)\s+\]/g,
    (_, inner: string) => `[${inner.replaceAll(/\s*\n\s*/g, ' ')}]`,
  );
}

async function drawn([first, count]: readonly [number, number]): Promise<readonly ScoredCase[]> {
  const cases: ScoredCase[] = [];
  for (let seed = first; seed < first + count; seed++) {
    for (const name of SCENARIO_NAMES) cases.push(...(await judgedCases(name, seed)));
    for (const family of FAMILY_NAMES) cases.push(await judgedForeignCase(family, seed));
  }
  return cases;
}

/** One to three days of history, or samples far apart. Unknown is then never wrong, so that only the other verdicts are kept. */
async function drawnShort([first, count]: readonly [number, number]): Promise<readonly ScoredCase[]> {
  const cases: ScoredCase[] = [];
  for (let seed = first; seed < first + count; seed++) {
    for (const name of SCENARIO_NAMES) cases.push(...(await judgedCases(name, seed, { days: [1, 2, 3], steps: [300] })));
    for (const name of SCENARIO_NAMES)
      cases.push(...(await judgedCases(name, seed, { days: [7], steps: [1800, 3600], shapes: ['samples'] })));
  }
  return cases.filter(({ finding, label }) => finding.verdict !== 'unknown' && label !== 'unknown');
}

function modelOf(verdict: Verdict, fit: readonly ScoredCase[], calibrate: readonly ScoredCase[]): VerdictModel {
  const examples = fit.map(exampleOf);
  const names = [...new Set(examples.flatMap(({ terms }) => [...terms.keys()]))];
  const signs = new Map(SUPPORTS.map((name) => [name, 1] as const));
  const expected = verdict === 'idle' ? EXPECTED : {};
  const fitted = fitLogistic(examples, { names, ridge: RIDGE[verdict], expected, signs });
  const intercept = rounded(fitted.intercept);
  const weights = Object.fromEntries(Object.entries(fitted.weights).map(([name, weight]) => [name, rounded(weight)]));
  const scored = calibrate.map((each) => {
    const { terms, right } = exampleOf(each);
    return { score: [...terms].reduce((sum, [name, value]) => sum + (weights[name] ?? 0) * value, intercept), right };
  });
  const { logOdds, probability } = fitIsotonic(scored);
  return { intercept, weights, calibration: { logOdds: logOdds.map(rounded), probability: probability.map(rounded) } };
}

function exampleOf({ terms, finding, label }: ScoredCase): Example {
  return { terms: new Map(terms.map(({ name, value }) => [name, value])), right: finding.verdict === label };
}

function rounded(value: number): number {
  return Number(value.toFixed(4));
}
