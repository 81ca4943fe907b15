/** What the API server fills in and rewrites before it stores an object: defaults, and quantities in their canonical form. */

import type { Manifest } from '../manifests.ts';

type Raw = Readonly<Record<string, unknown>>;

/** The manifest as the API server would store it. */
export function withDefaults(manifest: Manifest): Manifest {
  const spec = canonical(manifest.spec) as Raw | undefined;
  if (spec === undefined) return manifest;
  return { ...manifest, spec: { ...DEFAULTS[manifest.kind], ...filled(manifest.kind, spec) } };
}

const ROLLING = { type: 'RollingUpdate' } as const;

/** Of apps/v1 and batch/v1, as k8s.io/kubernetes sets them. */
const DEFAULTS: Readonly<Record<string, Raw>> = {
  Deployment: {
    progressDeadlineSeconds: 600,
    revisionHistoryLimit: 10,
    strategy: { ...ROLLING, rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
  },
  StatefulSet: { revisionHistoryLimit: 10, updateStrategy: { ...ROLLING, rollingUpdate: { partition: 0 } } },
  DaemonSet: { revisionHistoryLimit: 10, updateStrategy: { ...ROLLING, rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } },
  CronJob: { concurrencyPolicy: 'Allow', failedJobsHistoryLimit: 1, successfulJobsHistoryLimit: 3, suspend: false },
  Job: { backoffLimit: 6, completionMode: 'NonIndexed', completions: 1, parallelism: 1, suspend: false },
};

const POD_DEFAULTS = {
  dnsPolicy: 'ClusterFirst',
  restartPolicy: 'Always',
  schedulerName: 'default-scheduler',
  securityContext: {},
  terminationGracePeriodSeconds: 30,
} as const;

function filled(kind: string, spec: Raw): Raw {
  if (kind === 'Pod') return podDefaults(spec);
  const jobTemplate = spec.jobTemplate as { readonly spec: Raw } | undefined;
  if (jobTemplate) return { ...spec, jobTemplate: { ...jobTemplate, spec: filled('Job', jobTemplate.spec) } };
  const template = spec.template as { readonly spec: Raw } | undefined;
  return template ? { ...spec, template: { ...template, spec: podDefaults(template.spec) } } : spec;
}

function podDefaults(spec: Raw): Raw {
  const containers = (given: unknown): readonly Raw[] => (given as readonly Raw[]).map(containerDefaults);
  return {
    ...POD_DEFAULTS,
    ...spec,
    // The name that the field had first is kept in step.
    ...(spec.serviceAccountName !== undefined && { serviceAccount: spec.serviceAccountName }),
    containers: containers(spec.containers),
    ...(spec.initContainers !== undefined && { initContainers: containers(spec.initContainers) }),
  };
}

function containerDefaults(container: Raw): Raw {
  const probes = ['startupProbe', 'readinessProbe', 'livenessProbe'].filter((name) => container[name] !== undefined);
  return {
    imagePullPolicy: 'IfNotPresent',
    ...container,
    ...(container.ports !== undefined && {
      ports: (container.ports as readonly Raw[]).map((port) => ({ protocol: 'TCP', ...port })),
    }),
    ...Object.fromEntries(probes.map((name) => [name, probeDefaults(container[name] as Raw)])),
  };
}

function probeDefaults(probe: Raw): Raw {
  const http = probe.httpGet as Raw | undefined;
  return {
    failureThreshold: 3,
    successThreshold: 1,
    timeoutSeconds: 1,
    ...probe,
    ...(http && { httpGet: { scheme: 'HTTP', ...http } }),
  };
}

/** Fields whose members are quantities. */
const QUANTITY_MAPS: ReadonlySet<string> = new Set(['requests', 'limits', 'min', 'max', 'default', 'defaultRequest']);

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, QUANTITY_MAPS.has(name) ? quantities(member) : canonical(member)]),
  );
}

function quantities(value: unknown): unknown {
  // A LimitRange lists its limits; everything else of that name maps resources to quantities.
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return canonical(value);
  return Object.fromEntries(Object.entries(value).map(([resource, text]) => [resource, canonicalQuantity(String(text))]));
}

/** Each suffix with the next larger one, and how many of it make one of that. */
const LARGER: Readonly<Record<string, readonly [string, number]>> = {
  m: ['', 1000],
  '': ['k', 1000],
  k: ['M', 1000],
  M: ['G', 1000],
  G: ['T', 1000],
  Ki: ['Mi', 1024],
  Mi: ['Gi', 1024],
  Gi: ['Ti', 1024],
};

/** A whole number with the largest suffix that leaves it whole: `1024Mi` is `1Gi`, `2000m` is `2`. */
export function canonicalQuantity(text: string): string {
  const [, digits, suffix = ''] = /^(\d+)(m|k|M|G|Ki|Mi|Gi)?$/.exec(text) ?? [];
  const larger = LARGER[suffix];
  if (digits === undefined || larger === undefined || Number(digits) === 0) return text;
  const [next, factor] = larger;
  return Number(digits) % factor === 0 ? canonicalQuantity(`${Number(digits) / factor}${next}`) : text;
}
