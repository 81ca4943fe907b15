/** A scan of 1,000 pods on a real API server, in times of `kubectl get pods -A -o json`. */

import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from '../../lib/kube/connect.ts';
import { clusterAvailable } from '../cluster/available.ts';
import { bigCluster } from '../cluster/big-cluster.ts';
import { startCluster, type TestCluster } from '../cluster/cluster.ts';
import { testRuntime } from '../kube/runtime.ts';
import {
  type Command,
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
import type { Part, Report, Say } from './report.ts';

const PODS = 1000;
const ROUNDS = 7;
const HISTORY = { hours: 24, stepSeconds: 300 };
const PROMETHEUS = { days: 7, stepSeconds: 30 };

export const scan: Part = {
  title: `A scan of ${PODS} pods on a real API server`,
  async measure(say) {
    const availability = clusterAvailable();
    if (!availability.available) return availability.reason;
    say(`starting a cluster of ${PODS} pods with ${PROMETHEUS.days} days at ${PROMETHEUS.stepSeconds} s in Prometheus`);
    const cluster = await startCluster({ history: ['prometheus'], say });
    try {
      await cluster.fill(bigCluster(PODS), { ...PROMETHEUS, awaitMetrics: true });
      return await measureIn(cluster, say);
    } finally {
      await cluster.stop();
    }
  },
};

async function measureIn(cluster: TestCluster, say: Say): Promise<Report> {
  const directory = temporaryFolder();
  say(`writing ${HISTORY.hours} h of own history`);
  const client = await connect({ kubeconfig: cluster.kubeconfig }, testRuntime());
  const rows = await writeOwnHistory(client, { directory, ...HISTORY });
  await client.close();

  const words = ['idle', '-A', '--history', directory];
  await cluster.publishHistory(undefined);
  say('measuring without Prometheus');
  const alone = inTurns({ kubectl: kubectl(cluster), idle: program(cluster, words) }, ROUNDS);
  const aloneProbe = probed(cluster, words);

  await cluster.publishHistory('prometheus');
  const memory = prometheusMemory(await cluster.pids().then((pids) => pids.get('prometheus')));
  const before = memory.resident();
  memory.forgetPeak();
  say('measuring with Prometheus');
  const joint = inTurns({ kubectl: kubectl(cluster), idle: program(cluster, words) }, ROUNDS);
  const jointProbe = probed(cluster, words);

  return {
    headings: ['COMMAND', 'TIME', '× KUBECTL', 'PEAK MEMORY', 'CPU', 'REQUESTS', 'CONNECTIONS'],
    rows: [
      ['kubectl get pods -A -o json', milliseconds(median(alone.kubectl)), times(1), '', '', '', ''],
      row(`kubectl-upid idle -A, ${rows} rows of history`, alone, aloneProbe),
      ['kubectl get pods -A -o json', milliseconds(median(joint.kubectl)), times(1), '', '', '', ''],
      row('kubectl-upid idle -A, and Prometheus', joint, jointProbe),
    ],
    figures: {
      'time of a scan': ratio(alone.idle, alone.kubectl),
      'memory of a scan': aloneProbe.peakBytes / 1e6,
      'requests of a scan': aloneProbe.requests,
      'connections of a scan': Math.max(aloneProbe.connections, jointProbe.connections),
      'time with Prometheus': ratio(joint.idle, joint.kubectl),
      'memory with Prometheus': jointProbe.peakBytes / 1e6,
    },
    notes: [
      `Medians of ${ROUNDS} rounds, all within the cluster's network.`,
      `Resident memory of Prometheus: ${megabytes(before)} before, ${megabytes(memory.peak())} at its peak, ${megabytes(memory.resident())} after.`,
    ],
  };
}

function kubectl(cluster: TestCluster): Command {
  return within(cluster, [cluster.kubectl, 'get', 'pods', '-A', '-o', 'json']);
}

function program(cluster: TestCluster, args: readonly string[]): Command {
  return within(cluster, [PROGRAM, ...args]);
}

function within(cluster: TestCluster, words: readonly string[]): Command {
  return { words: [...cluster.inside, ...words], env: { KUBECONFIG: cluster.innerKubeconfig } };
}

interface ScanProbe extends Probe {
  readonly requests: number;
}

function probed(cluster: TestCluster, args: readonly string[]): ScanProbe {
  const result = probe([...args, '-v'], { KUBECONFIG: cluster.innerKubeconfig }, cluster.inside);
  return { ...result, requests: Number(/(\d+) requests in all/.exec(result.stderr)?.[1]) };
}

function row(
  name: string,
  { idle, kubectl: peer }: Readonly<Record<'idle' | 'kubectl', readonly number[]>>,
  { peakBytes, cpuMilliseconds, requests, connections }: ScanProbe,
): readonly string[] {
  return [
    name,
    milliseconds(median(idle)),
    times(ratio(idle, peer)),
    megabytes(peakBytes),
    milliseconds(cpuMilliseconds),
    String(requests),
    String(connections),
  ];
}

interface ProcessMemory {
  /** Bytes. */
  resident(): number;
  /** Highest since `forgetPeak`. */
  peak(): number;
  forgetPeak(): void;
}

/** From Linux, which runs the test cluster. */
function prometheusMemory(pid: number | undefined): ProcessMemory {
  if (pid === undefined) throw new Error('prometheus does not run');
  const status = (name: string): number =>
    1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  return {
    resident: () => status('VmRSS'),
    peak: () => status('VmHWM'),
    forgetPeak: () => writeFileSync(`/proc/${pid}/clear_refs`, '5'),
  };
}
