/** Ways to the API server with a hand on what passes: a counting TCP forwarder, and an authenticating one as `kubectl proxy` is. */

import { readFileSync } from 'node:fs';
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { type AddressInfo, connect, createServer as createTcp, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { TestCluster } from './cluster.ts';

export interface Forwarder {
  readonly url: string;
  stop(): Promise<void>;
}

export interface CountingForwarder extends Forwarder {
  /** Connections so far, and the most that were open at one time. */
  readonly opened: () => number;
  readonly mostOpen: () => number;
}

/** Passes bytes on; the client sees the server's own certificate. */
export async function countingForwarder(cluster: TestCluster): Promise<CountingForwarder> {
  const open = new Set<Socket>();
  let [opened, mostOpen] = [0, 0];
  const { hostname, port } = new URL(cluster.apiUrl);
  const server = createTcp((client) => {
    opened += 1;
    open.add(client);
    mostOpen = Math.max(mostOpen, open.size);
    const onward = connect(Number(port), hostname);
    client.on('close', () => open.delete(client));
    for (const [one, other] of [
      [client, onward],
      [onward, client],
    ] as const) {
      one.pipe(other);
      one.on('error', () => other.destroy());
    }
  });
  const listening = await listen(server, open);
  return { ...listening, url: `https://${listening.host}`, opened: () => opened, mostOpen: () => mostOpen };
}

/** Called before a request is passed on; what it returns is called with the first piece of the answer, before that is passed back. */
export type OnRequest = (path: string) => Promise<(() => Promise<void>) | undefined>;

/** Speaks plain HTTP and adds the administrator's certificate. A connection that breaks behind it breaks before it too. */
export async function authenticatingForwarder(cluster: TestCluster, onRequest: OnRequest): Promise<Forwarder> {
  const certificate = (file: string): Buffer => readFileSync(join(cluster.folder, 'certificates', file));
  // A connection for each request: the server behind may have been started anew between two.
  const agent = new Agent({
    ca: certificate('ca.crt'),
    cert: certificate('admin.crt'),
    key: certificate('admin.key'),
  });
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const onAnswer = await onRequest(request.url ?? '/');
    const { host: _, ...headers } = request.headers;
    const onward = httpsRequest(new URL(request.url ?? '/', cluster.apiUrl), { method: request.method, headers, agent });
    const broken = (): void => void response.destroy();
    onward.on('error', broken);
    onward.on('response', async (answer) => {
      answer.on('error', broken);
      await onAnswer?.();
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  };
  const server = createHttp((request, response) => void pass(request, response));
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => open.add(socket.on('close', () => open.delete(socket))));
  const listening = await listen(server, open);
  const stop = async (): Promise<void> => {
    await listening.stop();
    agent.destroy();
  };
  return { url: `http://${listening.host}`, stop };
}

async function listen(server: Server, open: ReadonlySet<Socket>): Promise<{ readonly host: string; stop(): Promise<void> }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}
