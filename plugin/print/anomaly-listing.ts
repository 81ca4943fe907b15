/** What left its forecast interval as a list: a row for each run of hours. */

import type { AnomalousRun, ForecastFinding, ForecastResult } from '../../lib/types/forecast.ts';
import { formatEstimate, formatHour, formatProbability, formatUse } from '../../lib/types/forecast-figures.ts';
import { objectName } from '../../lib/types/workload.ts';
import { typeAndName } from './figures.ts';
import { estimateFields, UNITS } from './forecast-item.ts';
import { instant, type JsonObject, referenceFields, withoutAbsent } from './item.ts';
import type { Column, Listing } from './listing.ts';
import { provenanceFields } from './provenance.ts';

const HOUR_MS = 3_600_000;

/** A run with the series that it is of. */
export interface Anomaly {
  readonly finding: ForecastFinding;
  readonly run: AnomalousRun;
}

/** The least likely first. */
export function anomaliesOf({ findings }: Pick<ForecastResult, 'findings'>): readonly Anomaly[] {
  return findings
    .flatMap((finding) => (finding.anomalies?.runs ?? []).map((run) => ({ finding, run })))
    .sort((a, b) => a.run.probability - b.run.probability || a.run.fromMs - b.run.fromMs);
}

export function anomalyListing(result: ForecastResult, timeZone: string): Listing<Anomaly> {
  const checked = result.findings.filter(({ anomalies }) => anomalies !== undefined).length;
  return {
    columns: anomalyColumns({ allNamespaces: result.namespace === '', timeZone }),
    rows: anomaliesOf(result).map((value) => ({ value, item: anomalyItem(value, result) })),
    list: (items) => ({
      apiVersion: 'upid.dev/v1alpha1',
      kind: 'AnomalyList',
      metadata: {
        ...provenanceFields(result),
        model: result.model,
        counts: { series: result.findings.length, checked, anomalous: items.length },
      },
      items,
    }),
    name: ({ finding }) => objectName(finding.workload),
    csvColumns: ANOMALY_CSV_COLUMNS,
  };
}

function anomalyItem({ finding, run }: Anomaly, { cluster }: ForecastResult): JsonObject {
  const { workload, metric } = finding;
  return withoutAbsent({
    ...referenceFields(workload),
    resource: metric,
    unit: UNITS[metric],
    from: instant(run.fromMs),
    to: instant(run.toMs),
    hours: hoursOf(run),
    direction: run.direction,
    value: Number(run.value.toPrecision(6)),
    expected: estimateFields(run.expected),
    probability: Number(run.probability.toPrecision(6)),
    simulated: cluster.simulated,
  }) as JsonObject;
}

const ANOMALY_CSV_COLUMNS = [
  'namespace',
  'kind',
  'name',
  'resource',
  'unit',
  'from',
  'to',
  'hours',
  'direction',
  'value',
  'probability',
];

function hoursOf({ fromMs, toMs }: AnomalousRun): number {
  return Math.round((toMs - fromMs) / HOUR_MS);
}

export function anomalyColumns(context: {
  readonly allNamespaces: boolean;
  readonly timeZone: string;
}): readonly Column<Anomaly>[] {
  return [
    ...(context.allNamespaces ? [NAMESPACE] : []),
    { heading: 'NAME', cell: ({ finding }) => typeAndName(finding.workload), sortKey: ({ finding }) => finding.workload.name },
    { heading: 'RESOURCE', cell: ({ finding }) => finding.metric, sortKey: ({ finding }) => finding.metric },
    {
      heading: 'FROM',
      cell: ({ run }) => formatHour(run.fromMs, context.timeZone),
      sortKey: ({ run }) => run.fromMs,
      ascending: true,
    },
    { heading: 'HOURS', cell: ({ run }) => String(hoursOf(run)), sortKey: ({ run }) => hoursOf(run) },
    { heading: 'DIRECTION', cell: ({ run }) => run.direction, sortKey: ({ run }) => run.direction },
    { heading: 'VALUE', cell: ({ finding, run }) => formatUse(finding.metric, run.value), sortKey: ({ run }) => run.value },
    {
      heading: 'EXPECTED',
      cell: ({ finding, run }) => formatEstimate(finding.metric, run.expected),
      sortKey: ({ run }) => run.expected.value,
    },
    {
      heading: 'PROBABILITY',
      cell: ({ run }) => formatProbability(run.probability),
      sortKey: ({ run }) => run.probability,
      ascending: true,
    },
  ];
}

const NAMESPACE: Column<Anomaly> = {
  heading: 'NAMESPACE',
  cell: ({ finding }) => finding.workload.namespace,
  sortKey: ({ finding }) => finding.workload.namespace,
};
