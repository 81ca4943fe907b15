/** What was learned about peaks from other machines, as it is shipped and as it is used. */

import type { ModelCard } from '../../types/model-card.ts';
import { type Packed, unpackFloats, unpackNodes, unpackTrees } from '../trees/packed.ts';
import type { Trees } from '../trees/trees.ts';
import type { QuantileForest } from './forest.ts';
import type { Calibrations, MetricSizing, SizingModel } from './recommend.ts';
import type { SizingMetric } from './window.ts';

export interface ShippedMetric {
  readonly usual: number;
  readonly centre: Packed<Trees>;
  readonly spread: Packed<QuantileForest>;
  readonly calibration: Calibrations;
}

export interface ShippedSizing {
  readonly version: string;
  /** Number of features that a row must have. */
  readonly features: number;
  readonly metrics: Readonly<Record<SizingMetric, ShippedMetric>>;
  readonly card: Pick<ModelCard, 'data' | 'figures'> & { readonly split: string; readonly seeds: readonly number[] };
}

/** Loads the shipped weights. Late, so that only what sizes pays for them. */
export async function loadSizingModel(): Promise<SizingModel> {
  return sizingModelOf(await shipped());
}

export async function sizingCard(): Promise<ModelCard> {
  const weights = await shipped();
  return {
    name: 'sizing',
    purpose: 'the peak of CPU and memory use in the coming week, at a chosen risk',
    version: weights.version,
    made: weights.version.slice(-10),
    ...weights.card,
    bytes: JSON.stringify(weights).length,
    limits: [
      '3 to 30 days of hourly history',
      'a week ahead',
      'learned from virtual machines, not from pods',
      'no calendar: planned events are not known',
    ],
  };
}

async function shipped(): Promise<ShippedSizing> {
  const { default: weights } = await import('../weights/sizing.json', { with: { type: 'json' } });
  return weights as ShippedSizing;
}

export function sizingModelOf({ version, metrics }: ShippedSizing): SizingModel {
  return { version, metrics: { cpu: unpackMetric(metrics.cpu), memory: unpackMetric(metrics.memory) } };
}

function unpackMetric({ usual, centre, spread, calibration }: ShippedMetric): MetricSizing {
  return {
    usual,
    calibration,
    trees: {
      centre: unpackTrees(centre),
      spread: { ...unpackNodes(spread), quantiles: unpackFloats(spread.quantiles) },
    },
  };
}
