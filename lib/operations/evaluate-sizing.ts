/** Sizes of a file of histories, by the same code as `optimize`. */

import { loadSizingModel } from '../intelligence/sizing/model.ts';
import { isTooShortToSize, recommendPeak } from '../intelligence/sizing/recommend.ts';
import { hourlySizing, type SizingMetric } from '../intelligence/sizing/window.ts';
import { exchangeSizes } from '../store/sizing-exchange.ts';
import { UpidError } from '../types/errors.ts';
import type { Runtime } from '../types/runtime.ts';
import type { SizingRisk } from '../types/sizing.ts';
import type { ReportProgress } from '../types/source.ts';
import { placeOutput } from './output-file.ts';

export interface EvaluateSizingRequest {
  readonly input: string;
  readonly output: string;
  readonly risk: SizingRisk;
  readonly runtime: Runtime;
  readonly signal: AbortSignal;
  readonly progress: ReportProgress;
}

export interface SizingEvaluation {
  readonly sizes: number;
  /** Windows whose history is too short; each was told of by `runtime.warn`. */
  readonly refused: number;
  /** Sizes from the means of hours alone, which ask for more safety. */
  readonly fromMeans: number;
  /** Windows of a metric that nothing is asked for by: network. */
  readonly leftOut: number;
}

const METRICS: Readonly<Record<string, SizingMetric | 'none'>> = { cpu: 'cpu', mem: 'memory', net: 'none' };

/** The output appears when every window is answered. @throws UpidError input-invalid; output-unwritable; cancelled */
export async function evaluateSizing(request: EvaluateSizingRequest): Promise<SizingEvaluation> {
  const { input, output, risk, runtime, signal, progress } = request;
  const model = await loadSizingModel();
  const counts = { sizes: 0, refused: 0, fromMeans: 0, leftOut: 0 };
  const answered = { input, shownOutput: output, csv: /\.csv$/i.test(output), runtime, signal };
  await placeOutput({ file: output, force: true, runtime }, (temporary) =>
    exchangeSizes({
      ...answered,
      output: temporary,
      answer: ({ seriesId, metric, originMs, hours }) => {
        const known = METRICS[metric];
        if (!known) throw new UpidError('input-invalid', `metric should be one of cpu, mem, not "${metric}"`);
        if (known === 'none') {
          counts.leftOut += 1;
          return undefined;
        }
        const size = recommendPeak(hourlySizing(known, originMs, hours), risk, model);
        if (isTooShortToSize(size)) {
          counts.refused += 1;
          runtime.warn(`${seriesId} ${metric}: not enough history: ${size.hours} h of ${size.requiredHours} h`);
          return undefined;
        }
        counts.sizes += 1;
        if (size.basis === 'means') counts.fromMeans += 1;
        progress({ step: 'sizing', done: counts.sizes });
        return size.value;
      },
    }),
  );
  return counts;
}
