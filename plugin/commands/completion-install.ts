/** `kubectl upid completion install`: makes kubectl's own completion complete `kubectl upid`. */

import { Command, Option } from 'clipanion';
import type { Context } from '../context.ts';

export class CompletionInstallCommand extends Command<Context> {
  static override paths = [['completion', 'install']];

  static override usage = Command.Usage({
    description: 'Make kubectl complete kubectl upid.',
    details: `
      Writes kubectl_complete-upid (on Windows kubectl_complete-upid.cmd), a script of two lines that kubectl's own completion runs for the words after kubectl
      upid, into krew's folder of links ($KREW_ROOT/bin or ~/.krew/bin). Without krew it is written beside the program, if that folder is on
      PATH. A file of that name that is not ours is left alone. The shell needs kubectl's completion (kubectl completion --help).
    `,
    examples: [
      ["Into krew's folder, or beside the program", '$0 completion install'],
      ['Into a folder of your own that is on PATH', '$0 completion install --to ~/bin'],
    ],
  });

  to = Option.String('--to', { description: '`FOLDER` to write it to; should be on PATH' });

  override async execute(): Promise<void> {
    const { installScript } = await import('../complete/kubectl-script.ts');
    const { stdout, stderr, self, runtime } = this.context;
    const { file, onPath } = installScript(this.to, self(), runtime(0));
    stdout.write(`${file} written: kubectl now completes kubectl upid\n`);
    if (!onPath) stderr.write('warning: its folder is not on PATH, where kubectl looks for it\n');
  }
}
