/**
 * `__complete WORD… WORD`: what the last word, which may be empty, can become after the words before it. Asked by shells at each
 * press of the tab key, so that it always answers, quickly, and never with an error.
 */

import type { Context } from '../context.ts';
import { type Answer, type Candidate, formatAnswer, matching, NOTHING } from './answer.ts';
import { subcommands } from './subcommands.ts';

/** Exit code: always 0. */
export async function complete(words: readonly string[], context: Context): Promise<number> {
  const answer = await answerTo(words.slice(0, -1), words.at(-1) ?? '', context).catch(() => NOTHING);
  context.stdout.write(formatAnswer(answer));
  return 0;
}

const HELP: Candidate = { value: 'help', description: 'Help about a command' };

async function answerTo(words: readonly string[], typed: string, context: Context): Promise<Answer> {
  if (words[0] === 'help') return matching(typed, subcommands(words.slice(1)));
  // Which commands there are is known without loading one.
  if (words.length === 0 && !typed.startsWith('-')) return matching(typed, [...subcommands([]), HELP]);
  const { completeCommand } = await import('./command.ts');
  return await completeCommand(words, typed, context);
}
