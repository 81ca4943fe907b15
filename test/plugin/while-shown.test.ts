/** Questions from within a view: about the selected workload, without a word over the view, and none that outlives it. */

import type { LookRequest } from '../../lib/operations/request.ts';
import { defaultIdleSettings } from '../../lib/operations/settings.ts';
import type { ObjectReference } from '../../lib/types/workload.ts';
import { whileShown } from '../../plugin/while-shown.ts';
import { assert, suite } from '../harness.ts';
import { testRuntime } from '../kube/runtime.ts';

const test = suite('questions from within a view');

function reference(namespace: string, name: string): ObjectReference {
  return { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name, uid: `uid-${name}` };
}

function request(changes: Partial<LookRequest> = {}): Omit<LookRequest, 'progress'> {
  return {
    connection: {},
    demo: true,
    demoHistory: '',
    scope: { allNamespaces: true, labelSelector: 'team=shop', fieldSelector: 'metadata.name!=x', names: [], chunkSize: 7 },
    prometheus: { headers: [], enabled: true },
    history: undefined,
    settings: defaultIdleSettings('UTC'),
    runtime: testRuntime({ stdinIsTerminal: true }),
    signal: new AbortController().signal,
    ...changes,
  };
}

test('the question is that of the command, about the workload alone: its namespace, its name, and no selectors', async () => {
  await whileShown(request(), async (ask) => {
    const scope = await ask([reference('shop', 'web')], async (asked) => asked.scope);
    assert.equal(scope, { namespace: 'shop', allNamespaces: false, names: [{ kind: 'Deployment', name: 'web' }], chunkSize: 7 });
    const several = await ask([reference('shop', 'web'), reference('staging', 'web')], async (asked) => asked.scope);
    assert.is(several.allNamespaces, true);
  });
});

test('warnings are told when the view has closed, each once, also where it fails; and nobody is asked for a password', async () => {
  const runtime = testRuntime({ stdinIsTerminal: true });
  const shown = whileShown(request({ runtime }), async (ask) => {
    for (let times = 0; times < 2; times++) {
      await ask([reference('shop', 'web')], async (asked) => {
        assert.is(asked.runtime.stdinIsTerminal, false);
        asked.progress({ step: 'connecting' });
        asked.runtime.warn('the server is old');
      });
    }
    assert.equal(runtime.warnings, []);
    throw new Error('the view broke');
  });
  const failure = await shown.then(
    () => 'none',
    (error: unknown) => String(error),
  );
  assert.match(failure, 'the view broke');
  assert.equal(runtime.warnings, ['the server is old']);
});

test('what is still asked when the view closes is cancelled, and so it is when the program is interrupted', async () => {
  let signal = new AbortController().signal;
  const open = async (asked: LookRequest): Promise<void> => {
    signal = asked.signal;
  };
  await whileShown(request(), async (ask) => {
    await ask([reference('shop', 'web')], open);
    assert.is(signal.aborted, false);
  });
  assert.is(signal.aborted, true);
  const interrupt = new AbortController();
  await whileShown(request({ signal: interrupt.signal }), async (ask) => {
    await ask([reference('shop', 'web')], open);
    interrupt.abort();
    assert.is(signal.aborted, true);
  });
});

test.run();
