/** `kubectl upid demo`: `idle` on the simulated cluster. */

import { Command, Option } from 'clipanion';
import { IdleCommand } from './idle.ts';

export class DemoCommand extends IdleCommand {
  static override paths = [['demo']];

  static override usage = Command.Usage({
    description: 'Show idle workloads of the simulated cluster inside the program.',
    details: `
      The same as idle --demo: the very code that looks at a real cluster looks at a simulated one with a generated history. No
      cluster, no kubeconfig and no network are needed, and nothing is changed.
    `,
    examples: [
      ['Idle workloads of the simulated cluster', '$0 demo'],
      ['All columns, and what is unknown', '$0 demo -o wide --include-unknown'],
      ['What optimize proposes there', '$0 optimize --demo'],
    ],
  });

  override demo = Option.Boolean('--demo', true, { description: 'Always so here' });
}
