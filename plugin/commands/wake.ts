/** `kubectl upid wake`: brings a workload at zero back to its former replicas. */

import { Command, Option } from 'clipanion';
import { ChangeFlags } from '../flags/change.ts';
import { isNatural } from '../flags/validators.ts';
import { parseWorkloadNames } from '../flags/workload-names.ts';

export class WakeCommand extends ChangeFlags {
  static override paths = [['wake']];

  static override usage = Command.Usage({
    description: 'Bring a workload that was scaled to zero back to its former replicas.',
    details: `
      The number is taken from the annotation upid.dev/change on the object, else from the journal of this machine, else from --replicas. It is watched
      until its pods are ready, and stands in history as a change.
    `,
    examples: [
      ['Back to what it was', '$0 wake deployment/web -n shop'],
      ['To two replicas, whatever it was', '$0 wake statefulset/cache -n shop --replicas 2 --yes'],
    ],
  });

  replicas = Option.String('--replicas', {
    description: '`NUMBER` of replicas instead of the former ones',
    validator: isNatural,
  });
  object = Option.String({ name: 'NAME', required: true });

  override async execute(): Promise<number> {
    const object = parseWorkloadNames([this.object])[0]!;
    const { wake } = await import('../../lib/operations/change/wake.ts');
    return await this.carryOut((request) =>
      wake({
        ...request,
        object,
        namespace: this.namespace || undefined,
        replicas: this.replicas,
      }),
    );
  }
}
