/**
 * A process that answers as an API server with so many thousand pods: the simulated cluster's objects over TLS, compressed as
 * the real one compresses them. An answer is made once and then kept, so that the time measured is the client's.
 *
 * Usage: stand-in.ts THOUSANDS, forked; sends a StandInReady.
 */

import { gzipSync } from 'node:zlib';
import { answer } from '../../lib/kube/simulated/api-server.ts';
import type { ClusterDescription } from '../../lib/kube/simulated/description.ts';
import { snapshotOf } from '../../lib/kube/simulated/snapshot.ts';
import { bigCluster } from '../cluster/big-cluster.ts';
import { writeConfig } from '../kube/config.ts';
import { startServer } from '../kube/server.ts';

export interface StandInReady {
  readonly kubeconfig: string;
  readonly pods: number;
}

/** apiserver's defaultGzipThresholdBytes and defaultGzipContentEncodingLevel. */
const GZIP_BYTES = 128 * 1024;
const GZIP_LEVEL = 1;

interface Kept {
  readonly status: number;
  readonly plain: Buffer;
  readonly compressed: Buffer | undefined;
}

const snapshot = snapshotOf(thousandsOf(Number(process.argv[2])), Date.now());
const kept = new Map<string, Kept>();

function answerTo(path: string): Kept {
  const known = kept.get(path) ?? madeFor(path);
  kept.set(path, known);
  return known;
}

function madeFor(path: string): Kept {
  const url = new URL(path, 'http://stand-in');
  const { status, body } = answer(snapshot, { method: 'GET', url, contentType: '', body: undefined });
  const plain = Buffer.from(JSON.stringify(body));
  return { status, plain, compressed: plain.length > GZIP_BYTES ? gzipSync(plain, { level: GZIP_LEVEL }) : undefined };
}

/** The big cluster side by side with itself, in namespaces of their own. */
function thousandsOf(count: number): ClusterDescription {
  const one = bigCluster(1000);
  const copies = Array.from({ length: count }, (_, index) => index);
  return {
    ...one,
    nodes: copies.flatMap((copy) => one.nodes.map((node) => ({ ...node, name: `${node.name}-${copy}` }))),
    workloads: copies.flatMap((copy) =>
      one.workloads.map((workload) => ({ ...workload, namespace: `${workload.namespace}-${copy}` })),
    ),
  };
}

const server = await startServer((request, response) => {
  const { status, plain, compressed } = answerTo(request.url ?? '');
  const isCompressed = compressed !== undefined && String(request.headers['accept-encoding']).includes('gzip');
  const headers = { 'content-type': 'application/json', ...(isCompressed && { 'content-encoding': 'gzip' }) };
  response.writeHead(status, headers);
  response.end(isCompressed ? compressed : plain);
});
const pods = JSON.parse(answerTo('/api/v1/pods').plain.toString()) as { readonly items: readonly unknown[] };
process.on('disconnect', () => process.exit());
process.send?.({ kubeconfig: writeConfig(server.url), pods: pods.items.length } satisfies StandInReady);
