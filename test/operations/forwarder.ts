/** A server in front of a history server that lets a test do something at the moment the program asks its first query. */

import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Forwarder {
  readonly url: string;
  close(): Promise<void>;
}

/** Passes every request on to `target` once what `first` does at the first one is done. */
export async function forward(target: string, first: () => Promise<void> | void): Promise<Forwarder> {
  let done: Promise<void> | undefined;
  const server = createServer(async (asked, answer) => {
    done ??= Promise.resolve(first());
    await done;
    const headers = { ...asked.headers, host: new URL(target).host };
    const onward = request(`${target}${asked.url}`, { method: asked.method, headers }, (response: IncomingMessage) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    asked.pipe(onward);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}
