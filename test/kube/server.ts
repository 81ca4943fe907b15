/** A real HTTPS (or HTTP) server on loopback that answers as a test says, and counts what reaches it. */

import { createServer as createHttp, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttps, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { certificates, type Pair } from './certificates.ts';

export interface TestServer {
  readonly url: string;
  readonly port: number;
  /** TCP connections so far. */
  readonly connections: () => number;
  /** Those that are open now. */
  readonly open: () => readonly Socket[];
  /** Requests in the order they came. */
  readonly requests: readonly IncomingMessage[];
  stop(): Promise<void>;
}

export type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => unknown;

export interface ServerSettings {
  readonly certificate?: Pair;
  /** Refuses clients without a certificate of the authority, during the handshake. */
  readonly demandCertificate?: boolean;
  readonly plain?: boolean;
  readonly tls?: ServerOptions;
}

export async function startServer(handler: Handler, settings: ServerSettings = {}): Promise<TestServer> {
  const requests: IncomingMessage[] = [];
  const sockets = new Set<Socket>();
  let opened = 0;
  const listener = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    requests.push(request);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    await handler(request, response, Buffer.concat(chunks).toString('utf8'));
  };
  const server: Server = settings.plain ? createHttp(listener) : createHttps(tlsOptions(settings), listener);
  server.on('connection', (socket: Socket) => {
    opened += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${settings.plain ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    connections: () => opened,
    open: () => [...sockets],
    requests,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function tlsOptions(settings: ServerSettings): ServerOptions {
  const { ca, server } = certificates();
  const { cert, key } = settings.certificate ?? server;
  return { cert, key, ca, requestCert: true, rejectUnauthorized: settings.demandCertificate === true, ...settings.tls };
}

/** Common name of the certificate a request came with; empty without one, or when nobody vouches for it. */
export function clientName(request: IncomingMessage): string {
  const socket = request.socket as TLSSocket;
  const name = socket.getPeerCertificate().subject?.CN;
  return socket.authorized && typeof name === 'string' ? name : '';
}

export function sendJson(response: ServerResponse, value: unknown, status = 200, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(value));
}

/** A Kubernetes error answer. */
export function sendStatus(
  response: ServerResponse,
  code: number,
  reason: string,
  message: string,
  more: { readonly details?: object; readonly headers?: Record<string, string> } = {},
): void {
  const details = more.details === undefined ? {} : { details: more.details };
  sendJson(
    response,
    { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code, ...details },
    code,
    more.headers,
  );
}
