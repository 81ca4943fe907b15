/** The cards of all learned numbers that come with the program, or lie beside a history. */

import type { OwnModelFile } from '../types/forecast.ts';
import type { ModelCard } from '../types/model-card.ts';
import { loadForecastModel } from './forecast/model.ts';
import { sizingCard } from './sizing/model.ts';

export async function shippedCards(): Promise<readonly ModelCard[]> {
  return [await forecastCard(), await sizingCard(), await confidenceCard()];
}

async function forecastCard(): Promise<ModelCard> {
  const { version, card } = await loadForecastModel();
  return (
    card ?? {
      name: 'forecast',
      purpose: 'the use of CPU, memory and network in the coming week',
      version,
      data: "none: medians of each series' own history",
      figures: [],
      bytes: 0,
      limits: ['3 to 30 days of hourly history', 'a week ahead at most'],
    }
  );
}

async function confidenceCard(): Promise<ModelCard> {
  const { default: fitted } = await import('./weights/idle-confidence.json', { with: { type: 'json' } });
  const { made, by, method, generators, seeds, cases } = fitted.provenance;
  const parts = Object.keys(cases) as (keyof typeof cases)[];
  return {
    name: 'idle-confidence',
    purpose: 'how probable it is that a verdict of idle, active or unknown is right',
    version: made,
    made,
    data: `labelled cases of ${generators.length} generators (${generators.join(', ')}), by ${by}: ${method}`,
    split: parts.map((part) => `${part}: ${cases[part]} cases, ${seeds[part][1]} seeds from ${seeds[part][0]}`).join('; '),
    seeds: parts.map((part) => seeds[part][0]!),
    figures: [],
    bytes: JSON.stringify(fitted).length,
    limits: ['the cases are generated, none is of a real cluster', 'needs the factors that idle tells of'],
  };
}

/** Of what `model train` has kept. */
export function ownCard({ file, bytes, cluster, tuning }: OwnModelFile): ModelCard {
  const name = `forecast of ${cluster}`;
  const purpose = 'what changes about the shipped forecast for this cluster';
  if (!tuning)
    return { name, purpose, version: 'unreadable', data: 'unknown', figures: [], bytes, limits: ['it is not used'], file };
  const made = new Date(tuning.madeAtMs).toISOString().slice(0, 10);
  return {
    name,
    purpose,
    version: `${tuning.base}, fine-tuned ${made}`,
    made,
    data: 'the history of this cluster',
    split: 'windows of three days of each series; the newest was held apart',
    figures: tuning.heldApart.flatMap(({ metric, shipped, own }) => [
      { figure: `MASE, ${metric}`, value: own.mase, beside: { method: 'shipped', value: shipped.mase } },
      { figure: `MSIS, ${metric}`, value: own.msis, beside: { method: 'shipped', value: shipped.msis } },
      {
        figure: `coverage of the 95 % interval, ${metric}`,
        value: own.coverage95,
        beside: { method: 'shipped', value: shipped.coverage95 },
      },
    ]),
    bytes,
    limits: [`used with the weights ${tuning.base} only`],
    file,
  };
}
