/**
 * kubectl's way of writing flags (Go's pflag: https://pkg.go.dev/github.com/spf13/pflag#hdr-Command_line_flag_syntax),
 * brought to the one form `--flag=value` before the command line is taken apart by the option library, which knows neither `-ojson` nor
 * `--flag=false`. Knows the flags of one command; not what their values mean.
 */

import { UpidError } from '../../lib/types/errors.ts';
import { nearest } from '../suggestion.ts';

export interface FlagDefinition {
  /** With its dashes. */
  readonly long: string;
  readonly short?: string;
  readonly takesValue: boolean;
  /** Stands in for the value where a flag is given bare (pflag's NoOptDefVal). */
  readonly ifBare?: string;
}

export interface ParsedFlags {
  /** `--flag=value`, `--flag` or `--no-flag`, in the order given. */
  readonly flags: readonly string[];
  readonly positionals: readonly string[];
  readonly help: boolean;
}

const TRUE = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);

/** @throws UpidError `usage`: an unknown flag, a flag without its value, a boolean that is none. */
export function parseFlags(argv: readonly string[], definitions: readonly FlagDefinition[]): ParsedFlags {
  const flags: string[] = [];
  const positionals: string[] = [];
  let help = false;
  const rest = [...argv];
  for (let token = rest.shift(); token !== undefined; token = rest.shift()) {
    if (token === '--') {
      positionals.push(...rest);
      break;
    }
    if (token === '-h' || token === '--help') help = true;
    else if (token.startsWith('--')) readLong(token, rest, definitions, flags);
    else if (token.startsWith('-') && token !== '-') readShort(token, rest, definitions, flags);
    else positionals.push(token);
  }
  return { flags, positionals, help };
}

function readLong(token: string, rest: string[], definitions: readonly FlagDefinition[], flags: string[]): void {
  const equals = token.indexOf('=');
  const name = equals < 0 ? token : token.slice(0, equals);
  const definition = definitions.find(({ long }) => long === name);
  if (!definition) throw unknownFlag(name, definitions);
  push(flags, definition, equals < 0 ? undefined : token.slice(equals + 1), rest, name);
}

/** One dash: booleans can stand together (`-Aw`), and what follows a flag that takes a value is its value (`-nweb`, `-n=web`). */
function readShort(token: string, rest: string[], definitions: readonly FlagDefinition[], flags: string[]): void {
  let letters = token.slice(1);
  while (letters !== '') {
    const name = `-${letters[0]}`;
    const definition = definitions.find(({ short }) => short === name);
    if (!definition) throw unknownShort(name, token, definitions);
    letters = letters.slice(1);
    if (!definition.takesValue && !letters.startsWith('=')) {
      push(flags, definition, undefined, rest, name);
      continue;
    }
    const attached = letters.startsWith('=') ? letters.slice(1) : letters || undefined;
    push(flags, definition, attached, rest, name);
    return;
  }
}

function push(flags: string[], definition: FlagDefinition, attached: string | undefined, rest: string[], written: string): void {
  if (!definition.takesValue) pushBoolean(flags, definition.long, attached, written);
  else flags.push(`${definition.long}=${attached ?? nextValue(definition, rest, written)}`);
}

function pushBoolean(flags: string[], long: string, value: string | undefined, written: string): void {
  if (value !== undefined && !TRUE.has(value) && !FALSE.has(value))
    throw new UpidError('usage', `invalid value "${value}" for ${written}`, { remedy: 'it should be true or false' });
  if (value === undefined || TRUE.has(value)) flags.push(long);
  else if (!long.startsWith('--no-')) flags.push(`--no-${long.slice(2)}`);
  // A negative flag that is denied has no opposite to say: what was said before it is taken back.
  else flags.splice(0, flags.length, ...flags.filter((flag) => flag !== long));
}

function nextValue({ ifBare }: FlagDefinition, rest: string[], written: string): string {
  const [next] = rest;
  // `-v 6` as kubectl takes it, although a bare -v is allowed here: no workload is named by a number alone.
  if (ifBare !== undefined) return /^\d+$/.test(ifBare) && next !== undefined && /^\d+$/.test(next) ? rest.shift()! : ifBare;
  if (next === undefined) throw new UpidError('usage', `flag needs an argument: ${written}`, { remedy: 'see --help' });
  return rest.shift()!;
}

function unknownFlag(name: string, definitions: readonly FlagDefinition[]): UpidError {
  const near = nearest(
    name,
    definitions.map(({ long }) => long),
  );
  return new UpidError('usage', `unknown flag: ${name}`, { remedy: near ? `did you mean ${near}?` : 'see --help' });
}

function unknownShort(name: string, token: string, definitions: readonly FlagDefinition[]): UpidError {
  const long = definitions.find((definition) => definition.long === `-${token}`);
  if (long && token.length > 2) return new UpidError('usage', `unknown flag: ${token}`, { remedy: `did you mean ${long.long}?` });
  return new UpidError('usage', `unknown shorthand flag: ${name}${token.length > 2 ? ` in ${token}` : ''}`, {
    remedy: 'see --help',
  });
}
