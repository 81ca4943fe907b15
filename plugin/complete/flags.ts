/** Which flags can still be given. */

import type { DescribedFlag } from '../flags/definitions.ts';
import { type Answer, type Candidate, matching } from './answer.ts';
import { FIXED_VALUES } from './values.ts';

/** How the descriptions of the flags say it. */
const REPEATABLE = /can be given again$/;

const HELP: Candidate = { value: '--help', description: 'Show what the command does, with examples' };

/** @param given those of the line, as `--flag` or `--flag=value` */
export function flagNames(typed: string, given: readonly string[], flags: readonly DescribedFlag[]): Answer {
  const names = new Set(given.map((flag) => flag.split('=')[0]!));
  const open = flags.filter(({ long, description }) => !names.has(long) || REPEATABLE.test(description));
  return matching(typed, [...open.flatMap(forms), HELP]);
}

/** A flag that may be given bare takes its value only behind an equals sign, which is told where there are values to choose from. */
function forms({ long, short, ifBare, description }: DescribedFlag): readonly Candidate[] {
  const chosen = ifBare !== undefined && FIXED_VALUES[long] !== undefined;
  return [...(short ? [short] : []), long, ...(chosen ? [`${long}=`] : [])].map((value) => ({ value, description }));
}
