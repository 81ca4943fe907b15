/** Asking about a group of workloads although a server may find the whole of it too much. */

import { isTooMuch } from './client.ts';
import { halves, type QueryGroup } from './groups.ts';

/** What `ask` finds about the group; where that is too much for the server, about each half of it, and so on. What fails adds to `failures`. */
export async function askInHalves<T>(
  group: QueryGroup,
  ask: (part: QueryGroup) => Promise<T>,
  failures: Error[],
): Promise<readonly T[]> {
  try {
    return [await ask(group)];
  } catch (error) {
    const smaller = isTooMuch(error) ? halves(group) : undefined;
    if (smaller) return (await Promise.all(smaller.map((part) => askInHalves(part, ask, failures)))).flat();
    failures.push(survivable(error));
    return [];
  }
}

/** A failure of the server costs its figures; being cancelled, or a bug, ends everything. */
export function survivable(error: unknown): Error {
  if (error instanceof Error && 'id' in error && error.id === 'prometheus') return error;
  throw error;
}
