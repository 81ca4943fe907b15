/** What Prometheus writes of the pods it scrapes itself: that they answered, and how much. */

import type { MeasuredPod } from './measured.ts';
import { scrapeLabels } from './request-counters.ts';
import type { Series } from './series.ts';

const HOUR_MS = 3_600_000;

/** An app that counts requests is scraped, also where nothing is said of how. */
const USUAL = { intervalSeconds: 30, samples: 80 };

/** Series of one pod between two instants, on the grid of its own interval; none for a pod that is not scraped. */
export function scrapeSeries(pod: MeasuredPod, fromMs: number, toMs: number, nowMs: number): readonly Series[] {
  const scrape = pod.workload.scrape ?? (pod.workload.requestCounter?.startsWith('http_') ? USUAL : undefined);
  if (!scrape) return [];
  const stepMs = scrape.intervalSeconds * 1000;
  const startMs = (Math.floor(fromMs / stepMs) + 1) * stepMs;
  const count = Math.max(0, Math.floor((toMs - startMs) / stepMs) + 1);
  if (count === 0) return [];
  const answered = Float64Array.from({ length: count }, (_, index) => isScraped(pod, startMs + index * stepMs, nowMs));
  const series = (name: string, value: number): Series => ({
    labels: { __name__: name, ...scrapeLabels(pod) },
    startMs,
    stepSeconds: scrape.intervalSeconds,
    values: answered.map((one) => one * value),
  });
  return [series('up', 1), series('scrape_samples_scraped', scrape.samples)];
}

/** 1, or NaN. */
function isScraped(pod: MeasuredPod, atMs: number, nowMs: number): number {
  if (atMs < pod.startMs || atMs > (pod.endMs ?? Number.POSITIVE_INFINITY)) return Number.NaN;
  const hoursAgo = (nowMs - atMs) / HOUR_MS;
  const inGap = (pod.workload.gaps ?? []).some((gap) => hoursAgo < gap.fromHoursAgo && hoursAgo > gap.toHoursAgo);
  return inGap ? Number.NaN : 1;
}
