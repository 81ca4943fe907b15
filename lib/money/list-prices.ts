/**
 * List prices of allocated CPU and memory where nothing better is known: the fall-back prices that OpenCost publishes for
 * each provider (`configs/*.json` of opencost/opencost). For AWS, Azure and Google OpenCost itself takes one and the same
 * pair, the on-demand price of Google's us-central1. They are no bill: discounts, commitments and spot are not in them.
 */

import type { ResourcePrices } from '../types/money.ts';
import { compareTexts, type Node } from '../types/workload.ts';
import { type Provider, providerOf } from './provider.ts';

/** Month in which the figures below were read. */
const READ_IN = '2026-11';

interface ListPrice {
  readonly currency: string;
  readonly perCoreHour: number;
  readonly perGibibyteHour: number;
  readonly table: string;
}

const GOOGLE_US_CENTRAL1 = { currency: 'USD', perCoreHour: 0.031611, perGibibyteHour: 0.004237 } as const;

const DEFAULT: ListPrice = { ...GOOGLE_US_CENTRAL1, table: 'default, GCP us-central1' };

const BY_PROVIDER: Readonly<Record<Provider, ListPrice>> = {
  aws: { ...GOOGLE_US_CENTRAL1, table: 'aws, as GCP us-central1' },
  azure: { ...GOOGLE_US_CENTRAL1, table: 'azure, as GCP us-central1' },
  gcp: { ...GOOGLE_US_CENTRAL1, table: 'gcp, us-central1' },
  alibaba: { ...GOOGLE_US_CENTRAL1, table: 'alibaba, as GCP us-central1' },
  huawei: { currency: 'USD', perCoreHour: 0.018901, perGibibyteHour: 0.0025202, table: 'huawei, la-south-2' },
  nebius: { currency: 'USD', perCoreHour: 0.01, perGibibyteHour: 0.005, table: 'nebius' },
  oracle: { currency: 'USD', perCoreHour: 0.015, perGibibyteHour: 0.002, table: 'oracle' },
  stackit: { currency: 'EUR', perCoreHour: 0.02316, perGibibyteHour: 0.00772, table: 'stackit, b1.1' },
};

/** Prices for the provider that most nodes are told to be of (ties: the first by name); the default where none is told. */
export function listPrices(nodes: readonly Pick<Node, 'providerId' | 'labels'>[]): ResourcePrices {
  const provider = commonest(nodes.flatMap((node) => providerOf(node) ?? []));
  const { table, ...prices } = provider === undefined ? DEFAULT : BY_PROVIDER[provider];
  return { ...prices, source: `OpenCost list prices (${table}), ${READ_IN}` };
}

function commonest(providers: readonly Provider[]): Provider | undefined {
  const counts = Map.groupBy(providers, (provider) => provider);
  return [...counts.keys()].toSorted((a, b) => counts.get(b)!.length - counts.get(a)!.length || compareTexts(a, b))[0];
}
