/** The flags of a command as its class declares them: for reading the command line, for help, and for the reference. */

import { Cli, type CommandClass } from 'clipanion';
import type { Context } from '../context.ts';
import type { FlagDefinition } from './pflag.ts';

export interface DescribedFlag extends FlagDefinition {
  /** Name of the value, from the word in backquotes of the description; empty for a boolean. */
  readonly placeholder: string;
  readonly description: string;
}

export interface DescribedCommand {
  /** After the program's name. */
  readonly path: readonly string[];
  readonly description: string;
  readonly details: string;
  readonly examples: readonly (readonly [string, string])[];
  /** Names of the arguments, as shown in the usage line, in brackets where they may be left out; empty where there are none. */
  readonly arguments: string;
  readonly flags: readonly DescribedFlag[];
}

/** Flags that may be given without their value, and what that means (pflag's NoOptDefVal). */
const IF_BARE: Readonly<Record<string, string>> = { '--v': '1', '--dry-run': 'server', '--interactive': 'true' };

/** What stands in the usage line where workloads can be named. */
export const WORKLOAD_ARGUMENTS = '[TYPE/NAME ...]';

/** Whether an argument is any text, which its name in capitals tells: `[SQL]`, `FILE`. */
export function isFreeArgument(form: string): boolean {
  return /^\[?[A-Z]+\]?$/.test(form);
}

/** The words of which one is taken, from the form of the arguments; none where there are no arguments. */
export function wordsOf(form: string): readonly string[] {
  return form === '' ? [] : form.replaceAll(/^\[|\]$/g, '').split('|');
}

/** Reads a command class. `$0` in its texts stands for the program's name. */
export function describeCommand(command: CommandClass<Context>, programName: string): DescribedCommand {
  const [definition] = Cli.from<Context>([command], { binaryName: programName }).definitions();
  if (!definition) throw new Error(`${command.name} has no usage`);
  const usage = command.usage ?? {};
  const say = (text = ''): string => text.replaceAll('$0', programName).trim();
  return {
    path: command.paths?.[0] ?? [],
    description: say(usage.description),
    details: say(usage.details).replaceAll(/^ +/gm, ''),
    examples: (usage.examples ?? []).map(([label, line]) => [say(label), say(line)] as const),
    arguments: argumentsOf(definition.usage),
    flags: definition.options.map(describeFlag),
  };
}

/** From the option library's usage line: a rest are workloads; another argument is called what its class calls it. */
function argumentsOf(usage: string): string {
  if (usage.endsWith('...')) return WORKLOAD_ARGUMENTS;
  return /<([^>]+)>$/.exec(usage)?.[1] ?? / (\[[^\]-]+\])$/.exec(usage)?.[1] ?? '';
}

function describeFlag({ definition, description = '' }: { definition: string; description?: string }): DescribedFlag {
  const [names = '', value] = definition.split(' ');
  const all = names.split(',');
  const long = all.find((name) => name.startsWith('--'))!;
  const short = all.find((name) => !name.startsWith('--'));
  const ifBare = IF_BARE[long];
  return {
    long,
    ...(short !== undefined && { short }),
    takesValue: value !== undefined,
    ...(ifBare !== undefined && { ifBare }),
    placeholder: value === undefined ? '' : (/`([^`]+)`/.exec(description)?.[1] ?? 'VALUE'),
    description: description.replaceAll('`', ''),
  };
}
