/** The history of one cluster: samples in, use over time out. Any number of readers and writers may work at once. */

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, UpidError } from '../types/errors.ts';
import type { Observation } from '../types/observation.ts';
import type { Runtime } from '../types/runtime.ts';
import type { ContainerHours, ContainerUsage, Sample, WorkloadHours } from '../types/usage.ts';
import { appendRows } from './append.ts';
import { findBroken } from './broken.ts';
import { type Compacted, compactAll, type Pruned, pruneAll } from './compact.ts';
import { queryContainerHours } from './container-hours-query.ts';
import { queryContainers } from './container-query.ts';
import { byDay, type DaySources } from './coverage.ts';
import { type Engine, startEngine } from './engine.ts';
import { type Gap, queryGaps } from './gaps.ts';
import { queryHours } from './hours-query.ts';
import { type House, keepHouse } from './housekeeping.ts';
import { queryInterval } from './interval-query.ts';
import { keepRetention, keptRetention } from './kept-retention.ts';
import { tidy } from './merge.ts';
import {
  clusterFolder,
  dayFolder,
  dayOf,
  findParts,
  firstLine,
  type KnownFooters,
  leftOut,
  type Part,
  partsOf,
} from './parts.ts';
import type { Period } from './period.ts';
import { type Retention, recordedDays } from './retention.ts';
import { HOURLY_OF, type RawTable, type Table } from './schema.ts';
import { gridOf, isHourly, queryHourlyUsage, queryUsage, type StoredUsage, type UsagePeriod } from './usage-query.ts';

export interface History {
  /** Folder of this cluster's history. */
  readonly folder: string;
  /**
   * Adds samples as new parts. Then, a bounded step of each: merges older parts where there are many; rolls up a day that is over;
   * removes a day that is older than the retention. @throws UpidError history-unwritable
   */
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
  /** Use of each workload hour by hour, all pods summed, by `workloadKey`. */
  hours(period: Period): Promise<ReadonlyMap<string, WorkloadHours>>;
  /** From when on there are raw samples, as far as there are any: where roll-ups alone are left ends; 0 where that is nowhere. */
  rawFromMs(): Promise<number>;
  /** Whole hours of UTC within the period that have no sample at all, of the namespace where one is named; those that follow each other joined. */
  gaps(period: Period): Promise<readonly Gap[]>;
  /** Usual distance of consecutive samples in seconds; undefined where there are no two. */
  interval(period: Period): Promise<number | undefined>;
  /** Peaks of each container, by `workloadKey`. */
  containers(period: Period): Promise<ReadonlyMap<string, readonly ContainerUsage[]>>;
  /** Use of each container hour by hour, by `workloadKey` and name. */
  containerHours(period: Period): Promise<ReadonlyMap<string, ReadonlyMap<string, ContainerHours>>>;
  /** Rolls up what is over, then removes what is older than the retention: the history's own unless another one is given. */
  prune(retention?: Partial<Retention>): Promise<Pruned>;
  /** Rolls up what is over, then merges all parts of each table and day that is over into one. */
  compact(): Promise<Compacted>;
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
  /** Kept beside the history once something is recorded; what is absent of it is what was given last, else what `RETENTION` names. */
  readonly retention?: Partial<Retention>;
  /** Of this history alone, and closed with it; one is started when it is needed where this is absent. */
  readonly engine?: Promise<Engine>;
}): History {
  const { directory, clusterId, runtime, engine, retention } = options;
  return new ParquetHistory(join(directory, clusterFolder(clusterId)), runtime, engine, retention);
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

/** What is about to be read. */
interface Prepared<T> {
  readonly parts: { readonly samples: readonly Part[]; readonly hourly?: readonly Part[] };
  query(): Promise<T>;
}

class ParquetHistory implements History {
  readonly folder: string;
  readonly #runtime: Runtime;
  readonly #given: Partial<Retention> | undefined;
  readonly #problems = new Set<string>();
  readonly #broken = new Set<string>();
  readonly #known: KnownFooters = new Map();
  #engine: Promise<Engine> | undefined;
  #closed = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(folder: string, runtime: Runtime, engine: Promise<Engine> | undefined, retention: Partial<Retention> | undefined) {
    this.#given = retention;
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
      await this.#keepHouse(connection);
    });
  }

  prune(retention?: Partial<Retention>): Promise<Pruned> {
    return this.#inTurn(async () => pruneAll(await this.#house((await this.#start()).connection, retention)));
  }

  compact(): Promise<Compacted> {
    return this.#inTurn(async () => compactAll(await this.#house((await this.#start()).connection)));
  }

  usage(period: UsagePeriod): Promise<ReadonlyMap<string, StoredUsage>> {
    const wanted = { fromMs: gridOf(period).startMs, toMs: period.toMs };
    if (isHourly(period)) return this.#readHours(wanted, (engine, days) => queryHourlyUsage(engine, days, period));
    return this.#read(wanted, (engine, parts) => queryUsage(engine, parts, period));
  }

  hours(period: Period): Promise<ReadonlyMap<string, WorkloadHours>> {
    return this.#readHours(period, (engine, days) => queryHours(engine, days, period));
  }

  rawFromMs(): Promise<number> {
    return this.#inTurn(async () => {
      const raw = new Set(await recordedDays(this.folder, 'samples'));
      const gone = (await recordedDays(this.folder, 'hourly')).findLast((day) => !raw.has(day));
      return gone === undefined ? 0 : Date.parse(gone) + DAY_MS;
    });
  }

  gaps(period: Period): Promise<readonly Gap[]> {
    return this.#readHours(period, (engine, days) => queryGaps(engine.connection, days, period));
  }

  interval(period: Period): Promise<number | undefined> {
    return this.#read(period, (engine, parts) => queryInterval(engine.connection, parts, period));
  }

  containers(period: Period): Promise<ReadonlyMap<string, readonly ContainerUsage[]>> {
    return this.#readHours(period, (engine, days) => queryContainers(engine.connection, days, period));
  }

  containerHours(period: Period): Promise<ReadonlyMap<string, ReadonlyMap<string, ContainerHours>>> {
    return this.#readHours(period, (engine, days) => queryContainerHours(engine.connection, days, period));
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

  /** Raw samples of a period. */
  #read<T>(period: Period, query: (engine: Engine, parts: readonly Part[]) => Promise<T>): Promise<T> {
    return this.#attempt(async (engine) => {
      const parts = await this.#usable('samples', period);
      return { parts: { samples: parts }, query: () => query(engine, parts) };
    });
  }

  /** Samples of a period hour by hour: roll-ups, and raw samples where there are none. */
  #readHours<T>(period: Period, query: (engine: Engine, days: readonly DaySources[]) => Promise<T>): Promise<T> {
    return this.#attempt(async (engine) => {
      const hourly = await this.#usable('hourly', period);
      const days = byDay(await this.#usable('samples', period), hourly);
      const used = (of: (day: DaySources) => readonly Part[]): readonly Part[] => days.flatMap(of);
      const parts = { samples: used(({ raw }) => raw), hourly: used(({ rollUps }) => rollUps) };
      return { parts, query: () => query(engine, days) };
    });
  }

  async #usable(table: Table, period: Period): Promise<readonly Part[]> {
    const { parts, problems } = await findParts(this.folder, table, period, this.#known);
    for (const problem of problems) this.#problems.add(problem);
    return parts.filter(({ file }) => !this.#broken.has(file));
  }

  /** Parts may vanish or turn out to be broken while they are read: then again without them. */
  #attempt<T>(prepare: (engine: Engine) => Promise<Prepared<T>>): Promise<T> {
    return this.#inTurn(async () => {
      let failure: unknown;
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const engine = await this.#start();
        const { parts, query } = await prepare(engine);
        try {
          if (this.#closed) throw new Error('it was closed');
          return await query();
        } catch (error) {
          failure = error;
          if (this.#closed || isTooMuch(error)) break;
          for (const table of ['samples', 'hourly'] as const) await this.#leaveOutBroken(engine, table, parts[table] ?? []);
        }
      }
      throw unreadable(this.folder, failure);
    });
  }

  async #leaveOutBroken(engine: Engine, table: Table, parts: readonly Part[]): Promise<void> {
    for (const { file, why } of await findBroken(engine.connection, table, parts)) {
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
        const rollUps = await partsOf(dayFolder(this.folder, HOURLY_OF[table], day), this.#known);
        await tidy(connection, table, folder, { nowMs, unique: this.#uniqueName(), rollUps: rollUps.parts }, this.#known);
      } catch (error) {
        this.#problems.add(`small parts in ${folder} could not be merged (${firstLine(messageOf(error))})`);
      }
    }
  }

  /** The samples are safe by now, as above. */
  async #keepHouse(connection: Engine['connection']): Promise<void> {
    try {
      if (this.#given) await keepRetention(this.folder, this.#given);
      await keepHouse(await this.#house(connection));
    } catch (error) {
      this.#problems.add(`the history in ${this.folder} could not be rolled up or pruned (${firstLine(messageOf(error))})`);
    }
  }

  async #house(connection: Engine['connection'], asked?: Partial<Retention>): Promise<House> {
    const { now } = this.#runtime;
    const retention = { ...(await keptRetention(this.folder)), ...this.#given, ...asked };
    return {
      connection,
      folder: this.folder,
      get nowMs() {
        return now();
      },
      unique: () => this.#uniqueName(),
      retention,
      known: this.#known,
    };
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
