/** The sources of evidence: in short for the header, in full for the pane that says what is missing. */

import { formatAge } from '../lib/types/duration.ts';
import type { SourceReport, SourceState, SourceTraffic } from '../lib/types/source.ts';
import { type Line, paragraph, type Segment, type Tone } from './text.ts';

/** Sources that measure; all others are object lists and stand together as `objects`. */
const MEASURING: ReadonlySet<string> = new Set(['metrics.k8s.io', 'prometheus', 'kubelet', 'history', 'file']);
const TONES: Readonly<Record<SourceState, Tone>> = {
  used: 'plain',
  partial: 'warning',
  forbidden: 'warning',
  absent: 'dim',
  failed: 'bad',
  'not-asked': 'dim',
};

/** `objects, metrics.k8s.io, prometheus (failed)`: object lists are named only where something is wrong with them. What is absent stands last. */
export function sourcesInShort(sources: readonly SourceReport[]): Line {
  const measuring = sources.filter(({ source }) => MEASURING.has(source));
  const objects = sources.filter(({ source }) => !MEASURING.has(source));
  const troubled = objects.filter(({ state }) => state === 'partial' || state === 'forbidden' || state === 'failed');
  const whole: Segment[] = objects.some(({ state }) => state === 'used') ? [{ text: 'objects' }] : [];
  const present = measuring.filter(({ state }) => state !== 'absent' && state !== 'not-asked');
  const away = measuring.filter((report) => !present.includes(report));
  return [...whole, ...[...present, ...troubled, ...away].map(shortOf)].flatMap((segment, at) =>
    at === 0 ? [segment] : [{ text: ', ' }, segment],
  );
}

function shortOf({ source, state }: SourceReport): Segment {
  return state === 'used' ? { text: source } : { text: `${source} (${state})`, tone: TONES[state] };
}

/** Each source with what it gave, why not all, and what to do about it; then what asking cost. */
export function sourceLines(sources: readonly SourceReport[], traffic: readonly SourceTraffic[], width: number): Line[] {
  const name = Math.max(0, ...sources.map(({ source }) => source.length)) + 2;
  const lines = sources.flatMap((report) => [
    [
      { text: report.source.padEnd(name), tone: 'strong' as const },
      { text: report.state.padEnd(11), tone: TONES[report.state] },
      { text: report.gave ?? '' },
    ],
    ...(report.reason === undefined ? [] : paragraph(report.reason, width, { indent: name })),
    ...(report.remedy === undefined ? [] : paragraph(`do: ${report.remedy}`, width, { indent: name })),
  ]);
  return [[{ text: 'SOURCES', tone: 'accent' }], ...lines, ...trafficLines(traffic, name)];
}

function trafficLines(traffic: readonly SourceTraffic[], name: number): Line[] {
  if (traffic.length === 0) return [];
  const lines = traffic.map(({ source, requests, bytes, seconds, retries }): Line => {
    const again = retries > 0 ? `, ${counted(retries, 'retry', 'retries')}` : '';
    return [
      { text: source.padEnd(name) },
      { text: `${counted(requests, 'request', 'requests')}, ${Math.ceil(bytes / 1024)} KiB, ${formatSeconds(seconds)}${again}` },
    ];
  });
  return [[], [{ text: 'ASKED', tone: 'accent' }], ...lines];
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

function formatSeconds(seconds: number): string {
  return seconds < 10 ? `${seconds.toFixed(1)}s` : formatAge(seconds);
}
