/** `kubectl upid optimize`: what should change, what it saves, and whether the API server would take it. */

import { Command, Option } from 'clipanion';
import type { OptimizeResult } from '../../lib/types/result.ts';
import { SIZING_RISKS } from '../../lib/types/sizing.ts';
import { IdleFlags } from '../flags/idle.ts';
import { isOneOf } from '../flags/validators.ts';
import { optimizeColumns, optimizeListing } from '../print/optimize-listing.ts';
import { optimizeNotes } from '../print/optimize-notes.ts';
import { checkSortBy } from '../print/sort.ts';

export class OptimizeCommand extends IdleFlags {
  static override paths = [['optimize']];

  static override usage = Command.Usage({
    description: 'Propose what to scale to zero and what to right-size, and what it saves.',
    details: `
      What is idle with confidence is proposed to be scaled to zero; requests that are larger or smaller than measured use are
      proposed to be right-sized, container by container, with the rule and the evidence behind each number: at --risk medium what the coming
      week exceeds with a probability of 5 %, at low 2 % and at high 10 %, by the hours of the last 30 days. The API server is asked whether
      it would take each patch (--dry-run=server). Nothing is changed.
    `,
    examples: [
      ['A first look at a simulated cluster, without a cluster of your own', '$0 optimize --demo'],
      ['Recommendations for all namespaces, the largest savings first', '$0 optimize -A --sort-by saves-monthly'],
      ['More careful requests', '$0 optimize -n shop --risk low'],
      ['The plan with every patch, its evidence and what was declined', '$0 optimize -n shop -o yaml'],
      [
        'In a pipeline: exit code 1 if there is something to recommend, above 1 on failure',
        '$0 optimize -A --dry-run --exit-code -o name',
      ],
    ],
  });

  dryRun = Option.String('--dry-run', 'server', {
    description: '`MODE` of the dry-run: server asks the API server about each patch, client and none do not (default server)',
    validator: isOneOf('server', 'client', 'none'),
  });
  risk = Option.String('--risk', 'medium', {
    description: '`RISK` that the coming week exceeds a request: low, medium or high (default medium)',
    validator: isOneOf(...SIZING_RISKS),
  });
  exitCode = Option.Boolean('--exit-code', false, {
    description: 'Exit with 0 if there is nothing to recommend, 1 if there is, and above 1 on failure',
  });

  /** With --exit-code 1 is an answer, so that a failure needs another code. */
  get failureExitCode(): number {
    return this.exitCode ? 2 : 1;
  }

  override async execute(): Promise<number> {
    const options = this.printOptions();
    const view = this.wantsView();
    const request = this.request();
    checkSortBy(optimizeColumns(request.scope.allNamespaces), options.sortBy);

    const { proposeOptimization } = await import('../../lib/operations/optimize.ts');
    const result = await this.ask(request, (whole) => proposeOptimization({ ...whole, dryRun: this.dryRun, risk: this.risk }));

    if (view) await this.show(result);
    else await this.print(optimizeListing(result), result, optimizeNotes(result), options);
    this.requireAll(result);
    return this.exitCode && result.plan.recommendations.length > 0 ? 1 : 0;
  }

  private async show(result: OptimizeResult): Promise<void> {
    const { showOptimize } = await import('../../ui/optimize.tsx');
    await showOptimize(result, this.viewOptions(result));
  }
}
