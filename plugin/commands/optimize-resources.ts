/** `kubectl upid optimize resources`: right-sizing alone, of idle workloads too. */

import { Command } from 'clipanion';
import { OptimizingCommand } from '../optimize-command.ts';

export class OptimizeResourcesCommand extends OptimizingCommand {
  static override paths = [['optimize', 'resources']];

  static override usage = Command.Usage({
    description: 'Propose requests and limits that fit what is used, container by container.',
    details: `
      Each number comes with its rule and evidence. Idle workloads are right-sized as well, where optimize would scale them to zero. Nothing is
      changed.
    `,
    examples: [
      ['Right-sizing of the simulated cluster', '$0 optimize resources --demo'],
      ['Requests of one workload that are exceeded in 2 of 100 weeks', '$0 optimize resources deployment/web -n shop --risk low'],
      ['A plan of low risk, to be looked at and applied', '$0 optimize resources -A --max-risk 0.3 -o yaml > plan.yaml'],
    ],
  });

  protected override question() {
    return { kinds: ['rightsize'] as const };
  }
}
