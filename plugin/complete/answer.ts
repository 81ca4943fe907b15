/**
 * What a shell is told: candidates and a directive, in cobra's protocol, which kubectl and the scripts of `completion` speak
 * (https://github.com/spf13/cobra/blob/main/site/content/completions/_index.md).
 */

export interface Candidate {
  readonly value: string;
  readonly description?: string;
}

export interface Answer {
  readonly candidates: readonly Candidate[];
  readonly directive: number;
}

/** Cobra's ShellCompDirective, a bit each. */
const NO_SPACE = 2;
const NO_FILES = 4;
const ONLY_FOLDERS = 16;

export const NOTHING: Answer = { candidates: [], directive: NO_FILES };
/** The shell completes names of files, or of folders, by itself. */
export const FILES: Answer = { candidates: [], directive: 0 };
export const FOLDERS: Answer = { candidates: [], directive: ONLY_FOLDERS };

/** Those that begin as what was typed; no space is to follow where each of them is only the beginning of a word. */
export function matching(typed: string, candidates: readonly Candidate[]): Answer {
  const matches = candidates.filter(({ value }) => value.startsWith(typed) && !/\p{Cc}/u.test(value));
  const unfinished = matches.length > 0 && matches.every(({ value }) => /[=/]$/.test(value));
  return { candidates: matches, directive: NO_FILES | (unfinished ? NO_SPACE : 0) };
}

/** The same with a text before each candidate: what stands in the word that is being typed and is not part of the value. */
export function ledBy(lead: string, { candidates, directive }: Answer): Answer {
  return { candidates: candidates.map((candidate) => ({ ...candidate, value: lead + candidate.value })), directive };
}

export function named(values: readonly string[]): readonly Candidate[] {
  return values.map((value) => ({ value }));
}

/** One candidate a line, after a tab what it means; the directive on the last. */
export function formatAnswer({ candidates, directive }: Answer): string {
  const lines = candidates.map(({ value, description }) => (description ? `${value}\t${description}` : value));
  return [...lines, `:${directive}`].map((line) => `${line}\n`).join('');
}
