/** Histories to size by from a file, and what to ask for in another. */

import { type ExchangeFiles, type ExchangeWindow, exchange } from './exchange.ts';

/** Columns of the output: series_id, metric, origin (each as in the input), rec. */
export interface SizingExchange extends ExchangeFiles {
  /** Undefined where a window cannot be sized: it has no row in the output. */
  readonly answer: (window: ExchangeWindow) => number | undefined;
}

/**
 * Answers every window of the input.
 * @throws UpidError input-invalid; output-unwritable; cancelled
 */
export async function exchangeSizes({ answer, ...files }: SizingExchange): Promise<void> {
  await exchange({
    ...files,
    columns: [{ name: 'rec', type: 'DOUBLE' }],
    answer: (window, put) => {
      const size = answer(window);
      if (size !== undefined) put(size);
    },
  });
}
