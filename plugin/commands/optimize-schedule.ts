/** `kubectl upid optimize schedule`: what to run in its office hours alone. */

import { Command } from 'clipanion';
import { OptimizingCommand } from '../optimize-command.ts';

export class OptimizeScheduleCommand extends OptimizingCommand {
  static override paths = [['optimize', 'schedule']];

  static override usage = Command.Usage({
    description: 'Propose office hours for what is used in them alone.',
    details: `
      The hours of the week outside of which next to nothing was used in at least two weeks are found from the history, in the zone of
      --business-hours. What keeps to them is printed as manifests with -o yaml: a ScaledObject where the cluster has KEDA, else two CronJobs with the
      rights that they need. Nothing is changed.
    `,
    examples: [
      ['Office hours in the simulated cluster', '$0 optimize schedule --demo'],
      ['The manifests of one workload', "$0 optimize schedule deployment/web -n shop -o jsonpath='{.items[0].emitted.text}'"],
    ],
  });

  protected override question() {
    return {};
  }

  protected override async operation() {
    const { proposeSchedules } = await import('../../lib/operations/optimize-schedule.ts');
    return proposeSchedules;
  }
}
