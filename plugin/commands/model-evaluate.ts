/** `kubectl upid model evaluate`: forecasts, sizes or verdicts on a file of cases whose truth somebody else knows. */

import { Command, Option, UsageError } from 'clipanion';
import type { EvaluateForecastRequest as EvaluateRequest } from '../../lib/operations/evaluate-forecast.ts';
import { SIZING_RISKS } from '../../lib/types/sizing.ts';
import type { Context } from '../context.ts';
import { isCount, isOneOf } from '../flags/validators.ts';
import { plural } from '../print/figures.ts';
import { progressLine } from '../progress.ts';

export class ModelEvaluateCommand extends Command<Context> {
  static override paths = [['model', 'evaluate']];

  static override usage = Command.Usage({
    description: 'Answer a file of cases, so that the answers can be scored.',
    details: `
      Without --idle the input is Parquet with the columns series_id, metric (cpu, mem or net), origin, ts and value: hourly
      values before each origin. The output, CSV if it is named so and else Parquet, has the columns series_id, metric, origin,
      h (1 to 168), mean, lo95 and hi95. Histories of fewer than 72 hours are named and left out.

      With --sizing the input is the same, and with a column value_max, the highest value within the hour, the sizes are better:
      without it they rest on means and ask for more. The output has the columns series_id, metric (cpu or mem), origin and rec,
      what to ask for in the coming week: cores or bytes. At --risk medium 5 % of weeks may exceed it, at low 2 % and at high
      10 %: with their highest hour for memory, with more than one hour in a hundred for CPU. Windows of net are left out.

      With --idle each line of the input is a case in JSON: a moment, the Kubernetes objects of a workload as the API returns
      them, samples of its pods and counted requests. It is judged by the same code as idle judges a cluster. Each line of the
      output holds the case's name, the verdict, the probability that it is right, and what evidence is missing. No cluster is
      asked.
    `,
    examples: [
      ['Forecasts from histories of your own', '$0 model evaluate --input HISTORIES.parquet --output FORECASTS.parquet'],
      [
        'What to ask for, from histories of your own',
        '$0 model evaluate --sizing --risk medium --input HISTORIES.parquet --output SIZES.parquet',
      ],
      ['Verdicts on cases of your own', '$0 model evaluate --idle --input CASES.jsonl --output VERDICTS.jsonl'],
      ['The same, with more about an error', '$0 model evaluate --idle --input CASES.jsonl --output VERDICTS.jsonl -v=6'],
    ],
  });

  idle = Option.Boolean('--idle', false, { description: 'The input holds cases for verdicts of idleness, one in each line' });
  sizing = Option.Boolean('--sizing', false, { description: 'Answer with what to ask for in the coming week' });
  risk = Option.String('--risk', {
    description: '`RISK` that the coming week exceeds it: low, medium or high; medium if absent',
    validator: isOneOf(...SIZING_RISKS),
  });
  input = Option.String('--input', { description: '`FILE` to read', required: true });
  output = Option.String('--output', { description: '`FILE` to write; it appears when everything is answered', required: true });
  verbosity = Option.String('-v,--v', { description: '`LEVEL` of what is told about errors', validator: isCount });

  override async execute(): Promise<number> {
    if (this.idle && this.sizing) throw new UsageError('--idle and --sizing answer different files; give one of them');
    if (this.risk !== undefined && !this.sizing) throw new UsageError('--risk goes with --sizing');
    const { stdout, stderr, terminal, signal } = this.context;
    const runtime = this.context.runtime(this.verbosity ?? 0);
    const line = progressLine(stderr, terminal.stderr, runtime.elapsed);
    const { input, output } = this;
    try {
      const done = await this.answer({ input, output, runtime, signal, progress: line.report });
      line.clear();
      stdout.write(`${done}\n`);
    } finally {
      line.clear();
    }
    return 0;
  }

  /** What was written, in one sentence. */
  private answer(request: EvaluateRequest): Promise<string> {
    if (this.sizing) return this.size(request);
    return this.idle ? this.judge(request) : this.forecast(request);
  }

  private async size(request: EvaluateRequest): Promise<string> {
    const { evaluateSizing } = await import('../../lib/operations/evaluate-sizing.ts');
    const { risk = 'medium' } = this;
    const { sizes, refused, fromMeans, leftOut } = await evaluateSizing({ ...request, risk });
    const notes = [
      ...(fromMeans > 0 ? [`, ${fromMeans} from means alone`] : []),
      ...(refused > 0 ? [`, ${refused} left out for want of history`] : []),
      ...(leftOut > 0 ? [`, ${leftOut} of network left out`] : []),
    ];
    return `${plural(sizes, 'size')} written at ${risk} risk${notes.join('')}`;
  }

  private async forecast(request: EvaluateRequest): Promise<string> {
    const { evaluateForecast } = await import('../../lib/operations/evaluate-forecast.ts');
    const { forecasts, refused } = await evaluateForecast(request);
    const short = refused > 0 ? `, ${refused} left out for want of history` : '';
    return `${plural(forecasts, 'forecast')} written${short}`;
  }

  private async judge(request: EvaluateRequest): Promise<string> {
    const [{ evaluateIdle }, { defaultIdleSettings }] = await Promise.all([
      import('../../lib/operations/evaluate-idle.ts'),
      import('../../lib/operations/settings.ts'),
    ]);
    const settings = defaultIdleSettings(this.context.timeZone);
    const { cases, verdicts } = await evaluateIdle({ ...request, settings });
    const counts = Object.entries(verdicts).map(([verdict, count]) => `${count} ${verdict}`);
    return `${plural(cases, 'case')} judged: ${counts.join(', ')}`;
  }
}
