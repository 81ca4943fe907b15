/** A line whose command has been named, or on which flags stand before it: what its last word can become. */

import type { Context } from '../context.ts';
import { type DescribedCommand, describeCommand } from '../flags/definitions.ts';
import { findCommand, REGISTRY, type Registration } from '../registry.ts';
import { type Answer, ledBy, matching, NOTHING } from './answer.ts';
import { argumentCandidates } from './arguments.ts';
import { connectionCommand } from './connection.ts';
import { flagNames } from './flags.ts';
import { type Line, readLine } from './line.ts';
import { namesFor } from './names.ts';
import { subcommands } from './subcommands.ts';
import { flagValues } from './values.ts';

export async function completeCommand(words: readonly string[], typed: string, context: Context): Promise<Answer> {
  const { described, path, line } = await readTyped(words, typed, context);
  const { flags, positionals, subject } = line;
  const names = namesFor(flags, isDemo(path, flags), context);
  switch (subject.is) {
    case 'flag':
      return flagNames(typed, flags, described.flags);
    case 'value':
      return ledBy(subject.lead, await flagValues(subject.of, subject.typed, described, names));
    case 'argument': {
      const given = positionals.slice(path.length);
      return matching(typed, [
        ...subcommands(positionals),
        ...(await argumentCandidates({ form: described.arguments, given, flags, typed }, names)),
      ]);
    }
    case 'unknown':
      return NOTHING;
  }
}

interface TypedLine {
  readonly described: DescribedCommand;
  /** Of the command; empty where none has been named yet. */
  readonly path: readonly string[];
  readonly line: Line;
}

/** As run-command.ts finds a command, where flags may stand before it; without one the flags are those that every cluster command has. */
async function readTyped(words: readonly string[], typed: string, context: Context): Promise<TypedLine> {
  const direct = findCommand(words);
  if (direct) return await readAs(direct, words, typed, context);
  for (const candidate of REGISTRY.filter(({ path }) => words.includes(path[0]!))) {
    const read = await readAs(candidate, words, typed, context);
    if (candidate.path.every((word, index) => read.line.positionals[index] === word)) return read;
  }
  const described = connectionCommand(context.programName);
  return { described, path: [], line: readLine(words, typed, described.flags) };
}

async function readAs(
  { path, load }: Registration,
  words: readonly string[],
  typed: string,
  context: Context,
): Promise<TypedLine> {
  const described = describeCommand(await load(), context.programName);
  return { described, path, line: readLine(words, typed, described.flags) };
}

function isDemo(path: readonly string[], flags: readonly string[]): boolean {
  return path[0] === 'demo' || flags.includes('--demo') || flags.includes('--demo=true');
}
