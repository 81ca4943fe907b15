/** The history of one cluster: samples in, use over time out. Any number of readers and writers may work at once. */

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, UpidError } from '../types/errors.ts';
import type { Runtime } from '../types/runtime.ts';
import type { ContainerUsage, Sample } from '../types/usage.ts';
import { appendSamples } from './append.ts';
import { type ContainerPeriod, queryContainers } from './container-query.ts';
import { type Engine, startEngine } from './engine.ts';
import { queryInterval } from './interval-query.ts';
import { clusterFolder, findParts } from './parts.ts';
import { queryUsage, type StoredUsage, type UsagePeriod } from './usage-query.ts';

export interface History {
  /** Folder of this cluster's history. */
  readonly folder: string;
  /** Adds samples as new parts. @throws UpidError history-unwritable */
  append(samples: readonly Sample[]): Promise<void>;
  /** Use of each workload in slots, by `workloadKey`. */
  usage(period: UsagePeriod): Promise<ReadonlyMap<string, StoredUsage>>;
  /** Usual distance of consecutive samples in seconds; undefined where there are no two. */
  interval(period: { readonly fromMs: number; readonly toMs: number }): Promise<number | undefined>;
  /** Peaks of each container, by `workloadKey`. */
  containers(period: ContainerPeriod): Promise<ReadonlyMap<string, readonly ContainerUsage[]>>;
  /** One sentence for each part that had to be left out so far. */
  problems(): readonly string[];
  close(): void;
}

/** Opens the history of one cluster under `directory`; nothing is created before the first append. */
export function openHistory(options: {
  readonly directory: string;
  readonly clusterId: string;
  readonly runtime: Runtime;
}): History {
  return new ParquetHistory(join(options.directory, clusterFolder(options.clusterId)), options.runtime);
}

/** A part that another process merged or pruned while it was read is looked for again this often. */
const ATTEMPTS = 3;

class ParquetHistory implements History {
  readonly folder: string;
  readonly #samples: string;
  readonly #runtime: Runtime;
  readonly #problems = new Set<string>();
  readonly #excluded = new Set<string>();
  #engine: Promise<Engine> | undefined;

  constructor(folder: string, runtime: Runtime) {
    this.folder = folder;
    this.#samples = join(folder, 'samples');
    this.#runtime = runtime;
  }

  async append(samples: readonly Sample[]): Promise<void> {
    if (samples.length === 0) return;
    const { connection } = await this.#start();
    await appendSamples(connection, this.#samples, this.#partName(), samples);
  }

  usage(period: UsagePeriod): Promise<ReadonlyMap<string, StoredUsage>> {
    return this.#read(period, (engine, files) => queryUsage(engine.connection, files, period));
  }

  interval(period: { readonly fromMs: number; readonly toMs: number }): Promise<number | undefined> {
    return this.#read(period, (engine, files) => queryInterval(engine.connection, files, period));
  }

  containers(period: ContainerPeriod): Promise<ReadonlyMap<string, readonly ContainerUsage[]>> {
    return this.#read(period, (engine, files) => queryContainers(engine.connection, files, period));
  }

  problems(): readonly string[] {
    return [...this.#problems];
  }

  close(): void {
    this.#engine?.then((engine) => engine.close()).catch(() => undefined);
  }

  async #read<T>(
    period: { readonly fromMs: number; readonly toMs: number },
    query: (engine: Engine, files: readonly string[]) => Promise<T>,
  ): Promise<T> {
    let failure: unknown;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const { files, problems } = await findParts(this.#samples, period.fromMs, period.toMs);
      for (const problem of problems) this.#problems.add(problem);
      const usable = files.filter((file) => !this.#excluded.has(file));
      const engine = await this.#start();
      try {
        return await query(engine, usable);
      } catch (error) {
        failure = error;
        await this.#excludeBroken(engine, usable);
      }
    }
    throw new UpidError(
      'history-corrupt',
      `the history in ${this.folder} cannot be queried (${messageOf(failure).split('\n')[0]})`,
      {
        remedy: 'leave it out by --no-history, or move the folder away',
        cause: failure,
      },
    );
  }

  /** Finds the parts that look whole from outside but cannot be read: slow, and only done after a failure. */
  async #excludeBroken(engine: Engine, files: readonly string[]): Promise<void> {
    for (const file of files) {
      try {
        await queryUsage(engine.connection, [file], { fromMs: 0, toMs: 1, slotSeconds: 1 });
      } catch (error) {
        if (/No such file|cannot open/i.test(messageOf(error))) continue;
        this.#excluded.add(file);
        this.#problems.add(`history part ${file} is left out: ${messageOf(error).split('\n')[0]}; move it away to silence this`);
      }
    }
  }

  #start(): Promise<Engine> {
    this.#engine ??= startEngine(join(tmpdir(), 'kubectl-upid-spill'));
    return this.#engine;
  }

  /** Unique among writers without asking them: the time, which sorts, and 52 random bits, which do not collide. */
  #partName(): string {
    const time = new Date(this.#runtime.now()).toISOString().replaceAll(/[-:.]/g, '');
    return `${time}-${Math.floor(this.#runtime.random() * 2 ** 52).toString(36)}`;
  }
}
