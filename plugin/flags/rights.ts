/** Values of flags that say what rights are about. */

import { readAs } from './validators.ts';

/** A port of a Service; as in lib/operations/auth. */
export interface ServiceAddress {
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
  readonly scheme: 'http' | 'https';
  readonly prefix: string;
}

/** Prometheus' own. */
const PORT = 9090;

export const isServiceAddress = readAs(
  parseServiceAddress,
  'a namespace, a service and its port, such as monitoring/prometheus:9090, or monitoring/https:prometheus:9091',
);

export function parseServiceAddress(text: string): ServiceAddress | undefined {
  const match = /^([a-z0-9][-a-z0-9]*)\/(?:(https?):)?([a-z0-9][-a-z0-9]*)(?::(\d{1,5}))?$/.exec(text);
  if (!match) return undefined;
  const [, namespace = '', scheme = 'http', service = '', port = String(PORT)] = match;
  return { namespace, service, port: Number(port), scheme: scheme === 'https' ? 'https' : 'http', prefix: '' };
}

/** `NAME`, or `NAMESPACE/NAME`. */
export const isServiceAccount = readAs((text) => {
  const match = /^(?:([a-z0-9][-a-z0-9]*)\/)?([a-z0-9][-a-z0-9.]*)$/.exec(text);
  return match ? { namespace: match[1] ?? 'default', name: match[2]! } : undefined;
}, 'a name such as kubectl-upid, or a namespace and a name such as tools/kubectl-upid');
