/**
 * The connections to one server: kept alive, reused, never more than the concurrency. Knows sockets, TLS and proxies;
 * knows nothing of Kubernetes.
 */

import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP } from 'node:net';
import { connect as connectTls, type SecureContext } from 'node:tls';
import { gate } from './gate.ts';
import { openTcp, openTunnel, proxyAuthorization, whenReady } from './tunnel.ts';

export interface ConnectionSettings {
  readonly server: URL;
  readonly proxy?: URL | undefined;
  /** Name in the server's certificate when it is not the host's. */
  readonly tlsServerName?: string | undefined;
  readonly insecureSkipTlsVerify: boolean;
  /** Requests in flight, and so connections. */
  readonly concurrency: number;
  /** For name look-up, TCP, proxy and TLS together. */
  readonly connectTimeoutMilliseconds: number;
}

/** Thrown when no connection stood in time. */
export class ConnectTimeout extends Error {
  readonly milliseconds: number;

  constructor(milliseconds: number) {
    super(`no connection within ${milliseconds} ms`);
    this.milliseconds = milliseconds;
  }
}

export interface Connections {
  readonly agent: HttpAgent | HttpsAgent;
  /** Waits for a free place; the returned function gives it back. */
  enter(signal: AbortSignal | undefined): Promise<() => void>;
  /** New TLS material: connections that show the old certificate are closed once they are idle. */
  use(context: SecureContext): void;
  /** Path of a request line: whole URL where a plain HTTP request goes through an HTTP proxy. */
  requestPath(url: URL): string;
  readonly proxyHeaders: Readonly<Record<string, string>>;
  close(): void;
}

/** An idle connection is dropped before the servers and proxies on the way drop it. */
const IDLE_MILLISECONDS = 30_000;

/** Sets up the pool; opens nothing yet. */
export function connections(settings: ConnectionSettings): Connections {
  const secure = settings.server.protocol === 'https:';
  const forwards = !secure && settings.proxy !== undefined && !settings.proxy.protocol.startsWith('socks');
  const places = gate(settings.concurrency);
  const closing = new AbortController();
  let context: SecureContext | undefined;

  const open = async (): Promise<ReturnType<typeof connectTls> | Awaited<ReturnType<typeof openTcp>>> => {
    const deadline = new AbortController();
    const timer = setTimeout(
      () => deadline.abort(new ConnectTimeout(settings.connectTimeoutMilliseconds)),
      settings.connectTimeoutMilliseconds,
    );
    try {
      const signal = AbortSignal.any([closing.signal, deadline.signal]);
      const { host, port } = address(settings.server);
      if (forwards && settings.proxy !== undefined) {
        const proxy = address(settings.proxy);
        return await openTcp(proxy.host, proxy.port, signal);
      }
      const socket = await openTunnel({ host, port, proxy: settings.proxy, secureContext: context, signal });
      return secure ? await whenReady(tlsOver(socket, host, settings, context), 'secureConnect', signal) : socket;
    } finally {
      clearTimeout(timer);
    }
  };

  const agent = new (secure ? HttpsAgent : HttpAgent)({
    keepAlive: true,
    maxSockets: settings.concurrency,
    timeout: IDLE_MILLISECONDS,
  });
  agent.createConnection = (_options, callback) => {
    open().then(
      (socket) => callback?.(null, socket),
      (error) => callback?.(error, undefined as never),
    );
    return undefined;
  };

  return {
    agent,
    enter: places.enter,
    use(next) {
      context = next;
      // Free sockets carry the old certificate; those in use finish their answer first.
      for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy();
    },
    requestPath: (url) => (forwards ? `${url.origin}${url.pathname}${url.search}` : `${url.pathname}${url.search}`),
    proxyHeaders: forwards && settings.proxy !== undefined ? proxyAuthorization(settings.proxy) : {},
    close() {
      closing.abort(new Error('closed'));
      agent.destroy();
    },
  };
}

function address(url: URL): { readonly host: string; readonly port: number } {
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port) || (url.protocol === 'https:' ? 443 : 80) };
}

function tlsOver(
  socket: Awaited<ReturnType<typeof openTcp>>,
  host: string,
  settings: ConnectionSettings,
  context?: SecureContext,
) {
  const name = settings.tlsServerName ?? host;
  return connectTls({
    socket,
    host: name,
    // An address may not stand in the server name indication (RFC 6066); `host` alone is then compared.
    ...(isIP(name) === 0 ? { servername: name } : {}),
    ...(context === undefined ? {} : { secureContext: context }),
    rejectUnauthorized: !settings.insecureSkipTlsVerify,
    ALPNProtocols: ['http/1.1'],
  });
}
