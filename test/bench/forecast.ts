/** Errors of the shipped forecast on the machines that its weights were neither trained nor calibrated on. Traces: the file named by UPID_TRACES. */

import { existsSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { loadForecastModel } from '../../lib/intelligence/forecast/model.ts';
import { measure } from '../../training/forecast/measure.ts';
import { readTraces } from '../../training/forecast/traces.ts';
import type { Part } from './report.ts';

const TRACES = fileURLToPath(new URL('../../../shared/data/traces/bitbrains-dev-hourly.parquet', import.meta.url));
const OUTSIDE = 0.05;

export const forecast: Part = {
  title: 'Forecasts of machines held apart',
  async measure(say) {
    const file = process.env.UPID_TRACES ?? TRACES;
    if (!existsSync(file)) return 'there are no traces; UPID_TRACES names their file';
    say('forecasting the machines held apart');
    const found = measure(await readTraces(file), await loadForecastModel());
    const of = (figure: string) => found.find((each) => each.figure === figure)!;
    const error = of('MASE, mean');
    return {
      headings: ['FIGURE', 'VALUE', 'BESIDE'],
      rows: found.map(({ figure, value, beside }) => [figure, String(value), beside ? `${beside.value} ${beside.method}` : '']),
      figures: {
        'error of forecasts': error.value / error.beside!.value,
        'values outside of the interval': (1 - of('coverage of the 95 % interval').value) / OUTSIDE,
      },
    };
  },
};
