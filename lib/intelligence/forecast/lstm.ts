/**
 * The forward pass of a brain.js LSTM over vectors of a day (brain.js's LSTMTimeStep with one hidden layer), bit for bit as
 * brain.js computes it but without its bookkeeping for training: every intermediate result is rounded to 32 bits, a product
 * of a matrix row is summed up in 64. Unlike Hochreiter & Schmidhuber's (1997), brain.js's cell is its hidden state.
 */

import { DAY_HOURS } from './window.ts';

interface Gate {
  /** hidden × 24, row after row. */
  readonly ofDay: Float32Array;
  /** hidden × hidden. */
  readonly ofHidden: Float32Array;
  readonly bias: Float32Array;
}

export interface Lstm {
  readonly hidden: number;
  /** Input, forget, output and cell gate. */
  readonly gates: readonly [Gate, Gate, Gate, Gate];
  /** 24 × hidden. */
  readonly outputs: Float32Array;
  readonly outputBias: Float32Array;
}

/** All numbers in one array: for each gate its three parts, then what makes the output. */
export function lstmOf(hidden: number, numbers: Float32Array): Lstm {
  let at = 0;
  const next = (length: number): Float32Array => {
    at += length;
    return numbers.subarray(at - length, at);
  };
  const gate = (): Gate => ({
    ofDay: next(hidden * DAY_HOURS),
    ofHidden: next(hidden * hidden),
    bias: next(hidden),
  });
  return {
    hidden,
    gates: [gate(), gate(), gate(), gate()],
    outputs: next(DAY_HOURS * hidden),
    outputBias: next(DAY_HOURS),
  };
}

export function lstmNumbers({ gates, outputs, outputBias }: Lstm): Float32Array {
  const parts = [...gates.flatMap(({ ofDay, ofHidden, bias }) => [ofDay, ofHidden, bias]), outputs, outputBias];
  return Float32Array.from(parts.flatMap((part) => [...part]));
}

/** The days after `days`, each forecast from the one before it: day after day, 24 values each. */
export function lstmForecast(lstm: Lstm, days: Float32Array, count: number): Float32Array {
  const { hidden, gates, outputs, outputBias } = lstm;
  const given = days.length / DAY_HOURS;
  const result = new Float32Array(count * DAY_HOURS);
  const [inputGate, forgetGate, outputGate, cellGate] = gates;
  const [input, forget, output, cell] = [0, 1, 2, 3].map(() => new Float32Array(hidden)) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  let state = new Float32Array(hidden);
  for (let step = 0; step < given + count - 1; step++) {
    const [day, dayAt] = step < given ? [days, step * DAY_HOURS] : [result, (step - given) * DAY_HOURS];
    for (let row = 0; row < hidden; row++) {
      // Four sums side by side, as one alone waits for itself.
      let i = 0;
      let f = 0;
      let o = 0;
      let c = 0;
      for (let hour = 0, at = row * DAY_HOURS; hour < DAY_HOURS; hour++, at++) {
        const value = day[dayAt + hour]!;
        i += inputGate.ofDay[at]! * value;
        f += forgetGate.ofDay[at]! * value;
        o += outputGate.ofDay[at]! * value;
        c += cellGate.ofDay[at]! * value;
      }
      let iHidden = 0;
      let fHidden = 0;
      let oHidden = 0;
      let cHidden = 0;
      for (let unit = 0, at = row * hidden; unit < hidden; unit++, at++) {
        const value = state[unit]!;
        iHidden += inputGate.ofHidden[at]! * value;
        fHidden += forgetGate.ofHidden[at]! * value;
        oHidden += outputGate.ofHidden[at]! * value;
        cHidden += cellGate.ofHidden[at]! * value;
      }
      input[row] = sigmoid(added(i, iHidden, inputGate.bias[row]!));
      forget[row] = sigmoid(added(f, fHidden, forgetGate.bias[row]!));
      output[row] = sigmoid(added(o, oHidden, outputGate.bias[row]!));
      cell[row] = Math.tanh(added(c, cHidden, cellGate.bias[row]!));
    }
    const next = new Float32Array(hidden);
    for (let unit = 0; unit < hidden; unit++) {
      const kept = Math.fround(forget[unit]! * state[unit]!);
      const written = Math.fround(input[unit]! * cell[unit]!);
      next[unit] = output[unit]! * Math.fround(Math.tanh(Math.fround(kept + written)));
    }
    state = next;
    if (step < given - 1) continue;
    const at = (step - given + 1) * DAY_HOURS;
    for (let hour = 0; hour < DAY_HOURS; hour++) {
      let dot = 0;
      for (let unit = 0, row = hour * hidden; unit < hidden; unit++, row++) dot += outputs[row]! * state[unit]!;
      result[at + hour] = Math.fround(dot) + outputBias[hour]!;
    }
  }
  return result;
}

function added(a: number, b: number, bias: number): number {
  return Math.fround(Math.fround(Math.fround(a) + Math.fround(b)) + bias);
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}
