/**
 * A command line that is still being typed: the command, the flags that have been given, and what the last word is about to
 * become. Reads as flags/pflag.ts does, but forgives: what is not known yet may be a mistake that the person is about to mend.
 */

import type { DescribedFlag } from '../flags/definitions.ts';

export interface Line {
  /** `--flag=value` or `--flag`, in the order given. */
  readonly flags: readonly string[];
  readonly positionals: readonly string[];
  readonly subject: Subject;
}

/** What the word at the cursor is about to become. */
export type Subject =
  | { readonly is: 'flag' }
  /** `lead` belongs to the word and not to the value: the `-n` of `-nshop`. */
  | { readonly is: 'value'; readonly of: DescribedFlag; readonly typed: string; readonly lead: string }
  | { readonly is: 'argument' }
  | { readonly is: 'unknown' };

export function readLine(words: readonly string[], typed: string, definitions: readonly DescribedFlag[]): Line {
  const flags: string[] = [];
  const positionals: string[] = [];
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') return { flags, positionals: [...positionals, ...rest], subject: { is: 'argument' } };
    const read = readFlags(word, definitions);
    if (read === undefined) {
      positionals.push(word);
      continue;
    }
    flags.push(...read.complete);
    // `-v 6`, as flags/pflag.ts takes it.
    if (read.complete.at(-1) === '--v' && /^\d+$/.test(rest[0] ?? '')) rest.shift();
    if (read.open === undefined) continue;
    if (rest.length === 0) return { flags, positionals, subject: { is: 'value', of: read.open, typed, lead: '' } };
    flags.push(`${read.open.long}=${rest.shift()}`);
  }
  return { flags, positionals, subject: subjectOf(typed, definitions) };
}

interface ReadFlags {
  readonly complete: readonly string[];
  /** The one whose value is the next word. */
  readonly open?: DescribedFlag | undefined;
}

/** Undefined for a word that is no flag. */
function readFlags(word: string, definitions: readonly DescribedFlag[]): ReadFlags | undefined {
  if (!word.startsWith('-') || word === '-') return undefined;
  const { before, last } = partsOf(word, definitions);
  const complete = before.map(({ long }) => long);
  if (last === undefined) return { complete };
  if (last.value !== undefined) return { complete: [...complete, `${last.flag.long}=${last.value}`] };
  if (needsValue(last.flag)) return { complete, open: last.flag };
  return { complete: [...complete, last.flag.long] };
}

interface Parts {
  /** Booleans that stand before the last one behind the same dash. */
  readonly before: readonly DescribedFlag[];
  readonly last?: { readonly flag: DescribedFlag; readonly lead: string; readonly value: string | undefined } | undefined;
}

/** Takes `--flag=value`, `-n=value`, `-nvalue` and `-Aw` apart. Flags that are not known are left out. */
function partsOf(word: string, definitions: readonly DescribedFlag[]): Parts {
  if (word.startsWith('--')) {
    const [name = '', ...value] = word.split('=');
    const flag = definitions.find(({ long }) => long === name);
    return { before: [], last: flag && { flag, lead: '', value: value.length > 0 ? value.join('=') : undefined } };
  }
  const before: DescribedFlag[] = [];
  for (let at = 1; at < word.length; at++) {
    const flag = definitions.find(({ short }) => short === `-${word[at]}`);
    if (flag === undefined) return { before };
    const attached = word.slice(at + 1);
    // Shells cut a word at the first = behind a dash; the value is then all that they ask for.
    if (attached.startsWith('=')) return { before, last: { flag, lead: '', value: attached.slice(1) } };
    if (flag.takesValue)
      return { before, last: { flag, lead: word.slice(0, at + 1), value: attached === '' ? undefined : attached } };
    before.push(flag);
  }
  return {
    before: before.slice(0, -1),
    last: before.length > 0 ? { flag: before.at(-1)!, lead: '', value: undefined } : undefined,
  };
}

function needsValue({ takesValue, ifBare }: DescribedFlag): boolean {
  return takesValue && ifBare === undefined;
}

function subjectOf(typed: string, definitions: readonly DescribedFlag[]): Subject {
  if (!typed.startsWith('-')) return { is: 'argument' };
  const { last } = partsOf(typed, definitions);
  if (last?.value !== undefined) return { is: 'value', of: last.flag, typed: last.value, lead: last.lead };
  return typed.includes('=') ? { is: 'unknown' } : { is: 'flag' };
}
