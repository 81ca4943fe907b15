/**
 * A server outside of the cluster that is given by URL (`--prometheus-url`): same connections, proxies, retries and error
 * sentences as the API server's, trusting what the system trusts. Knows HTTP; knows nothing of what is asked.
 */

import { UpidError } from '../types/errors.ts';
import type { Runtime } from '../types/runtime.ts';
import type { KubeClient } from './client.ts';
import { connections } from './connections.ts';
import { proxyFor } from './proxy.ts';
import { requester } from './requester.ts';
import { statusError } from './status-error.ts';
import { secureContext } from './tls.ts';

export interface WebOptions {
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly token?: string;
  /** Undefined: no limit but on silence; 0: none at all. */
  readonly requestTimeoutSeconds?: number;
  /** Connections at a time; 2 when absent. */
  readonly concurrency?: number;
}

/** Asks like the service proxy does, so that a caller need not know which of the two it has. */
export type WebTransport = Pick<KubeClient, 'server' | 'getText' | 'traffic' | 'close'>;

const CONNECT_TIMEOUT_SECONDS = 30;

/**
 * A transport for one base URL, whose path stands before every path that is asked. User and password in it become
 * basic authentication.
 * @throws UpidError usage for a URL or header that cannot be used.
 */
export function httpTransport(url: string, options: WebOptions, runtime: Runtime, signal?: AbortSignal): WebTransport {
  const server = parse(url);
  const pool = connections({
    server,
    proxy: proxyFor(server, runtime.env),
    insecureSkipTlsVerify: false,
    concurrency: options.concurrency ?? 2,
    connectTimeoutMilliseconds:
      Math.min(CONNECT_TIMEOUT_SECONDS, options.requestTimeoutSeconds || CONNECT_TIMEOUT_SECONDS) * 1000,
  });
  const asker = requester({
    connections: pool,
    server,
    compression: true,
    requestTimeoutSeconds: options.requestTimeoutSeconds,
    advice: {
      address: 'check the URL, and whether the server runs',
      trust: "add the server's authority to this machine's, or set NODE_EXTRA_CA_CERTS",
      name: "use the name that stands in the server's certificate",
      timeout: 'try again, or raise --request-timeout',
    },
    runtime,
    signal,
  });
  const headers = { ...authorization(server, options.token), ...headersOf(options.headers) };
  let trusted = server.protocol === 'http:';

  return {
    server: asker.server,
    async getText(path, request) {
      // Reading the system's authorities takes 50 ms: on first need.
      if (!trusted) pool.use(secureContext({ verify: true, certificateOwner: '' }, undefined));
      trusted = true;
      const reply = await asker.ask({ method: 'GET', path, options: request, headers, repeatable: true });
      if (reply.status >= 500) throw statusError(reply, { server: asker.server, method: 'GET', path });
      return { status: reply.status, contentType: reply.headers['content-type'] ?? '', text: reply.body.toString('utf8') };
    },
    traffic: asker.traffic,
    async close() {
      asker.close();
    },
  };
}

function parse(text: string): URL {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol) && url.hostname !== '') return url;
  throw new UpidError('usage', `${JSON.stringify(text)} is not an http or https URL`, {
    remedy: 'a URL looks like https://prometheus.example.com:9090',
  });
}

function authorization(server: URL, token: string | undefined): Readonly<Record<string, string>> {
  if (token) return { authorization: `Bearer ${token}` };
  if (server.username === '' && server.password === '') return {};
  const pair = `${decodeURIComponent(server.username)}:${decodeURIComponent(server.password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** A header given twice is sent twice. */
function headersOf(headers: WebOptions['headers']): Readonly<Record<string, string | string[]>> {
  const result: Record<string, string[]> = {};
  for (const { name, value } of headers) {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) || /[\r\n\0]/.test(value)) {
      throw new UpidError('usage', `${JSON.stringify(name)} is not a header that can be sent`, {
        remedy: 'a header looks like X-Scope-OrgID: team',
      });
    }
    result[name.toLowerCase()] = [...(result[name.toLowerCase()] ?? []), Buffer.from(value, 'utf8').toString('latin1')];
  }
  return Object.fromEntries(
    Object.entries(result).map(([name, values]) => [name, values.length === 1 ? (values[0] ?? '') : values]),
  );
}
