/** Recorded pages of exporters: what each file in exporters/ says, a server that answers them, and who scrapes them. */

import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

type Labels = Readonly<Record<string, string>>;

export interface RecordedSample {
  readonly labels: Labels;
  readonly value: number;
}

export interface RecordedPage {
  /** File name without its ending. */
  readonly name: string;
  readonly text: string;
  /** Labels that the scrape configuration gives each pod that has this page. */
  readonly targets: readonly Labels[];
  readonly samples: readonly RecordedSample[];
}

const FOLDER = new URL('./exporters/', import.meta.url);

/** All of them, in the order of their names. */
export function recordedPages(): readonly RecordedPage[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.prom'))
    .toSorted()
    .map((file) => {
      const text = readFileSync(new URL(file, FOLDER), 'utf8');
      const lines = text.split('\n');
      return {
        name: file.slice(0, -'.prom'.length),
        text,
        targets: lines.filter((line) => line.startsWith('# Target: ')).map(labelsOf),
        samples: lines.filter((line) => /^[a-z]/.test(line)).map(sampleOf),
      };
    });
}

function sampleOf(line: string): RecordedSample {
  const [, name = '', labels = '', value] = /^([\w:]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  return { labels: { __name__: name, ...labelsOf(labels) }, value: Number(value) };
}

function labelsOf(text: string): Labels {
  return Object.fromEntries([...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name, value]) => [name!, value!]));
}

export interface ExporterServer {
  readonly port: number;
  /** How often each page was asked for, by name. */
  readonly asked: ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

/** Answers each page at `/<name>`: its counters grow by their recorded value from one scrape to the next. */
export async function serveExporters(
  pages: readonly RecordedPage[],
  extra: ReadonlyMap<string, string>,
): Promise<ExporterServer> {
  const asked = new Map<string, number>();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const times = (asked.get(url.pathname + url.search) ?? 0) + 1;
    asked.set(url.pathname + url.search, times);
    const name = url.pathname.slice(1);
    const text = pages
      .find((page) => page.name === name)
      ?.text.replaceAll(/^([a-z].*) (\S+)$/gm, (_, series, value) => `${series} ${times * Number(value)}`);
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(text ?? extra.get(name) ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** A scrape configuration with a job for each target, as an operator writes one: the target's labels win over the exporter's. */
export function scrapeConfig(pages: readonly RecordedPage[], extra: ReadonlyMap<string, string>, port: number): string {
  const job = (name: string, path: string, at: number, labels: Labels): object => ({
    job_name: `${name}-${at}`,
    metrics_path: `/${path}`,
    params: { target: [String(at)] },
    static_configs: [{ targets: [`127.0.0.1:${port}`], labels: { instance: `10.244.0.${at + 1}:9100`, ...labels } }],
  });
  const jobs = [
    ...pages.flatMap(({ name, targets }) => targets.map((labels, at) => job(name, name, at, labels))),
    ...[...extra.keys()].map((name) => job(name, name, 0, { job: name })),
  ];
  // YAML holds JSON.
  return JSON.stringify({ global: { scrape_interval: '1s', scrape_timeout: '1s' }, scrape_configs: jobs });
}
