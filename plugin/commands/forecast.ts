/** `kubectl upid forecast`: what each workload will need in the coming days. */

import { Command, Option } from 'clipanion';
import type { LookRequest } from '../../lib/operations/request.ts';
import { UpidError } from '../../lib/types/errors.ts';
import type { ForecastMetric, ForecastResult } from '../../lib/types/forecast.ts';
import { workloadKey } from '../../lib/types/usage.ts';
import type { ObjectReference } from '../../lib/types/workload.ts';
import { isHorizon, isResources } from '../flags/forecast.ts';
import { LookCommand } from '../look-command.ts';
import { typeAndName } from '../print/figures.ts';
import { forecastColumns, forecastHoursListing, forecastListing } from '../print/forecast-listing.ts';
import { forecastNotes } from '../print/forecast-notes.ts';
import { formatListing, type PrintOptions } from '../print/print.ts';
import { checkSortBy } from '../print/sort.ts';
import { explainAsked, whileShown } from '../while-shown.ts';

const ALL: readonly ForecastMetric[] = ['cpu', 'memory', 'network'];

export class ForecastCommand extends LookCommand {
  static override paths = [['forecast']];

  static override usage = Command.Usage({
    description: 'Forecast the use of CPU, memory and network by the hour, with intervals.',
    details: `
      From three to thirty days of hourly use (a Prometheus-compatible server, the own history, or both joined) the coming week is forecast for all
      pods of a workload together. A figure in brackets is the 95 % interval. WEIGHTS are those of the models that the forecast is made of. ERROR is the mean absolute error on days of the workload's own history that
      the forecast was not made from, in units of its daily change (MASE), beside that of a seasonal naive forecast: what the same hour of
      yesterday would have said. A history shorter than 72 hours is refused. Also told: when a request or a limit is reached, how the workload should be
      scaled, and what left its interval in the last 24 hours.
    `,
    examples: [
      ['The coming week on a simulated cluster, without a cluster of your own', '$0 forecast --demo'],
      [
        'Memory of one workload, with everything that follows from it',
        '$0 forecast deployment/web -n shop --resource memory -o yaml',
      ],
      ['What is exhausted first, over all namespaces', '$0 forecast -A -o wide --sort-by exhausted'],
      ['Every hour of the next two days as CSV', '$0 forecast -A --horizon 2d -o csv'],
    ],
  });

  resources = Option.String('--resource', {
    description: '`RESOURCES` to forecast: cpu, memory, network, or several with commas (default all)',
    validator: isResources,
  });
  horizon = Option.String('--horizon', {
    description: '`DURATION` to forecast, whole hours up to 7d (default 7d)',
    validator: isHorizon,
  });

  override async execute(): Promise<number> {
    const options = this.printOptions();
    const view = this.wantsView();
    const request = this.request();
    const { timeZone } = this.context;
    const asked = { metrics: this.resources ?? ALL, horizonHours: this.horizon ?? 168 };
    const { allNamespaces } = request.scope;
    checkSortBy(forecastColumns({ allNamespaces, timeZone, horizonHours: asked.horizonHours }), options.sortBy);

    const { forecastWorkloads } = await import('../../lib/operations/forecast/forecast.ts');
    const result = await this.ask(request, (whole) => forecastWorkloads({ ...whole, ...asked }));

    if (view) await this.show(result, request);
    else await this.printForecast(result, options);
    this.requireAll(result);
    requireForecasts(result, request.scope.names.length > 0);
    return 0;
  }

  private async printForecast(result: ForecastResult, options: PrintOptions): Promise<void> {
    const { timeZone } = this.context;
    const notes = forecastNotes(result);
    // Hours that are not forecast have no row, so that it is said beside them what is missing.
    if (options.form.form === 'csv')
      return this.printText(await formatListing(forecastHoursListing(result, timeZone), options), result, notes);
    // A name stands for the workload, however many of its resources are forecast.
    if (options.form.form === 'name') return this.print(forecastListing(oneEach(result), timeZone), result, notes, options);
    return this.print(forecastListing(result, timeZone), result, notes, options);
  }

  private async show(result: ForecastResult, request: Omit<LookRequest, 'progress'>): Promise<void> {
    const { showForecast } = await import('../../ui/forecast.tsx');
    await whileShown(request, (ask) => {
      const explain = (workload: ObjectReference) => ask([workload], explainAsked);
      return showForecast(result, { ...this.viewOptions(result), explain });
    });
  }
}

/** The first finding of each workload. */
function oneEach(result: ForecastResult): ForecastResult {
  const first = new Map(result.findings.toReversed().map((finding) => [workloadKey(finding.workload), finding]));
  return { ...result, findings: result.findings.filter((finding) => first.get(workloadKey(finding.workload)) === finding) };
}

/** After what there is has been shown. @throws UpidError not-enough-data where nothing could be forecast, or nothing of a workload that was named */
function requireForecasts({ findings }: ForecastResult, named: boolean): void {
  const perWorkload = [...Map.groupBy(findings, ({ workload }) => workloadKey(workload)).values()];
  const without = perWorkload.filter((series) => series.every(({ forecast }) => forecast === undefined));
  const [first] = without;
  if (!first || (!named && without.length < perWorkload.length)) return;
  const { hours, requiredHours } = first.flatMap(({ refusal }) => refusal ?? []).toSorted((a, b) => b.hours - a.hours)[0]!;
  const others = without.length > 1 ? ` and of ${without.length - 1} more` : '';
  throw new UpidError(
    'not-enough-data',
    `not enough history of ${typeAndName(first[0]!.workload)}${others} to forecast: ${hours} h of ${requiredHours} h`,
    { remedy: 'ask a Prometheus-compatible server that has more, or record it with collect' },
  );
}
