/**
 * The connections to one server: kept alive, reused, never more than the concurrency. Knows sockets, TLS and proxies;
 * knows nothing of Kubernetes.
 */

import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext, type TLSSocket } from 'node:tls';
import { gate } from './gate.ts';
import { address, openProxy, openTunnel, proxyAuthorization, whenReady } from './tunnel.ts';

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
  /** Host and port of the proxy on the way. */
  readonly proxy: string | undefined;

  constructor(milliseconds: number, proxy: URL | undefined) {
    super(`no connection within ${milliseconds} ms`);
    this.milliseconds = milliseconds;
    this.proxy = proxy?.host;
  }
}

export interface Connections {
  readonly agent: HttpAgent | HttpsAgent;
  /** Waits for a free place; the returned function gives it back. */
  enter(signal: AbortSignal | undefined): Promise<() => void>;
  /** New TLS material: connections that show the old certificate are closed, those in use after their answer. */
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
  const forwards = !secure && settings.proxy?.protocol === 'http:';
  const places = gate(settings.concurrency);
  const closing = new AbortController();
  let context: SecureContext | undefined;

  const open = async (secureContext: SecureContext | undefined): Promise<Socket> => {
    const deadline = new AbortController();
    const timer = setTimeout(
      () => deadline.abort(new ConnectTimeout(settings.connectTimeoutMilliseconds, settings.proxy)),
      settings.connectTimeoutMilliseconds,
    );
    try {
      const signal = AbortSignal.any([closing.signal, deadline.signal]);
      const { host, port } = address(settings.server);
      if (forwards && settings.proxy !== undefined) return await openProxy(settings.proxy, signal);
      const socket = await openTunnel({ host, port, proxy: settings.proxy, secureContext, signal });
      return secure ? await whenReady(tlsOver(socket, host, settings, secureContext), 'secureConnect', signal) : socket;
    } finally {
      clearTimeout(timer);
    }
  };

  const agent = new (secure ? HttpsAgent : HttpAgent)({
    keepAlive: true,
    maxSockets: settings.concurrency,
    timeout: IDLE_MILLISECONDS,
  });
  /** Which TLS material each connection was opened with. */
  const shown = new WeakMap<object, SecureContext | undefined>();
  agent.createConnection = (_options, callback) => {
    const opening = context;
    open(opening).then(
      (socket) => {
        shown.set(socket, opening);
        callback?.(null, socket);
      },
      (error) => callback?.(error, undefined as never),
    );
    return undefined;
  };
  const { keepSocketAlive } = agent;
  // Declared without a result, but documented to have one: whether the socket is kept.
  agent.keepSocketAlive = (socket): boolean => shown.get(socket) === context && Boolean(keepSocketAlive.call(agent, socket));

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

function tlsOver(
  socket: Socket,
  host: string,
  settings: ConnectionSettings,
  secureContext: SecureContext | undefined,
): TLSSocket {
  const name = settings.tlsServerName ?? host;
  return connectTls({
    socket,
    host: name,
    // An address may not stand in the server name indication (RFC 6066); `host` alone is then compared.
    ...(isIP(name) === 0 ? { servername: name } : {}),
    ...(secureContext === undefined ? {} : { secureContext }),
    rejectUnauthorized: !settings.insecureSkipTlsVerify,
    ALPNProtocols: ['http/1.1'],
  });
}
