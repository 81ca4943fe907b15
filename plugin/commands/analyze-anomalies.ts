/** `kubectl upid analyze anomalies`: what left its forecast interval in the last 24 hours. */

import { Command } from 'clipanion';
import type { ForecastResult } from '../../lib/types/forecast.ts';
import { LookCommand } from '../look-command.ts';
import { anomaliesOf, anomalyColumns, anomalyListing } from '../print/anomaly-listing.ts';
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
    return 0;
  }
}

function notesOf(result: ForecastResult): readonly string[] {
  const { findings, namespace, notFound } = result;
  if (findings.length === 0) return notFound.length > 0 ? [] : [nothingFound('resources', namespace)];
  const unchecked = findings.filter(({ anomalies }) => anomalies === undefined).length;
  return [
    ...(anomaliesOf(result).length === 0 ? [nothingFound('anomalies', namespace)] : []),
    ...(unchecked > 0 ? [`${unchecked} of ${findings.length} series not checked: not enough history`] : []),
  ];
}
