/**
 * The part `live`: writes the described past into the metrics servers, then goes on with it as long as the cluster runs,
 * for the pods that are there at each moment. Answers as the nodes' kubelets, and renews the leases of described leaders.
 *
 * Usage, from the supervisor only: live.ts STATE PROGRAMS
 */

import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { remoteWrite } from '../../collect/remote-write.ts';
import { Api, type KubeObject } from '../api.ts';
import { controlSupervisor } from '../control.ts';
import { renewLeases } from '../fill/leases.ts';
import { API_PORT, LIVE_PORT } from '../network.ts';
import { backfill } from './backfill.ts';
import { serveKubelets } from './kubelet.ts';
import { formerPods, isRunning, Replicas } from './measured.ts';
import { Meters } from './meters.ts';
import { readPlan } from './plan.ts';
import type { Series } from './series.ts';
import { type HistoryServer, historyPort } from './servers.ts';

const DAY_MS = 86_400_000;

/** A leader renews its lease well before it runs out. */
const LEASE_MILLISECONDS = 5000;

const [state = '', programs = ''] = process.argv.slice(2);
const plan = readPlan(state);
const { description, nowMs, stepSeconds, servers } = plan;
const stepMs = stepSeconds * 1000;
const fromMs = nowMs - plan.days * DAY_MS;
const certificates = join(state, 'certificates');
const api = new Api(`https://127.0.0.1:${API_PORT}`, certificates);
const meters = new Meters({ nowMs, stepSeconds, seed: description.seed });
const replicas = new Replicas(description);

function urlOf(server: HistoryServer): string {
  return `http://127.0.0.1:${historyPort(server)}`;
}

/** Everything until `nowMs`. Prometheus takes blocks only at its start. */
async function writePast(pods: readonly KubeObject[]): Promise<void> {
  const current = replicas.addAll(pods.filter(isRunning));
  const past = new Meters({ nowMs, stepSeconds, seed: description.seed });
  for (const pod of formerPods(description, current, fromMs, nowMs)) past.add(pod, fromMs);
  for (const pod of current) meters.add(pod, fromMs);
  const withBlocks = servers.includes('prometheus');
  if (withBlocks) await controlSupervisor(state, '/stop/prometheus');
  const targets = {
    ...(withBlocks && { blocks: join(state, 'prometheus') }),
    ...(servers.includes('victoria-metrics') && { remoteWrite: `${urlOf('victoria-metrics')}/api/v1/write` }),
  };
  if (servers.length > 0) await backfill(join(programs, 'backfill'), targets, both(past, meters));
  else for (const _ of meters.advance(nowMs - stepMs, nowMs));
  if (withBlocks) await controlSupervisor(state, '/start/prometheus');
  // What it has taken is to be seen at once.
  if (servers.includes('victoria-metrics')) await fetch(`${urlOf('victoria-metrics')}/internal/force_flush`);
}

function* both(past: Meters, present: Meters): Generator<Series> {
  yield* past.advance(fromMs, nowMs);
  yield* present.advance(fromMs, nowMs);
}

/** Keeps the meters in step with the pods that are there: lists them, then follows what changes until the server ends that. */
async function followPods(): Promise<never> {
  for (;;) {
    try {
      const { items, metadata } = await listPods();
      const uids = new Set(items.map((pod) => pod.metadata.uid));
      for (const pod of meters.pods()) if (!uids.has(pod.uid)) forget(pod.uid);
      for (const pod of items) notice(pod);
      const path = `/api/v1/pods?watch=true&resourceVersion=${metadata.resourceVersion}`;
      await api.watch(path, new AbortController().signal, ({ type, object }) => {
        if (type === 'DELETED') forget(object.metadata.uid);
        else if (type !== 'ERROR') notice(object);
      });
    } catch {
      // The API server may have been ended, or stopped, by a test.
    }
    await sleep(1000);
  }
}

function notice(pod: KubeObject): void {
  if (isRunning(pod)) meters.add(replicas.add(pod), Date.now());
  else forget(pod.metadata.uid);
}

function forget(podUid: string): void {
  replicas.remove(podUid);
  meters.remove(podUid);
}

interface PodList {
  readonly items: readonly KubeObject[];
  readonly metadata: { readonly resourceVersion: string };
}

async function listPods(): Promise<PodList> {
  return (await api.send('GET', '/api/v1/pods')) as PodList;
}

/** Computes each step ahead, so that kubelets can be asked in the middle of it, and writes it when it is over. */
async function goOn(): Promise<never> {
  let at = nowMs;
  for (;;) {
    const next = [...meters.advance(at, at + stepMs)];
    at += stepMs;
    await sleep(Math.max(0, at - Date.now()));
    // A server that somebody ended misses what is written meanwhile, as in life.
    await Promise.all(
      servers.map((server) => write(server, next).catch((error: unknown) => process.stderr.write(`${String(error)}\n`))),
    );
  }
}

async function write(server: HistoryServer, series: readonly Series[]): Promise<void> {
  for (const [seconds, group] of Map.groupBy(series, (one) => one.stepSeconds)) {
    const starts = group.map(({ startMs }) => startMs);
    const ends = group.map(({ startMs, values }) => startMs + (values.length - 1) * seconds * 1000);
    const samples = group.map(({ labels, startMs, values }) => ({
      labels,
      at: (ms: number): number | undefined => known(values[(ms - startMs) / (seconds * 1000)]),
    }));
    await remoteWrite(urlOf(server), samples, { fromMs: Math.min(...starts), toMs: Math.max(...ends), stepMs: seconds * 1000 });
  }
}

function known(value: number | undefined): number | undefined {
  return value === undefined || Number.isNaN(value) ? undefined : value;
}

await writePast((await listPods()).items);
serveKubelets(certificates, (address) => meters.at(address), fromMs);
setInterval(() => void renewLeases(api, description).catch(() => undefined), LEASE_MILLISECONDS);
void followPods();
createServer((_, response) => response.end()).listen(LIVE_PORT, '127.0.0.1');
await goOn();
