/** The frame around every view: header above, footer with the keys below, and the message for a screen that is too small. */

import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import { formatAge, formatDuration } from '../lib/types/duration.ts';
import type { Provenance } from '../lib/types/result.ts';
import { type Size, SMALLEST } from './geometry.ts';
import { glyphs } from './glyphs.ts';
import { type KeyBinding, keysOf, type ViewName } from './keys.ts';
import { LineView } from './line.tsx';
import { sourcesInShort } from './sources.ts';
import { useStyle } from './style.ts';
import { cells, type Line, lineCells, printable } from './text.ts';

/** Two lines: which cluster, seen how and when. `SIMULATED` stands where nothing can cut it off. */
export function Header({
  view,
  data,
  nowMs,
  width,
}: {
  view: ViewName;
  data: Provenance;
  nowMs: number;
  width: number;
}): ReactNode {
  const { cluster } = data;
  const server = cluster.simulated ? 'simulated' : [cluster.server, cluster.version].filter(Boolean).join(' ');
  const identity: Line = [
    { text: `upid ${view}`, tone: 'accent' },
    ...field('Context', cluster.context),
    ...field('Cluster', server),
  ];
  const badge: Line = cluster.simulated ? [{ text: ' SIMULATED ', tone: 'warning' }] : [];
  const age = formatAge(Math.max(0, nowMs - data.observedAtMs) / 1000);
  const seen: Line = [
    ...field('Data', `${age} old`).slice(1),
    ...field('Sources', ''),
    ...sourcesInShort(data.sources),
    ...field('Window', formatDuration(data.windowSeconds)),
    ...field('Namespace', data.namespace === '' ? 'all' : data.namespace),
  ];
  return (
    <Box flexDirection="column" width={width} height={2}>
      <Box>
        <LineView line={identity} width={width - lineCells(badge)} />
        {badge.length > 0 && <LineView line={badge} width={lineCells(badge)} inverse />}
      </Box>
      <LineView line={seen} width={width} />
    </Box>
  );
}

function field(name: string, value: string): Line {
  return [{ text: '  ' }, { text: `${name}: `, tone: 'dim' }, { text: value }];
}

/** A rule with the title of what stands below it, and a note at its end. */
export function TitleRule({ title, note, width }: { title: Line; note?: Line; width: number }): ReactNode {
  const { ascii } = useStyle();
  const { rule } = glyphs(ascii);
  const safe = (line: Line): Line => line.map((segment) => ({ ...segment, text: printable(segment.text, ascii) }));
  const left = safe(title);
  const right = safe(note ?? []);
  const room = width - lineCells(left) - lineCells(right) - 4;
  const end = right.length > 0 && room >= 2 ? right : [];
  const fill = rule.repeat(Math.max(1, width - 3 - lineCells(left) - (end.length > 0 ? lineCells(end) + 3 : 0)));
  const line: Line = [
    { text: `${rule} `, tone: 'dim' },
    ...left,
    { text: ` ${fill}`, tone: 'dim' },
    ...(end.length > 0 ? [{ text: ' ' }, ...end, { text: ` ${rule}`, tone: 'dim' as const }] : []),
  ];
  return <LineView line={line} width={width} />;
}

/** The keys that matter most, as many as fit; `?` and `q` always. */
export function Footer({ view, width }: { view: ViewName; width: number }): ReactNode {
  const bindings = keysOf(view).filter((binding) => binding.footer !== undefined);
  const always = bindings.filter(({ action }) => action === 'help' || action === 'quit');
  const others = bindings.filter((binding) => !always.includes(binding));
  while (others.length > 0 && lineCells(footerLine([...others, ...always])) > width) others.pop();
  return <LineView line={footerLine([...others, ...always])} width={width} />;
}

function footerLine(bindings: readonly KeyBinding[]): Line {
  return bindings.flatMap(({ shown, footer = '' }, at) => [
    { text: `${at === 0 ? '' : '  '}<${shown}>`, tone: 'accent' as const },
    { text: ` ${footer}` },
  ]);
}

/** The help, from the same table that drives the input. */
export function helpLines(view: ViewName): Line[] {
  const bindings = keysOf(view);
  const width = Math.max(...bindings.map(({ shown }) => cells(shown))) + 2;
  return [
    [{ text: 'KEYS', tone: 'accent' }],
    ...bindings.map(({ shown, help }): Line => [{ text: shown.padEnd(width), tone: 'strong' }, { text: help }]),
  ];
}

export function TooSmall({ size }: { size: Size }): ReactNode {
  return (
    <Text wrap="wrap">
      {`This screen has ${size.columns}x${size.rows} cells; the view needs ${SMALLEST.columns}x${SMALLEST.rows}. Make it larger, or press q and use -o wide.`}
    </Text>
  );
}
