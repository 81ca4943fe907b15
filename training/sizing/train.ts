/**
 * `npm run train -- sizing`: learns the coming week's peak on all machines but those held apart, calibrates the risks across folds of
 * machines, measures on those held apart, and writes lib/intelligence/weights/sizing.json. Traces: the file named by UPID_TRACES.
 */

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { FEATURES } from '../../lib/intelligence/sizing/features.ts';
import type { PeakTrees } from '../../lib/intelligence/sizing/forest.ts';
import { type ShippedMetric, type ShippedSizing, sizingModelOf } from '../../lib/intelligence/sizing/model.ts';
import { steadiness } from '../../lib/intelligence/sizing/recommend.ts';
import { HISTORY_HOURS, REQUIRED_HOURS, type SizingMetric } from '../../lib/intelligence/sizing/window.ts';
import type { MeasuredFigure } from '../../lib/types/model-card.ts';
import { type SizingRisk, WEEKS_AT_RISK } from '../../lib/types/sizing.ts';
import { readTraces, TRACES_FILE, type Traces } from '../forecast/traces.ts';
import { midnightAfter } from '../forecast/windows.ts';
import { packed, packNodes, packTrees } from '../packed.ts';
import { seededRandom } from '../random.ts';
import { rounded } from '../rounded.ts';
import { calibrateRisks, growFolds } from './calibrate.ts';
import { growPeakTrees } from './grow.ts';
import { compare, exceededOf, type Row, windowsApart } from './measure.ts';
import { type PeakRow, peakRows } from './rows.ts';
import { type Provisioned, peakWindows, readProvisioned, SIZED } from './windows.ts';

const WEIGHTS = fileURLToPath(new URL('../../lib/intelligence/weights/sizing.json', import.meta.url));

const SEED = 11;
/** Not a divisor of a day: origins fall on every hour. */
const STEP_HOURS = 31;
/** Share of windows whose history is cut to 3–30 days, and of those that know the means of hours alone. */
const SHORT_SHARE = 0.3;
const MEANS_SHARE = 0.15;
const NAMED = ['medium', 'low', 'high'] as const satisfies readonly SizingRisk[];
const LEARNED = ['train', 'calibrate'] as const;

export async function trainSizing(say: (line: string) => void): Promise<void> {
  const traces = await readTraces(TRACES_FILE);
  const provisioned = await readProvisioned(TRACES_FILE, traces);
  const random = seededRandom(SEED);
  const rows = rowsOf(traces, provisioned, random, () => random() >= MEANS_SHARE);
  say(`${rows.length} windows of ${FEATURES.length} features`);
  const blind = rowsOf(traces, provisioned, random, () => false);
  const metrics = Object.fromEntries(
    SIZED.map((metric) => [metric, learn(metric, rows.filter(of(metric)), blind.filter(of(metric)), random, say)]),
  ) as unknown as Record<SizingMetric, ShippedMetric>;
  const weights: ShippedSizing = {
    version: 'peaks 2026-11-25',
    features: FEATURES.length,
    metrics,
    card: {
      data: 'GWA-T-12 Bitbrains rnd: hourly use of business virtual machines in 2013 (Shen, van Beek, Iosup, CCGRID 2015)',
      split: 'by machine, from its name: 75 % to learn from and, fold by fold, to calibrate on; 25 % held apart',
      seeds: [SEED],
      figures: [],
    },
  };
  say('measuring on the machines held apart');
  const model = sizingModelOf(weights);
  const apart = windowsApart(traces, provisioned);
  const figures = SIZED.flatMap((metric) => figuresOf(metric, compare(apart, metric, model), say));
  writeFileSync(WEIGHTS, `${JSON.stringify({ ...weights, card: { ...weights.card, figures } }, null, 1)}\n`);
}

function of(metric: SizingMetric): (row: PeakRow) => boolean {
  return (row) => row.metric === metric;
}

function rowsOf(traces: Traces, provisioned: Provisioned, random: () => number, peaksKnown: () => boolean): readonly PeakRow[] {
  const choice = {
    roles: LEARNED,
    stepHours: STEP_HOURS,
    firstHours: midnightAfter(traces, 7),
    historyHours: () =>
      random() < SHORT_SHARE ? REQUIRED_HOURS + Math.floor(random() * (HISTORY_HOURS - REQUIRED_HOURS)) : HISTORY_HOURS,
    peaksKnown,
  };
  return [...peakRows(peakWindows(traces, provisioned, choice))];
}

const MEANS_ONLY = FEATURES.indexOf('means only');

function learn(
  metric: SizingMetric,
  rows: readonly PeakRow[],
  blind: readonly PeakRow[],
  random: () => number,
  say: (line: string) => void,
): ShippedMetric {
  const sizes = rows.map(({ highest }) => highest).toSorted((a, b) => a - b);
  const usual = sizes[sizes.length >> 1]!;
  const folds = growFolds(rows, random, (fold) => say(`${metric}: fold ${fold + 1}`));
  const calibrate = (known: readonly PeakRow[]) => {
    const of = (kind: 'steady' | 'moving') =>
      calibrateRisks(
        known.filter(({ features }) => steadiness(features) === kind),
        folds,
        usual,
      );
    return { steady: of('steady'), moving: of('moving') };
  };
  const calibration = {
    peaks: calibrate(rows.filter(({ features }) => features[MEANS_ONLY] === 0)),
    means: calibrate(blind),
  };
  say(`${metric}: all machines`);
  return { usual, ...shipped(growPeakTrees(rows, random)), calibration };
}

function shipped({ centre, spread }: PeakTrees): Pick<ShippedMetric, 'centre' | 'spread'> {
  return { centre: packTrees(centre), spread: { ...packNodes(spread), quantiles: packed(spread.quantiles) } };
}

/** At the risks that have a name, beside the best of the simple rules. */
function figuresOf(metric: SizingMetric, rows: readonly Row[], say: (line: string) => void): readonly MeasuredFigure[] {
  for (const { method, outcome } of rows) {
    const shares = [outcome.exceeded, outcome.exceededP99, outcome.saved, outcome.savedEach].map((share) => share.toFixed(3));
    say(`${metric} ${method}: exceeded ${shares[0]}, p99 ${shares[1]}, saved ${shares[2]}, each ${shares[3]}`);
  }
  const exceeded = ({ outcome }: Row): number => exceededOf(metric, outcome);
  const simple = rows.at(-1)!;
  return NAMED.flatMap((risk) => {
    const own = rows.find((row) => row.risk === WEEKS_AT_RISK[risk])!;
    const beside = (value: number) => ({ method: simple.method, value: rounded(value) });
    return [
      { figure: `${metric} freed at ${risk} risk`, value: rounded(own.outcome.saved), beside: beside(simple.outcome.saved) },
      { figure: `${metric} weeks exceeded at ${risk} risk`, value: rounded(exceeded(own)), beside: beside(exceeded(simple)) },
    ];
  });
}
