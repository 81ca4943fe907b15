/** A page about one row, shown over the list, or over another page. */

import { useEffect, useReducer } from 'react';
import { Late, type LateAnswer } from './late.ts';
import { type Line, paragraph } from './text.ts';

export interface RowPage {
  readonly lines: (id: string, width: number) => readonly Line[];
  /** Where the lines rest on what is asked for only when the page opens. */
  readonly late?: Pick<Late<unknown>, 'open' | 'subscribe'>;
}

/** A page of what `ask` answers; meanwhile it says `waiting`, and where that fails, the error. */
export function latePage<T>(
  ask: (id: string) => Promise<T>,
  waiting: string,
  lines: (answer: T, width: number) => readonly Line[],
): RowPage {
  const late = new Late(ask);
  const linesOf = (answer: LateAnswer<T>, width: number): readonly Line[] => {
    if (answer.state === 'pending') return paragraph(waiting, width, { tone: 'dim' });
    if (answer.state === 'failed') return paragraph(`error: ${answer.message}`, width, { tone: 'bad' });
    return lines(answer.value, width);
  };
  return { lines: (id, width) => linesOf(late.get(id), width), late };
}

/** Asks for the open page of a row, and draws anew when its answer comes. */
export function useRowPage(page: RowPage | undefined, id: string | undefined): void {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => page?.late?.subscribe(redraw), [page]);
  useEffect(() => {
    if (id !== undefined) page?.late?.open(id);
  }, [page, id]);
}
