/** The question of `model info`: which learned numbers there are, where they come from, and how well they do. Asks no cluster. */

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ownCard, shippedCards } from '../../intelligence/model-cards.ts';
import { historyDirectory } from '../../store/location.ts';
import type { ModelCard } from '../../types/model-card.ts';
import type { Runtime } from '../../types/runtime.ts';
import { MODEL_FILE, readTuning } from './own-model.ts';

/** What comes with the program first, then what lies beside histories, in the order of their folders. */
export async function modelCards(history: string | undefined, runtime: Runtime): Promise<readonly ModelCard[]> {
  const directory = history ?? historyDirectory(runtime);
  return [...(await shippedCards()), ...(directory === undefined ? [] : await ownCards(directory))];
}

async function ownCards(directory: string): Promise<readonly ModelCard[]> {
  const clusters = await readdir(directory).catch(() => []);
  const cards = await Promise.all(
    clusters.toSorted().map(async (cluster) => {
      const file = join(directory, cluster, MODEL_FILE);
      const bytes = await stat(file).then(
        ({ size }) => size,
        () => undefined,
      );
      if (bytes === undefined) return [];
      const tuning = await readTuning(file);
      return [ownCard({ file, bytes, cluster, ...(tuning && { tuning }) })];
    }),
  );
  return cards.flat();
}
