/** Text of others (a kubeconfig, a server, a plugin) on its way to the terminal. */

/**
 * The text with each control and format character written as its code point (`U+001B`), so that no escape sequence takes
 * effect; tabs and line breaks stay. As kubectl shows install hints.
 */
export function printable(text: string): string {
  return text.replaceAll(/[^\p{L}\p{M}\p{N}\p{P}\p{S}\p{Z}\t\n\r]/gu, (character) => {
    return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  });
}

/** The same on one line. */
export function printableLine(text: string): string {
  return printable(text.replaceAll(/[\t\r\n]+/g, ' ')).trim();
}
