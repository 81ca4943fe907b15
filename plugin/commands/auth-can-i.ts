/** `kubectl upid auth can-i`: which rights of the commands are held. */

import { Command, Option } from 'clipanion';
import { ASKING_COMMANDS } from '../../lib/types/rights.ts';
import { AskingFlags } from '../flags/asking.ts';
import { isServiceAddress } from '../flags/rights.ts';
import { isOneOf } from '../flags/validators.ts';
import { canIListing, canINotes, lacksNeeded } from '../print/auth-listing.ts';

export class AuthCanICommand extends AskingFlags {
  static override paths = [['auth', 'can-i']];

  static override usage = Command.Usage({
    description: 'Show which rights each command needs or uses, and which are held.',
    details: `
      Each right is asked of the API server. The exit code is 0 when every right that the command cannot do without is held, and 1 when one
      is missing or could not be asked; rights that a command only uses are listed as well, with what is lost without them. What is missing is
      granted by what auth manifest prints.
    `,
    examples: [
      ['Rights of all commands in all namespaces', '$0 auth can-i -A'],
      ['Rights of one command in one namespace', '$0 auth can-i optimize -n shop'],
      ['Rights of a service account', '$0 auth can-i idle -A --as system:serviceaccount:default:kubectl-upid'],
      [
        'Names of what is missing, for a script',
        '$0 auth can-i -A -o jsonpath=\'{range .items[?(@.state=="missing")]}{.right}{"\\n"}{end}\'',
      ],
    ],
  });

  allNamespaces = Option.Boolean('-A,--all-namespaces', {
    description: 'Ask for the rights in all namespaces, whatever -n says',
  });
  kubelet = Option.Boolean('--kubelet', false, { description: 'Also the right that collect --kubelet uses' });
  prometheus = Option.String('--prometheus', {
    description: '`NAMESPACE/SERVICE:PORT` of the Prometheus-compatible server; found among the Services when left out',
    validator: isServiceAddress,
  });
  command = Option.String({ name: ASKING_COMMANDS.join('|'), required: false, validator: isOneOf(...ASKING_COMMANDS) });

  override async execute(): Promise<number> {
    const options = this.printOptions();
    const everywhere = this.allNamespaces ?? (this.demo && !this.namespace);
    const { askRights } = await import('../../lib/operations/auth/can-i.ts');
    const answer = await askRights({
      connection: this.connection(),
      demo: this.demo,
      runtime: this.context.runtime(this.verbosity ?? 0),
      signal: this.context.signal,
      commands: this.command === undefined ? ASKING_COMMANDS : [this.command],
      namespace: everywhere ? '' : this.namespace || undefined,
      kubelet: this.kubelet,
      prometheus: this.prometheus,
    });
    const notes = canINotes(answer, this.command, this.context.programName);
    await this.print(canIListing(answer), answer.simulated, notes, options);
    return lacksNeeded(answer) ? 1 : 0;
  }
}
