/** Finds the command that was named, loads it alone, runs it, and tells how it failed. */

import { Cli, type CommandClass } from 'clipanion';
import { UpidError } from '../lib/types/errors.ts';
import type { Context } from './context.ts';
import { describeFailure } from './failure.ts';
import { type DescribedCommand, describeCommand, isFreeArgument, WORKLOAD_ARGUMENTS, wordsOf } from './flags/definitions.ts';
import { type ParsedFlags, parseFlags } from './flags/pflag.ts';
import { CANCELLED } from './interrupts.ts';
import { findCommand, REGISTRY, type Registration } from './registry.ts';
import { nearest } from './suggestion.ts';

/** Exit code; see run.ts. */
export async function runCommand(argv: readonly string[], context: Context): Promise<number> {
  const telling = { verbosity: 0, failureExitCode: 1 };
  try {
    const found = await findNamed(commandWords(argv), context);
    telling.verbosity = verbosityOf(found.parsed);
    if (found.parsed.help) return await showHelp(found.described, context);
    const command = instantiate(found, context);
    if ('failureExitCode' in command) telling.failureExitCode = Number(command.failureExitCode);
    const exitCode = await command.validateAndExecute();
    // A view that was closed by a signal ends without an error; what is meant to be stopped says so.
    const stopped = 'stoppedExitCode' in command ? Number(command.stoppedExitCode) : CANCELLED;
    return context.signal.aborted ? stopped : exitCode;
  } catch (error) {
    const { text, exitCode } = describeFailure(error, telling.verbosity);
    context.stderr.write(text);
    return exitCode === 1 ? telling.failureExitCode : exitCode;
  }
}

interface FoundCommand {
  readonly path: readonly string[];
  readonly commandClass: CommandClass<Context>;
  readonly described: DescribedCommand;
  readonly parsed: ParsedFlags;
}

/** `help idle` is `idle --help`, `--version` is `version`. */
function commandWords(argv: readonly string[]): readonly string[] {
  const [first, ...rest] = argv;
  if (first === 'help') return [...rest, '--help'];
  return first === '--version' ? ['version', ...rest] : argv;
}

/** Flags may stand before the command, as with kubectl: then each command the line names says which of its words are values. */
async function findNamed(argv: readonly string[], context: Context): Promise<FoundCommand> {
  const direct = findCommand(argv);
  if (direct) return await load(direct, argv, context);
  const [first = ''] = argv;
  if (!first.startsWith('-')) throw unknownCommand(first, context);
  const candidates = REGISTRY.filter(({ path }) => argv.includes(path[0]!));
  for (const candidate of candidates) {
    const found = await load(candidate, argv, context);
    if (found.path.every((word, index) => found.parsed.positionals[index] === word)) return found;
  }
  throw new UpidError('usage', 'no command was named', { remedy: `see ${context.programName} --help` });
}

async function load({ path, load }: Registration, argv: readonly string[], { programName }: Context): Promise<FoundCommand> {
  const commandClass = await load();
  const described = describeCommand(commandClass, programName);
  return { path, commandClass, described, parsed: parseFlags(argv, described.flags) };
}

function instantiate({ path, commandClass, described, parsed }: FoundCommand, context: Context) {
  const operands = parsed.positionals.slice(path.length);
  checkOperands(operands, described.arguments, path.join(' '));
  return Cli.from<Context>([commandClass]).process([...path, ...parsed.flags, '--', ...operands], context);
}

/** @param form of the arguments: none, workloads, or one of the words between bars, which in brackets may be left out */
function checkOperands(operands: readonly string[], form: string, command: string): void {
  if (form === WORKLOAD_ARGUMENTS) return;
  if (form.startsWith('[') && operands.length === 0) return;
  if (isFreeArgument(form) && operands.length === 1) return;
  const words = wordsOf(form);
  const [unexpected] = words.includes(operands[0] ?? '') ? operands.slice(1) : operands;
  if (unexpected === undefined && (form === '' || operands.length > 0)) return;
  const got = unexpected === undefined ? '' : `, got "${unexpected}"`;
  const near = unexpected === undefined ? undefined : nearest(unexpected, words);
  throw new UpidError('usage', `${command} takes ${form === '' ? 'no arguments' : `one of ${words.join(', ')}`}${got}`, {
    remedy: near && operands.length === 1 ? `did you mean ${near}?` : 'see --help',
  });
}

async function showHelp(described: DescribedCommand, { stdout, programName }: Context): Promise<number> {
  const { commandHelp } = await import('./command-help.ts');
  stdout.write(commandHelp(described, programName));
  return 0;
}

function unknownCommand(word: string, { programName }: Context): UpidError {
  const near = nearest(
    word,
    REGISTRY.map(({ path }) => path[0]!),
  );
  return new UpidError('usage', `unknown command "${word}" for "${programName}"`, {
    remedy: near ? `did you mean ${near}?` : `see ${programName} --help`,
  });
}

/** Read before the values are checked, so that also a failure to read them can be told in full. */
function verbosityOf({ flags }: ParsedFlags): number {
  const level = flags.findLast((flag) => flag.startsWith('--v='))?.slice('--v='.length);
  return Number(level) || 0;
}
