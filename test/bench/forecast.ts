/**
 * Errors of the shipped forecast on the machines that its weights were neither trained nor calibrated on, beside plain methods,
 * and what its LSTM does. All answer the same file, as `model evaluate` does. Traces: the file named by UPID_TRACES.
 */

import { join } from 'node:path';
import { figuresOf, NAIVE, ordinaryOf, productMethods, resultsOf } from './forecast/product.ts';
import { HEADINGS, leftOutNote, rowsOf } from './forecast/results.ts';
import { SERIES, speedOfProgram, writeSpeedInput } from './forecast/speed.ts';
import { heldApart, tracesFile } from './forecast/windows.ts';
import { megabytes, temporaryFolder } from './measure.ts';
import type { Part } from './report.ts';

export const forecast: Part = {
  title: 'Forecasts of machines held apart',
  async measure(say) {
    const file = tracesFile();
    if (file === undefined) return 'there are no traces; UPID_TRACES names their file';
    const folder = temporaryFolder();
    const apart = await heldApart(file, folder);
    const results = await resultsOf(await productMethods(), apart, join(folder, 'answers.parquet'), say);
    const kept = ordinaryOf(results);
    say(`${SERIES} series on one core`);
    const speed = speedOfProgram(await writeSpeedInput(apart.windows, folder), folder);
    return {
      headings: HEADINGS,
      rows: rowsOf(results, kept),
      figures: { ...figuresOf(results, kept), 'memory of 1,000 forecasts': speed.peakBytes / 1e6 },
      notes: [
        leftOutNote(results[0]!, results.find(({ name }) => name === NAIVE)!, kept),
        `${SERIES} series from file to file on one core: ${speed.seconds.toFixed(2)} s of processor, ${speed.wallSeconds.toFixed(2)} s in all, ${megabytes(speed.peakBytes)}`,
      ],
    };
  },
};
