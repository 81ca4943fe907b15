/** `kubectl upid completion uninstall`: takes away what `completion install` has written. */

import { Command, Option } from 'clipanion';
import type { Context } from '../context.ts';

export class CompletionUninstallCommand extends Command<Context> {
  static override paths = [['completion', 'uninstall']];

  static override usage = Command.Usage({
    description: 'Take away what completion install has written.',
    details: "Looks through PATH and krew's folder of links. A file of that name that is not ours is left alone.",
    examples: [
      ['Wherever kubectl would find it', '$0 completion uninstall'],
      ['From a folder that is not on PATH', '$0 completion uninstall --from ~/bin'],
    ],
  });

  from = Option.String('--from', { description: '`FOLDER` to take it from, and from no other' });

  override async execute(): Promise<void> {
    const { uninstallScript } = await import('../complete/kubectl-script.ts');
    const { stdout, runtime } = this.context;
    const files = uninstallScript(this.from, runtime(0));
    stdout.write(files.length === 0 ? 'nothing to take away\n' : files.map((file) => `${file} taken away\n`).join(''));
  }
}
