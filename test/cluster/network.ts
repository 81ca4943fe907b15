/**
 * Addresses inside of a run's network namespace. The kernel takes all of them as its own (AnyIP), so that each simulated
 * node and pod has an address at which a process of the run can listen; the API server proxies to no loopback address.
 */

/** Of the API server, and first of the nodes' network. */
export const API_ADDRESS = '10.231.0.1';
export const API_PORT = 6443;
export const POD_NETWORK = '10.244.0.0/16';
export const SERVICE_NETWORK = '10.96.0.0/16';
/** Service `kubernetes`: the first of its network. */
export const API_SERVICE_ADDRESS = '10.96.0.1';

export const ETCD_PORT = 2379;
export const KUBELET_PORT = 10250;
export const LIVE_PORT = 10248;
export const METRICS_SERVER_PORT = 4443;
export const PROMETHEUS_PORT = 9090;
export const VICTORIA_METRICS_PORT = 8428;

/** Commands for `ip` that set up the namespace. */
export const NETWORK_SETUP: readonly (readonly string[])[] = [
  ['link', 'set', 'lo', 'up'],
  ['address', 'add', `${API_ADDRESS}/16`, 'dev', 'lo'],
  // The kernel makes all of the node's network local with the address on `lo`.
  ['route', 'add', 'local', POD_NETWORK, 'dev', 'lo'],
];

/** Address of the node with this number (0-based). */
export function nodeAddress(index: number): string {
  return `10.231.${1 + Math.floor(index / 250)}.${1 + (index % 250)}`;
}
