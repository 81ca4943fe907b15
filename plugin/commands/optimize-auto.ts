/** `kubectl upid optimize auto`: what a policy file allows without asking. */

import { Command, Option } from 'clipanion';
import { UpidError } from '../../lib/types/errors.ts';
import { OptimizingCommand } from '../optimize-command.ts';

export class OptimizeAutoCommand extends OptimizingCommand {
  static override paths = [['optimize', 'auto']];

  static override usage = Command.Usage({
    description: 'Choose what a policy file allows to be done without asking.',
    details: `
      The policy names namespaces, kinds, hours, the changes in a run and the highest risk; what it does not name it does not allow:
      {apiVersion: upid.dev/v1alpha1, kind: OptimizationPolicy, namespaces: [staging, dev-*], excludedNamespaces: [dev-core], kinds: [scale-to-zero, rightsize],
      hours: Mon-Fri 20:00-24:00 Europe/Berlin, maxChanges: 10, maxRisk: 0.3, minConfidence: 0.95}.
      What is left is the plan, and what is not allowed is declined with the reason. Nothing is changed.
    `,
    examples: [
      ['What the policy would let through', '$0 optimize auto -A --policy policy.yaml'],
      ['The plan of a nightly job, to be applied', '$0 optimize auto -A --policy policy.yaml -o yaml > plan.yaml'],
    ],
  });

  policy = Option.String('--policy', {
    description: '`FILE` of the policy, YAML or JSON',
  });

  /** @throws UpidError `usage` where no policy is named. */
  protected override question() {
    if (this.policy === undefined)
      throw new UpidError('usage', 'optimize auto needs a policy', { remedy: 'name its file by --policy; --help shows one' });
    return { policy: { file: this.policy, timeZone: this.context.timeZone } };
  }
}
