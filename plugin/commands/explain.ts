/** `kubectl upid explain TYPE/NAME`: everything behind the verdict on one object. */

import { Command } from 'clipanion';
import type { LookRequest } from '../../lib/operations/request.ts';
import { UpidError } from '../../lib/types/errors.ts';
import type { ExplainResult } from '../../lib/types/explanation.ts';
import { IdleFlags } from '../flags/idle.ts';
import { explainColumns, explainListing } from '../print/explain-listing.ts';
import { explainNotes } from '../print/explain-notes.ts';
import { formatExplanations, pageColumns } from '../print/explain-page.ts';
import { checkSortBy, sortRows } from '../print/sort.ts';
import { forecastWholeWeek, whileShown } from '../while-shown.ts';

export class ExplainCommand extends IdleFlags {
  static override paths = [['explain']];

  static override usage = Command.Usage({
    description: 'Explain the idle verdict on a workload: every factor behind it, and what would change it.',
    details: `
      For each workload that is named, or whose pod is: the verdict with its confidence; every factor with its value, threshold,
      duration, source, period and share; what would turn the verdict, asked of the same rule with one thing changed; the
      traffic of its own that was subtracted; its containers, pods and surroundings. Nothing is changed.
    `,
    examples: [
      ['Why a workload of the simulated cluster is called idle', '$0 explain deployment/landing-page --demo'],
      ['Two workloads, one of them by its pod', '$0 explain deployment/web pod/debug-shell --demo'],
      [
        'From when on it would be idle, were it quiet from now on',
        "$0 explain deployment/web -n shop -o jsonpath='{.items[0].idleFrom.at}'",
      ],
      ['What would turn the verdict, and all evidence, as YAML', '$0 explain deployment/web -n shop -o yaml'],
    ],
  });

  override async execute(): Promise<number> {
    const options = this.printOptions();
    const view = this.wantsView();
    const request = this.request();
    const { names, allNamespaces } = request.scope;
    if (names.length === 0)
      throw new UpidError('usage', 'no workload was named', {
        remedy: `name one as TYPE/NAME, for example deployment/web; see ${this.context.programName} idle for all of them`,
      });
    checkSortBy(explainColumns({ namespace: allNamespaces ? '' : ' ', observedAtMs: 0 }), options.sortBy);

    const { explainWorkloads } = await import('../../lib/operations/explain.ts');
    const result = await this.ask(request, explainWorkloads);

    const { form } = options;
    const isPage = form.form === 'table' && !form.wide && options.headers;
    const notes = explainNotes(result, names);
    if (view) await this.show(result, request);
    else if (isPage) await this.printText(await this.page(result, options.sortBy), result, notes);
    else await this.print(explainListing(result), result, notes, options);
    this.requireAll(result);
    return 0;
  }

  private page(result: ExplainResult, sortBy: string | undefined): Promise<string> {
    const { columns, rows } = explainListing(result);
    const sorted = sortBy === undefined ? rows : sortRows(rows, columns, sortBy);
    const { stdout, terminal, timeZone } = this.context;
    const width = pageColumns('columns' in stdout ? Number(stdout.columns) || undefined : undefined);
    return formatExplanations(
      { ...result, explanations: sorted.map(({ value }) => value) },
      { width, ascii: terminal.ascii, timeZone },
    );
  }

  private async show(result: ExplainResult, request: Omit<LookRequest, 'progress'>): Promise<void> {
    const { showExplain } = await import('../../ui/explain.tsx');
    const { timeZone } = this.context;
    const workloads = result.explanations.map(({ finding }) => finding.workload);
    await whileShown(request, (ask) =>
      showExplain(result, { ...this.viewOptions(result), timeZone, forecast: () => ask(workloads, forecastWholeWeek) }),
    );
  }
}
