/** Selectors as the simulated API server reads them: kubectl's grammar, the real server's refusals. */

import { parseFieldSelector } from '../../../lib/kube/simulated/field-selector.ts';
import { parseLabelSelector } from '../../../lib/kube/simulated/label-selector.ts';
import { Refusal } from '../../../lib/kube/simulated/refusal.ts';
import { type ApiResource, resourcesServed } from '../../../lib/kube/simulated/resources.ts';
import { assert, suite } from '../../harness.ts';

const test = suite('selectors of the simulated cluster');

const LABELS = { app: 'web', tier: 'front', 'example.com/track': 'canary', build: '42', empty: '' };

const LABEL_CASES: readonly (readonly [string, boolean])[] = [
  ['', true],
  ['app=web', true],
  ['app==web', true],
  ['app=db', false],
  [' app = web ', true],
  ['app!=db', true],
  ['app!=web', false],
  ['missing!=x', true],
  ['app in (web,db)', true],
  ['app in (db, cache)', false],
  ['app notin (db)', true],
  ['app notin (web)', false],
  ['missing notin (x)', true],
  ['missing in (x)', false],
  ['app', true],
  ['missing', false],
  ['!missing', true],
  ['!app', false],
  ['! app', false],
  ['app=web,tier=front', true],
  ['app=web,tier!=front', false],
  ['app in (web),tier in (front,back),!missing', true],
  ['example.com/track=canary', true],
  ['build>41', true],
  ['build>42', false],
  ['build<100,build>1', true],
  ['app>1', false],
  ['empty=', true],
  ['app=', false],
  ['empty in ()', true],
];

for (const [selector, expected] of LABEL_CASES) {
  test(`label selector ${JSON.stringify(selector)} ${expected ? 'selects' : 'does not select'}`, () => {
    assert.is(parseLabelSelector(selector)(LABELS), expected);
  });
}

for (const selector of ['app in web', 'app in (web', '=web', 'app web', 'app=web,', '-app', 'a/b/c=x', 'app>x', 'app=a/b', ',']) {
  test(`label selector ${JSON.stringify(selector)} is a bad request`, () => {
    assert.is(refusalOf(() => parseLabelSelector(selector)).code, 400);
  });
}

const POD = {
  metadata: { name: 'web-1', namespace: 'shop' },
  spec: { nodeName: 'node-1', restartPolicy: 'Always' },
  status: { phase: 'Running', podIP: '10.0.0.1' },
};

const FIELD_CASES: readonly (readonly [string, boolean])[] = [
  ['', true],
  ['metadata.name=web-1', true],
  ['metadata.name==web-2', false],
  ['metadata.namespace!=shop', false],
  ['spec.nodeName=node-1,status.phase=Running', true],
  ['spec.nodeName=node-1,status.phase!=Running', false],
  ['spec.hostNetwork=false', true],
  ['status.nominatedNodeName=', true],
  ['metadata.name=web\\,1', false],
];

for (const [selector, expected] of FIELD_CASES) {
  test(`field selector ${JSON.stringify(selector)} ${expected ? 'selects' : 'does not select'} the pod`, () => {
    assert.is(parseFieldSelector(selector, resource('pods'))(POD), expected);
  });
}

test('a field that lists cannot be selected by is a bad request in the words of the server', () => {
  const ofPods = refusalOf(() => parseFieldSelector('spec.containers=x', resource('pods')));
  assert.equal([ofPods.code, ofPods.message], [400, 'field label not supported: spec.containers']);
  assert.match(refusalOf(() => parseFieldSelector('spec.replicas=2', resource('deployments'))).message, /only "metadata.name"/);
  assert.is(refusalOf(() => parseFieldSelector('toString=x', resource('pods'))).code, 400);
  assert.is(refusalOf(() => parseFieldSelector('status.phase', resource('pods'))).code, 400);
});

function resource(plural: string): ApiResource {
  const found = resourcesServed({ name: 'none', seed: 1, nodes: [], workloads: [] }).find((each) => each.plural === plural);
  assert.ok(found);
  return found!;
}

function refusalOf(work: () => unknown): Refusal {
  try {
    work();
  } catch (error) {
    assert.instance(error, Refusal);
    return error as Refusal;
  }
  throw new Error('expected a refusal, there was none');
}

test.run();
