/** Each patch asked of a server over a real connection: what is sent, and what each answer means. */

import type { ServerResponse } from 'node:http';
import { type DryRunMode, dryRun } from '../../lib/change/dry-run.ts';
import { applyJsonPatch, type Json } from '../../lib/kube/simulated/json-patch.ts';
import { makePlan } from '../../lib/optimize/plan.ts';
import type { DryRunResult, Recommendation } from '../../lib/types/plan.ts';
import type { Progress } from '../../lib/types/source.ts';
import { assert, suite } from '../harness.ts';
import { clientOf, errorOf } from '../kube/config.ts';
import { type Handler, sendJson, sendStatus, startServer } from '../kube/server.ts';
import { idleOf, inputOf, type ObjectParts, objectOf, usageOf, workloadOf } from '../optimize/look.ts';

const test = suite('dry-run');

/** A recommendation for such an object, as the plan makes it. */
function recommendationFor(parts: ObjectParts = {}, idle = false): Recommendation {
  const workload = workloadOf(objectOf(parts));
  const findings = idle ? [idleOf(workload)] : [];
  return makePlan(inputOf([workload], [[usageOf('web')]], { findings })).recommendations[0]!;
}

interface Asked {
  readonly results: readonly Recommendation[];
  readonly requests: readonly {
    readonly method: string;
    readonly path: string;
    readonly query: URLSearchParams;
    readonly type: string;
  }[];
  readonly progress: readonly Progress[];
  readonly mostAtOnce: number;
}

async function askAll(
  recommendations: readonly Recommendation[],
  handler: Handler,
  options: { readonly mode?: DryRunMode; readonly signal?: AbortSignal; readonly concurrency?: number } = {},
): Promise<Asked> {
  let atOnce = 0;
  let mostAtOnce = 0;
  const server = await startServer(async (request, response, body) => {
    mostAtOnce = Math.max(mostAtOnce, ++atOnce);
    response.on('finish', () => {
      atOnce -= 1;
    });
    await handler(request, response, body);
  });
  const client = await clientOf(server);
  const progress: Progress[] = [];
  try {
    const results = await dryRun(client, recommendations, {
      mode: options.mode ?? 'server',
      signal: options.signal ?? new AbortController().signal,
      progress: (step) => progress.push(step),
      ...(options.concurrency !== undefined && { concurrency: options.concurrency }),
    });
    const requests = server.requests.map(({ method = '', url = '', headers }) => {
      const { pathname, searchParams } = new URL(url, server.url);
      return { method, path: pathname, query: searchParams, type: String(headers['content-type']) };
    });
    return { results, requests, progress, mostAtOnce };
  } finally {
    await client.close();
    await server.stop();
  }
}

/** Applies the patch to the object it is for, as the API server does. */
const applying =
  (object: Json): Handler =>
  (_request, response, body) =>
    sendJson(response, applyJsonPatch(object, JSON.parse(body)));

async function resultOf(handler: Handler, recommendation = recommendationFor()): Promise<DryRunResult> {
  const { results } = await askAll([recommendation], handler);
  return results[0]!.dryRun;
}

const refusing =
  (code: number, reason: string, message: string): Handler =>
  (_request, response) =>
    sendStatus(response, code, reason, message, { details: { name: 'web', kind: 'deployments' } });

test('a patch is sent as JSON patch to the object, never without dryRun, in our own name', async () => {
  const { results, requests, progress } = await askAll([recommendationFor()], applying(objectOf()));
  assert.equal(results[0]!.dryRun, { state: 'accepted' });
  assert.is(requests.length, 1);
  const [request] = requests;
  assert.is(request!.method, 'PATCH');
  assert.is(request!.path, '/apis/apps/v1/namespaces/shop/deployments/web');
  assert.equal(request!.query.getAll('dryRun'), ['All']);
  assert.is(request!.query.get('fieldManager'), 'kubectl-upid');
  assert.is(request!.type, 'application/json-patch+json');
  assert.equal(progress, [{ step: 'dry-run', done: 1, of: 1 }]);
});

test('each built-in kind is asked at its own address', async () => {
  for (const [kind, apiVersion, path] of [
    ['StatefulSet', 'apps/v1', '/apis/apps/v1/namespaces/shop/statefulsets/web'],
    ['DaemonSet', 'apps/v1', '/apis/apps/v1/namespaces/shop/daemonsets/web'],
    ['ReplicaSet', 'apps/v1', '/apis/apps/v1/namespaces/shop/replicasets/web'],
    ['CronJob', 'batch/v1', '/apis/batch/v1/namespaces/shop/cronjobs/web'],
  ] as const) {
    const object = objectOf({ kind, apiVersion });
    const { requests, results } = await askAll([recommendationFor({ kind, apiVersion })], applying(object));
    assert.equal(
      requests.map((request) => request.path),
      [path],
    );
    assert.is(results[0]!.dryRun.state, 'accepted');
  }
  const { requests } = await askAll([recommendationFor({}, true)], applying(objectOf()));
  assert.is(requests[0]!.path, '/apis/apps/v1/namespaces/shop/deployments/web', 'scaling to zero goes through the object itself');
});

test('a custom kind is looked up, once for many objects', async () => {
  const parts = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout' };
  const handler: Handler = (request, response, body) =>
    request.method === 'GET'
      ? sendJson(response, {
          resources: [
            { name: 'rollouts/status', kind: 'Rollout', namespaced: true },
            { name: 'rollouts', kind: 'Rollout', namespaced: true },
          ],
        })
      : applying(objectOf(parts))(request, response, body);
  const { requests, results } = await askAll([recommendationFor(parts), recommendationFor(parts)], handler);
  assert.equal(requests.map(({ method, path }) => `${method} ${path}`).sort(), [
    'GET /apis/argoproj.io/v1alpha1',
    'PATCH /apis/argoproj.io/v1alpha1/namespaces/shop/rollouts/web',
    'PATCH /apis/argoproj.io/v1alpha1/namespaces/shop/rollouts/web',
  ]);
  assert.equal(
    results.map(({ dryRun: { state } }) => state),
    ['accepted', 'accepted'],
  );
  const gone = await resultOf((_request, response) => sendJson(response, { resources: [] }), recommendationFor(parts));
  assert.equal(gone, { state: 'failed', reason: 'the cluster serves no Rollout in argoproj.io/v1alpha1' });
});

test("what the server refuses is rejected, with the server's own words", async () => {
  for (const [code, reason, message] of [
    [
      422,
      'Invalid',
      'Deployment.apps "web" is invalid: spec.template.spec.containers[0].resources.requests: Invalid value: "1Gi"',
    ],
    [400, 'BadRequest', 'admission webhook "policy.example" denied the request: memory must be at least 1Gi'],
    [403, 'Forbidden', 'deployments.apps "web" is forbidden: exceeded quota: compute, requested: requests.memory=2Gi'],
    [404, 'NotFound', 'deployments.apps "web" not found'],
    [409, 'Conflict', 'the object has been modified'],
  ] as const) {
    const result = await resultOf(refusing(code, reason, message));
    assert.equal(result, { state: 'rejected', reason: `Error from server (${reason}): ${message}` });
  }
});

test('a missing right is named', async () => {
  const message =
    'deployments.apps "web" is forbidden: User "jane" cannot patch resource "deployments" in API group "apps" in the namespace "shop"';
  assert.equal(await resultOf(refusing(403, 'Forbidden', message)), {
    state: 'forbidden',
    reason: 'no right to patch deployments.apps in namespace "shop"',
  });
});

test('an answer that says nothing about the patch is a failure, not a refusal', async () => {
  const broken = await resultOf((_request, response) => response.socket?.destroy());
  assert.is(broken.state, 'failed');
  for (const [code, reason, message] of [
    [500, 'InternalError', 'failed calling webhook "policy.example": connection refused'],
    [400, 'BadRequest', 'admission webhook "policy.example" does not support dry run'],
    [401, 'Unauthorized', 'Unauthorized'],
  ] as const) {
    assert.is((await resultOf(refusing(code, reason, message))).state, 'failed', message);
  }
});

test('a value that a webhook would change is not accepted', async () => {
  const result = await resultOf((_request, response, body) => {
    const object = applyJsonPatch(objectOf(), JSON.parse(body));
    const path = '/spec/template/spec/containers/0/resources/requests/cpu';
    sendJson(response, applyJsonPatch(object, [{ op: 'replace', path, value: '500m' }]));
  });
  assert.equal(result, {
    state: 'rejected',
    reason:
      'the server would store "500m" at /spec/template/spec/containers/0/resources/requests/cpu instead of "115m": an admission webhook or controller changes it',
  });
  const otherForm = await resultOf((_request, response, body) => {
    const object = applyJsonPatch(objectOf(), JSON.parse(body));
    sendJson(
      response,
      applyJsonPatch(object, [
        { op: 'replace', path: '/spec/template/spec/containers/0/resources/requests/cpu', value: '0.115' },
      ]),
    );
  });
  assert.equal(otherForm, { state: 'accepted' }, 'the same quantity written otherwise');
});

test('one refusal does not keep the others from being asked, and the order stays', async () => {
  const names = Array.from({ length: 12 }, (_, at) => `web-${at}`);
  const recommendations = names.map((name) => recommendationFor({ name }));
  const answer = (response: ServerResponse, name: string, body: string): void => {
    if (name === 'web-3') sendStatus(response, 422, 'Invalid', 'no');
    else sendJson(response, applyJsonPatch(objectOf({ name }), JSON.parse(body)));
  };
  const { results, mostAtOnce, progress } = await askAll(
    recommendations,
    (request, response, body) => {
      const name = new URL(request.url ?? '', 'http://x').pathname.split('/').at(-1)!;
      // Later ones answer sooner.
      setTimeout(() => answer(response, name, body), 30 - Number(name.slice(4)) * 2);
    },
    { concurrency: 3 },
  );
  assert.equal(
    results.map(({ target }) => target.name),
    names,
  );
  assert.equal(
    results
      .filter(({ dryRun: { state } }) => state !== 'accepted')
      .map(({ target, dryRun: { state } }) => `${target.name} ${state}`),
    ['web-3 rejected'],
  );
  assert.is(mostAtOnce, 3);
  assert.equal(
    progress.map(({ done }) => done),
    names.map((_, at) => at + 1),
  );
});

test('without the server nothing is sent, and every recommendation says so', async () => {
  for (const mode of ['client', 'none'] as const) {
    const { results, requests } = await askAll([recommendationFor()], applying(objectOf()), { mode });
    assert.equal(requests, []);
    assert.equal(results[0]!.dryRun, { state: 'not-asked', reason: `--dry-run=${mode}: the API server was not asked` });
  }
});

test('Ctrl-C ends it', async () => {
  const stop = new AbortController();
  const asked = askAll([recommendationFor(), recommendationFor()], () => stop.abort(), { signal: stop.signal });
  assert.is((await errorOf(asked)).id, 'cancelled');
});

test('no recommendations, no requests', async () => {
  const { results, requests } = await askAll([], applying(objectOf()));
  assert.equal([...results, ...requests], []);
});

test.run();
