/** Forecasts as rows of a list: one for each workload and resource. */

import type { ForecastFinding, ForecastResult, ScalingAction } from '../lib/types/forecast.ts';
import { daysUntil, formatDays, formatTrend, formatUse, soonestExhaustion } from '../lib/types/forecast-figures.ts';
import { workloadKey } from '../lib/types/usage.ts';
import { objectName } from '../lib/types/workload.ts';
import type { ListRow } from './browse.ts';
import type { Column } from './columns.ts';
import { MISSING, orMissing } from './figures.ts';
import { shortName } from './names.ts';
import type { SortOrder } from './sort.ts';
import type { Segment, Tone } from './text.ts';

export const FORECAST_COLUMNS: readonly Column[] = [
  { heading: 'NAMESPACE', short: 'NAMESPACE', align: 'left', shrinksTo: 9 },
  { heading: 'NAME', short: 'NAME', align: 'left', shrinksTo: 14 },
  { heading: 'RESOURCE', short: 'RES', align: 'left' },
  { heading: 'NOW', short: 'NOW', align: 'right' },
  { heading: 'DAY-PEAK', short: 'DAY', align: 'right', dropped: 3 },
  { heading: 'WEEK-PEAK', short: 'WEEK', align: 'right', dropped: 1 },
  { heading: 'TREND', short: 'TREND', align: 'right', dropped: 4 },
  { heading: 'SCALING', short: 'SCALING', align: 'left' },
  { heading: 'EXHAUSTED', short: 'EXHAUSTED', align: 'left', dropped: 2 },
  { heading: '!', short: '!', align: 'left' },
];

export const FORECAST_ORDERS: readonly SortOrder[] = [
  { name: 'name', descending: false },
  { name: 'exhausted', descending: false },
  { name: 'unlikely', descending: false },
  { name: 'peak', descending: true },
  { name: 'scaling', descending: false },
];

const TONES: Readonly<Record<ScalingAction, Tone>> = { grow: 'bad', shrink: 'good', schedule: 'good', keep: 'dim' };

export function forecastRowId({ workload, metric }: ForecastFinding): string {
  return `${workloadKey(workload)}/${metric}`;
}

export function forecastRows({ findings }: ForecastResult): ListRow[] {
  return findings.map((finding, at) => {
    const { workload, metric, forecast, now, day, week, horizon, trend, scaling, exhaustion, volumes, anomalies } = finding;
    const soonest = soonestExhaustion([...exhaustion, ...volumes]);
    const odd = (anomalies?.runs.length ?? 0) > 0;
    return {
      id: forecastRowId(finding),
      search: `${workload.namespace} ${objectName(workload)} ${shortName(workload)} ${metric} ${scaling.action}`.toLowerCase(),
      cells: [
        { text: workload.namespace },
        { text: shortName(workload) },
        { text: metric },
        { text: orMissing(now, (value) => formatUse(metric, value)) },
        { text: orMissing(day, ({ peak }) => formatUse(metric, peak.value)) },
        { text: orMissing(week ?? horizon, ({ peak }) => formatUse(metric, peak.value)) },
        { text: orMissing(trend, (value) => formatTrend(metric, value)) },
        { text: scaling.action, tone: TONES[scaling.action] },
        exhaustedSegment(soonest),
        // Read without colour too: the mark alone says it.
        odd ? { text: '!', tone: 'warning' as const } : { text: '' },
      ],
      extra: forecast === undefined,
      sort: {
        // Resources of a workload stay together, in the order of the result.
        name: [workload.namespace, workload.name, at],
        exhausted: [soonest && daysUntil(soonest), workload.namespace, workload.name],
        unlikely: [odd ? anomalies?.probability : undefined, workload.namespace, workload.name],
        peak: [(week ?? horizon ?? day)?.peak.value],
        scaling: [scaling.action, workload.namespace, workload.name],
      },
    };
  });
}

function exhaustedSegment(soonest: ReturnType<typeof soonestExhaustion>): Segment {
  if (!soonest) return { text: MISSING };
  const text = soonest.state === 'reached' ? `${soonest.of} reached` : `${soonest.of} in ${formatDays(soonest.days ?? 0)}`;
  return { text, tone: soonest.state === 'reached' ? 'bad' : 'warning' };
}

/** `93 of 126 series forecast, 3 anomalies in the last 24 h`. */
export function forecastSummary({ findings }: ForecastResult, showRefused: boolean): string {
  const refused = findings.filter(({ forecast }) => forecast === undefined).length;
  const odd = findings.filter(({ anomalies }) => (anomalies?.runs.length ?? 0) > 0).length;
  const short = refused === 0 ? '' : `, ${refused} with too little history${showRefused ? '' : ' hidden'}`;
  const anomalies = odd === 0 ? '' : `, ${odd} ${odd === 1 ? 'anomaly' : 'anomalies'} in the last 24 h`;
  return `${findings.length - refused} series forecast${short}${anomalies}`;
}
