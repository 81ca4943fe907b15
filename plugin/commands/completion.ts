/** `kubectl upid completion SHELL`: the script by which a shell completes the program itself. */

import { Command, Option } from 'clipanion';
import { completionScript, SHELLS } from '../complete/scripts/scripts.ts';
import type { Context } from '../context.ts';
import { isOneOf } from '../flags/validators.ts';

export class CompletionCommand extends Command<Context> {
  static override paths = [['completion']];

  static override usage = Command.Usage({
    description: 'Print the script by which a shell completes kubectl-upid.',
    details: `
      It is for those who run kubectl-upid by itself; for kubectl upid there is completion install. To be read at the start of each
      shell: in ~/.bashrc by \`source <(kubectl-upid completion bash)\`, in ~/.zshrc, after compinit, by
      \`source <(kubectl-upid completion zsh)\`, in ~/.config/fish/config.fish by \`kubectl-upid completion fish | source\`, in
      PowerShell's $PROFILE by \`kubectl-upid completion powershell | Out-String | Invoke-Expression\`.

      Completed are commands, flags and their values, contexts, clusters and users of the kubeconfig, and namespaces and workloads of the
      cluster. These are asked by a process of its own that goes on when the shell has its answer, and kept for a minute in the user's
      cache folder: where a cluster is slow, the names are there at the next press of the tab key.
    `,
    examples: [
      ['The script for bash', '$0 completion bash'],
      ['The script for fish', '$0 completion fish'],
    ],
  });

  /** Its name is what the usage line shows, and one of the words in it is what it takes. */
  shell = Option.String({ name: SHELLS.join('|'), required: true, validator: isOneOf(...SHELLS) });

  override async execute(): Promise<void> {
    this.context.stdout.write(await completionScript(this.shell));
  }
}
