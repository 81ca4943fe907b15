/**
 * Kubernetes Events (events.k8s.io/v1) on the objects that were changed, with stable reasons, so that kubectl, dashboards and
 * exporters see who did it. An event that cannot be written never keeps a change from being made.
 */

import type { KubeClient } from '../kube/client.ts';
import { messageOf } from '../types/errors.ts';
import type { Runtime } from '../types/runtime.ts';
import type { ObjectReference } from '../types/workload.ts';
import { SOURCE } from './object.ts';

/** Stable names: others may wait for them. */
export type EventReason = 'UpidApplied' | 'UpidVerified' | 'UpidRefused' | 'UpidRolledBack' | 'UpidRollbackRefused' | 'UpidWoken';

const WARNINGS: ReadonlySet<EventReason> = new Set(['UpidRefused', 'UpidRollbackRefused']);

const CONTROLLER = 'upid.dev/kubectl-upid';
/** Bounds of the API. */
const NOTE_BYTES = 1024;
const INSTANCE_CHARACTERS = 128;

export interface EventWriter {
  write(target: ObjectReference, reason: EventReason, note: string, action: string): Promise<void>;
}

/** The first event that fails is told by `warn`; the others of the run are then left out. */
export function eventWriter(
  client: KubeClient,
  runtime: Pick<Runtime, 'now' | 'random' | 'process'>,
  warn: (line: string) => void,
): EventWriter {
  let failed = false;
  return {
    async write(target, reason, note, action) {
      // The simulated cluster keeps none.
      if (failed || client.simulated || target.namespace === '') return;
      const path = `/apis/events.k8s.io/v1/namespaces/${encodeURIComponent(target.namespace)}/events`;
      try {
        await client.send('POST', path, eventObject(target, reason, note, action, runtime), {
          source: SOURCE,
          timeoutSeconds: 10,
        });
      } catch (error) {
        if (failed) return;
        failed = true;
        warn(`Warning: no events are written on the changed objects: ${messageOf(error)}`);
      }
    },
  };
}

function eventObject(
  target: ObjectReference,
  reason: EventReason,
  note: string,
  action: string,
  { now, random, process }: Pick<Runtime, 'now' | 'random' | 'process'>,
): unknown {
  const unique = `${now().toString(16)}${Math.floor(random() * 0x1_0000_0000).toString(16)}`;
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: `${target.name.slice(0, 200)}.${unique}`, namespace: target.namespace },
    // Microseconds, as the API wants them.
    eventTime: new Date(now()).toISOString().replace(/Z$/, '000Z'),
    type: WARNINGS.has(reason) ? 'Warning' : 'Normal',
    reason,
    action,
    note: Buffer.from(note)
      .subarray(0, NOTE_BYTES)
      .toString()
      .replace(/\uFFFD$/, ''),
    regarding: {
      apiVersion: target.apiVersion,
      kind: target.kind,
      namespace: target.namespace,
      name: target.name,
      uid: target.uid,
    },
    reportingController: CONTROLLER,
    reportingInstance: (process.host || 'unknown').slice(0, INSTANCE_CHARACTERS),
  };
}
