/** Opens a TCP connection to a host: straight, through an HTTP(S) proxy's CONNECT, or through a SOCKS5 proxy. */

import { EventEmitter } from 'node:events';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect as connectTcp, type Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { messageOf } from '../types/errors.ts';

/** The proxy, not the server behind it, failed. */
export class ProxyError extends Error {
  readonly proxy: string;

  constructor(proxy: URL, reason: string, cause?: unknown) {
    super(reason, { cause });
    this.proxy = proxy.host;
  }
}

export interface TunnelOptions {
  readonly host: string;
  readonly port: number;
  /** Undefined: straight. */
  readonly proxy?: URL | undefined;
  /** Whom to trust when the proxy itself speaks TLS. */
  readonly secureContext?: SecureContext | undefined;
  readonly signal: AbortSignal;
}

/**
 * A connected socket; what is sent on it arrives at `host:port`.
 * @throws ProxyError when the proxy refuses; the socket's own error when nothing answers.
 */
export function openTunnel(options: TunnelOptions): Promise<Socket> {
  if (options.proxy === undefined) return openTcp(options.host, options.port, options.signal);
  return options.proxy.protocol.startsWith('socks')
    ? throughSocks(options.proxy, options)
    : throughConnect(options.proxy, options);
}

/** A connection to an HTTP proxy itself, which is then asked for whole URLs. @throws ProxyError */
export async function openProxy(proxy: URL, signal: AbortSignal): Promise<Socket> {
  const { host, port } = address(proxy);
  try {
    return await openTcp(host, port, signal);
  } catch (error) {
    throw signal.aborted ? signal.reason : new ProxyError(proxy, messageOf(error), error);
  }
}

/** Host, without the brackets of an IPv6 address, and port of a URL. */
export function address(url: URL): { readonly host: string; readonly port: number } {
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port) || (url.protocol === 'https:' ? 443 : 80) };
}

function openTcp(host: string, port: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectTcp({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 });
    whenReady(socket, 'connect', signal).then(resolve, reject);
  });
}

/** Waits for the event that makes a socket usable; destroys it when the signal comes first. */
export function whenReady<S extends Socket>(socket: S, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<S> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void): void => {
      signal.removeEventListener('abort', abort);
      socket.off(event, ready).off('error', failed).off('close', closed);
      finish();
    };
    const ready = (): void => settle(() => resolve(socket));
    const failed = (error: Error): void => settle(() => reject(error));
    const closed = (): void => failed(Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' }));
    const abort = (): void => {
      settle(() => reject(signal.reason));
      socket.on('error', () => undefined).destroy();
    };
    socket.once(event, ready).once('error', failed).once('close', closed);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}

function throughConnect(proxy: URL, { host, port, secureContext, signal }: TunnelOptions): Promise<Socket> {
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const secure = proxy.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const request = (secure ? httpsRequest : httpRequest)({
      method: 'CONNECT',
      ...address(proxy),
      path: authority,
      agent: false,
      signal,
      headers: { host: authority, ...proxyAuthorization(proxy) },
      ...(secure && secureContext !== undefined ? { secureContext } : {}),
    });
    request.once('connect', (response: IncomingMessage, socket: Socket) => {
      if (response.statusCode === 200) return resolve(socket);
      socket.destroy();
      reject(new ProxyError(proxy, `it answered ${response.statusCode} ${response.statusMessage ?? ''}`.trim()));
    });
    request.once('error', (error) => {
      reject(signal.aborted ? signal.reason : new ProxyError(proxy, messageOf(error) || error.name, error));
    });
    request.end();
  });
}

/** `Proxy-Authorization` from the user and password of the proxy's URL. */
export function proxyAuthorization(proxy: URL): Readonly<Record<string, string>> {
  if (proxy.username === '' && proxy.password === '') return {};
  const pair = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}

async function throughSocks(proxy: URL, { host, port, signal }: TunnelOptions): Promise<Socket> {
  const { SocksProxyAgent } = await import('socks-proxy-agent');
  // As in Go, the proxy resolves the name, whichever of the two schemes is written.
  const agent = new SocksProxyAgent(proxy.href.replace(/^socks5:/, 'socks5h:'));
  // The agent only tells the request which proxy it took.
  const request = new EventEmitter() as ClientRequest;
  const connecting = agent.connect(request, { host, port, secureEndpoint: false });
  const late = (): void => void connecting.then((socket) => socket.destroy()).catch(() => undefined);
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      late();
      reject(signal.reason);
    };
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    connecting
      .then(resolve, (error) => reject(new ProxyError(proxy, messageOf(error), error)))
      .finally(() => signal.removeEventListener('abort', abort));
  });
}
