/** `kubectl upid apply`: carries out a plan. */

import { Command, Option } from 'clipanion';
import { UpidError } from '../../lib/types/errors.ts';
import { ChangeFlags } from '../flags/change.ts';

export class ApplyCommand extends ChangeFlags {
  static override paths = [['apply']];

  static override usage = Command.Usage({
    description: 'Carry out a plan, watch it, and take back what does not do well.',
    details: `
      Before the first write the rights are asked for, each object is read and compared with what the plan presumes, and the API server tries each
      patch. Former values are written to a journal and to an annotation of each object. Workloads go to zero by way of one replica. Pods are watched:
      an object whose pods are killed for memory, crash, fit on no node, or are not ready in time gets its former values back. What is kept by
      GitOps, Helm or an operator is printed, not written; a risk of 30 % or more needs --force. The undo command is printed at the end.
    `,
    examples: [
      [
        'A plan of the simulated cluster, carried out there',
        '$0 optimize --demo -o yaml > plan.yaml && $0 apply --demo --yes -f plan.yaml',
      ],
      ['What the server would say, without a change', '$0 apply -f plan.yaml --dry-run=server'],
      ['All or nothing, from a pipeline', '$0 optimize -n shop -o json | $0 apply -f - --yes --atomic'],
    ],
  });

  file = Option.String('-f,--filename', {
    description: '`FILE` of the plan, as optimize -o yaml prints it; - for standard input',
  });

  override async execute(): Promise<number> {
    const { file } = this;
    if (file === undefined)
      throw new UpidError('usage', 'the file of the plan is missing', { remedy: 'name it by -f; optimize -o yaml prints one' });
    if (file === '-' && !this.yes && this.dryRun === 'none')
      throw new UpidError('usage', 'nobody can be asked while the plan comes from standard input', {
        remedy: 'agree beforehand by --yes',
      });
    const stdin = this.context.stdin as AsyncIterable<Uint8Array>;
    const { applyFile } = await import('../../lib/operations/change/apply.ts');
    return await this.carryOut((request) => applyFile({ ...request, file, stdin }));
  }
}
