/** Results as the operations return them, for the views' tests: made from formulas, the same on every run. */

import type { Factor, FactorSeries, IdleFinding, IdleSettings, MissingEvidence, Verdict } from '../../lib/types/idle.ts';
import type { Declined, JsonPatchOperation, Recommendation, Risk, Savings } from '../../lib/types/plan.ts';
import type { IdleResult, OptimizeResult, Provenance } from '../../lib/types/result.ts';
import type { SourceReport } from '../../lib/types/source.ts';
import type { ObjectReference } from '../../lib/types/workload.ts';

const HOUR_MS = 3_600_000;
const MEBIBYTE = 2 ** 20;

/** Tuesday, 2026-03-10 09:42 UTC. */
export const OBSERVED_AT = Date.UTC(2026, 2, 10, 9, 42);

const SETTINGS: IdleSettings = {
  windowSeconds: 86_400,
  cpuFraction: 0.05,
  cpuAssumedRequestCores: 0.01,
  cpuQuietSeconds: 4 * 3600,
  memoryFraction: 0.1,
  memoryMovement: 0.02,
  memoryQuietSeconds: 4 * 3600,
  networkBytesPerSecond: 1000,
  networkQuietSeconds: 2 * 3600,
  requestsQuietSeconds: 6 * 3600,
  earlierUseSeconds: 14 * 86_400,
  startupSeconds: 3600,
  gapIntervals: 3,
  confidence: 0.85,
  businessHours: { weekdays: [1, 2, 3, 4, 5], fromMinute: 480, toMinute: 1080, timeZone: 'Europe/Berlin' },
  sidecars: [],
};

const SOURCES: readonly SourceReport[] = [
  { source: 'pods', state: 'used', gave: '412 pods' },
  { source: 'deployments', state: 'used', gave: '168 deployments' },
  {
    source: 'leases',
    state: 'forbidden',
    reason: 'leases.coordination.k8s.io is forbidden: User "jane" cannot list resource "leases"',
    remedy: 'kubectl upid auth manifest | kubectl apply -f -',
  },
  { source: 'metrics.k8s.io', state: 'used', gave: 'v1beta1, 411 pods' },
  { source: 'prometheus', state: 'used', gave: 'monitoring/prometheus-operated:9090 through the service proxy' },
  {
    source: 'history',
    state: 'absent',
    reason: 'nothing was recorded for this cluster yet',
    remedy: 'kubectl upid collect --every 1m --for 8h',
  },
];

function provenance(simulated: boolean): Provenance {
  return {
    cluster: {
      id: '5f2b7c1e-6f0a-4a53-9c43-1d2f3a4b5c6d',
      context: simulated ? 'demo' : 'prod-eu',
      server: simulated ? 'https://simulated.invalid' : 'https://10.20.0.1:6443',
      version: 'v1.37.2',
      simulated,
    },
    observedAtMs: OBSERVED_AT,
    namespace: '',
    windowSeconds: SETTINGS.windowSeconds,
    notFound: [],
    sources: SOURCES,
    traffic: [
      { source: 'pods', requests: 1, bytes: 1_843_200, seconds: 0.42, retries: 0 },
      { source: 'prometheus', requests: 9, bytes: 212_992, seconds: 1.31, retries: 1 },
    ],
  };
}

function reference(namespace: string, kind: string, name: string): ObjectReference {
  return { apiVersion: kind === 'Pod' ? 'v1' : 'apps/v1', kind, namespace, name, uid: `${namespace}-${name}` };
}

/** A quiet series with ripples below `level`, and a gap where asked for. */
function series(unit: FactorSeries['unit'], level: number, gap = false): FactorSeries {
  const values = Array.from({ length: 96 }, (_, slot) =>
    gap && slot > 30 && slot < 40 ? null : level * (0.35 + 0.3 * Math.abs(Math.sin(slot / 3))),
  );
  return { startMs: OBSERVED_AT - 24 * HOUR_MS, slotSeconds: 900, unit, values };
}

const SEEN = { source: 'prometheus', fromMs: OBSERVED_AT - 24 * HOUR_MS, toMs: OBSERVED_AT };

function idleFactors(cpuCores: number, quietHours: number): Factor[] {
  const quietSeconds = quietHours * 3600;
  return [
    {
      factor: 'cpu',
      state: 'supports',
      evidence: `CPU stayed below 5 % of the request of 250m for ${quietHours} h`,
      value: cpuCores,
      threshold: 0.0125,
      unit: 'cores',
      quietSeconds,
      requiredSeconds: 14_400,
      coverage: 0.998,
      share: 1.9,
      series: series('cores', cpuCores),
      ...SEEN,
    },
    {
      factor: 'memory',
      state: 'supports',
      evidence: 'memory is above 10 % of its request, but moved by less than 2 %: an idle process holds it',
      value: 0.011,
      threshold: 0.02,
      unit: 'fraction',
      quietSeconds,
      requiredSeconds: 14_400,
      coverage: 0.998,
      share: 0.7,
      series: series('bytes', 300 * MEBIBYTE),
      ...SEEN,
    },
    {
      factor: 'network',
      state: 'supports',
      evidence: 'received and sent 212 B/s besides its own probes (HTTP every 10 s: 96 B/s)',
      value: 212,
      threshold: 1000,
      unit: 'bytes/s',
      quietSeconds,
      requiredSeconds: 7200,
      coverage: 0.97,
      share: 1.4,
      series: series('bytes/s', 212, true),
      ...SEEN,
    },
    {
      factor: 'requests',
      state: 'supports',
      evidence: 'no requests but probes in the last 6 h',
      value: 0,
      threshold: 0,
      unit: 'requests',
      quietSeconds,
      requiredSeconds: 21_600,
      share: 1.2,
      series: { ...series('requests', 0), slotSeconds: 225 },
      ...SEEN,
      source: 'nginx_ingress_controller_requests',
    },
    {
      factor: 'business-hours',
      state: 'supports',
      evidence: 'the quiet covers 10 h of business time (Mon–Fri 08:00–18:00 Europe/Berlin)',
      value: 36_000,
      unit: 'seconds',
      share: 0.6,
    },
    { factor: 'life', state: 'neutral', evidence: 'ready since 41 days, no restart, one replica, no autoscaler' },
    { factor: 'earlier-use', state: 'supports', evidence: 'no use in the 14 days before', share: 0.4 },
  ];
}

const NO_NETWORK: readonly MissingEvidence[] = [
  {
    what: 'network: no receive and transmit rates',
    remedy: 'give --prometheus-url, or use --kubelet where you hold nodes/proxy',
  },
  { what: 'requests: no ingress, mesh or http_requests_total series', remedy: 'let Prometheus scrape the ingress controller' },
];

function finding(
  verdict: Verdict,
  ref: ObjectReference,
  confidence: number,
  quietHours: number,
  cpuCores: number,
  pods = 1,
): IdleFinding {
  const base = {
    workload: ref,
    verdict,
    confidence,
    pods,
    requested: { cpuCores: 0.25 * pods, memoryBytes: 512 * MEBIBYTE * pods },
  };
  const factors = idleFactors(cpuCores, quietHours);
  if (verdict === 'unknown') {
    const blind = factors.map((factor): Factor => {
      const { factor: name } = factor;
      return name === 'network' || name === 'requests'
        ? { factor: name, state: 'unknown', evidence: `no series of ${name} for these pods` }
        : factor;
    });
    return {
      ...base,
      reason: 'CPU is quiet, but nothing tells about network or requests',
      use: { cpuCores, memoryBytes: 291 * MEBIBYTE },
      factors: blind,
      missing: NO_NETWORK,
    };
  }
  return {
    ...base,
    reason:
      verdict === 'idle'
        ? `CPU, network and requests have been quiet together for ${quietHours} h`
        : 'it was used within the window',
    ...(verdict === 'idle' && {
      idleSinceMs: OBSERVED_AT - quietHours * HOUR_MS,
      idleAtLeast: quietHours >= 168,
      lastUsedMs: OBSERVED_AT - (quietHours + 1) * HOUR_MS,
    }),
    use: {
      cpuCores,
      memoryBytes: 291 * MEBIBYTE,
      networkBytesPerSecond: 212,
      requests: 0,
      requestsSource: 'nginx_ingress_controller_requests',
    },
    factors,
    missing: [],
  };
}

/** A small cluster with every verdict. */
export function sampleIdle(simulated = false): IdleResult {
  const findings = [
    finding('idle', reference('shop-staging', 'Deployment', 'checkout-api'), 0.974, 123, 0.002, 3),
    finding('idle', reference('shop-staging', 'Deployment', 'recommendations-frontend-canary'), 0.962, 200, 0.0008, 2),
    finding('idle', reference('payments', 'StatefulSet', 'ledger-replay'), 0.931, 31, 0.011),
    finding('idle', reference('demo-2024', 'Deployment', 'landing'), 0.998, 170, 0.0001),
    finding('idle', reference('team-data-science', 'Deployment', 'notebook-of-the-hackathon-2025'), 0.887, 26, 0.004),
    finding('idle', reference('ci', 'Pod', 'debug-shell'), 0.91, 50, 0),
    finding('idle', reference('ci', 'Deployment', 'artifact-cache'), 0.71, 9, 0.012),
    finding('unknown', reference('legacy', 'Deployment', 'soap-bridge'), 0.5, 24, 0.001),
    finding('unknown', reference('legacy', 'DaemonSet', 'log-shipper'), 0.5, 24, 0.001, 5),
    ...Array.from({ length: 12 }, (_, at) =>
      finding('active', reference('shop', 'Deployment', `service-${at}`), 0.99, 0, 0.2, 2),
    ),
  ];
  return { ...provenance(simulated), settings: SETTINGS, findings };
}

/** Many idle workloads: `count` rows in 40 namespaces. */
export function largeIdle(count: number): IdleResult {
  const findings = Array.from({ length: count }, (_, at) =>
    finding(
      'idle',
      reference(`team-${at % 40}`, 'Deployment', `service-${String(at).padStart(5, '0')}`),
      0.85 + ((at * 7919) % 1500) / 10_000,
      5 + (at % 300),
      (at % 13) / 1000,
    ),
  );
  return { ...provenance(false), settings: SETTINGS, findings };
}

const PRICE_SOURCE = 'list price 2026-01, 0.0316 USD a core-hour, 0.0042 USD a GiB-hour';

function savings(cpuCores: number, memoryBytes: number): Savings {
  const amount = 730 * (cpuCores * 0.031611 + (memoryBytes / 2 ** 30) * 0.004237);
  return { cpuCores, memoryBytes, monthly: { amount, currency: 'USD' }, priceSource: PRICE_SOURCE };
}

function replace(path: string, from: unknown, to: unknown): JsonPatchOperation[] {
  return [
    { op: 'test', path, value: from },
    { op: 'replace', path, value: to },
  ];
}

function risk(value: number): Risk {
  return {
    value,
    factors: [
      { name: 'base rate', logOdds: -2.944, evidence: 'one change in twenty is regretted' },
      { name: 'stateful', logOdds: 0.6, evidence: 'a StatefulSet: its pods have an identity' },
      { name: 'history', logOdds: -0.7, evidence: '30d of history' },
    ],
  };
}

function scaleToZero(ref: ObjectReference, replicas: number, confidence: number): Recommendation {
  return {
    kind: 'scale-to-zero',
    target: ref,
    replicas,
    reason: 'idle for longer than every factor asks for',
    confidence,
    risk: risk(0.08),
    changes: [
      {
        field: 'replicas',
        from: String(replicas),
        to: '0',
        rule: 'idle',
        evidence: 'CPU, network and requests quiet for 123 h (prometheus, 24 h, 2880 samples)',
      },
    ],
    patch: replace('/spec/replicas', replicas, 0),
    undo: replace('/spec/replicas', 0, replicas),
    requestedBefore: { cpuCores: 0.25 * replicas, memoryBytes: 512 * MEBIBYTE * replicas },
    savings: savings(0.25 * replicas, 512 * MEBIBYTE * replicas),
    warnings:
      replicas > 2 ? ['a PodDisruptionBudget wants 2 pods available; it does not stop scaling, but says that someone cares'] : [],
    dryRun: { state: 'accepted' },
  };
}

function rightsize(ref: ObjectReference, dryRun: Recommendation['dryRun']): Recommendation {
  const container = '/spec/template/spec/containers/0/resources';
  return {
    kind: 'rightsize',
    target: ref,
    replicas: 4,
    reason: 'container app asks for more than it has used in 30 days',
    confidence: 0.92,
    risk: risk(ref.kind === 'StatefulSet' ? 0.41 : 0.12),
    changes: [
      {
        container: 'app',
        field: 'requests.cpu',
        from: '500m',
        to: '130m',
        rule: 'p99 of peaks + 15 %',
        evidence: 'p99 of the CPU peaks 113m (prometheus, 30d, 86400 samples every 30 s)',
      },
      {
        container: 'app',
        field: 'requests.memory',
        from: '1Gi',
        to: '640Mi',
        rule: 'peak + 15 %',
        evidence: 'highest working set 553Mi (prometheus, 30d, 86400 samples)',
      },
      {
        container: 'app',
        field: 'limits.memory',
        from: '2Gi',
        to: '1280Mi',
        rule: 'limit kept at its ratio',
        evidence: 'the limit was twice the request',
      },
    ],
    patch: [
      ...replace(`${container}/requests/cpu`, '500m', '130m'),
      ...replace(`${container}/requests/memory`, '1Gi', '640Mi'),
      ...replace(`${container}/limits/memory`, '2Gi', '1280Mi'),
    ],
    undo: [
      ...replace(`${container}/requests/cpu`, '130m', '500m'),
      ...replace(`${container}/requests/memory`, '640Mi', '1Gi'),
      ...replace(`${container}/limits/memory`, '1280Mi', '2Gi'),
    ],
    requestedBefore: { cpuCores: 2, memoryBytes: 4096 * MEBIBYTE },
    savings: savings(1.48, 1536 * MEBIBYTE),
    warnings: ['the pods restart, one after the other'],
    dryRun,
  };
}

/** A plan with every kind of recommendation and answer, and some that were declined. */
export function sampleOptimize(simulated = false): OptimizeResult {
  const recommendations = [
    scaleToZero(reference('shop-staging', 'Deployment', 'checkout-api'), 3, 0.974),
    scaleToZero(reference('demo-2024', 'Deployment', 'landing'), 1, 0.998),
    rightsize(reference('shop', 'Deployment', 'catalogue'), { state: 'accepted' }),
    {
      ...rightsize(reference('shop', 'Deployment', 'gateway'), {
        state: 'not-asked',
        reason: 'nothing is written to the cluster',
      }),
      patch: [],
      undo: [],
      emitted: {
        form: 'kustomize' as const,
        text: 'kind: Deployment\nspec: {}\n',
        destination: 'the repository of Argo CD application shop',
      },
    },
    rightsize(reference('payments', 'StatefulSet', 'ledger'), {
      state: 'rejected',
      reason: 'admission webhook "policy.example" denied the request: memory requests must be at least 1Gi',
    }),
    rightsize(reference('team-data-science', 'Deployment', 'feature-store-materializer'), {
      state: 'forbidden',
      reason: 'deployments.apps is forbidden: User "jane" cannot patch resource "deployments"',
    }),
  ];
  const declined: Declined[] = [
    {
      target: reference('shop', 'Deployment', 'search'),
      resource: 'cpu',
      container: 'app',
      reason: 'HorizontalPodAutoscaler search scales on CPU utilization: another request would move its target',
    },
    { target: reference('legacy', 'Deployment', 'soap-bridge'), reason: 'not enough evidence: 31 h of 72 h' },
  ];
  const total = savings(
    recommendations.reduce((sum, { savings: { cpuCores } }) => sum + cpuCores, 0),
    recommendations.reduce((sum, { savings: { memoryBytes } }) => sum + memoryBytes, 0),
  );
  const base = provenance(simulated);
  return {
    ...base,
    plan: {
      apiVersion: 'upid.dev/v1alpha1',
      kind: 'OptimizationPlan',
      cluster: base.cluster,
      madeAtMs: OBSERVED_AT,
      evidence: { fromMs: OBSERVED_AT - 30 * 24 * HOUR_MS, toMs: OBSERVED_AT, sources: ['prometheus'] },
      recommendations,
      declined,
      savings: total,
    },
  };
}
