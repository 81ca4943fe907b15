/** The history of one cluster: samples in, use over time out. Any number of readers and writers may work at once. */

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, UpidError } from '../types/errors.ts';
import type { Observation } from '../types/observation.ts';
import type { Runtime } from '../types/runtime.ts';
import type { ContainerUsage, Sample } from '../types/usage.ts';
import { appendRows } from './append.ts';
import { findBroken } from './broken.ts';
import { queryContainers } from './container-query.ts';
import { type Engine, startEngine } from './engine.ts';
import { queryInterval } from './interval-query.ts';
import { tidy } from './merge.ts';
import { clusterFolder, dayFolder, dayOf, findParts, firstLine, type KnownFooters, leftOut, type Part } from './parts.ts';
import type { Period } from './period.ts';
import type { RawTable } from './schema.ts';
import { gridOf, queryUsage, type StoredUsage, type UsagePeriod } from './usage-query.ts';

export interface History {
  /** Folder of this cluster's history. */
  readonly folder: string;
  /** Adds samples as new parts, and merges older ones where there are many. @throws UpidError history-unwritable */
  append(samples: readonly Sample[]): Promise<void>;
  /**
   * Adds what one round of collecting saw: a part of each table and day. Each part is there whole or not at all; a process that
   * dies between two of them leaves the tables that were written, the samples last, so that where there are samples there is
   * everything else of that round. What was recorded before stays as it is in any case.
   * @throws UpidError history-unwritable; the parts that were put in place before stay
   */
  record(observation: Observation): Promise<void>;
  /** Use of each workload in slots, by `workloadKey`. */
  usage(period: UsagePeriod): Promise<ReadonlyMap<string, StoredUsage>>;
  /** Usual distance of consecutive samples in seconds; undefined where there are no two. */
  interval(period: Period): Promise<number | undefined>;
  /** Peaks of each container, by `workloadKey`. */
  containers(period: Period): Promise<ReadonlyMap<string, readonly ContainerUsage[]>>;
  /** One sentence for each part that had to be left out so far, and for what keeps parts from being merged. */
  problems(): readonly string[];
  /** What waits to be read fails, and what is being read is interrupted. The promise is fulfilled when nothing runs any more; it is never rejected. */
  close(): Promise<void>;
}

/** Opens the history of one cluster under `directory`; nothing is created before the first append. */
export function openHistory(options: {
  readonly directory: string;
  readonly clusterId: string;
  readonly runtime: Runtime;
  /** Of this history alone, and closed with it; one is started when it is needed where this is absent. */
  readonly engine?: Promise<Engine>;
}): History {
  const { directory, clusterId, runtime, engine } = options;
  return new ParquetHistory(join(directory, clusterFolder(clusterId)), runtime, engine);
}

/** Starts an engine for a history that is not known yet. */
export function startHistoryEngine(runtime: Runtime): Promise<Engine> {
  return startEngine(join(tmpdir(), `kubectl-upid-${randomText(runtime)}`));
}

/** A part that another process merged or pruned while it was read is looked for again this often. */
const ATTEMPTS = 3;

/** Samples come last: see `record`. */
const RECORDED: readonly RawTable[] = ['workloads', 'nodes', 'pods', 'samples'];

/** Folders of so many days are looked at for parts to merge. */
const TIDIED_DAYS = 3;
const DAY_MS = 86_400_000;

class ParquetHistory implements History {
  readonly folder: string;
  readonly #runtime: Runtime;
  readonly #problems = new Set<string>();
  readonly #broken = new Set<string>();
  readonly #known: KnownFooters = new Map();
  #engine: Promise<Engine> | undefined;
  #closed = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(folder: string, runtime: Runtime, engine: Promise<Engine> | undefined) {
    this.folder = folder;
    this.#runtime = runtime;
    this.#engine = engine;
    // Told when it is needed.
    engine?.catch(() => undefined);
  }

  append(samples: readonly Sample[]): Promise<void> {
    return this.record({ samples, pods: [], workloads: [], nodes: [] });
  }

  record(observation: Observation): Promise<void> {
    return this.#inTurn(async () => {
      const tables = RECORDED.filter((table) => observation[table].length > 0);
      if (tables.length === 0) return;
      const { connection } = await this.#start();
      const name = this.#uniqueName();
      for (const table of tables) {
        const days = await appendRows(connection, this.folder, name, table, observation[table]);
        await this.#tidy(connection, table, days);
      }
    });
  }

  usage(period: UsagePeriod): Promise<ReadonlyMap<string, StoredUsage>> {
    const wanted = { fromMs: gridOf(period).startMs, toMs: period.toMs };
    return this.#read(wanted, (engine, parts) => queryUsage(engine, parts, period));
  }

  interval(period: Period): Promise<number | undefined> {
    return this.#read(period, (engine, parts) => queryInterval(engine.connection, parts, period));
  }

  containers(period: Period): Promise<ReadonlyMap<string, readonly ContainerUsage[]>> {
    return this.#read(period, (engine, parts) => queryContainers(engine.connection, parts, period));
  }

  problems(): readonly string[] {
    return [...this.#problems];
  }

  close(): Promise<void> {
    this.#closed = true;
    const engine = this.#engine;
    engine?.then(({ connection }) => connection.interrupt()).catch(() => undefined);
    // In turn: what is being run must end before its connection does.
    return this.#inTurn(async () => (await engine)?.close()).catch(() => undefined);
  }

  #read<T>(period: Period, query: (engine: Engine, parts: readonly Part[]) => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      let failure: unknown;
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const { parts, problems } = await findParts(this.folder, 'samples', period, this.#known);
        for (const problem of problems) this.#problems.add(problem);
        const usable = parts.filter(({ file }) => !this.#broken.has(file));
        const engine = await this.#start();
        try {
          if (this.#closed) throw new Error('it was closed');
          return await query(engine, usable);
        } catch (error) {
          failure = error;
          if (this.#closed || isTooMuch(error)) break;
          await this.#leaveOutBroken(engine, usable);
        }
      }
      throw unreadable(this.folder, failure);
    });
  }

  async #leaveOutBroken(engine: Engine, parts: readonly Part[]): Promise<void> {
    for (const { file, why } of await findBroken(engine.connection, 'samples', parts)) {
      this.#broken.add(file);
      this.#problems.add(leftOut(file, why));
    }
  }

  /** The samples are safe by now: what keeps older parts from being merged costs time only, and is told. */
  async #tidy(connection: Engine['connection'], table: RawTable, written: readonly string[]): Promise<void> {
    const nowMs = this.#runtime.now();
    const recent = Array.from({ length: TIDIED_DAYS }, (_, back) => dayOf(nowMs - back * DAY_MS));
    for (const day of new Set([...written, ...recent])) {
      const folder = dayFolder(this.folder, table, day);
      try {
        await tidy(connection, table, folder, { nowMs, unique: this.#uniqueName() }, this.#known);
      } catch (error) {
        this.#problems.add(`small parts in ${folder} could not be merged (${firstLine(messageOf(error))})`);
      }
    }
  }

  #start(): Promise<Engine> {
    this.#engine ??= startHistoryEngine(this.#runtime);
    return this.#engine;
  }

  /** One connection does one thing at a time. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn;
    return turn;
  }

  /** Unique among writers without asking them: the time, which sorts, and 52 random bits, which do not collide. */
  #uniqueName(): string {
    const time = new Date(this.#runtime.now()).toISOString().replaceAll(/[-:.]/g, '');
    return `${time}-${randomText(this.#runtime)}`;
  }
}

function randomText({ random }: Runtime): string {
  return Math.floor(random() * 2 ** 52).toString(36);
}

/** Nothing is wrong with the parts then. */
function isTooMuch(error: unknown): boolean {
  return /out of memory|failed to offload|max_temp_directory_size/i.test(messageOf(error));
}

function unreadable(folder: string, failure: unknown): UpidError {
  const remedy = isTooMuch(failure)
    ? 'ask for a shorter period or a single namespace, or leave it out by --no-history'
    : 'leave it out by --no-history, or move the folder away';
  return new UpidError('history-corrupt', `the history in ${folder} cannot be queried (${firstLine(messageOf(failure))})`, {
    remedy,
    cause: failure,
  });
}
