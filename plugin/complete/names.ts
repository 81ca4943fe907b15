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
import { cacheKey, openCache } from './cache.ts';
import { type Connection, connectionOf } from './connection.ts';

export interface Names {
  kubeconfig(which: KubeconfigList): Promise<readonly string[]>;
  namespaces(): Promise<readonly string[]>;
  /** Of a kind, in the line's namespace. */
  workloads(kind: string): Promise<readonly string[]>;
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
  const ask = async (list: Question['list']): Promise<readonly string[]> =>
    await askFor({ list, connection: connectionOf(flags, context) }, context);
  return {
    kubeconfig: ask,
    namespaces: async () => (demo ? await demoNamespaces() : await ask(NAMESPACES)),
    async workloads(kind) {
      if (demo) return await demoWorkloads(kind, connectionOf(flags, context).namespace || undefined);
      const known = WORKLOAD_KINDS.find((each) => each.kind === kind);
      return known ? await ask({ group: known.group, resource: known.names[1]!, namespaced: true }) : [];
    },
  };
}

async function askFor(question: Question, context: Context): Promise<readonly string[]> {
  const runtime = context.runtime(0);
  const { list, connection } = question;
  const { stamp, bytes } = await kubeconfigState(connection.kubeconfig, runtime);
  if (typeof list === 'string' && bytes <= SMALL_KUBECONFIG_BYTES)
    return (await kubeconfigNames(connection.kubeconfig, runtime))[list];
  const cache = openCache(runtime);
  if (cache === undefined) return [];
  const { KUBERNETES_MASTER, KUBERNETES_SERVICE_HOST } = runtime.env;
  const key = cacheKey([question, stamp, KUBERNETES_MASTER, KUBERNETES_SERVICE_HOST]);

  const known = cache.read(key);
  if (known !== undefined && isFresh(known.toldAtMs, list, runtime.now())) return known.names;
  if (cache.claim(key)) await startAsking({ question, key }, context);
  while (runtime.elapsed() < LAST_LOOK_MILLISECONDS) {
    await sleep(LOOK_EVERY_MILLISECONDS);
    const told = cache.read(key);
    if (told !== undefined && told.toldAtMs !== known?.toldAtMs) return told.names;
  }
  return known?.names ?? [];
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
