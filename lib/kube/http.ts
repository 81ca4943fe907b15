/** The client of a real API server: credentials, impersonation and error texts over one requester. */

import { UpidError } from '../types/errors.ts';
import type { Runtime } from '../types/runtime.ts';
import type { KubeClient } from './client.ts';
import type { ConnectionOptions } from './connection.ts';
import { type Connections, connections } from './connections.ts';
import type { Credential, CredentialSource } from './credential-source.ts';
import { credentialSource } from './credentials.ts';
import type { Reply } from './exchange.ts';
import { impersonationHeaders } from './impersonation.ts';
import { jsonOf } from './json.ts';
import { lineReader } from './lines.ts';
import { listAll } from './list.ts';
import { proxyFor } from './proxy.ts';
import { type Question, type Requester, requester } from './requester.ts';
import { statusError } from './status-error.ts';
import type { Target } from './target.ts';
import { secureContext } from './tls.ts';
import { warningPrinter } from './warnings.ts';

/** Connections at a time; with HTTP/1.1 also requests. Eight keep a server 50 ms away busy and a small one calm. */
const CONCURRENCY = 8;
/** As client-go's dialer. */
const CONNECT_TIMEOUT_SECONDS = 30;

const ADVICE = {
  address: 'check that the cluster runs and that the server address of the kubeconfig is right',
  trust: 'check certificate-authority of the cluster in the kubeconfig, or give --certificate-authority',
  name: 'set tls-server-name in the kubeconfig or give --tls-server-name, or correct the server address',
  timeout: 'try again, or raise --request-timeout',
};

/**
 * A client for a target. Nothing is sent, and no credential plugin is run, before the first request.
 * @throws UpidError kubeconfig-invalid for certificates that cannot be used; credential-plugin for a removed provider.
 */
export function httpClient(target: Target, options: ConnectionOptions, runtime: Runtime, signal?: AbortSignal): KubeClient {
  const pool = poolFor(target, options, runtime);
  const identity = identityOf(target, pool, runtime, signal);
  const asker = requester({
    connections: pool,
    server: target.server,
    compression: !target.disableCompression,
    requestTimeoutSeconds: options.requestTimeoutSeconds,
    advice: ADVICE,
    runtime,
    signal,
  });
  const showWarnings = warningPrinter(runtime);

  const ask = async (question: Omit<Question, 'headers'> & { headers?: Question['headers'] }): Promise<Reply> => {
    const reply = await asAuthenticated(identity, asker, { ...question, headers: question.headers ?? {} });
    showWarnings(reply.headers.warning as string | undefined);
    return reply;
  };
  const getJson: KubeClient['getJson'] = async (path, request) => {
    const reply = await ask({ method: 'GET', path, options: request, headers: { accept: 'application/json' }, repeatable: true });
    return contentOf(reply, { server: asker.server, method: 'GET', path });
  };

  return {
    context: target.context,
    server: asker.server,
    namespace: target.namespace,
    simulated: false,
    getJson,
    async getText(path, request) {
      const reply = await ask({ method: 'GET', path, options: request, repeatable: true });
      if (reply.status >= 500) throw statusError(reply, { server: asker.server, method: 'GET', path });
      const { 'content-type': contentType = '', date } = reply.headers;
      return { status: reply.status, contentType, text: reply.body.toString('utf8'), ...(date !== undefined && { date }) };
    },
    async stream(path, request, onLine) {
      const lines = lineReader(onLine);
      const reply = await ask({
        method: 'GET',
        path,
        options: request,
        headers: { accept: 'application/json' },
        onChunk: lines.take,
        // What has been told would be told again.
        repeatable: false,
      });
      if (reply.status !== 200) throw statusError(reply, { server: asker.server, method: 'GET', path });
      lines.end();
    },
    list: (path, request) => listAll(getJson, path, request),
    async send(method, path, body, request) {
      const contentType = request.contentType ?? (method === 'PATCH' ? 'application/merge-patch+json' : 'application/json');
      const reply = await ask({
        method,
        path,
        options: request,
        headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': contentType }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        // A review asks a question, though by POST.
        repeatable: method === 'POST' && path.endsWith('reviews'),
      });
      return contentOf(reply, { server: asker.server, method, path });
    },
    traffic: asker.traffic,
    async close() {
      identity.credentials.close();
      asker.close();
    },
  };
}

function poolFor(target: Target, options: ConnectionOptions, runtime: Runtime): Connections {
  const seconds = Math.min(CONNECT_TIMEOUT_SECONDS, options.requestTimeoutSeconds || CONNECT_TIMEOUT_SECONDS);
  return connections({
    server: target.server,
    proxy: proxyFor(target.server, runtime.env, target.proxyUrl),
    tlsServerName: target.tlsServerName,
    insecureSkipTlsVerify: target.insecureSkipTlsVerify,
    concurrency: options.concurrency ?? CONCURRENCY,
    connectTimeoutMilliseconds: seconds * 1000,
  });
}

interface Identity {
  readonly credentials: CredentialSource;
  readonly impersonation: Readonly<Record<string, string | string[]>>;
  /** Makes new connections show this credential's certificate. */
  readonly show: (credential: Credential) => void;
}

function identityOf(target: Target, pool: Connections, runtime: Runtime, signal: AbortSignal | undefined): Identity {
  let shown: Credential['certificate'] | 'none yet' = 'none yet';
  const show = (credential: Credential): void => {
    if (target.server.protocol !== 'https:' || shown === credential.certificate) return;
    const trust = {
      certificateAuthority: target.certificateAuthority,
      verify: !target.insecureSkipTlsVerify,
      certificateOwner: target.credentials.user,
    };
    pool.use(secureContext(trust, credential.certificate));
    shown = credential.certificate;
  };
  // A certificate that cannot be used is an error of the kubeconfig, found before anything is sent.
  if (target.credentials.certificate !== undefined) show({ certificate: target.credentials.certificate });
  return {
    credentials: credentialSource(target, runtime, signal),
    impersonation: impersonationHeaders(target.impersonation),
    show,
  };
}

/** Asks with the current credential; refused, asks once more with a newer one if there is any. */
async function asAuthenticated(identity: Identity, asker: Requester, question: Question): Promise<Reply> {
  const { signal } = question.options;
  const askAs = (credential: Credential): Promise<Reply> => {
    identity.show(credential);
    const authorization = credential.authorization === undefined ? {} : { authorization: credential.authorization };
    return asker.ask({ ...question, headers: { ...question.headers, ...authorization, ...identity.impersonation } });
  };
  const credential = await identity.credentials.current(signal);
  const reply = await askAs(credential);
  if (reply.status !== 401) return reply;
  const renewed = await identity.credentials.renew(credential, signal);
  return renewed === undefined ? reply : askAs(renewed);
}

function contentOf(reply: Reply, asked: { readonly server: string; readonly method: string; readonly path: string }): unknown {
  if (reply.status >= 300 || reply.status < 200) throw statusError(reply, asked);
  if (reply.status === 204) return undefined;
  const content = jsonOf(reply, asked);
  if (typeof content === 'object' && content !== null) return content;
  throw new UpidError(
    'server-error',
    `${asked.server} answered ${asked.method} ${asked.path} with a bare value instead of an object`,
    {
      remedy: 'check that the server address is that of a Kubernetes API server',
    },
  );
}
