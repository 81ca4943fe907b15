/** The parts of the bench, each loaded when it is measured. */

import type { Part } from './report.ts';

export const PARTS: Readonly<Record<string, () => Promise<Part>>> = {
  'start-up': async () => (await import('./start-up.ts')).startUp,
  store: async () => (await import('./store.ts')).store,
  history: async () => (await import('./history.ts')).history,
  cluster: async () => (await import('./cluster.ts')).scan,
  forecast: async () => (await import('./forecast.ts')).forecast,
  'forecast-peers': async () => (await import('./forecast-peers.ts')).forecastPeers,
  sizing: async () => (await import('./sizing.ts')).sizing,
  scale: async () => (await import('./scale.ts')).scale,
  idle: async () => (await import('./idle.ts')).idle,
};
