/** Which commands can follow. */

import { REGISTRY } from '../registry.ts';
import type { Candidate } from './answer.ts';

/** The next word of every command that begins with these words, with its line of help where it is the last one. */
export function subcommands(words: readonly string[]): readonly Candidate[] {
  const below = REGISTRY.filter(({ path }) => path.length > words.length && words.every((word, index) => path[index] === word));
  const next = [...new Set(below.map(({ path }) => path[words.length]!))];
  return next.map((value) => {
    const whole = below.find(({ path }) => path.length === words.length + 1 && path.at(-1) === value);
    return whole ? { value, description: whole.summary } : { value };
  });
}
