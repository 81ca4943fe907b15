/** `kubectl upid analyze anomalies`: what left its forecast interval in the last 24 hours. */

import { Command } from 'clipanion';
import { UpidError } from '../../lib/types/errors.ts';
import type { ForecastResult } from '../../lib/types/forecast.ts';
import { workloadKey } from '../../lib/types/usage.ts';
import { LookCommand } from '../look-command.ts';
import { anomaliesOf, anomalyColumns, anomalyListing } from '../print/anomaly-listing.ts';
import { typeAndName } from '../print/figures.ts';
import { nothingFound } from '../print/notes.ts';
import { checkSortBy } from '../print/sort.ts';

export class AnalyzeAnomaliesCommand extends LookCommand {
  static override paths = [['analyze', 'anomalies']];

  static override usage = Command.Usage({
    description: 'Show what left its forecast interval in the last 24 hours, and how unlikely that was.',
    details: `
      Each workload's CPU, memory and network of the last 24 hours is compared with the forecast made from what was before them. One hour in twenty leaves its
      95 % interval by construction, so that hours are chosen such that at most 5 % of what is shown is expected to be by
      chance, over all series that are asked about. PROBABILITY is that of a value as far out as the least expected one of the hours. Four days of history are
      needed.
    `,
    examples: [
      ['On a simulated cluster, without a cluster of your own', '$0 analyze anomalies --demo'],
      ['In all namespaces, the newest last', '$0 analyze anomalies -A --sort-by from'],
    ],
  });

  override async execute(): Promise<number> {
    const options = this.printOptions();
    const request = this.request();
    const { timeZone } = this.context;
    checkSortBy(anomalyColumns({ allNamespaces: request.scope.allNamespaces, timeZone }), options.sortBy);
    const { forecastWorkloads } = await import('../../lib/operations/forecast/forecast.ts');
    const asked = { metrics: ['cpu', 'memory', 'network'], horizonHours: 24 } as const;
    const result = await this.ask(request, (whole) => forecastWorkloads({ ...whole, ...asked }));
    await this.print(anomalyListing(result, timeZone), result, notesOf(result), options);
    this.requireAll(result);
    if (request.scope.names.length > 0) requireChecked(result);
    return 0;
  }
}

function notesOf(result: ForecastResult): readonly string[] {
  const { findings, namespace, notFound } = result;
  if (findings.length === 0) return notFound.length > 0 ? [] : [nothingFound('resources', namespace)];
  const unchecked = findings.filter(({ anomalies }) => anomalies === undefined).length;
  return [
    // Where nothing was looked at, nothing was found either way.
    ...(anomaliesOf(result).length === 0 && unchecked < findings.length ? [nothingFound('anomalies', namespace)] : []),
    ...(unchecked > 0
      ? [
          `${unchecked} of ${findings.length} series not checked: four days of history are needed, and six measured hours of the last one`,
        ]
      : []),
  ];
}

/** @throws UpidError not-enough-data for the first workload of which no resource could be checked */
function requireChecked({ findings }: ForecastResult): void {
  const perWorkload = [...Map.groupBy(findings, ({ workload }) => workloadKey(workload)).values()];
  const unchecked = perWorkload.find((series) => series.every(({ anomalies }) => anomalies === undefined));
  if (!unchecked) return;
  const hours = Math.max(...unchecked.map(({ measuredHours }) => measuredHours));
  throw new UpidError(
    'not-enough-data',
    `not enough history of ${typeAndName(unchecked[0]!.workload)} to check its last day: ${hours} h, four days are needed`,
    { remedy: 'ask a Prometheus-compatible server that has more, or record it with collect' },
  );
}
