/** From the words of the command line to an exit code: finds the command, loads it alone, runs it, and tells how it failed. */

import type { Command, CommandClass } from 'clipanion';
import { UpidError } from '../lib/types/errors.ts';
import { type Context, makeContext } from './context.ts';
import { describeFailure } from './failure.ts';
import { listenForInterrupts } from './interrupts.ts';
import { findCommand, REGISTRY, type Registration } from './registry.ts';
import { rootHelp } from './root-help.ts';
import { nearest } from './suggestion.ts';

/** Runs the process's command line; leaves the exit code in `process.exitCode`. */
export async function main(): Promise<void> {
  const context = makeContext(import.meta.dirname, listenForInterrupts());
  process.exitCode = await run(process.argv.slice(2), context);
}

/** Exit code: 0 done, 1 failed, 2 a mistake in the command line, 130 cancelled. */
export async function run(argv: readonly string[], context: Context): Promise<number> {
  const [first, ...rest] = argv;
  if (first === undefined || ((first === 'help' || first === '-h' || first === '--help') && rest.length === 0)) {
    context.stdout.write(rootHelp(context.programName));
    return 0;
  }
  const running: Running = { failureExitCode: 1 };
  try {
    if (first === 'help') return await runCommand([...rest, '--help'], context, running);
    return await runCommand(first === '--version' ? ['version', ...rest] : argv, context, running);
  } catch (error) {
    const { text, exitCode } = describeFailure(error, verbosityOf(running.command));
    context.stderr.write(text);
    return exitCode === 1 ? running.failureExitCode : exitCode;
  }
}

/** What is known of the command while it runs, for telling how it failed. */
interface Running {
  command?: Command<Context>;
  failureExitCode: number;
}

async function runCommand(argv: readonly string[], context: Context, running: Running): Promise<number> {
  const { parseFlags } = await import('./flags/pflag.ts');
  const { describeCommand } = await import('./flags/definitions.ts');
  const { Cli } = await import('clipanion');

  const registration = await resolveCommand(argv, context);
  const commandClass = await registration.load();
  const described = describeCommand(commandClass, context.programName);
  const { flags, positionals, help } = parseFlags(argv, described.flags);
  if (help) {
    const { commandHelp } = await import('./command-help.ts');
    context.stdout.write(commandHelp(described, context.programName));
    return 0;
  }
  const operands = positionals.slice(registration.path.length);
  if (described.arguments === '' && operands.length > 0)
    throw new UpidError('usage', `${registration.path.join(' ')} takes no arguments, got "${operands[0]}"`, {
      remedy: 'see --help',
    });
  const command = Cli.from<Context>([commandClass]).process([...registration.path, ...flags, '--', ...operands], context);
  running.command = command;
  if ('failureExitCode' in command) running.failureExitCode = Number(command.failureExitCode);
  return await command.validateAndExecute();
}

/** Flags may stand before the command, as kubectl allows: then each command named in the line says which of its words are values. */
async function resolveCommand(argv: readonly string[], context: Context): Promise<Registration> {
  const direct = findCommand(argv);
  if (direct) return direct;
  const [first = ''] = argv;
  if (first.startsWith('-')) {
    for (const candidate of REGISTRY.filter(({ path }) => argv.includes(path[0]!))) {
      if (await isNamedBy(argv, candidate, context)) return candidate;
    }
    throw new UpidError('usage', `no command in "${argv.join(' ')}"`, { remedy: `see ${context.programName} --help` });
  }
  const near = nearest(
    first,
    REGISTRY.map(({ path }) => path[0]!),
  );
  throw new UpidError('usage', `unknown command "${first}" for "${context.programName}"`, {
    remedy: near ? `did you mean ${near}?` : `see ${context.programName} --help`,
  });
}

async function isNamedBy(argv: readonly string[], { path, load }: Registration, { programName }: Context): Promise<boolean> {
  const { parseFlags } = await import('./flags/pflag.ts');
  const { describeCommand } = await import('./flags/definitions.ts');
  const commandClass: CommandClass<Context> = await load();
  const { positionals } = parseFlags(argv, describeCommand(commandClass, programName).flags);
  return path.every((word, index) => positionals[index] === word);
}

function verbosityOf(command: Command<Context> | undefined): number {
  return command && 'verbosity' in command && typeof command.verbosity === 'number' ? command.verbosity : 0;
}
