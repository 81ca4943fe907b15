/** The part of a kubelet that metrics-server asks: use of the containers of the node at whose address it was asked. */

import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { KUBELET_PORT } from '../network.ts';
import type { PodMeter } from './pod-meter.ts';

/** Kubelet, container runtime and kernel. */
const SYSTEM = { cpuCores: 0.06, memoryBytes: 700 * 2 ** 20 };

/** Listens at all nodes' addresses. `pods` gives the meters of the pods at a node's address. */
export function serveKubelets(certificates: string, pods: (nodeAddress: string) => readonly PodMeter[], startMs: number): void {
  const read = (name: string): Buffer => readFileSync(join(certificates, name));
  const server = createServer({ cert: read('kubelet.crt'), key: read('kubelet.key') }, (request, response) => {
    if (request.url !== '/metrics/resource') {
      response.writeHead(404).end();
      return;
    }
    const address = (request.socket.localAddress ?? '').replace('::ffff:', '');
    response
      .writeHead(200, { 'content-type': 'text/plain; version=0.0.4' })
      .end(resourceMetrics(pods(address), startMs, Date.now()));
  });
  server.listen(KUBELET_PORT);
}

/** The kubelet's /metrics/resource. */
function resourceMetrics(pods: readonly PodMeter[], startMs: number, atMs: number): string {
  const lines: string[] = [];
  let cpuSeconds = (SYSTEM.cpuCores * (atMs - startMs)) / 1000 + 1;
  let { memoryBytes } = SYSTEM;
  for (const meter of pods) {
    const { namespace, name, startMs: podStartMs } = meter.pod;
    for (const reading of meter.readings(atMs)) {
      const labels = `{container="${reading.container}",namespace="${namespace}",pod="${name}"}`;
      lines.push(
        `container_cpu_usage_seconds_total${labels} ${reading.cpuSeconds} ${atMs}`,
        `container_memory_working_set_bytes${labels} ${Math.round(reading.memoryBytes)} ${atMs}`,
        `container_start_time_seconds${labels} ${podStartMs / 1000}`,
      );
      cpuSeconds += reading.cpuSeconds;
      memoryBytes += reading.memoryBytes;
    }
  }
  lines.push(
    `node_cpu_usage_seconds_total ${cpuSeconds} ${atMs}`,
    `node_memory_working_set_bytes ${Math.round(memoryBytes)} ${atMs}`,
  );
  return `${lines.join('\n')}\n`;
}
