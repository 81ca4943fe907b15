/** `kubectl upid simulate`: what a plan would have done, and which nodes come free with it. */

import { Command, Option } from 'clipanion';
import type { LookRequest } from '../../lib/operations/request.ts';
import { UpidError } from '../../lib/types/errors.ts';
import type { SimulationResult } from '../../lib/types/simulation.ts';
import { LookCommand } from '../look-command.ts';
import { formatListing, type PrintOptions } from '../print/print.ts';
import { CHANGE_COLUMNS, nodeListing, simulateListing } from '../print/simulate-listing.ts';
import { simulateNotes } from '../print/simulate-notes.ts';
import { checkSortBy } from '../print/sort.ts';

export class SimulateCommand extends LookCommand {
  static override paths = [['simulate']];

  static override usage = Command.Usage({
    description: 'Replay the history against a plan, and pack the nodes as they would be.',
    details: `
      Each change of a plan that optimize has printed is held against the last 30 days: hours in which a request or a limit would have been exceeded,
      beside those in which today's was; user requests that a workload at zero would have refused. Then the pods of all namespaces
      are packed on the nodes (first-fit decreasing, with taints, affinity, spread constraints, budgets and DaemonSets), without the plan and with it: the
      difference is what falls off the bill. Nothing is changed.
    `,
    examples: [
      ['A plan of the simulated cluster', '$0 optimize --demo -o yaml > plan.yaml && $0 simulate --demo -f plan.yaml'],
      ['Why each node stays, as data', '$0 optimize -A -o yaml > plan.yaml && $0 simulate -f plan.yaml -o json'],
      ['Without a file', '$0 optimize -A -o json | $0 simulate -f -'],
    ],
  });

  file = Option.String('-f,--filename', {
    description: '`FILE` of the plan, as optimize -o yaml prints it; - for standard input',
  });
  exitCode = Option.Boolean('--exit-code', false, {
    description: 'Exit with 0 if nothing would have gone wrong, 1 if something would, and above 1 on failure',
  });

  /** With --exit-code 1 is an answer, so that a failure needs another code. */
  get failureExitCode(): number {
    return this.exitCode ? 2 : 1;
  }

  override async execute(): Promise<number> {
    const options = this.printOptions();
    const { file } = this;
    if (file === undefined)
      throw new UpidError('usage', 'the file of the plan is missing', { remedy: 'name it by -f; optimize -o yaml prints one' });
    if (this.interactive === 'true')
      throw new UpidError('usage', 'simulate has no full-screen view', { remedy: 'leave --interactive out' });
    checkSortBy(CHANGE_COLUMNS, options.sortBy);
    const request = this.wholeCluster();
    const stdin = this.context.stdin as AsyncIterable<Uint8Array>;

    const { simulatePlan } = await import('../../lib/operations/simulate.ts');
    const result = await this.ask(request, (whole) => simulatePlan({ ...whole, file, stdin }));

    await this.printSimulation(result, options);
    return this.exitCode && goesWrong(result) ? 1 : 0;
  }

  /** Pods of all namespaces fill the nodes; a part of them says nothing about nodes. @throws UpidError usage */
  private wholeCluster(): Omit<LookRequest, 'progress'> {
    const request = this.request();
    const { scope } = request;
    if (scope.names.length > 0 || scope.labelSelector !== undefined || scope.fieldSelector !== undefined)
      throw new UpidError('usage', 'simulate looks at whole namespaces: the plan names its workloads', {
        remedy: 'leave names and selectors out',
      });
    return { ...request, scope: { ...scope, allNamespaces: scope.allNamespaces || scope.namespace === undefined } };
  }

  private async printSimulation(result: SimulationResult, options: PrintOptions): Promise<void> {
    const listing = simulateListing(result);
    if (options.form.form !== 'table') return this.print(listing, result, [], options);
    const changes = await formatListing(listing, options);
    const { sortBy: _changes, ...plain } = options;
    const nodes = result.nodes ? await formatListing(nodeListing(result.nodes), plain) : '';
    await this.printText([changes, nodes].filter((text) => text !== '').join('\n'), result, simulateNotes(result));
  }
}

function goesWrong({ changes, nodes }: SimulationResult): boolean {
  return changes.some(({ outcome }) => outcome === 'broken') || (nodes?.unschedulable ?? []).some(({ already }) => !already);
}
