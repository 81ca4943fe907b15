/** Values of the flags that say what is forecast. */

import { HOUR, parseDuration } from '../../lib/types/duration.ts';
import type { ForecastMetric } from '../../lib/types/forecast.ts';
import { readAs } from './validators.ts';

const METRICS: readonly ForecastMetric[] = ['cpu', 'memory', 'network'];

const LONGEST_HOURS = 168;

/** In the order of the tables, each once. */
export const isResources = readAs((text): readonly ForecastMetric[] | undefined => {
  const words = text.split(',').map((word) => word.trim());
  const known = METRICS.filter((metric) => words.includes(metric));
  return words.every((word) => known.some((metric) => metric === word)) ? known : undefined;
}, 'cpu, memory or network, or several of them with commas');

/** Hours. */
export const isHorizon = readAs((text) => {
  const hours = (parseDuration(text) ?? 0) / HOUR;
  return Number.isInteger(hours) && hours >= 1 && hours <= LONGEST_HOURS ? hours : undefined;
}, 'whole hours from 1h to 7d, such as 48h or 3d');
