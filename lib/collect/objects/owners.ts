/** Pods to workloads: ownerReferences are followed to the top, through built-in and custom owners. */

import type { KubeClient } from '../../kube/client.ts';
import { UpidError } from '../../types/errors.ts';
import { formatRight, type Right } from '../../types/right.ts';
import type { SourceReport } from '../../types/source.ts';
import { type Controller, controller, podAsController } from './controllers.ts';
import { getOrUndefined, SURVIVED } from './lists.ts';
import { list, type OwnedPod, type OwnerReference, type Raw, record, text } from './read.ts';

/** The controllers and pods that were listed, by kind and name within a namespace, and other owners read one by one. */
export class OwnerIndex {
  readonly #byName = new Map<string, Controller>();
  readonly #client: KubeClient;
  readonly #signal: AbortSignal;
  readonly #resources = new Map<string, Promise<ReadonlyMap<string, Resource>>>();
  readonly #read = new Map<string, Promise<Controller | undefined>>();
  /** The first request for each kind in a namespace: where it is forbidden, no other is made. */
  readonly #first = new Map<string, Promise<unknown>>();
  readonly #forbidden = new Set<string>();
  readonly #unread = new Map<string, { readonly report: SourceReport; readonly owner: string; others: number }>();

  constructor(client: KubeClient, listed: readonly Controller[], signal: AbortSignal) {
    this.#client = client;
    this.#signal = signal;
    for (const entry of listed) this.#byName.set(key(entry.namespace, entry.apiVersion, entry.kind, entry.name), entry);
  }

  /** One report for each reason why owners could not be read. */
  get reports(): readonly SourceReport[] {
    return [...this.#unread.values()].map(({ report, owner, others }) => {
      const which =
        others === 0
          ? `${owner} is known by the references to it alone`
          : `${owner} and ${others} more are known by the references to them alone`;
      return { ...report, reason: `${report.reason}; ${which}` };
    });
  }

  /** The chain from a pod's owner to the top, lowest first; empty for a pod of its own and for a mirror pod, whose owner is a Node. */
  async chainOf(pod: OwnedPod): Promise<readonly Controller[]> {
    const chain: Controller[] = [];
    let reference = pod.owner;
    while (reference && reference.kind !== 'Node' && chain.length < MAXIMUM_DEPTH) {
      const owner = await this.#find(pod, reference);
      chain.push(owner);
      reference = owner.owner;
    }
    return chain;
  }

  async #find(pod: OwnedPod, reference: OwnerReference): Promise<Controller> {
    const listed = this.#byName.get(key(pod.namespace, reference.apiVersion, reference.kind, reference.name));
    if (listed) return listed;
    if (!WAS_LISTED.has(`${reference.apiVersion} ${reference.kind}`)) {
      const read = await this.#readOnce(pod.namespace, reference);
      if (read) return read;
    }
    return this.#fromReference(pod, reference);
  }

  #readOnce(namespace: string, reference: OwnerReference): Promise<Controller | undefined> {
    const id = key(namespace, reference.apiVersion, reference.kind, reference.name);
    const pending = this.#read.get(id) ?? this.#request(namespace, reference);
    this.#read.set(id, pending);
    return pending;
  }

  async #request(namespace: string, reference: OwnerReference): Promise<Controller | undefined> {
    const resource = (await this.#resourcesOf(reference.apiVersion)).get(reference.kind);
    if (!resource) {
      this.#report(`${reference.apiVersion} ${reference.kind} is not served, or may not be discovered`, namespace, reference);
      return undefined;
    }
    const inNamespace = resource.namespaced ? `/namespaces/${namespace}` : '';
    const group = reference.apiVersion.includes('/') ? `.${reference.apiVersion.split('/')[0]}` : '';
    const missing: Right = { verb: 'get', resource: `${resource.plural}${group}`, ...(resource.namespaced && { namespace }) };
    const right = formatRight(missing);
    const request = () => this.#get(`${apiPath(reference.apiVersion)}${inNamespace}/${resource.plural}/${reference.name}`, right);
    const first = this.#first.get(right);
    if (first) await first;
    const reading = this.#forbidden.has(right) ? undefined : request();
    if (!first && reading) this.#first.set(right, reading);
    const answer = await reading;
    if (typeof answer === 'object') {
      // An owner at cluster scope is shown where its pods are.
      return { ...controller(reference.apiVersion, reference.kind, answer), namespace };
    }
    if (this.#forbidden.has(right)) this.#report(`no right to ${right}`, namespace, reference, missing);
    else this.#report(answer ?? 'nothing was answered', namespace, reference);
    return undefined;
  }

  /** The object, or what keeps it from being read. */
  async #get(path: string, right: string): Promise<Raw | string> {
    try {
      return record(await this.#client.getJson(path, { source: 'owners', signal: this.#signal }));
    } catch (error) {
      if (!(error instanceof UpidError) || !SURVIVED.has(error.id)) throw error;
      if (error.id === 'forbidden') this.#forbidden.add(right);
      return error.message;
    }
  }

  #report(reason: string, namespace: string, { kind, name }: OwnerReference, right?: Right): void {
    const known = this.#unread.get(reason);
    if (known) {
      known.others += 1;
      return;
    }
    const report: SourceReport =
      right === undefined
        ? { source: 'owners', state: 'failed', reason }
        : { source: 'owners', state: 'forbidden', reason, remedy: `grant the right to ${formatRight(right)}`, right };
    this.#unread.set(reason, { report, owner: `${kind} "${name}" in namespace "${namespace}"`, others: 0 });
  }

  #resourcesOf(apiVersion: string): Promise<ReadonlyMap<string, Resource>> {
    const pending = this.#resources.get(apiVersion) ?? this.#requestResources(apiVersion);
    this.#resources.set(apiVersion, pending);
    return pending;
  }

  async #requestResources(apiVersion: string): Promise<ReadonlyMap<string, Resource>> {
    const raw = await getOrUndefined(this.#client, apiPath(apiVersion), 'owners', this.#signal);
    const resources = list(record(raw).resources).filter((resource) => !text(resource.name).includes('/'));
    return new Map(
      resources.map((resource) => [
        text(resource.kind),
        { plural: text(resource.name), namespaced: resource.namespaced === true },
      ]),
    );
  }

  /** What the reference alone tells. Where ReplicaSets may not be listed, the pod's template hash still names the Deployment. */
  #fromReference(pod: OwnedPod, reference: OwnerReference): Controller {
    const deployment = reference.kind === 'ReplicaSet' ? deploymentName(pod, reference) : undefined;
    return {
      ...podAsController(pod),
      ...reference,
      labels: {},
      annotations: {},
      owner: deployment === undefined ? undefined : { apiVersion: 'apps/v1', kind: 'Deployment', name: deployment, uid: '' },
      containers: [],
    };
  }
}

/** A kind as discovery tells of it. */
interface Resource {
  readonly plural: string;
  readonly namespaced: boolean;
}

/** An owner chain longer than this is a loop in the references. */
const MAXIMUM_DEPTH = 8;

function deploymentName(pod: OwnedPod, reference: OwnerReference): string | undefined {
  const hash = pod.labels['pod-template-hash'];
  return hash && reference.name.endsWith(`-${hash}`) ? reference.name.slice(0, -hash.length - 1) : undefined;
}

/** Kinds that were listed whole: one that is not among them is gone, or may not be read. */
const WAS_LISTED: ReadonlySet<string> = new Set([
  'apps/v1 ReplicaSet',
  'apps/v1 Deployment',
  'apps/v1 StatefulSet',
  'apps/v1 DaemonSet',
  'batch/v1 Job',
  'batch/v1 CronJob',
]);

function apiPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

function key(namespace: string, apiVersion: string, kind: string, name: string): string {
  return `${namespace}\n${apiVersion.split('/')[0]}\n${kind}\n${name}`;
}
