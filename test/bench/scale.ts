/** Whether ten times the pods cost ten times as much. The server is a stand-in (stand-in.ts): the real one would take as long as we do. */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { connect } from '../../lib/kube/connect.ts';
import { testRuntime } from '../kube/runtime.ts';
import {
  inTurns,
  median,
  megabytes,
  milliseconds,
  PROGRAM,
  type Probe,
  probe,
  ratio,
  temporaryFolder,
  times,
} from './measure.ts';
import { writeOwnHistory } from './own-history.ts';
import type { Part } from './report.ts';
import type { StandInReady } from './stand-in.ts';

const STAND_IN = fileURLToPath(new URL('stand-in.ts', import.meta.url));

const ROUNDS = 5;
const HISTORY = { hours: 24, stepSeconds: 300 };

interface Size {
  readonly pods: number;
  readonly server: ChildProcess;
  readonly env: Readonly<Record<string, string>>;
  readonly words: readonly string[];
  readonly rows: number;
}

export const scale: Part = {
  title: 'A scan of 1,000 and of 10,000 pods, with a day of own history',
  async measure(say) {
    const sizes: Size[] = [];
    try {
      for (const thousands of [1, 10]) {
        say(`a server of ${thousands * 1000} pods, and a day of history of them`);
        sizes.push(await prepare(thousands));
      }
      const [small, large] = sizes as [Size, Size];
      const command = ({ words, env }: Size) => ({ words: [PROGRAM, ...words], env });
      say('measuring');
      const found = inTurns({ small: command(small), large: command(large) }, ROUNDS);
      const [smallProbe, largeProbe] = [small, large].map(({ words, env }) => probe(words, env)) as [Probe, Probe];
      return {
        headings: ['PODS', 'ROWS', 'TIME', '× 1,000 PODS', 'PEAK MEMORY', 'CPU', 'CONNECTIONS'],
        rows: [rowOf(small, found.small, 1, smallProbe), rowOf(large, found.large, ratio(found.large, found.small), largeProbe)],
        figures: {
          'time at 10,000 pods': ratio(found.large, found.small),
          'memory at 10,000 pods': largeProbe.peakBytes / 1e6,
        },
        notes: [`Medians of ${ROUNDS} rounds. The server is a stand-in on loopback; one sample of each container in 5 minutes.`],
      };
    } finally {
      for (const { server } of sizes) server.kill();
    }
  },
};

async function prepare(thousands: number): Promise<Size> {
  const server = fork(STAND_IN, [String(thousands)]);
  try {
    const [{ kubeconfig, pods }] = (await once(server, 'message')) as [StandInReady];
    const directory = temporaryFolder();
    const client = await connect({ kubeconfig }, testRuntime());
    const rows = await writeOwnHistory(client, { directory, ...HISTORY });
    await client.close();
    const words = ['idle', '-A', '--history', directory, '--prometheus=false'];
    return { pods, server, env: { KUBECONFIG: kubeconfig }, words, rows };
  } catch (error) {
    server.kill();
    throw error;
  }
}

function rowOf({ pods, rows }: Size, found: readonly number[], factor: number, result: Probe): readonly string[] {
  return [
    String(pods),
    String(rows),
    milliseconds(median(found)),
    times(factor),
    megabytes(result.peakBytes),
    milliseconds(result.cpuMilliseconds),
    String(result.connections),
  ];
}
