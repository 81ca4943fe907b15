/** How results are shown: kubectl's output flags, and the full-screen view. */

import { Option } from 'clipanion';
import { UpidError } from '../../lib/types/errors.ts';
import type { PrintOptions } from '../print/print.ts';
import { HistoryFlags } from './history.ts';
import { noHeadersOption, outputFormOf, outputOption } from './output-form.ts';
import { present } from './present.ts';
import { readAs } from './validators.ts';

const isInteractive = readAs((text) => (['true', 'false', 'auto'] as const).find((word) => word === text), 'true, false or auto');

export abstract class OutputFlags extends HistoryFlags {
  output = outputOption();
  noHeaders = noHeadersOption();
  sortBy = Option.String('--sort-by', { description: '`COLUMN` to sort by, such as cpu, or a JSONPath, such as .confidence' });
  interactive = Option.String('--interactive', 'auto', {
    description: '`WHEN` to show the full-screen view: true, false, or auto (on a terminal, without -o)',
    validator: isInteractive,
  });

  /** @throws UpidError `usage` for a form that cannot be read. */
  protected printOptions(): PrintOptions {
    return { form: outputFormOf(this.output), headers: !this.noHeaders, ...present({ sortBy: this.sortBy }) };
  }

  /**
   * Whether the full-screen view is shown.
   * @throws UpidError `usage` where it was asked for and cannot be.
   */
  protected wantsView(): boolean {
    const { terminal, env } = this.context;
    const possible = terminal.stdin && terminal.stdout && env.TERM !== 'dumb';
    const asked = this.output !== undefined || this.sortBy !== undefined || this.noHeaders;
    if (this.interactive !== 'true') return this.interactive === 'auto' && possible && !asked;
    if (this.output !== undefined)
      throw new UpidError('usage', '--interactive and -o contradict each other', { remedy: 'give one of them' });
    if (!possible)
      throw new UpidError('usage', 'standard input and output are no terminal, so the view cannot be shown', {
        remedy: 'leave --interactive out',
      });
    return true;
  }
}
