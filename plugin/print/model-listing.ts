/** Model cards as a list. */

import type { MeasuredFigure, ModelCard } from '../../lib/types/model-card.ts';
import { orNone } from './figures.ts';
import { type JsonObject, withoutAbsent } from './item.ts';
import type { Column, Listing } from './listing.ts';

export function modelListing(cards: readonly ModelCard[]): Listing<ModelCard> {
  return {
    columns: MODEL_COLUMNS,
    rows: cards.map((value) => ({ value, item: withoutAbsent({ ...value }) as JsonObject })),
    list: (items) => ({ apiVersion: 'upid.dev/v1alpha1', kind: 'ModelList', metadata: {}, items }),
    name: ({ name }) => `model/${name}`,
    csvColumns: ['name', 'purpose', 'version', 'made', 'data', 'split', 'bytes', 'file'],
  };
}

export const MODEL_COLUMNS: readonly Column<ModelCard>[] = [
  { heading: 'NAME', cell: ({ name }) => name, sortKey: ({ name }) => name },
  { heading: 'VERSION', cell: ({ version }) => version, sortKey: ({ version }) => version },
  { heading: 'SIZE', cell: ({ bytes }) => formatSize(bytes), sortKey: ({ bytes }) => bytes },
  { heading: 'LEARNED-FROM', cell: ({ data }) => data, sortKey: ({ data }) => data },
  { heading: 'MEASURED', cell: ({ figures }) => orNone(figures[0], formatMeasured), sortKey: ({ figures }) => figures[0]?.value },
  { heading: 'SPLIT', cell: ({ split }) => orNone(split, String), sortKey: ({ split }) => split, wide: true },
  {
    heading: 'FIGURES',
    cell: ({ figures }) => (figures.length === 0 ? orNone(undefined, String) : figures.map(formatMeasured).join('; ')),
    sortKey: ({ figures }) => figures.length,
    wide: true,
  },
  { heading: 'LIMITS', cell: ({ limits }) => limits.join('; '), sortKey: ({ limits }) => limits.length, wide: true },
  { heading: 'FILE', cell: ({ file }) => orNone(file, String), sortKey: ({ file }) => file, wide: true },
];

/** `MASE, mean 1.512 (seasonal naive 1.727)`. */
function formatMeasured({ figure, value, beside }: MeasuredFigure): string {
  return `${figure} ${value.toFixed(3)}${beside ? ` (${beside.method} ${beside.value.toFixed(3)})` : ''}`;
}

/** Whole kibibytes, at least one of what is there. */
function formatSize(bytes: number): string {
  return bytes === 0 ? '0' : `${Math.ceil(bytes / 1024)}Ki`;
}
