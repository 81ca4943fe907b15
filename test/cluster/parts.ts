/** The processes of a cluster: what each is called, how it is started and how one sees that it answers. Paths are of one run. */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ENGINES } from '../collect/engines.ts';
import {
  API_ADDRESS,
  API_PORT,
  ETCD_PORT,
  LIVE_PORT,
  METRICS_SERVER_PORT,
  POD_NETWORK,
  PROMETHEUS_PORT,
  SERVICE_NETWORK,
  VICTORIA_METRICS_PORT,
} from './network.ts';

/** In the order of starting. `live` goes on writing what the described workloads use, and answers as the nodes' kubelets. */
export const PART_NAMES = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kwok',
  'prometheus',
  'victoria-metrics',
  'live',
  'metrics-server',
] as const;

export type PartName = (typeof PART_NAMES)[number];

export interface Part {
  readonly command: readonly string[];
  /** Answers 200 when the part is ready; undefined where nothing waits for it. */
  readonly ready?: string;
  /** One that has not answered by then will not. */
  readonly readySeconds?: number;
}

/** Folders of a run. */
export interface RunFolders {
  /** The run's own. */
  readonly state: string;
  /** Where the programs are. */
  readonly programs: string;
}

const CONFIG = fileURLToPath(new URL('config', import.meta.url));
const LIVE = fileURLToPath(new URL('history/live.ts', import.meta.url));

/** The one part that is not built from its sources; undefined where it is not installed. */
export function victoriaMetricsProgram(): string | undefined {
  return ENGINES.find(({ name }) => name === 'VictoriaMetrics')?.program;
}

/** Many more requests at a time than is usual, so that a thousand pods are there in seconds. */
const FAST_CLIENT = ['--kube-api-qps=1000', '--kube-api-burst=2000', '--leader-elect=false'];

export function partOf(name: PartName, { state, programs }: RunFolders): Part {
  const at = (...path: readonly string[]): string => join(state, ...path);
  const certificate = (file: string): string => at('certificates', file);
  const kubeconfig = (user: string): string => at('kubeconfigs', user);
  const program = join(programs, name);
  switch (name) {
    case 'etcd':
      return {
        command: [
          program,
          `--data-dir=${at('etcd')}`,
          `--listen-client-urls=http://127.0.0.1:${ETCD_PORT}`,
          `--advertise-client-urls=http://127.0.0.1:${ETCD_PORT}`,
          '--listen-peer-urls=http://127.0.0.1:2380',
          // What a power cut would lose is lost anyway.
          '--unsafe-no-fsync',
          '--log-level=warn',
        ],
        ready: `http://127.0.0.1:${ETCD_PORT}/health`,
      };
    case 'kube-apiserver':
      return {
        command: [
          program,
          `--etcd-servers=http://127.0.0.1:${ETCD_PORT}`,
          `--advertise-address=${API_ADDRESS}`,
          `--secure-port=${API_PORT}`,
          `--service-cluster-ip-range=${SERVICE_NETWORK}`,
          // Objects are aged by editing them in etcd.
          '--storage-media-type=application/json',
          '--authorization-mode=Node,RBAC',
          '--allow-privileged=true',
          `--client-ca-file=${certificate('ca.crt')}`,
          `--tls-cert-file=${certificate('apiserver.crt')}`,
          `--tls-private-key-file=${certificate('apiserver.key')}`,
          '--service-account-issuer=https://kubernetes.default.svc',
          `--service-account-key-file=${certificate('service-accounts.pub')}`,
          `--service-account-signing-key-file=${certificate('service-accounts.key')}`,
          `--kubelet-client-certificate=${certificate('kubelet-client.crt')}`,
          `--kubelet-client-key=${certificate('kubelet-client.key')}`,
          '--kubelet-preferred-address-types=InternalIP',
          `--requestheader-client-ca-file=${certificate('ca.crt')}`,
          '--requestheader-allowed-names=front-proxy-client',
          '--requestheader-username-headers=X-Remote-User',
          '--requestheader-group-headers=X-Remote-Group',
          '--requestheader-extra-headers-prefix=X-Remote-Extra-',
          `--proxy-client-cert-file=${certificate('front-proxy-client.crt')}`,
          `--proxy-client-key-file=${certificate('front-proxy-client.key')}`,
          '--enable-aggregator-routing=true',
          `--audit-policy-file=${join(CONFIG, 'audit-policy.yaml')}`,
          `--audit-log-path=${at('audit.log')}`,
          '--audit-log-mode=blocking',
        ],
      };
    case 'kube-controller-manager':
      return {
        command: [
          program,
          `--kubeconfig=${kubeconfig('controller-manager')}`,
          `--root-ca-file=${certificate('ca.crt')}`,
          `--service-account-private-key-file=${certificate('service-accounts.key')}`,
          // An autoscaler would change the described number of pods by what they use at the moment.
          '--controllers=*,-horizontal-pod-autoscaler-controller',
          '--concurrent-deployment-syncs=20',
          '--concurrent-replicaset-syncs=20',
          '--concurrent-statefulset-syncs=20',
          ...FAST_CLIENT,
        ],
      };
    case 'kube-scheduler':
      return { command: [program, `--kubeconfig=${kubeconfig('scheduler')}`, ...FAST_CLIENT] };
    case 'kwok':
      return {
        command: [
          program,
          `--kubeconfig=${kubeconfig('kwok')}`,
          `--config=${join(CONFIG, 'kwok.yaml')}`,
          '--manage-all-nodes=true',
          '--node-lease-duration-seconds=40',
          `--cidr=${POD_NETWORK}`,
          `--node-ip=${API_ADDRESS}`,
        ],
      };
    case 'prometheus':
      return {
        command: [
          program,
          `--config.file=${at('prometheus.yml')}`,
          `--storage.tsdb.path=${at('prometheus')}`,
          '--storage.tsdb.retention.time=60d',
          `--web.listen-address=0.0.0.0:${PROMETHEUS_PORT}`,
          '--web.enable-remote-write-receiver',
          '--log.level=warn',
        ],
        ready: `http://127.0.0.1:${PROMETHEUS_PORT}/-/ready`,
      };
    case 'victoria-metrics':
      return {
        command: [
          victoriaMetricsProgram() ?? name,
          `-storageDataPath=${at('victoria-metrics')}`,
          `-httpListenAddr=:${VICTORIA_METRICS_PORT}`,
          '-retentionPeriod=3',
          // What was written is to be seen at once.
          '-search.latencyOffset=0s',
          '-loggerLevel=WARN',
        ],
        ready: `http://127.0.0.1:${VICTORIA_METRICS_PORT}/health`,
      };
    case 'live':
      return {
        command: [process.execPath, '--max-old-space-size=2048', LIVE, state, programs],
        // It answers when the past is written.
        ready: `http://127.0.0.1:${LIVE_PORT}/`,
        readySeconds: 600,
      };
    case 'metrics-server':
      return {
        command: [
          program,
          `--kubeconfig=${kubeconfig('metrics-server')}`,
          `--authentication-kubeconfig=${kubeconfig('metrics-server')}`,
          `--authorization-kubeconfig=${kubeconfig('metrics-server')}`,
          `--secure-port=${METRICS_SERVER_PORT}`,
          `--cert-dir=${at('metrics-server')}`,
          '--kubelet-insecure-tls',
          '--kubelet-use-node-status-port',
          '--kubelet-preferred-address-types=InternalIP',
          '--kubelet-request-timeout=9s',
          '--metric-resolution=10s',
        ],
      };
  }
}
