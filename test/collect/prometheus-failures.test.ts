/** A metrics server that is found, refused, broken or slow: one plain sentence each, and never an exception. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { PrometheusClient } from '../../lib/collect/prometheus/client.ts';
import { collectPrometheus, type PrometheusEvidence, type PrometheusOptions } from '../../lib/collect/prometheus/collect.ts';
import { webTransport } from '../../lib/collect/prometheus/transport.ts';
import type { KubeClient } from '../../lib/kube/client.ts';
import { httpTransport } from '../../lib/kube/web.ts';
import type { SourceReport } from '../../lib/types/source.ts';
import { assert, suite } from '../harness.ts';
import { clientOf, errorOf } from '../kube/config.ts';
import { testRuntime } from '../kube/runtime.ts';
import { type Handler, startServer, type TestServer } from '../kube/server.ts';
import { workload } from './workload.ts';

const NOW = Date.parse('2026-11-24T12:00:00Z');

type Answer = (
  query: string,
  path: string,
) => { readonly status?: number; readonly type?: string; readonly body: string } | undefined;

const test = suite('collect from a Prometheus that fails');

/** What is reported of a server given by URL that answers so. */
async function reportWith(answer: Answer, options: Partial<PrometheusOptions> = {}): Promise<PrometheusEvidence> {
  const server = await startServer((request, response) => reply(request, response, answer), { plain: true });
  try {
    return await ask({} as KubeClient, { url: server.url, headers: [], enabled: true, ...options });
  } finally {
    await server.stop();
  }
}

function reply(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const url = new URL(request.url ?? '/', 'http://server');
  const said = answer(url.searchParams.get('query') ?? '', url.pathname);
  if (!said) return;
  response.writeHead(said.status ?? 200, { 'content-type': said.type ?? 'application/json' });
  response.end(said.body);
}

function ask(client: KubeClient, options: PrometheusOptions, signal = new AbortController().signal): Promise<PrometheusEvidence> {
  return collectPrometheus(client, options, [workload({ name: 'web', pods: ['web-6d4cf56db6-x7k2p'] })], {
    nowMs: NOW,
    settings: { windowSeconds: 86_400, earlierUseSeconds: 2 * 86_400, sidecars: [] },
    sizing: false,
    signal,
    progress: () => undefined,
    runtime: testRuntime(),
  });
}

const LABELS = { namespace: 'shop', pod: 'web-6d4cf56db6-x7k2p', container: 'main' };

function vector(value: string, labels: object = LABELS, more: object = {}): { body: string } {
  const result = [{ metric: labels, value: [NOW / 1000, value] }];
  return { body: JSON.stringify({ status: 'success', data: { resultType: 'vector', result }, ...more }) };
}

function matrix(values: readonly (readonly [number, string])[], more: object = {}): { body: string } {
  const result = [{ metric: { namespace: 'shop', upid_owner: 'web' }, values }];
  return { body: JSON.stringify({ status: 'success', data: { resultType: 'matrix', result }, ...more }) };
}

const EMPTY = { body: '{"status":"success","data":{"resultType":"vector","result":[]}}' };
const PARSE_ERROR = { status: 400, body: '{"status":"error","errorType":"bad_data","error":"unknown function"}' };

/** A server that is well, but for what `range` says. */
function healthy(range: Answer): Answer {
  return (query, path) => {
    if (query.startsWith('label_set')) return PARSE_ERROR;
    if (query.startsWith('topk')) return vector('1');
    if (query.startsWith('quantile(')) return vector('30', {});
    return path.endsWith('query_range') ? range(query, path) : EMPTY;
  };
}

test('a page of HTML', async () => {
  const { evidence, reports } = await reportWith(() => ({ type: 'text/html', body: '<html><title>Sign in</title></html>' }));
  assert.is(evidence.size, 0);
  assert.is(reports[0]?.state, 'failed');
  assert.match(reports[0]?.reason ?? '', /answered a page of HTML titled "Sign in" \(status 200\) instead of JSON$/);
});

test('an error in the words of the server', async () => {
  const { reports } = await reportWith(() => ({
    status: 422,
    body: '{"status":"error","errorType":"execution","error":"query timed out"}',
  }));
  assert.match(reports[0]?.reason ?? '', /it answered execution: query timed out$/);
});

test('an overloaded server that answers 503', async () => {
  const { reports } = await reportWith(() => ({
    status: 503,
    body: '{"status":"error","errorType":"timeout","error":"too many queries"}',
  }));
  assert.is(reports[0]?.state, 'failed');
  assert.match(reports[0]?.reason ?? '', /it answered too many queries$/);
});

test('a token that is missing', async () => {
  const { reports } = await reportWith(() => ({ status: 401, type: 'text/plain', body: 'Unauthorized' }));
  assert.match(reports[0]?.reason ?? '', /answered status 401: Unauthorized/);
  assert.match(reports[0]?.remedy ?? '', /--prometheus-token/);
});

test('an answer that is cut off', async () => {
  const body = '{"status":"success","data":{"resultType":"vector","result":[{"met';
  const { reports } = await reportWith(() => ({ body }));
  assert.ok(reports[0]?.reason?.endsWith(`its answer was cut off after ${body.length} characters`), reports[0]?.reason);
});

/** What is reported of a server given by URL that does with a connection what `handler` does. */
async function reportOf(handler: Handler): Promise<SourceReport | undefined> {
  const server = await startServer(handler, { plain: true });
  try {
    const { evidence, reports } = await ask({} as KubeClient, { url: server.url, headers: [], enabled: true });
    assert.is(evidence.size, 0);
    assert.is(reports.length, 1);
    assert.not.match(reports[0]?.reason ?? '', /\n/);
    return reports[0];
  } finally {
    await server.stop();
  }
}

test('a connection that breaks in the middle of the answer', async () => {
  const report = await reportOf((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' });
    response.write('{"status":"success","data":{"resultType":"vec');
    setTimeout(() => response.destroy(), 10);
  });
  assert.is(report?.state, 'failed');
  assert.match(report?.reason ?? '', /closed|aborted|terminated|reset|broke/i);
});

test('a proxy in front that sends to its login page, and a right that is missing', async () => {
  const moved = await reportOf((_, response) => response.writeHead(302, { location: 'https://login.example/' }).end());
  assert.is(moved?.state, 'failed');
  assert.match(moved?.reason ?? '', /302/);
  const refused = await reportOf((_, response) =>
    response.writeHead(403, { 'content-type': 'text/plain' }).end('no access to tenant'),
  );
  assert.match(refused?.reason ?? '', /answered status 403: no access to tenant$/);
  assert.match(refused?.remedy ?? '', /--prometheus-token/);
});

test('something else than Prometheus', async () => {
  const { reports } = await reportWith(() => ({ type: 'text/plain', body: 'pong' }));
  assert.match(reports[0]?.reason ?? '', /something that is not JSON: pong$/);
  const other = await reportWith(() => ({ body: '{"status":"success","data":{"resultType":"streams","result":[]}}' }));
  assert.match(other.reports[0]?.reason ?? '', /a result of type "streams"$/);
});

test('an empty answer, and a server without container metrics', async () => {
  const { reports } = await reportWith(() => ({ body: '' }));
  assert.match(reports[0]?.reason ?? '', /it answered nothing \(status 200\)$/);
  const without = await reportWith(() => EMPTY);
  assert.is(without.reports[0]?.state, 'partial');
  assert.match(without.reports[0]?.reason ?? '', /has no container_cpu_usage_seconds_total of pods from the last five minutes/);
  assert.match(without.reports[0]?.remedy ?? '', /cadvisor/);
});

test('warnings and a partial answer are told, and what came is used', async () => {
  const point = [[NOW / 1000, '0.25']] as const;
  const thanos = await reportWith(healthy(() => matrix(point, { warnings: ['store gateway 2 is away'] })));
  assert.is(thanos.reports[0]?.state, 'partial');
  assert.match(thanos.reports[0]?.reason ?? '', /^it warns: store gateway 2 is away$/);
  assert.is(thanos.evidence.get('shop/Deployment/web')?.usage[0]?.cpuPeakCores?.at(-1), 0.25);
  const victoria = await reportWith(healthy(() => matrix(point, { isPartial: true })));
  assert.match(victoria.reports[0]?.reason ?? '', /some of its storage nodes did not answer/);
});

test('words instead of numbers are no measurements', async () => {
  const { evidence } = await reportWith(
    healthy(() =>
      matrix([
        [NOW / 1000 - 600, 'NaN'],
        [NOW / 1000 - 300, '+Inf'],
        [NOW / 1000, '0.5'],
      ]),
    ),
  );
  const cpu = evidence.get('shop/Deployment/web')?.usage[0]?.cpuPeakCores;
  assert.equal([...(cpu?.slice(-3) ?? [])], [Number.NaN, Number.NaN, 0.5]);
});

test('one query that fails costs its figures alone', async () => {
  const { evidence, reports } = await reportWith(
    healthy((query) =>
      query.includes('container_network')
        ? { status: 422, body: '{"status":"error","error":"too many samples"}' }
        : matrix([[NOW / 1000, '1']]),
    ),
  );
  assert.is(reports[0]?.state, 'partial');
  assert.match(reports[0]?.reason ?? '', /^\d+ of \d+ queries failed: it answered too many samples$/);
  const usage = evidence.get('shop/Deployment/web')?.usage[0];
  assert.is(usage?.cpuPeakCores?.at(-1), 1);
  assert.is(usage?.networkPeakBytesPerSecond, undefined);
});

test('at most two queries at a time, and none after Ctrl-C', async () => {
  let running = 0;
  let most = 0;
  const cancel = new AbortController();
  let asked = 0;
  const server = await startServer(
    (request, response) => {
      running += 1;
      most = Math.max(most, running);
      asked += 1;
      setTimeout(() => {
        running -= 1;
        if (asked === 6) cancel.abort();
        reply(
          request,
          response,
          healthy(() => matrix([[NOW / 1000, '1']])),
        );
      }, 15);
    },
    { plain: true },
  );
  const error = await errorOf(ask({} as KubeClient, { url: server.url, headers: [], enabled: true }, cancel.signal));
  assert.is(error.id, 'cancelled');
  assert.is(most, 2);
  assert.ok(asked <= 8, `${asked} queries`);
  assert.ok(server.connections() <= 2);
  await server.stop();
});

test('a server that takes the question and never answers is given up', async () => {
  const server = await startServer(() => undefined, { plain: true });
  const web = httpTransport(server.url, { headers: [] }, testRuntime());
  const client = new PrometheusClient(webTransport(web), { signal: new AbortController().signal, timeoutSeconds: 1 });
  const started = performance.now();
  const error = await errorOf(client.instant('up', NOW));
  assert.is(error.id, 'prometheus');
  assert.is(error.message, 'it did not answer within 1 s');
  assert.ok(performance.now() - started < 5000);
  // The server was told to give up a little earlier by itself.
  assert.match(server.requests[0]?.url ?? '', /timeout=1s/);
  await web.close();
  await server.stop();
});

test('headers, token and a path in the URL are sent', async () => {
  const server = await startServer((request, response) => reply(request, response, () => EMPTY), { plain: true });
  await ask({} as KubeClient, {
    url: `${server.url}/tenant`,
    headers: [{ name: 'X-Scope-OrgID', value: 'team' }],
    token: 'secret',
    enabled: true,
  });
  const [first] = server.requests;
  assert.match(first?.url ?? '', /^\/tenant\/api\/v1\/query\?/);
  assert.is(first?.headers['x-scope-orgid'], 'team');
  assert.is(first?.headers.authorization, 'Bearer secret');
  await server.stop();
});

test('a server that is not there, a URL that is none, and one that is switched off', async () => {
  const { reports } = await ask({} as KubeClient, { url: 'http://127.0.0.1:9', headers: [], enabled: true });
  assert.is(reports[0]?.state, 'failed');
  assert.match(reports[0]?.reason ?? '', /127\.0\.0\.1:9/);
  const error = await errorOf(ask({} as KubeClient, { url: 'localhost', headers: [], enabled: true }));
  assert.is(error.id, 'usage');
  const off = await ask({} as KubeClient, { headers: [], enabled: false });
  assert.is(off.reports[0]?.state, 'not-asked');
});

test('the one server, too much for the whole, is asked for halves', async () => {
  const selectors: string[] = [];
  const server = await startServer(
    (request, response) =>
      reply(
        request,
        response,
        healthy((query) => {
          const pods = /pod=~"([^"]*)"/.exec(query)?.[1] ?? '';
          selectors.push(pods);
          const tooMuch = pods.includes('web') && pods.includes('api');
          return tooMuch
            ? { status: 422, body: '{"status":"error","error":"query processing would load too many samples into memory"}' }
            : matrix([[NOW / 1000, '1']]);
        }),
      ),
    { plain: true },
  );
  const { evidence, reports } = await collectPrometheus(
    {} as KubeClient,
    { url: server.url, headers: [], enabled: true },
    [workload({ name: 'api', pods: ['api-6d4cf56db6-bbbbb'] }), workload({ name: 'web', pods: ['web-6d4cf56db6-x7k2p'] })],
    {
      nowMs: NOW,
      settings: { windowSeconds: 86_400, earlierUseSeconds: 86_400, sidecars: [] },
      sizing: false,
      signal: new AbortController().signal,
      progress: () => undefined,
      runtime: testRuntime(),
    },
  );
  await server.stop();
  assert.is(reports[0]?.state, 'used', reports[0]?.reason);
  assert.is(evidence.get('shop/Deployment/web')?.usage[0]?.cpuPeakCores?.at(-1), 1);
  assert.ok(selectors.includes('(?:web)(?:-.+)?'));
});

/** An API server with these Services, behind whose proxies `answers` speak by service name. */
async function clusterWith(
  services: readonly {
    readonly namespace: string;
    readonly name: string;
    readonly port: number;
    readonly portName?: string;
    readonly labels?: object;
  }[],
  answers: Readonly<Record<string, Answer>>,
  forbid: readonly string[] = [],
): Promise<{ readonly server: TestServer; readonly client: KubeClient }> {
  const items = services.map(({ namespace, name, port, portName = 'web', labels = {} }) => ({
    metadata: { namespace, name, labels },
    spec: { ports: [{ name: portName, port }] },
  }));
  const server = await startServer(
    (request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://server');
      const proxied = /^\/api\/v1\/namespaces\/([^/]+)\/services\/(https?):([^:]+):(\d+)\/proxy(\/.*)$/.exec(pathname);
      const service = proxied?.[3] ?? '';
      if (forbid.includes(pathname) || forbid.includes(service)) return forbidden(response, pathname);
      if (proxied) return reply(request, response, answers[service] ?? (() => ({ status: 404, body: '' })));
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ kind: 'ServiceList', metadata: { resourceVersion: '1' }, items }));
    },
    { plain: true },
  );
  return { server, client: await clientOf(server) };
}

function forbidden(response: ServerResponse, path: string): void {
  response.writeHead(403, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify({ kind: 'Status', status: 'Failure', reason: 'Forbidden', message: `forbidden: ${path}`, code: 403 }),
  );
}

test('found in the cluster: what was also tried and why it was not taken stays known where nothing is found', async () => {
  const { server, client } = await clusterWith(
    [
      { namespace: 'apps', name: 'web', port: 80 },
      { namespace: 'monitoring', name: 'prometheus-node-exporter', port: 9100 },
      { namespace: 'monitoring', name: 'prometheus-server', port: 80, portName: 'http' },
      { namespace: 'monitoring', name: 'prometheus-k8s', port: 9090 },
      { namespace: 'thanos', name: 'thanos-querier', port: 9091, portName: 'https' },
    ],
    {
      'prometheus-k8s': () => ({
        status: 503,
        body: '{"kind":"Status","message":"no endpoints available for service","reason":"ServiceUnavailable","code":503}',
      }),
      'prometheus-server': () => ({ type: 'text/html', body: '<!doctype html><title>Grafana</title>' }),
    },
    ['thanos-querier'],
  );
  const { reports } = await ask(client, { headers: [], enabled: true });
  assert.is(reports[0]?.state, 'forbidden');
  const reason = reports[0]?.reason ?? '';
  assert.match(reason, /thanos\/thanos-querier:9091: no right to get services\/proxy there/);
  assert.match(reason, /monitoring\/prometheus-k8s:9090: .*no endpoints available/);
  assert.match(reason, /monitoring\/prometheus-server:80: it answered a page of HTML titled "Grafana"/);
  assert.not.match(reason, /node-exporter|apps\/web/);
  assert.match(
    reports[0]?.remedy ?? '',
    /grant the right to get services\/proxy in namespace "thanos", or name a server with --prometheus-url/,
  );
  await client.close();
  await server.stop();
});

test('found by its label, behind an empty one, with the prefix of its kind', async () => {
  const paths: string[] = [];
  const { server, client } = await clusterWith(
    [
      { namespace: 'ops', name: 'metrics', port: 9090, labels: { 'app.kubernetes.io/name': 'prometheus' } },
      { namespace: 'ops', name: 'thanos-query', port: 9090, portName: 'http' },
      { namespace: 'vm', name: 'vmselect-main', port: 8481, portName: 'http' },
    ],
    {
      'thanos-query': () => EMPTY,
      'vmselect-main': (_query, path) => {
        paths.push(path);
        return { status: 404, type: 'text/plain', body: 'unsupported path' };
      },
      metrics: healthy(() => matrix([[NOW / 1000, '0.5']])),
    },
  );
  const { evidence, reports } = await ask(client, { headers: [], enabled: true });
  assert.is(reports[0]?.state, 'used', reports[0]?.reason);
  assert.match(reports[0]?.gave ?? '', /^ops\/metrics:9090 through the service proxy: use of 1 of 1 workloads/);
  // Why the others were not taken is told as well.
  assert.match(
    reports[0]?.gave ?? '',
    /; also tried: ops\/thanos-query:9090 answers but has no container metrics; vm\/vmselect-main:8481: it answered status 404/,
  );
  assert.is(evidence.size, 1);
  assert.match(paths[0] ?? '', /\/proxy\/select\/0\/prometheus\/api\/v1\/query$/);
  await client.close();
  await server.stop();
});

test('an empty one is named together with those that could not be used', async () => {
  const { server, client } = await clusterWith(
    [
      { namespace: 'a', name: 'thanos-query', port: 9090 },
      { namespace: 'b', name: 'prometheus-k8s', port: 9090 },
    ],
    { 'thanos-query': () => EMPTY },
    ['prometheus-k8s'],
  );
  const { reports } = await ask(client, { headers: [], enabled: true });
  assert.is(reports[0]?.state, 'partial');
  assert.match(
    reports[0]?.reason ?? '',
    /^a\/thanos-query:9090 through the service proxy answers, but has no .*; also tried: b\/prometheus-k8s:9090: no right to get services\/proxy/,
  );
  await client.close();
  await server.stop();
});

test('no Service looks like one, or Services may not be listed', async () => {
  const empty = await clusterWith([{ namespace: 'apps', name: 'web', port: 80 }], {});
  const absent = await ask(empty.client, { headers: [], enabled: true });
  assert.is(absent.reports[0]?.state, 'absent');
  await empty.client.close();
  await empty.server.stop();

  const closed = await clusterWith([], {}, ['/api/v1/services', '/api/v1/namespaces/shop/services']);
  const { reports } = await ask(closed.client, { headers: [], enabled: true });
  assert.is(reports[0]?.state, 'forbidden');
  assert.match(reports[0]?.reason ?? '', /no right to list services in all namespaces/);
  assert.match(reports[0]?.remedy ?? '', /--prometheus-url/);
  await closed.client.close();
  await closed.server.stop();
});

test.run();
