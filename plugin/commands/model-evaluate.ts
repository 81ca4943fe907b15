/** `kubectl upid model evaluate`: verdicts on a file of cases whose truth somebody else knows. */

import { Command, Option } from 'clipanion';
import { UpidError } from '../../lib/types/errors.ts';
import type { Context } from '../context.ts';
import { isCount } from '../flags/validators.ts';
import { progressLine } from '../progress.ts';

export class ModelEvaluateCommand extends Command<Context> {
  static override paths = [['model', 'evaluate']];

  static override usage = Command.Usage({
    description: 'Answer a file of cases, so that the answers can be scored.',
    details: `
      With --idle each line of the input is a case in JSON: a moment, the Kubernetes objects of a workload as the API returns
      them, samples of its pods and counted requests. It is judged by the same code as idle judges a cluster. Each line of the
      output holds the case's name, the verdict, the probability that it is right, and what evidence is missing. No cluster is
      asked.
    `,
    examples: [
      ['Verdicts on cases of your own', '$0 model evaluate --idle --input CASES.jsonl --output VERDICTS.jsonl'],
      ['The same, with more about an error', '$0 model evaluate --idle --input CASES.jsonl --output VERDICTS.jsonl -v=6'],
    ],
  });

  idle = Option.Boolean('--idle', false, { description: 'The input holds cases for verdicts of idleness, one in each line' });
  input = Option.String('--input', { description: '`FILE` to read', required: true });
  output = Option.String('--output', { description: '`FILE` to write; it appears when everything is answered', required: true });
  verbosity = Option.String('-v,--v', { description: '`LEVEL` of what is told about errors', validator: isCount });

  override async execute(): Promise<number> {
    if (!this.idle)
      throw new UpidError('usage', 'nothing was named that the input is to be evaluated as', { remedy: 'add --idle' });
    const { stdout, stderr, terminal, timeZone, signal } = this.context;
    const runtime = this.context.runtime(this.verbosity ?? 0);
    const [{ evaluateIdle }, { defaultIdleSettings }] = await Promise.all([
      import('../../lib/operations/evaluate-idle.ts'),
      import('../../lib/operations/settings.ts'),
    ]);
    const line = progressLine(stderr, terminal.stderr, runtime.elapsed);
    const { input, output } = this;
    try {
      const settings = defaultIdleSettings(timeZone);
      const { cases, verdicts } = await evaluateIdle({ input, output, settings, runtime, signal, progress: line.report });
      line.clear();
      const counts = Object.entries(verdicts).map(([verdict, count]) => `${count} ${verdict}`);
      stdout.write(`${cases} ${cases === 1 ? 'case' : 'cases'} judged: ${counts.join(', ')}\n`);
    } finally {
      line.clear();
    }
    return 0;
  }
}
