/** What `model train` found as a list: for each resource the errors of the shipped weights beside those of one's own. */

import type { HeldApart, MetricTraining, TrainResult } from '../../lib/types/forecast.ts';
import { formatPercent } from './figures.ts';
import { type JsonObject, withoutAbsent } from './item.ts';
import type { Column, Listing } from './listing.ts';
import { provenanceFields } from './provenance.ts';

export function trainListing(result: TrainResult): Listing<MetricTraining> {
  return {
    columns: TRAIN_COLUMNS,
    rows: result.metrics.map((value) => ({ value, item: trainItem(value, result) })),
    list: (items) => ({
      apiVersion: 'upid.dev/v1alpha1',
      kind: 'ModelTrainingList',
      metadata: withoutAbsent({ ...provenanceFields(result), model: result.model, file: result.file }) as JsonObject,
      items,
    }),
    name: ({ metric }) => `model/${metric}`,
    csvColumns: [
      'resource',
      'outcome',
      'series',
      'windows',
      'lastWeek',
      ...ERRORS.flatMap((error) => [`shipped${error}`, `own${error}`]),
    ],
  };
}

const ERRORS = ['Mase', 'Msis', 'Coverage95'] as const;

function trainItem({ metric, outcome, windows, tuning, shipped, own }: MetricTraining, { cluster }: TrainResult): JsonObject {
  const fields = ({ mase, msis, coverage95 }: HeldApart, whose: 'shipped' | 'own'): JsonObject => ({
    [`${whose}Mase`]: rounded(mase),
    [`${whose}Msis`]: rounded(msis),
    [`${whose}Coverage95`]: rounded(coverage95),
  });
  return withoutAbsent({
    resource: metric,
    outcome,
    series: own.series,
    windows,
    ...fields(shipped, 'shipped'),
    ...fields(own, 'own'),
    lastWeek: tuning.lastWeek,
    widths: tuning.widths.map(({ level, factor }) => ({ level, factor: rounded(factor) })),
    simulated: cluster.simulated,
  }) as JsonObject;
}

export const TRAIN_COLUMNS: readonly Column<MetricTraining>[] = [
  { heading: 'RESOURCE', cell: ({ metric }) => metric, sortKey: ({ metric }) => metric },
  { heading: 'SERIES', cell: ({ own }) => String(own.series), sortKey: ({ own }) => own.series },
  { heading: 'WINDOWS', cell: ({ windows }) => String(windows), sortKey: ({ windows }) => windows },
  comparison(
    'ERROR',
    ({ mase }) => mase,
    (value) => value.toFixed(3),
  ),
  comparison(
    'INTERVAL-SCORE',
    ({ msis }) => msis,
    (value) => value.toFixed(2),
  ),
  comparison('COVERAGE', ({ coverage95 }) => coverage95, formatPercent),
  {
    heading: 'LAST-WEEK',
    cell: ({ tuning }) => formatPercent(tuning.lastWeek),
    sortKey: ({ tuning }) => tuning.lastWeek,
    wide: true,
  },
  {
    heading: 'WIDTHS',
    cell: ({ tuning }) => tuning.widths.map(({ level, factor }) => `${level * 100}%: x${factor.toFixed(2)}`).join(', '),
    sortKey: ({ tuning }) => tuning.widths.at(-1)?.factor,
    wide: true,
  },
  { heading: 'OUTCOME', cell: ({ outcome }) => outcome, sortKey: ({ outcome }) => outcome },
];

/** `0.950 -> 0.913`: shipped, then own. */
function comparison(
  heading: string,
  figure: (held: HeldApart) => number,
  format: (value: number) => string,
): Column<MetricTraining> {
  return {
    heading,
    cell: ({ shipped, own }) => `${format(figure(shipped))} -> ${format(figure(own))}`,
    sortKey: ({ own }) => figure(own),
  };
}

function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
