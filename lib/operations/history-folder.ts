/** Where the histories lie that a question is about. */

import { historyDirectory } from '../store/location.ts';
import { UpidError } from '../types/errors.ts';
import type { Runtime } from '../types/runtime.ts';

export interface HistoryChoice {
  /** True: that of the simulated cluster, whatever else is said. */
  readonly demo: boolean;
  /** Where that lies. */
  readonly demoHistory: string;
  /** Folder of all histories; false: none is read or written; the user's own where it is absent. */
  readonly history?: string | false | undefined;
  readonly runtime: Runtime;
}

/** Undefined where none is wanted, or none is known. */
export function directoryOf({ demo, demoHistory, history, runtime }: HistoryChoice): string | undefined {
  if (history === false) return undefined;
  return demo ? demoHistory : (history ?? historyDirectory(runtime));
}

/** For what makes no sense without one. @throws UpidError history-missing */
export function neededDirectory(choice: HistoryChoice): string {
  const directory = directoryOf(choice);
  if (directory !== undefined) return directory;
  throw new UpidError('history-missing', 'no folder for the history is known, as HOME is not set', {
    remedy: 'name one by --history or UPID_HOME',
  });
}
