/** The API server's `Warning` headers (deprecated APIs and the like): shown to the person, each once, as kubectl does. */

import type { Runtime } from '../types/runtime.ts';
import { printableLine } from './printable.ts';

/** Returns a function that takes the `warning` header of each answer. */
export function warningPrinter(runtime: Pick<Runtime, 'warn'>): (header: string | undefined) => void {
  const said = new Set<string>();
  return (header) => {
    for (const text of warningsIn(header ?? '')) {
      if (!said.has(text)) runtime.warn(`Warning: ${text}`);
      said.add(text);
    }
  };
}

/** Texts of code 299 (RFC 7234, "miscellaneous persistent warning"), the only one Kubernetes sends. */
function warningsIn(header: string): readonly string[] {
  return [...header.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) =>
    printableLine(text.replaceAll(/\\(.)/g, '$1')),
  );
}
