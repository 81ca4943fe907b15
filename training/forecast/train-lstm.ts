/** Trains the LSTM by brain.js on days of residuals: two weeks that were, and the week that followed. */

import brain from 'brain.js';
import type { Lstm } from '../../lib/intelligence/forecast/lstm.ts';
import { prepared } from '../../lib/intelligence/forecast/prepare.ts';
import { residual, residualsOf } from '../../lib/intelligence/forecast/residuals.ts';
import { seasonsOf } from '../../lib/intelligence/forecast/seasonal.ts';
import { DAY_HOURS } from '../../lib/intelligence/forecast/window.ts';
import { sample, seededRandom } from '../random.ts';
import { type BrainLstm, fromBrain } from './brain-lstm.ts';
import type { TrainingWindow } from './windows.ts';

/** Of what is drawn: which sequences, in which order, and the first weights. */
export const LSTM_SEED = 5;
const HIDDEN = 16;
const SEQUENCES = 6000;
/** Learning rate of each pass over all sequences. */
const PASSES = [0.01, 0.01, 0.01, 0.01, 0.005, 0.005, 0.003, 0.003, 0.001, 0.001] as const;
/** Residuals beyond this (54 daily changes) would steer the whole net: its loss is squared. */
const FARTHEST = 4;

export function trainLstm(windows: readonly TrainingWindow[], say: (line: string) => void): Lstm {
  const random = seededRandom(LSTM_SEED);
  const sequences = [...sample(random, windows.length, SEQUENCES)].flatMap((at) => sequencesOf(windows[at]!));
  shuffle(sequences, random);
  const net = new brain.recurrent.LSTMTimeStep({ inputSize: DAY_HOURS, outputSize: DAY_HOURS, hiddenLayers: [HIDDEN] });
  seeded(random, () => {
    PASSES.forEach((learningRate, pass) => {
      const { error } = net.train(sequences, { iterations: 1, learningRate, errorThresh: 0 });
      say(`LSTM, pass ${pass + 1} of ${PASSES.length} over ${sequences.length} sequences: error ${error.toFixed(4)}`);
    });
  });
  return fromBrain(floats(net.toJSON()));
}

/** One of 21 days; none where the history never changes. */
function sequencesOf({ history, future }: TrainingWindow): readonly number[][][] {
  const seasons = seasonsOf(prepared(history).window);
  if (!seasons) return [];
  const { base, scale } = seasons;
  const ahead = future
    .map((value, hour) => residual(value, base[hour]!, scale))
    .map((value) => (Number.isNaN(value) ? 0 : value));
  const hours = [...residualsOf(seasons), ...ahead].map((value) => Math.max(-FARTHEST, Math.min(FARTHEST, value)));
  return [Array.from({ length: hours.length / DAY_HOURS }, (_, day) => hours.slice(day * DAY_HOURS, (day + 1) * DAY_HOURS))];
}

/** Fisher & Yates, as Durstenfeld 1964 has it. */
function shuffle<T>(values: T[], random: () => number): void {
  for (let at = values.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [values[at], values[other]] = [values[other]!, values[at]!];
  }
}

/** brain.js draws its first weights from Math.random, which takes no seed. */
function seeded(random: () => number, train: () => void): void {
  const { random: own } = Math;
  Math.random = random;
  try {
    train();
  } finally {
    Math.random = own;
  }
}

/** What brain.js writes has its weights as objects of numbered fields. */
function floats(json: unknown): BrainLstm {
  return JSON.parse(JSON.stringify(json), (name, value: unknown) =>
    name === 'weights' ? Float32Array.from(Object.values(value as Readonly<Record<string, number>>)) : value,
  ) as BrainLstm;
}
