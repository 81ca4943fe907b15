/** `kubectl upid optimize zero-pod`: scaling idle workloads to zero alone. */

import { Command } from 'clipanion';
import { OptimizingCommand } from '../optimize-command.ts';

export class OptimizeZeroPodCommand extends OptimizingCommand {
  static override paths = [['optimize', 'zero-pod']];

  static override usage = Command.Usage({
    description: 'Propose which idle workloads to scale to zero.',
    details: `
      What is idle with confidence, and what nothing keeps up: budgets, elections, autoscalers, standbys and the cluster itself are left, and -o
      json tells why. Nothing is changed.
    `,
    examples: [
      ['What could be at zero in the simulated cluster', '$0 optimize zero-pod --demo'],
      ['Only what is idle with 95 percent confidence', '$0 optimize zero-pod -A --min-confidence 95'],
      ['A plan to be applied', '$0 optimize zero-pod -n staging -o yaml > plan.yaml'],
    ],
  });

  protected override question() {
    return { kinds: ['scale-to-zero'] as const };
  }
}
