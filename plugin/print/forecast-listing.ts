/** `kubectl upid forecast` as a list: a row for each workload and resource; as CSV a row for each of their hours. */

import type { Forecast, ForecastFinding, ForecastResult, ForecastSummary } from '../../lib/types/forecast.ts';
import {
  daysUntil,
  formatAnomalies,
  formatEstimate,
  formatExhaustion,
  formatHorizon,
  formatHour,
  formatParts,
  formatTrend,
  formatUse,
  soonestExhaustion,
} from '../../lib/types/forecast-figures.ts';
import { objectName } from '../../lib/types/workload.ts';
import { orNone, orUnknown, typeAndName } from './figures.ts';
import { FORECAST_CSV_COLUMNS, forecastHourItem, forecastItem } from './forecast-item.ts';
import type { JsonObject } from './item.ts';
import type { Column, Listing } from './listing.ts';
import { provenanceFields } from './provenance.ts';

export interface ForecastColumnContext {
  readonly allNamespaces: boolean;
  /** IANA name: in which hours are shown. */
  readonly timeZone: string;
  readonly horizonHours: number;
}

export function forecastListing(result: ForecastResult, timeZone: string): Listing<ForecastFinding> {
  return {
    columns: forecastColumns(contextOf(result, timeZone)),
    rows: result.findings.map((value) => ({ value, item: forecastItem(value, result) })),
    list: (items) => listOf(result, items),
    name: ({ workload }) => objectName(workload),
    csvColumns: FORECAST_CSV_COLUMNS,
  };
}

function contextOf({ namespace, horizonHours }: ForecastResult, timeZone: string): ForecastColumnContext {
  return { allNamespaces: namespace === '', timeZone, horizonHours };
}

interface ForecastHour {
  readonly finding: ForecastFinding;
}

/** The long form: what could not be forecast has no row. */
export function forecastHoursListing(result: ForecastResult, timeZone: string): Listing<ForecastHour> {
  const { simulated } = result.cluster;
  const columns = forecastColumns(contextOf(result, timeZone));
  return {
    columns: columns.map((column) => ({
      ...column,
      cell: ({ finding }: ForecastHour) => column.cell(finding),
      sortKey: ({ finding }: ForecastHour) => column.sortKey(finding),
    })),
    rows: result.findings.flatMap((finding) =>
      hoursOf(finding.forecast).map(({ forecast, hour }) => ({
        value: { finding },
        item: forecastHourItem(finding, forecast, hour, simulated),
      })),
    ),
    list: (items) => listOf(result, items),
    name: ({ finding }) => objectName(finding.workload),
    csvColumns: FORECAST_CSV_COLUMNS,
  };
}

function hoursOf(forecast: Forecast | undefined): readonly { readonly forecast: Forecast; readonly hour: number }[] {
  return forecast ? Array.from({ length: forecast.grid.slots }, (_, hour) => ({ forecast, hour })) : [];
}

function listOf(result: ForecastResult, items: readonly JsonObject[]): JsonObject {
  return {
    apiVersion: 'upid.dev/v1alpha1',
    kind: 'ForecastList',
    metadata: {
      ...provenanceFields(result),
      model: result.model,
      horizonHours: result.horizonHours,
      counts: countOutcomes(result),
    },
    items,
  };
}

/** Series of a workload's resource. */
export function countOutcomes({ findings }: Pick<ForecastResult, 'findings'>) {
  const forecast = findings.filter((finding) => finding.forecast !== undefined).length;
  return { series: findings.length, forecast, notEnoughHistory: findings.length - forecast };
}

/** As kubectl: NAMESPACE only where several are shown; wide adds columns and moves none. */
export function forecastColumns({
  allNamespaces,
  timeZone,
  horizonHours,
}: ForecastColumnContext): readonly Column<ForecastFinding>[] {
  return [
    ...(allNamespaces ? [NAMESPACE] : []),
    { heading: 'NAME', cell: ({ workload }) => typeAndName(workload), sortKey: ({ workload }) => workload.name },
    { heading: 'RESOURCE', cell: ({ metric }) => metric, sortKey: ({ metric }) => metric },
    {
      heading: 'NOW',
      cell: ({ metric, now }) => orUnknown(now, (value) => formatUse(metric, value)),
      sortKey: ({ now }) => now,
    },
    ...(horizonHours < DAY_HOURS ? [] : summaryColumns(DAY_HOURS, ({ day }) => day)),
    ...(horizonHours === DAY_HOURS ? [] : summaryColumns(horizonHours, longest)),
    {
      heading: 'TREND',
      cell: ({ metric, trend }) => orUnknown(trend, (value) => formatTrend(metric, value)),
      sortKey: ({ trend }) => trend && (trend.significant ? trend.perDay.value : 0),
    },
    {
      heading: 'PEAK-AT',
      cell: (finding) => orNone(longest(finding)?.peakAtMs, (atMs) => formatHour(atMs, timeZone)),
      sortKey: (finding) => longest(finding)?.peakAtMs,
      ascending: true,
    },
    {
      heading: 'WEIGHTS',
      cell: ({ forecast }) => orNone(forecast, formatParts),
      sortKey: ({ forecast }) => forecast && formatParts(forecast),
    },
    {
      heading: 'ERROR',
      cell: ({ forecast }) =>
        orNone(forecast?.backtest, ({ mase, seasonalNaiveMase }) => `${mase.toFixed(2)} (naive ${seasonalNaiveMase.toFixed(2)})`),
      sortKey: ({ forecast }) => forecast?.backtest?.mase,
    },
    { heading: 'HISTORY', cell: historyCell, sortKey: ({ measuredHours }) => measuredHours },
    { heading: 'SCALING', cell: ({ scaling }) => scaling.action, sortKey: ({ scaling }) => scaling.action },
    {
      heading: 'EXHAUSTED',
      cell: ({ exhaustion, volumes }) => orNone(soonestExhaustion([...exhaustion, ...volumes]), formatExhaustion),
      sortKey: ({ exhaustion, volumes }) => {
        const soonest = soonestExhaustion([...exhaustion, ...volumes]);
        return soonest && daysUntil(soonest);
      },
      ascending: true,
      wide: true,
    },
    {
      heading: 'ANOMALIES',
      cell: ({ anomalies }) => orUnknown(anomalies, formatAnomalies),
      sortKey: ({ anomalies }) => anomalies && (anomalies.runs.length > 0 ? anomalies.probability : 1),
      ascending: true,
      wide: true,
    },
    { heading: 'REASON', cell: ({ scaling }) => scaling.reason, sortKey: ({ scaling }) => scaling.reason, wide: true },
  ];
}

const DAY_HOURS = 24;

/** Of all hours that were asked for. */
function longest({ day, week, horizon }: ForecastFinding): ForecastSummary | undefined {
  return week ?? horizon ?? day;
}

/** `DAY-MEAN` and `DAY-PEAK`, `WEEK-…`, `3D-…`. */
function summaryColumns(
  hours: number,
  summary: (finding: ForecastFinding) => ForecastSummary | undefined,
): readonly Column<ForecastFinding>[] {
  const name = formatHorizon(hours).toUpperCase();
  return [
    estimateColumn(`${name}-MEAN`, (finding) => summary(finding)?.mean),
    estimateColumn(`${name}-PEAK`, (finding) => summary(finding)?.peak),
  ];
}

const NAMESPACE: Column<ForecastFinding> = {
  heading: 'NAMESPACE',
  cell: ({ workload }) => workload.namespace,
  sortKey: ({ workload }) => workload.namespace,
};

function estimateColumn(
  heading: string,
  figure: (finding: ForecastFinding) => Parameters<typeof formatEstimate>[1] | undefined,
): Column<ForecastFinding> {
  return {
    heading,
    // A history that is too short has none.
    cell: (finding) => orNone(figure(finding), (estimate) => formatEstimate(finding.metric, estimate)),
    sortKey: (finding) => figure(finding)?.value,
  };
}

function historyCell({ measuredHours, refusal }: ForecastFinding): string {
  return refusal ? `not enough history: ${refusal.hours} h of ${refusal.requiredHours} h` : `${measuredHours}h`;
}
