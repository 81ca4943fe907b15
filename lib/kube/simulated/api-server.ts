/** The simulated API server: a request in, the status and the JSON that a real one would answer with out. Keeps no state. */

import { UpidError } from '../../types/errors.ts';
import { coreVersions, groupInfo, groupList, resourceList, versionInfo } from './discovery.ts';
import { dryRunPatch } from './dry-run.ts';
import { listPage } from './list-page.ts';
import { methodNotAllowed, objectMissing, pathMissing, Refusal } from './refusal.ts';
import { type ApiResource, groupVersionOf } from './resources.ts';
import { accessReview, subjectReview } from './reviews.ts';
import type { Snapshot, SnapshotObject } from './snapshot.ts';

export interface ApiRequest {
  readonly method: string;
  /** Path with its query. */
  readonly url: URL;
  readonly contentType: string;
  readonly body: unknown;
}

export interface ApiAnswer {
  /** HTTP status. */
  readonly status: number;
  readonly body: unknown;
}

/**
 * Answers a request; a refusal is an answer too.
 * @throws UpidError forbidden for a request that would change something
 */
export function answer(snapshot: Snapshot, request: ApiRequest): ApiAnswer {
  try {
    return { status: request.method === 'POST' ? 201 : 200, body: contentFor(snapshot, request) };
  } catch (error) {
    if (error instanceof Refusal) return { status: error.code, body: error.status };
    throw error;
  }
}

function contentFor(snapshot: Snapshot, request: ApiRequest): unknown {
  const segments = request.url.pathname.split('/').slice(1).map(decodeURIComponent);
  const target = targetOf(snapshot, segments);
  if (request.method === 'POST' && target?.resource.verbs.includes('create')) return review(target.resource, request.body);
  if (request.method === 'GET') return target ? read(snapshot, target, request) : discovery(snapshot, segments);
  if (target === undefined) throw pathMissing();
  const isDryRun = request.url.searchParams.get('dryRun') === 'All';
  if (!isDryRun) throw refusedChange();
  if (request.method !== 'PATCH' || target.name === undefined || !target.resource.verbs.includes('patch'))
    throw methodNotAllowed(request.method);
  return dryRunPatch(target.resource, objectAt(snapshot, target, target.name), request.contentType, request.body);
}

function refusedChange(): UpidError {
  return new UpidError('forbidden', 'the simulated cluster is not changed: it only answers what a dry-run would do', {
    remedy: 'leave out --demo to change a real cluster',
  });
}

/** What a path names: a list, or one object. */
interface Target {
  readonly resource: ApiResource;
  /** Empty at cluster scope and for all namespaces. */
  readonly namespace: string;
  readonly name?: string;
}

/** @throws Refusal 404 for a resource that is not served, and for what lies below an object */
function targetOf({ resources }: Snapshot, segments: readonly string[]): Target | undefined {
  const [root] = segments;
  const groupVersion = root === 'api' ? segments[1] : root === 'apis' ? segments.slice(1, 3).join('/') : undefined;
  const rest = segments.slice(root === 'api' ? 2 : 3);
  if (groupVersion === undefined || rest.length === 0) return undefined;
  const [first, namespace = '', ...within] = rest;
  const isWithin = first === 'namespaces' && within.length > 0;
  const [plural, name, ...below] = isWithin ? within : rest;
  const resource = resources.find((each) => groupVersionOf(each) === groupVersion && each.plural === plural);
  if (!resource || (isWithin && !resource.namespaced) || (name !== undefined && resource.namespaced && !isWithin))
    throw pathMissing();
  const target: Target = { resource, namespace: isWithin ? namespace : '', ...(name !== undefined && { name }) };
  if (below.length > 0) throw subresource(target, below);
  return target;
}

/** Pods and services of the simulated cluster run nowhere, so that there is nothing to be proxied to. */
function subresource({ resource, name = '' }: Target, below: readonly string[]): Refusal {
  if (below[0] === 'proxy' && (resource.plural === 'services' || resource.plural === 'pods'))
    return new Refusal(503, 'ServiceUnavailable', `no endpoints available for ${resource.kind.toLowerCase()} "${name}"`);
  return pathMissing();
}

function read(snapshot: Snapshot, target: Target, request: ApiRequest): unknown {
  if (!target.resource.verbs.includes('get')) throw methodNotAllowed('GET');
  if (target.name !== undefined) return objectAt(snapshot, target, target.name);
  const objects = snapshot
    .objects(target.resource)
    .filter(({ metadata }) => target.namespace === '' || metadata.namespace === target.namespace);
  return listPage(target.resource, objects, request.url.searchParams);
}

function objectAt(snapshot: Snapshot, { resource, namespace }: Target, name: string): SnapshotObject {
  const found = snapshot
    .objects(resource)
    .find(({ metadata }) => metadata.name === name && (metadata.namespace ?? '') === namespace);
  if (!found) throw objectMissing(resource, name);
  return found;
}

function review(resource: ApiResource, body: unknown): unknown {
  return resource.kind === 'SelfSubjectReview' ? subjectReview() : accessReview(body);
}

function discovery({ resources }: Snapshot, segments: readonly string[]): unknown {
  const path = segments.join('/');
  if (path === 'version') return versionInfo();
  if (path === 'api') return coreVersions();
  if (path === 'apis') return groupList(resources);
  if (segments[0] === 'api' && segments.length === 2) return resourceList(resources, segments[1] ?? '');
  if (segments[0] === 'apis' && segments.length === 2) return groupInfo(resources, segments[1] ?? '');
  if (segments[0] === 'apis' && segments.length === 3) return resourceList(resources, segments.slice(1).join('/'));
  throw pathMissing();
}
