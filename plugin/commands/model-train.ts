/** `kubectl upid model train`: learn from one's own history, and keep it where it is better than what was shipped. */

import { Command } from 'clipanion';
import type { TrainResult } from '../../lib/types/forecast.ts';
import { LookCommand } from '../look-command.ts';
import { checkSortBy } from '../print/sort.ts';
import { TRAIN_COLUMNS, trainListing } from '../print/train-listing.ts';

export class ModelTrainCommand extends LookCommand {
  static override paths = [['model', 'train']];

  static override usage = Command.Usage({
    description: 'Fine-tune the forecast on your own history, kept only where that is better.',
    details: `
      For each resource it is learned from older windows of three days how much the same hour of last week should weigh, and how wide the
      intervals must be to cover what they promise here. The newest three days are held apart: there the shipped forecast and one's own are compared, and
      both figures are shown. ERROR is the mean absolute error in units of the daily change (MASE), INTERVAL-SCORE the mean
      scaled interval score; of both less is better. What is better is written beside the history of the cluster, where forecast finds it. Nine days of history are
      needed. The same history teaches the same.
    `,
    examples: [
      ['What could be learned from the simulated cluster, of which nothing is kept', '$0 model train --demo'],
      ['Learn from all namespaces of the current cluster', '$0 model train -A'],
      ['The learned weights and both errors', '$0 model train -A -o yaml'],
    ],
  });

  override async execute(): Promise<number> {
    const options = this.printOptions();
    const request = this.request();
    checkSortBy(TRAIN_COLUMNS, options.sortBy);
    const { trainOnOwnHistory } = await import('../../lib/operations/forecast/train.ts');
    const result = await this.ask(request, trainOnOwnHistory);
    await this.print(trainListing(result), result, [...unchanging(result), noteOf(result)], options);
    this.requireAll(result);
    return 0;
  }
}

/** Resources of which there is history, but none that teaches. */
function unchanging({ metrics }: TrainResult): readonly string[] {
  const missing = (['cpu', 'memory', 'network'] as const).filter((name) => !metrics.some(({ metric }) => metric === name));
  return missing.length === 0
    ? []
    : [`Nothing can be learned about ${missing.join(' and ')}: too little history, or none that changes`];
}

function noteOf({ file, metrics, cluster }: TrainResult): string {
  if (file !== undefined) return `Kept in ${file}; forecast uses it from now on`;
  if (!metrics.some(({ outcome }) => outcome === 'not kept'))
    return 'Nothing is better than the shipped weights, so nothing was kept';
  return cluster.simulated ? 'Nothing is kept of the simulated cluster' : 'Nothing was kept, as no history is';
}
