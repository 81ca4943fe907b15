/** Real proxies on loopback for the tests: HTTP with CONNECT and whole URLs, and SOCKS5. They note down what passes. */

import { createServer as createHttp, request as httpRequest, type IncomingMessage } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, connect, createServer as createTcp, type Server, type Socket } from 'node:net';
import { certificates } from './certificates.ts';

export interface TestProxy {
  readonly url: string;
  readonly host: string;
  /** What was asked for, in order: `CONNECT api.test:6443`, `GET http://…`, `SOCKS api.test:6443`. */
  readonly seen: readonly string[];
  /** `Proxy-Authorization` of the last request. */
  readonly authorization: () => string | undefined;
  stop(): Promise<void>;
}

/** Names that only the proxies know, so that a test shows who resolved them. */
function addressOf(host: string): string {
  return host.endsWith('.test') ? '127.0.0.1' : host;
}

/** An HTTP proxy; `refuses` is the status it answers CONNECT with. */
export async function httpProxy(
  options: { readonly tls?: boolean; readonly refuses?: string; readonly hangs?: boolean } = {},
): Promise<TestProxy> {
  const seen: string[] = [];
  let authorization: string | undefined;
  const { cert, key } = certificates().server;
  const server = options.tls ? createHttps({ cert, key }) : createHttp();
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    seen.push(`CONNECT ${request.url}`);
    authorization = request.headers['proxy-authorization'];
    socket.on('error', () => undefined);
    if (options.hangs) return;
    if (options.refuses !== undefined) return socket.end(`HTTP/1.1 ${options.refuses}\r\n\r\n`);
    const [host = '', port = ''] = (request.url ?? '').split(/:(?=\d+$)/);
    return join(socket, host, Number(port), () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
  });
  server.on('request', (request: IncomingMessage, response) => {
    seen.push(`${request.method} ${request.url}`);
    authorization = request.headers['proxy-authorization'];
    const url = new URL(request.url ?? '');
    const onward = { host: addressOf(url.hostname), port: url.port, path: url.pathname, headers: request.headers };
    request.pipe(
      httpRequest(onward, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      }),
    );
  });
  return started(server, options.tls ? 'https' : 'http', seen, () => authorization);
}

/** A SOCKS5 proxy without authentication (RFC 1928); `refuses` is the reply code it refuses with. */
export async function socksProxy(refuses = 0): Promise<TestProxy> {
  const seen: string[] = [];
  const server = createTcp((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(Buffer.from([5, 0]));
      socket.once('data', (request: Buffer) => {
        const { host, port } = socksAddress(request);
        seen.push(`SOCKS ${host}:${port}`);
        const reply = Buffer.from([5, refuses, 0, 1, 0, 0, 0, 0, 0, 0]);
        if (refuses > 0) return socket.end(reply);
        return join(socket, host, port, () => socket.write(reply));
      });
    });
  });
  return started(server, 'socks5', seen, () => undefined);
}

/** Address type 1 is IPv4, 3 a name with its length before it. */
function socksAddress(request: Buffer): { readonly host: string; readonly port: number } {
  const length = request[4] ?? 0;
  const end = request[3] === 1 ? 8 : 5 + length;
  const host = request[3] === 1 ? request.subarray(4, 8).join('.') : request.toString('latin1', 5, end);
  return { host, port: request.readUInt16BE(end) };
}

function join(socket: Socket, host: string, port: number, ready: () => void): void {
  const onward = connect(port, addressOf(host), () => {
    ready();
    onward.pipe(socket).pipe(onward);
  });
  onward.on('error', () => socket.destroy());
}

async function started(
  server: Server,
  scheme: string,
  seen: readonly string[],
  authorization: () => string | undefined,
): Promise<TestProxy> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const host = `127.0.0.1:${port}`;
  return {
    url: `${scheme}://${host}`,
    host,
    seen,
    authorization,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
