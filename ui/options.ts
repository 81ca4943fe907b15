/** What every view is shown with. */

import type { Screen } from './screen.ts';
import type { Style } from './style.ts';

export interface ViewOptions extends Screen, Style {
  /** Wall clock, Unix epoch milliseconds: the age of the data is counted from it. */
  readonly now: () => number;
  /** IANA name; undefined: the machine's. */
  readonly timeZone?: string;
}
