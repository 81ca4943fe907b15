/** `kubectl upid optimize`: what should change, what it saves, how risky it is, and whether the API server would take it. */

import { Command } from 'clipanion';
import { OptimizingCommand } from '../optimize-command.ts';

export class OptimizeCommand extends OptimizingCommand {
  static override paths = [['optimize']];

  static override usage = Command.Usage({
    description: 'Propose what to scale to zero and what to right-size, and what it saves.',
    details: `
      What is idle with confidence is proposed to be scaled to zero; requests that are larger or smaller than measured use are
      proposed to be right-sized, container by container, with the rule and the evidence behind each number: at --risk medium what the coming
      week exceeds with a probability of 5 %, at low 2 % and at high 10 %, by the hours of the last 30 days. The API server is asked whether
      it would take each patch (--dry-run=server). The most saved at the least risk comes first. What GitOps, Helm or an operator keeps is emitted in
      the form that they take (-o yaml). Nothing is changed.
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

  protected override question() {
    return {};
  }
}
