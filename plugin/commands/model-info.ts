/** `kubectl upid model info`: the learned numbers inside the program, and those of one's own. */

import { Command, Option } from 'clipanion';
import type { Context } from '../context.ts';
import { noHeadersOption, outputFormOf, outputOption } from '../flags/output-form.ts';
import { isCount } from '../flags/validators.ts';
import { MODEL_COLUMNS, modelListing } from '../print/model-listing.ts';
import { formatListing, type PrintOptions } from '../print/print.ts';
import { checkSortBy } from '../print/sort.ts';

export class ModelInfoCommand extends Command<Context> {
  static override paths = [['model', 'info']];

  static override usage = Command.Usage({
    description: 'Show the learned models: where they come from, how well they do, and their limits.',
    details: `
      For each model that comes with the program: what it was learned from, what was held apart, when, with which seeds, the errors measured there, its size and what
      it is not for. What model train has kept for a cluster follows, with its errors beside those of the shipped weights. No cluster is asked.
    `,
    examples: [
      ['The models inside the program, and your own', '$0 model info'],
      ['The whole cards', '$0 model info -o yaml'],
    ],
  });

  output = outputOption();
  noHeaders = noHeadersOption();
  sortBy = Option.String('--sort-by', { description: '`COLUMN` to sort by, such as size, or a JSONPath, such as .bytes' });
  history = Option.String('--history', { description: '`FOLDER` of the own history' });
  verbosity = Option.String('-v,--v', { description: '`LEVEL` of what is told about errors', validator: isCount });

  override async execute(): Promise<number> {
    const options: PrintOptions = {
      form: outputFormOf(this.output),
      headers: !this.noHeaders,
      ...(this.sortBy !== undefined && { sortBy: this.sortBy }),
    };
    checkSortBy(MODEL_COLUMNS, options.sortBy);
    const { modelCards } = await import('../../lib/operations/forecast/model-info.ts');
    const cards = await modelCards(this.history, this.context.runtime(this.verbosity ?? 0));
    this.context.stdout.write(await formatListing(modelListing(cards), options));
    return 0;
  }
}
