/** What the user may do, and who the server takes them for: self subject reviews. */

import type { UserIdentity } from '../types/identity.ts';
import type { KubeClient, RequestOptions } from './client.ts';

/** One right: a verb on a resource. */
export interface AccessRight {
  readonly verb: string;
  /** Empty or absent for the core group. */
  readonly group?: string;
  readonly resource: string;
  readonly subresource?: string;
  /** Absent: in all namespaces. */
  readonly namespace?: string;
  readonly name?: string;
}

export interface AccessAnswer {
  readonly allowed: boolean;
  /** Why, where the server says. */
  readonly reason: string;
}

const SOURCE = 'access';

type ReviewOptions = Pick<RequestOptions, 'signal' | 'timeoutSeconds'>;

/** Asks whether the current user (or the impersonated one) has a right. @throws UpidError as `KubeClient.send`. */
export async function mayI(client: KubeClient, right: AccessRight, options: ReviewOptions = {}): Promise<AccessAnswer> {
  const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
  const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes: right } };
  const answer = await client.send('POST', path, review, { ...options, source: SOURCE });
  const { status } = answer as { status?: { allowed?: unknown; reason?: unknown } };
  return { allowed: status?.allowed === true, reason: typeof status?.reason === 'string' ? status.reason : '' };
}

/** Who the server takes us for (Kubernetes 1.28 and later). @throws UpidError api-missing on older servers. */
export async function whoAmI(client: KubeClient, options: ReviewOptions = {}): Promise<UserIdentity> {
  const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const answer = await client.send('POST', path, review, { ...options, source: SOURCE });
  const { status } = answer as { status?: { userInfo?: Partial<UserIdentity> } };
  const { username = '', uid = '', groups = [], extra = {} } = status?.userInfo ?? {};
  return { username, uid, groups, extra };
}
