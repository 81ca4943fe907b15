/** A command that proposes: how sure and how safe it is to be, what the API server is asked, and what is shown. */

import { Option } from 'clipanion';
import type { OptimizeRequest } from '../lib/operations/optimize.ts';
import type { OptimizeResult } from '../lib/types/result.ts';
import { SIZING_RISKS } from '../lib/types/sizing.ts';
import { IdleFlags } from './flags/idle.ts';
import { present } from './flags/present.ts';
import { isFraction, isOneOf } from './flags/validators.ts';
import { optimizeColumns, optimizeListing } from './print/optimize-listing.ts';
import { optimizeNotes } from './print/optimize-notes.ts';
import { checkSortBy } from './print/sort.ts';

export abstract class OptimizingCommand extends IdleFlags {
  dryRun = Option.String('--dry-run', 'server', {
    description: '`MODE` of the dry-run: server asks the API server about each patch, client and none do not (default server)',
    validator: isOneOf('server', 'client', 'none'),
  });
  risk = Option.String('--risk', 'medium', {
    description: '`RISK` that the coming week exceeds a request: low, medium or high (default medium)',
    validator: isOneOf(...SIZING_RISKS),
  });
  minConfidence = Option.String('--min-confidence', {
    description: '`PERCENT` of confidence below which a recommendation is left out, such as 95',
    validator: isFraction,
  });
  maxRisk = Option.String('--max-risk', {
    description: '`RISK` of being regretted above which a recommendation is left out, such as 0.3; below 0.3 is low',
    validator: isFraction,
  });
  includeSystem = Option.Boolean('--include-system', false, {
    description: 'Propose changes in kube-system, kube-public, kube-node-lease and to system-critical priority classes too',
  });
  exitCode = Option.Boolean('--exit-code', false, {
    description: 'Exit with 0 if there is nothing to recommend, 1 if there is, and above 1 on failure',
  });

  /** With --exit-code 1 is an answer, so that a failure needs another code. */
  get failureExitCode(): number {
    return this.exitCode ? 2 : 1;
  }

  /** What is asked beside the flags. */
  protected abstract question(): Pick<OptimizeRequest, 'kinds' | 'policy'>;

  /** What answers it; loaded only when it is asked. */
  protected async operation(): Promise<(request: OptimizeRequest) => Promise<OptimizeResult>> {
    const { proposeOptimization } = await import('../lib/operations/optimize.ts');
    return proposeOptimization;
  }

  override async execute(): Promise<number> {
    const options = this.printOptions();
    const view = this.wantsView();
    const request = this.request();
    checkSortBy(optimizeColumns(request.scope.allNamespaces), options.sortBy);
    const limits = present({ minConfidence: this.minConfidence, maxRisk: this.maxRisk });
    const asked = { ...this.question(), dryRun: this.dryRun, risk: this.risk, limits, includeSystem: this.includeSystem };

    const propose = await this.operation();
    const result = await this.ask(request, (whole) => propose({ ...whole, ...asked }));

    if (view) await this.show(result);
    else await this.print(optimizeListing(result), result, optimizeNotes(result), options);
    this.requireAll(result);
    return this.exitCode && result.plan.recommendations.length > 0 ? 1 : 0;
  }

  private async show(result: OptimizeResult): Promise<void> {
    const { showOptimize } = await import('../ui/optimize.tsx');
    await showOptimize(result, this.viewOptions(result));
  }
}
