/** What was learned from other machines, as it is shipped and as it is used. */

import type { ModelCard } from '../../types/model-card.ts';
import { type Packed, unpackFloats, unpackTrees } from '../trees/packed.ts';
import type { Trees } from '../trees/trees.ts';
import type { ForecastModel } from './forecast.ts';
import type { Calibration } from './learned.ts';
import { lstmOf } from './lstm.ts';

/** Numbers as base64 of 32-bit floats, little-endian, in the order of `lstmNumbers`. */
export interface ShippedLstm {
  readonly hidden: number;
  readonly numbers: string;
}

export interface ShippedWeights {
  readonly version: string;
  /** Number of features that a row must have. */
  readonly features: number;
  readonly centre: Packed<Trees>;
  readonly low: Packed<Trees>;
  readonly high: Packed<Trees>;
  readonly lstm: ShippedLstm;
  readonly calibration: Calibration;
  readonly card: Pick<ModelCard, 'data' | 'figures'> & { readonly split: string; readonly seeds: readonly number[] };
}

/** Loads the shipped weights. Late, so that only a forecast pays for them. */
export async function loadForecastModel(): Promise<ForecastModel> {
  const { default: shipped } = await import('../weights/forecast.json', { with: { type: 'json' } });
  return modelOf(shipped as ShippedWeights);
}

export function modelOf(shipped: ShippedWeights): ForecastModel {
  const { version, centre, low, high, lstm, calibration, card } = shipped;
  return {
    version,
    learned: {
      centre: unpackTrees(centre),
      low: unpackTrees(low),
      high: unpackTrees(high),
      lstm: lstmOf(lstm.hidden, unpackFloats(lstm.numbers)),
      lstmJoins: 'as earned',
    },
    calibration,
    card: {
      name: 'forecast',
      purpose: 'the use of CPU, memory and network in the coming week',
      version,
      made: version.slice(-10),
      ...card,
      bytes: JSON.stringify(shipped).length,
      limits: [
        '3 to 30 days of hourly history',
        'a week ahead at most',
        'learned from virtual machines, not from pods',
        'no calendar: holidays and planned events are not known',
      ],
    },
  };
}
