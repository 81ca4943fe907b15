/** From the words of the command line to an exit code. Loads nothing for the root's help; the command's part is run-command.ts. */

import { type Context, makeContext } from './context.ts';
import { listenForInterrupts } from './interrupts.ts';
import { rootHelp } from './root-help.ts';

/** Runs the process's command line; leaves the exit code in `process.exitCode`. */
export async function main(): Promise<void> {
  const context = makeContext(import.meta.dirname, listenForInterrupts());
  process.exitCode = await run(process.argv.slice(2), context);
}

/** Exit code: 0 done, 1 failed, 2 a mistake in the command line, 130 cancelled. Writes how it failed to standard error. */
export async function run(argv: readonly string[], context: Context): Promise<number> {
  if (asksForRootHelp(argv)) {
    context.stdout.write(rootHelp(context.programName));
    return 0;
  }
  const [first, ...rest] = argv;
  // Named by no help: the shell asks the one at each press of the tab key, and it asks the other.
  if (first === '__complete') return await (await import('./complete/complete.ts')).complete(rest, context);
  if (first === '__ask-names') return await (await import('./complete/ask-names.ts')).askNames(context);
  const { runCommand } = await import('./run-command.ts');
  return await runCommand(argv, context);
}

function asksForRootHelp([first, ...rest]: readonly string[]): boolean {
  return first === undefined || (['help', '-h', '--help'].includes(first) && rest.length === 0);
}
