/** `collect`: one round, or rounds at a steady pace until a time is over or somebody stops it. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient } from '../../kube/client.ts';
import { type History, openHistory } from '../../store/history.ts';
import { formatAge, HOUR } from '../../types/duration.ts';
import { messageOf, UpidError } from '../../types/errors.ts';
import type { ClusterIdentity } from '../../types/workload.ts';
import { neededDirectory } from '../history-folder.ts';
import { reach } from '../look.ts';
import type { CollectOutcome, CollectRequest, RepeatedCollectRequest, RoundSummary } from './request.ts';
import { collectRound, type Round } from './round.ts';
import { type PodWatch, watchPods } from './watch-pods.ts';

/** A cluster that is away is asked again after so many seconds at most, or at the next tick where ticks are rarer. */
const LONGEST_BACK_OFF_SECONDS = 300;
/** Longest time that a timer can wait. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** One round. @throws UpidError as `collectRound` */
export async function collectOnce(request: CollectRequest): Promise<RoundSummary> {
  const histories = openHistories(request);
  const { client, nowMs } = await reach(request);
  try {
    const context = { client, historyOf: histories.of, departed: [], leaving: new Set<string>(), nowMs };
    return (await collectRound(request, context)).summary;
  } finally {
    await client.close();
    await histories.close();
  }
}

/**
 * Rounds until the time is over or the signal aborts, which is no error. A round in flight then is either recorded whole or not at all.
 * A round that fails is told once, and tried again ever more seldom until one succeeds.
 * @throws UpidError of the last round where none has succeeded
 */
export async function collectRepeatedly(request: RepeatedCollectRequest): Promise<CollectOutcome> {
  const collector = new Collector(request);
  try {
    return await collector.run();
  } finally {
    await collector.close();
  }
}

class Collector {
  readonly #request: RepeatedCollectRequest;
  readonly #histories: ReturnType<typeof openHistories>;
  #client: KubeClient | undefined;
  #watch: PodWatch | undefined;
  #rounds = 0;
  #failed = 0;
  /** Failed rounds in a row. */
  #failures = 0;
  #skipped = 0;
  /** Instant of the newest round that was recorded. */
  #recordedMs = Number.NEGATIVE_INFINITY;
  #lastError: unknown;

  constructor(request: RepeatedCollectRequest) {
    this.#request = request;
    this.#histories = openHistories(request);
  }

  async run(): Promise<CollectOutcome> {
    const { runtime, signal, everySeconds, forSeconds } = this.#request;
    const everyMs = everySeconds * 1000;
    // The monotonic clock: one that jumps, or a machine that slept, makes no burst of rounds.
    const startMs = runtime.elapsed();
    const endMs = forSeconds === undefined ? Number.POSITIVE_INFINITY : startMs + forSeconds * 1000;
    for (let tick = 0; !signal.aborted; ) {
      await this.#round();
      const passed = Math.floor((runtime.elapsed() - startMs) / everyMs);
      this.#noteSkipped(passed - tick);
      tick = Math.max(tick, passed) + this.#ticksToWait();
      const nextMs = startMs + tick * everyMs;
      if (nextMs >= endMs) break;
      await this.#sleepUntil(nextMs);
    }
    if (this.#rounds === 0 && this.#lastError !== undefined) throw this.#lastError;
    return { rounds: this.#rounds, failedRounds: this.#failed, skippedTicks: this.#skipped };
  }

  async close(): Promise<void> {
    await this.#disconnect();
    await this.#histories.close();
  }

  /** 1, and after failures 2, 4, 8 … */
  #ticksToWait(): number {
    const most = Math.max(1, Math.floor(LONGEST_BACK_OFF_SECONDS / this.#request.everySeconds));
    return this.#failures === 0 ? 1 : Math.min(2 ** (this.#failures - 1), most);
  }

  #noteSkipped(skipped: number): void {
    if (skipped <= 0 || this.#failures > 0) return;
    if (this.#skipped === 0) {
      const every = formatAge(Math.round(this.#request.everySeconds));
      this.#request.runtime.warn(`a round took longer than ${every}: ${skipped} of the rounds are left out`);
    }
    this.#skipped += skipped;
  }

  async #sleepUntil(atMs: number): Promise<void> {
    const { runtime, signal } = this.#request;
    for (let left = atMs - runtime.elapsed(); left > 0 && !signal.aborted; left = atMs - runtime.elapsed())
      await sleep(Math.min(left, LONGEST_TIMER_MS), undefined, { signal }).catch(() => undefined);
  }

  async #round(): Promise<void> {
    try {
      const { summary, workloads } = await this.#attempt();
      this.#watch?.know(workloads);
      if (this.#failures > 0) this.#request.runtime.warn(`the cluster answers again, after ${this.#failures} failed rounds`);
      this.#failures = 0;
      this.#rounds += 1;
      this.#request.onRound(summary);
    } catch (error) {
      if (this.#request.signal.aborted && isCancelled(error)) return;
      if (!(error instanceof UpidError) || error.id === 'usage') throw error;
      this.#failed += 1;
      this.#failures += 1;
      this.#lastError = error;
      if (this.#failures === 1) this.#request.runtime.warn(`a round failed and is tried again: ${messageOf(error)}`);
      // The next round reads the kubeconfig anew: credentials may have been rotated.
      await this.#disconnect();
    }
  }

  async #attempt(): Promise<Round> {
    const { runtime } = this.#request;
    this.#client ??= (await reach(this.#request)).client;
    this.#watch ??= await this.#startWatch();
    const departed = this.#watch?.take() ?? [];
    const nowMs = runtime.now();
    // No gap comes up while rounds follow each other.
    const mayLack = nowMs - this.#recordedMs >= HOUR * 1000;
    const { backfillSeconds } = this.#request;
    try {
      const request = { ...this.#request, backfillSeconds: mayLack ? backfillSeconds : undefined };
      const round = await collectRound(request, {
        client: this.#client,
        historyOf: this.#histories.of,
        departed,
        leaving: this.#watch?.leaving() ?? new Set(),
        nowMs,
      });
      this.#recordedMs = nowMs;
      return round;
    } catch (error) {
      this.#watch?.giveBack(departed);
      throw error;
    }
  }

  /** On connections of its own, one of which it holds all the time. The simulated cluster stands still. */
  async #startWatch(): Promise<PodWatch | undefined> {
    if (this.#request.demo) return undefined;
    const { client } = await reach(this.#request);
    return watchPods(client, this.#request);
  }

  async #disconnect(): Promise<void> {
    const [client, watch] = [this.#client, this.#watch];
    this.#client = undefined;
    this.#watch = undefined;
    await watch?.close();
    await client?.close();
  }
}

function isCancelled(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || (error instanceof UpidError && error.id === 'cancelled'));
}

/** One open history a cluster. */
function openHistories(request: CollectRequest): { of(cluster: ClusterIdentity): History; close(): Promise<void> } {
  const { runtime, retention } = request;
  const open = new Map<string, History>();
  return {
    of({ id }) {
      const known = open.get(id);
      if (known) return known;
      const directory = neededDirectory(request);
      const history = openHistory({ directory, clusterId: id, runtime, ...(retention && { retention }) });
      open.set(id, history);
      return history;
    },
    async close() {
      for (const history of open.values()) await history.close();
    },
  };
}
