/** `kubectl upid rollback`: brings former values back. */

import { Command, Option } from 'clipanion';
import type { RollbackTarget } from '../../lib/operations/change/rollback.ts';
import { UpidError } from '../../lib/types/errors.ts';
import { ChangeFlags } from '../flags/change.ts';
import { parseWorkloadNames } from '../flags/workload-names.ts';

export class RollbackCommand extends ChangeFlags {
  static override paths = [['rollback']];

  static override usage = Command.Usage({
    description: 'Take a change back: the former values, byte for byte.',
    details: `
      A change is named by its id, as apply prints it and history lists it; an object by TYPE/NAME. Values that somebody has changed since are refused by name, unless --force.
      Where the journal of this machine knows nothing, the annotation upid.dev/change on the objects tells what to bring back. A rollback is a change itself and stands in history.
    `,
    examples: [
      ['The last change of the simulated cluster', '$0 rollback --last --demo --yes'],
      ['One change', '$0 rollback 20261125T114502Z-3f9a'],
      ['What was changed of one object, from another machine', '$0 rollback deployment/web -n shop'],
    ],
  });

  last = Option.Boolean('--last', false, { description: 'The last change that still stands' });
  all = Option.Boolean('--all', false, { description: 'All changes that still stand, the newest first' });
  change = Option.String({ name: 'CHANGE', required: false });

  override async execute(): Promise<number> {
    const what = this.what();
    const { rollBack } = await import('../../lib/operations/change/rollback.ts');
    return await this.carryOut((request) => rollBack({ ...request, what, namespace: this.namespace || undefined }));
  }

  /** @throws UpidError usage where it is none or more than one */
  private what(): RollbackTarget {
    const { change, last, all } = this;
    if ([change !== undefined, last, all].filter(Boolean).length !== 1)
      throw new UpidError('usage', 'what is to be taken back is not clear', {
        remedy: 'name a change, TYPE/NAME, --last or --all, one of them',
      });
    if (change?.includes('/')) return { object: parseWorkloadNames([change])[0]! };
    if (change !== undefined) return { change };
    return last ? { last: true } : { all: true };
  }
}
