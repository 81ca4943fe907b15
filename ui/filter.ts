/** The live filter: every word must occur, `!word` must not; case does not count. */

export type Filter = (text: string) => boolean;

/** Compiles what was typed; an empty text lets everything through. `text` given to the filter must be in lower case. */
export function compileFilter(typed: string): Filter {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = words.filter((word) => !word.startsWith('!'));
  // A lone `!` is a word that is still being typed.
  const unwanted = words.filter((word) => word.startsWith('!') && word.length > 1).map((word) => word.slice(1));
  return (text) => wanted.every((word) => text.includes(word)) && !unwanted.some((word) => text.includes(word));
}
