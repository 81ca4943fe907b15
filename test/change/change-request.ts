/** How tests ask for changes of a real cluster, as a machine with a home of its own. */

import process from 'node:process';
import { testRuntime } from '../kube/runtime.ts';
import { OWN_PROCESS } from './own-process.ts';

export function changeRequest(kubeconfig: string, home: string) {
  return {
    connection: { kubeconfig },
    demo: false,
    runtime: testRuntime({
      env: { PATH: process.env.PATH, UPID_HOME: home },
      random: Math.random,
      process: OWN_PROCESS,
    }),
    signal: new AbortController().signal,
    progress: () => undefined,
    version: '0.0.0-test',
    dryRun: 'none',
    atomic: false,
    force: false,
    timeoutSeconds: 30,
    settleSeconds: 0.1,
    confirm: async () => true,
  } as const;
}
