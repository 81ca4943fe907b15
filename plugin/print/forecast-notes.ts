/** What `forecast` says beside its table: nothing found, what could not be forecast, and what the figures are. */

import type { ForecastResult } from '../../lib/types/forecast.ts';
import { nothingFound } from './notes.ts';

export function forecastNotes(result: ForecastResult): readonly string[] {
  const { findings, namespace, notFound } = result;
  // Where a name is missing, the failure that follows says so.
  if (findings.length === 0) return notFound.length > 0 ? [] : [nothingFound('resources', namespace)];
  return [...refusedNote(result), ...anomalyNote(result)];
}

function refusedNote({ findings }: ForecastResult): readonly string[] {
  const refused = findings.flatMap(({ refusal }) => refusal ?? []);
  const [first] = refused;
  if (!first) return [];
  const most = Math.max(...refused.map(({ hours }) => hours));
  return [
    `${refused.length} of ${findings.length} series not forecast: not enough history, at most ${most} h of ${first.requiredHours} h; a Prometheus-compatible server has it at once, or record it with collect`,
  ];
}

function anomalyNote({ findings }: ForecastResult): readonly string[] {
  const odd = findings.filter(({ anomalies }) => (anomalies?.runs.length ?? 0) > 0).length;
  if (odd === 0) return [];
  return [
    `${odd} ${odd === 1 ? 'series was' : 'series were'} unlike ${odd === 1 ? 'its forecast' : 'their forecasts'} in the last 24 h; see analyze anomalies`,
  ];
}
