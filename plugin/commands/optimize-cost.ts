/** `kubectl upid optimize cost`: the best set of changes under a budget and a risk limit. */

import { Command, Option } from 'clipanion';
import type { CostResult } from '../../lib/types/choice.ts';
import { UpidError } from '../../lib/types/errors.ts';
import { IdleFlags } from '../flags/idle.ts';
import { present } from '../flags/present.ts';
import { isAmount, isFraction, isOneOf } from '../flags/validators.ts';
import { costListing, costNotes, pointListing } from '../print/cost-listing.ts';
import { optimizeColumns } from '../print/optimize-listing.ts';
import { formatListing, type PrintOptions } from '../print/print.ts';
import { checkSortBy } from '../print/sort.ts';

export class OptimizeCostCommand extends IdleFlags {
  static override paths = [['optimize', 'cost']];

  static override usage = Command.Usage({
    description: 'Choose the best set of changes under a budget and a risk limit.',
    details: `
      For each workload at most one of its changes is chosen, out of those proposed at low, medium and high risk. Three sets on the Pareto front of savings and
      risk have names: conservative, balanced (the knee) and aggressive (everything that saves). With --budget it is the set of least risk
      whose requests cost no more than that a month, at list price; that no better one exists is proved, or the gap is printed. RISK-SUM is how many of the
      changes are expected to be regretted. OFF-THE-BILL is the price of the nodes that come free. Nothing is changed.
    `,
    examples: [
      ['What there is to choose from on a simulated cluster', '$0 optimize cost --demo'],
      ['The least risky changes that bring requests under 1200 a month', '$0 optimize cost -A --budget 1200 --max-risk 0.3'],
      ['A plan to be applied', '$0 optimize cost -A --point conservative -o yaml > plan.yaml'],
    ],
  });

  budget = Option.String('--budget', {
    description: '`AMOUNT` a month that the requests may cost, in the currency of the price list',
    validator: isAmount,
  });
  maxRisk = Option.String('--max-risk', {
    description: '`RISK` of a single change above which it is left out, such as 0.3 (default 1)',
    validator: isFraction,
  });
  point = Option.String('--point', 'balanced', {
    description: '`POINT` that becomes the plan: conservative, balanced or aggressive (default balanced)',
    validator: isOneOf('conservative', 'balanced', 'aggressive'),
  });
  dryRun = Option.String('--dry-run', 'server', {
    description: '`MODE` of the dry-run: server asks the API server about each patch, client and none do not (default server)',
    validator: isOneOf('server', 'client', 'none'),
  });
  exitCode = Option.Boolean('--exit-code', false, {
    description: 'Exit with 0 if the budget is met, 1 if it cannot be, and above 1 on failure',
  });

  /** With --exit-code 1 is an answer, so that a failure needs another code. */
  get failureExitCode(): number {
    return this.exitCode ? 2 : 1;
  }

  override async execute(): Promise<number> {
    const options = this.printOptions();
    if (this.interactive === 'true')
      throw new UpidError('usage', 'optimize cost has no full-screen view', { remedy: 'leave --interactive out' });
    const request = this.request();
    checkSortBy(optimizeColumns(request.scope.allNamespaces), options.sortBy);
    const asked = { dryRun: this.dryRun, maxRisk: this.maxRisk ?? 1, point: this.point, ...present({ budget: this.budget }) };

    const { chooseByCost } = await import('../../lib/operations/optimize-cost.ts');
    const result = await this.ask(request, (whole) => chooseByCost({ ...whole, ...asked }));

    await this.printChoice(result, options);
    this.requireAll(result);
    return this.exitCode && result.choice.budget?.met === false ? 1 : 0;
  }

  private async printChoice(result: CostResult, options: PrintOptions): Promise<void> {
    const listing = costListing(result);
    if (options.form.form !== 'table') return this.print(listing, result, [], options);
    const { sortBy: _plan, ...plain } = options;
    const points = await formatListing(pointListing(result.choice), plain);
    const plan = await formatListing(listing, options);
    await this.printText([points, plan].filter((text) => text !== '').join('\n'), result, costNotes(result));
  }
}
