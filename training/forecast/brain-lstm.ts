/** An LSTM as brain.js reads and writes it. */

import type { Lstm } from '../../lib/intelligence/forecast/lstm.ts';
import { DAY_HOURS } from '../../lib/intelligence/forecast/window.ts';

const GATES = ['input', 'forget', 'output', 'cellActivation'] as const;

interface BrainMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly weights: Float32Array;
}

/** What brain.js's toJSON gives and its fromJSON takes. */
export interface BrainLstm {
  readonly type: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly hiddenLayers: readonly Readonly<Record<string, BrainMatrix>>[];
  readonly outputConnector: BrainMatrix;
  readonly output: BrainMatrix;
}

export function toBrain({ hidden, gates, outputs, outputBias }: Lstm): BrainLstm {
  const matrix = (rows: number, columns: number, weights: Float32Array): BrainMatrix => ({ rows, columns, weights });
  const layer = Object.fromEntries(
    gates.flatMap(({ ofDay, ofHidden, bias }, at) => [
      [`${GATES[at]}Matrix`, matrix(hidden, DAY_HOURS, ofDay)],
      [`${GATES[at]}Hidden`, matrix(hidden, hidden, ofHidden)],
      [`${GATES[at]}Bias`, matrix(hidden, 1, bias)],
    ]),
  );
  return {
    type: 'LSTMTimeStep',
    options: { inputSize: DAY_HOURS, outputSize: DAY_HOURS, hiddenLayers: [hidden] },
    hiddenLayers: [layer],
    outputConnector: matrix(DAY_HOURS, hidden, outputs),
    output: matrix(DAY_HOURS, 1, outputBias),
  };
}

export function fromBrain({ hiddenLayers, outputConnector, output }: BrainLstm): Lstm {
  const layer = hiddenLayers[0]!;
  const gate = (name: string): Lstm['gates'][number] => ({
    ofDay: layer[`${name}Matrix`]!.weights,
    ofHidden: layer[`${name}Hidden`]!.weights,
    bias: layer[`${name}Bias`]!.weights,
  });
  const [input, forget, out, cell] = GATES;
  return {
    hidden: outputConnector.columns,
    gates: [gate(input), gate(forget), gate(out), gate(cell)],
    outputs: outputConnector.weights,
    outputBias: output.weights,
  };
}
