/**
 * Peers in Python (test/bench/peers), which the bench installs for itself. What a peer answered is kept in the cache of the
 * tests, by a digest of all that it depends on: its source, its packages, its input.
 */

import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../../cluster/build.ts';
import { preparePython } from '../../plugin/python.ts';
import type { Say } from '../report.ts';
import type { Method, Took } from './methods.ts';
import { digestOf } from './windows.ts';

const SOURCES = fileURLToPath(new URL('../peers', import.meta.url));
const REQUIREMENTS = join(SOURCES, 'requirements.txt');
const EXCHANGE = join(SOURCES, 'exchange.py');

export interface PeerRuntime {
  readonly python: string;
  readonly say: Say;
}

/** Installs what the peers need. @throws Error with pip's words */
export async function preparePeers(say: Say): Promise<PeerRuntime> {
  say('installing the peers, unless they are there');
  return { python: await preparePython(readFileSync(REQUIREMENTS, 'utf8').trim().split('\n')), say };
}

/** A method of statsforecast, fitted to each history by itself. */
export function statistical(peers: PeerRuntime, name: string, method: string): Method {
  return kept(peers, { name, script: 'statistical.py', before: [method], files: [] });
}

/** LightGBM over all machines that may be learned from, conformalised. */
export function globalTrees(peers: PeerRuntime, name: string, traces: string, learn: string): Method {
  return kept(peers, { name, script: 'global_trees.py', before: [traces, learn], files: [traces, learn] });
}

interface Peer {
  readonly name: string;
  readonly script: string;
  /** Arguments before input, output and notes; those that are files are told apart, as what they hold matters. */
  readonly before: readonly string[];
  readonly files: readonly string[];
}

function kept(peers: PeerRuntime, { name, script, before, files }: Peer): Method {
  const words = before.filter((word) => !files.includes(word));
  return {
    name,
    async answer(input, output) {
      const source = join(SOURCES, script);
      const digest = digestOf([source, EXCHANGE, REQUIREMENTS, input, ...files], ...words).slice(0, 24);
      const folder = join(cacheFolder(), 'forecasts');
      const [rows, notes] = [join(folder, `${digest}.parquet`), join(folder, `${digest}.json`)];
      if (!existsSync(rows)) {
        peers.say(`${name} forecasts`);
        mkdirSync(folder, { recursive: true });
        python(peers, script, [...before, input, `${rows}.part`, notes]);
        renameSync(`${rows}.part`, rows);
      }
      copyFileSync(rows, output);
      return JSON.parse(readFileSync(notes, 'utf8')) as Took;
    },
  };
}

/** Runs one of the peers' scripts, on one core and one thread. @returns what it prints. @throws Error with its last words */
export function python(
  { python: program }: PeerRuntime,
  script: string,
  args: readonly string[],
  inside: readonly string[] = [],
): string {
  const [command = program, ...rest] = [...inside, program, join(SOURCES, script), ...args];
  const one = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', PYTHONDONTWRITEBYTECODE: '1' };
  const { status, stdout, stderr, error } = spawnSync(command, rest, { encoding: 'utf8', env: { ...process.env, ...one } });
  if (status !== 0) throw new Error(`${script} ${args[0]}: ${error?.message ?? ''}${stderr.slice(-2000)}`);
  return stdout;
}
