/** Pieces of a body to its lines. */

import { StringDecoder } from 'node:string_decoder';

export interface LineReader {
  readonly take: (chunk: Buffer) => void;
  /** Gives what stands behind the last line break, if anything does. */
  readonly end: () => void;
}

/** Empty lines are left out; letters that are torn between two pieces are put together. */
export function lineReader(onLine: (line: string) => void): LineReader {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const give = (line: string): void => {
    if (line.trim() !== '') onLine(line);
  };
  return {
    take(chunk) {
      const lines = (rest + decoder.write(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) give(line);
    },
    end() {
      give(rest + decoder.end());
      rest = '';
    },
  };
}
