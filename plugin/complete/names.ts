/**
 * Names for one line. What takes long is asked by a process of its own, which goes on when this one has answered: the names are
 * then there at the next press of the tab key. It has no terminal, so that no credential plugin can ask the person anything.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import {
  demoNamespaces,
  demoWorkloads,
  kubeconfigNames,
  kubeconfigState,
  type NamedResource,
} from '../../lib/operations/names.ts';
import type { Context } from '../context.ts';
import { WORKLOAD_KINDS } from '../flags/workload-names.ts';
import { type CachedNames, cacheKey, type NameCache, openCache } from './cache.ts';
import { type Connection, connectionOf } from './connection.ts';

export interface Names {
  kubeconfig(which: KubeconfigList): Promise<readonly string[]>;
  namespaces(): Promise<readonly string[]>;
  /** Of a kind, in the line's namespace. */
  workloads(kind: string): Promise<readonly string[]>;
  /** Has the workloads of a kind asked for, because they are likely to be completed next. */
  prepareWorkloads(kind: string): Promise<void>;
}

export type KubeconfigList = 'contexts' | 'clusters' | 'users';

/** What the process that asks is told. */
export interface Question {
  readonly list: KubeconfigList | NamedResource;
  readonly connection: Connection;
}

/** Of the process, after which nothing is waited for: a person feels a prompt that takes more than 150 ms. */
const LAST_LOOK_MILLISECONDS = 100;
const LOOK_EVERY_MILLISECONDS = 4;
/** Clusters change; a kubeconfig that does has another key. */
const FRESH_MILLISECONDS = 60_000;
/** A parser needs some 20 ms for as much on a slow machine. */
const SMALL_KUBECONFIG_BYTES = 32_768;

const NAMESPACES: NamedResource = { group: '', resource: 'namespaces', namespaced: false };

/** @param flags of the line, as `--flag=value` or `--flag` */
export function namesFor(flags: readonly string[], demo: boolean, context: Context): Names {
  const about = (list: Question['list']): Question => ({ list, connection: connectionOf(flags, context) });
  const ask = async (list: Question['list']): Promise<readonly string[]> => await told(about(list), context);
  return {
    kubeconfig: ask,
    namespaces: async () => (demo ? await demoNamespaces() : await ask(NAMESPACES)),
    async workloads(kind) {
      if (demo) return await demoWorkloads(kind, connectionOf(flags, context).namespace || undefined);
      const resource = resourceOf(kind);
      return resource ? await ask(resource) : [];
    },
    async prepareWorkloads(kind) {
      const resource = resourceOf(kind);
      if (demo || resource === undefined) return;
      const kept = await keptFor(about(resource), context);
      if (kept !== undefined) await askUnlessFresh(kept, context);
    },
  };
}

function resourceOf(kind: string): NamedResource | undefined {
  const known = WORKLOAD_KINDS.find((each) => each.kind === kind);
  return known && { group: known.group, resource: known.names[1]!, namespaced: true };
}

async function told(question: Question, context: Context): Promise<readonly string[]> {
  const runtime = context.runtime(0);
  const { list, connection } = question;
  if (typeof list === 'string' && (await kubeconfigState(connection.kubeconfig, runtime)).bytes <= SMALL_KUBECONFIG_BYTES)
    return (await kubeconfigNames(connection.kubeconfig, runtime))[list];
  const kept = await keptFor(question, context);
  if (kept === undefined) return [];
  const { cache, key, known, fresh } = kept;
  await askUnlessFresh(kept, context);
  while (!fresh && runtime.elapsed() < LAST_LOOK_MILLISECONDS) {
    await sleep(LOOK_EVERY_MILLISECONDS);
    const now = cache.read(key);
    if (now !== undefined && now.toldAtMs !== known?.toldAtMs) return now.names;
  }
  return known?.names ?? [];
}

/** What the cache has for a question. */
interface Kept {
  readonly question: Question;
  readonly cache: NameCache;
  readonly key: string;
  readonly known: CachedNames | undefined;
  readonly fresh: boolean;
}

/** Undefined where there can be no cache. */
async function keptFor(question: Question, context: Context): Promise<Kept | undefined> {
  const runtime = context.runtime(0);
  const cache = openCache(runtime);
  if (cache === undefined) return undefined;
  const { stamp } = await kubeconfigState(question.connection.kubeconfig, runtime);
  const { KUBERNETES_MASTER, KUBERNETES_SERVICE_HOST } = runtime.env;
  const key = cacheKey([question, stamp, KUBERNETES_MASTER, KUBERNETES_SERVICE_HOST]);
  const known = cache.read(key);
  const fresh = known !== undefined && isFresh(known.toldAtMs, question.list, runtime.now());
  return { question, cache, key, known, fresh };
}

async function askUnlessFresh({ question, cache, key, fresh }: Kept, context: Context): Promise<void> {
  if (!fresh && cache.claim(key)) await startAsking({ question, key }, context);
}

/** A clock that was set back makes nothing fresh for longer. */
function isFresh(toldAtMs: number, list: Question['list'], nowMs: number): boolean {
  return typeof list === 'string' || (toldAtMs <= nowMs && nowMs - toldAtMs < FRESH_MILLISECONDS);
}

/** The question goes through a pipe, because it may hold a token, which arguments would show to everybody on the machine. */
async function startAsking(asked: { readonly question: Question; readonly key: string }, { self }: Context): Promise<void> {
  const { spawn } = await import('node:child_process');
  const { words, env } = self();
  const [program, ...args] = words;
  const child = spawn(program, [...args, '__ask-names'], {
    env,
    // A session of its own: without a terminal, and untouched by the end of this process.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    windowsHide: true,
  });
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.stdin.end(JSON.stringify(asked));
  child.unref();
}
