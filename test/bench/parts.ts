/** The parts of the bench, each loaded when it is measured. */

import type { Part } from './report.ts';

export const PARTS: Readonly<Record<string, () => Promise<Part>>> = {
  'start-up': async () => (await import('./start-up.ts')).startUp,
  store: async () => (await import('./store.ts')).store,
  cluster: async () => (await import('./cluster.ts')).scan,
  scale: async () => (await import('./scale.ts')).scale,
  idle: async () => (await import('./idle.ts')).idle,
};
