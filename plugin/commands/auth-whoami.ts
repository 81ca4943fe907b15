/** `kubectl upid auth whoami`: as whom the cluster is asked. */

import { Command } from 'clipanion';
import { AskingFlags } from '../flags/asking.ts';
import { whoAmIListing } from '../print/auth-listing.ts';

export class AuthWhoAmICommand extends AskingFlags {
  static override paths = [['auth', 'whoami']];

  static override usage = Command.Usage({
    description: 'Show as whom the cluster is asked, and how that is proved.',
    details: `
      User, UID, groups and extra fields are what the API server itself answers (Kubernetes 1.28 and later). Context, server and credential are
      read from the kubeconfig and the flags; a certificate tells until when it is valid, and so does a token that is a JSON web token.
    `,
    examples: [
      ['As whom the current context asks', '$0 auth whoami'],
      ['What the server makes of an impersonation', '$0 auth whoami --as jane --as-group developers'],
      ['When the credential expires', "$0 auth whoami -o jsonpath='{.items[0].expiresAt}'"],
    ],
  });

  override async execute(): Promise<number> {
    const options = this.printOptions();
    const { askWhoAmI } = await import('../../lib/operations/auth/whoami.ts');
    const answer = await askWhoAmI({
      connection: this.connection(),
      demo: this.demo,
      runtime: this.context.runtime(this.verbosity ?? 0),
      signal: this.context.signal,
    });
    const notes = answer.reason === undefined ? [] : [`Warning: ${answer.reason}`];
    await this.print(whoAmIListing(answer, options.form.form === 'table'), answer.simulated, notes, options);
    return 0;
  }
}
