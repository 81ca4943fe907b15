/**
 * What is looked at before the first write: rights, the objects as they stand, and what the server would say to each patch. What
 * does not hold refuses its object by name; nothing has been changed then.
 */

import { mayI } from '../kube/access.ts';
import type { KubeClient } from '../kube/client.ts';
import type { ChangeStep, Untouched } from '../types/change.ts';
import { UpidError } from '../types/errors.ts';
import { formatRight } from '../types/right.ts';
import type { Runtime } from '../types/runtime.ts';
import type { ReportProgress } from '../types/source.ts';
import type { ObjectReference } from '../types/workload.ts';
import { answerTo, FIELD_MANAGER } from './dry-run.ts';
import { patchOf, readObject, refusalOf, SOURCE } from './object.ts';
import { objectPath, patchRight, ResourceIndex, type ServedResource } from './resource-path.ts';
import type { Planned, PlannedStep } from './step.ts';

/** An object that is to be written, and what it is made into a step by. */
export interface Candidate {
  readonly target: ObjectReference;
  readonly kind: ChangeStep['kind'];
  readonly plan: (object: unknown, resource: ServedResource) => Planned;
}

export interface PreflightOptions {
  readonly signal: AbortSignal;
  readonly progress: ReportProgress;
  readonly runtime: Pick<Runtime, 'warn'>;
  /** `none`: the server is not asked about the patches. */
  readonly dryRun: 'server' | 'none';
}

export interface Preflighted {
  readonly steps: readonly PlannedStep[];
  readonly untouched: readonly Untouched[];
}

/** @throws UpidError what keeps the cluster from answering; cancelled */
export async function preflight(
  client: KubeClient,
  candidates: readonly Candidate[],
  options: PreflightOptions,
): Promise<Preflighted> {
  const { signal, progress } = options;
  const index = new ResourceIndex(client, signal);
  const rights = new Rights(client, signal);
  const steps: PlannedStep[] = [];
  const untouched: Untouched[] = [];
  for (const [at, candidate] of candidates.entries()) {
    const { target, kind } = candidate;
    const planned = await plannedOf(client, candidate, { index, rights, options });
    if ('step' in planned) steps.push(planned.step);
    else if ('unchanged' in planned) untouched.push({ target, kind, state: 'unchanged', reason: planned.unchanged });
    else untouched.push({ target, kind, state: 'refused', reason: planned.refused });
    progress({ step: 'preflight', done: at + 1, of: candidates.length });
  }
  await warnOfLesserRights(client, steps, options);
  return { steps, untouched };
}

async function plannedOf(
  client: KubeClient,
  { target, plan }: Candidate,
  { index, rights, options }: { readonly index: ResourceIndex; readonly rights: Rights; readonly options: PreflightOptions },
): Promise<Planned> {
  const { signal, dryRun } = options;
  try {
    const resource = await index.find(target);
    const missing = await rights.missing(target, resource);
    if (missing !== undefined) return { refused: missing };
    const object = await readObject(client, objectPath(target, resource), signal);
    const made = plan(object, resource);
    if (!('step' in made) || dryRun === 'none') return made;
    const refused = await tried(client, made.step, object, signal);
    return refused === undefined ? made : { refused };
  } catch (error) {
    if (!(error instanceof UpidError) || !BY_OBJECT.has(error.id)) throw error;
    return { refused: refusalOf(error) };
  }
}

/** Rights without which less is told, one warning each for all namespaces. */
async function warnOfLesserRights(
  client: KubeClient,
  steps: readonly PlannedStep[],
  { signal, runtime }: PreflightOptions,
): Promise<void> {
  // The simulated cluster has pods for everybody, and keeps no events.
  if (client.simulated) return;
  const namespaces = [...new Set(steps.map(({ target }) => target.namespace))].filter((namespace) => namespace !== '');
  for (const { verb, group, resource, without } of LESSER) {
    const answers = await Promise.all(
      namespaces.map(async (namespace) => ({
        namespace,
        ...(await mayI(client, { verb, group, resource, namespace }, { signal })),
      })),
    );
    const [first, ...others] = answers.filter(({ allowed }) => !allowed);
    if (first === undefined) continue;
    const right = formatRight({ verb, resource: group === '' ? resource : `${resource}.${group}`, namespace: first.namespace });
    const more = others.length > 0 ? ` and ${others.length} more` : '';
    runtime.warn(`Warning: no right to ${right}${more}: ${without}`);
  }
}

const LESSER = [
  {
    verb: 'list',
    group: '',
    resource: 'pods',
    without: 'that pods crash or find no node is seen only when they are not ready in time',
  },
  { verb: 'create', group: 'events.k8s.io', resource: 'events', without: 'no events are written on the changed objects' },
] as const;

/** What is wrong with one object only. */
const BY_OBJECT: ReadonlySet<string> = new Set(['not-found', 'forbidden', 'api-missing']);

/** The server's refusal of the first patch of a step, which is sent as it would be but for `dryRun=All`. */
async function tried(
  client: KubeClient,
  { stages: [first], path }: PlannedStep,
  object: unknown,
  signal: AbortSignal,
): Promise<string | undefined> {
  const made = patchOf({ path, propose: first.propose, marks: first.marks }, object);
  if ('refused' in made) return made.refused;
  if (made.patch.length === 0) return undefined;
  try {
    // The object may move between the read and this: what is presumed of it is tested again when it is written.
    const patch = made.patch.filter(({ op, path: at }) => !(op === 'test' && at === '/metadata/resourceVersion'));
    const query = { dryRun: 'All', fieldManager: FIELD_MANAGER };
    const options = { source: SOURCE, query, contentType: 'application/json-patch+json', signal };
    const answer = answerTo(patch, await client.send('PATCH', path, patch, options));
    return 'reason' in answer ? answer.reason : undefined;
  } catch (error) {
    if (!(error instanceof UpidError) || error.id === 'cancelled') throw error;
    if (/does not support dry ?run/i.test(error.message)) return undefined;
    return error.message;
  }
}

/** Rights by resource and namespace, each asked once. */
class Rights {
  readonly #client: KubeClient;
  readonly #signal: AbortSignal;
  readonly #asked = new Map<string, Promise<string | undefined>>();

  constructor(client: KubeClient, signal: AbortSignal) {
    this.#client = client;
    this.#signal = signal;
  }

  /** In one sentence; undefined where all are held. */
  missing(target: ObjectReference, resource: ServedResource): Promise<string | undefined> {
    const key = `${target.apiVersion} ${resource.plural} ${target.namespace}`;
    const asked = this.#asked.get(key) ?? this.#ask(target, resource);
    this.#asked.set(key, asked);
    return asked;
  }

  async #ask(target: ObjectReference, resource: ServedResource): Promise<string | undefined> {
    const group = target.apiVersion.includes('/') ? target.apiVersion.split('/')[0]! : '';
    for (const verb of ['patch', 'get']) {
      const right = { verb, group, resource: resource.plural, ...(resource.namespaced && { namespace: target.namespace }) };
      const { allowed } = await mayI(this.#client, right, { signal: this.#signal });
      if (!allowed) return `no right to ${formatRight({ ...patchRight(target, resource), verb })}`;
    }
    return undefined;
  }
}
