/** Reviews of the simulated API server: who asks, and what they may do. */

type Raw = Readonly<Record<string, unknown>>;

/** Nothing in the simulated cluster is changed; a patch is answered when it is a dry-run. */
const ALLOWED: ReadonlySet<unknown> = new Set(['get', 'list', 'patch']);

export function accessReview(body: unknown): Raw {
  const review = (body ?? {}) as Raw & { readonly spec?: { readonly resourceAttributes?: { readonly verb?: unknown } } };
  const verb = review.spec?.resourceAttributes?.verb;
  const allowed = ALLOWED.has(verb);
  const reason = allowed ? 'the simulated cluster is open to everyone' : 'the simulated cluster is not changed';
  return {
    kind: 'SelfSubjectAccessReview',
    apiVersion: 'authorization.k8s.io/v1',
    metadata: {},
    spec: review.spec ?? {},
    status: { allowed, reason },
  };
}

export function subjectReview(): Raw {
  return {
    kind: 'SelfSubjectReview',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: {},
    status: { userInfo: { username: 'demo', groups: ['system:authenticated'] } },
  };
}
