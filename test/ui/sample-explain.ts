/** Explanations as the operation returns them, for the tests of the page and the view: one of each verdict. */

import type { ExplainResult, Explanation, Outlook } from '../../lib/types/explanation.ts';
import type { IdleFinding, Verdict } from '../../lib/types/idle.ts';
import { OBSERVED_AT, sampleIdle } from './sample.ts';

const HOUR_MS = 3_600_000;

const OUTLOOKS: Readonly<Record<Verdict, Outlook>> = {
  idle: {
    keepers: [],
    suppositions: [
      {
        suppose: 'one CPU sample were above 13m',
        factor: 'cpu',
        verdict: 'active',
        confidence: 0.9951,
        reason: 'CPU: 13m within the last 4h, above 13m (5 % of its request)',
      },
      {
        suppose: 'one of its pods were not ready',
        factor: 'life',
        verdict: 'unknown',
        confidence: 0,
        reason: '1 of 3 pods not ready: what is broken uses nothing, and is not idle',
      },
      { suppose: 'its memory moved by 4 %', factor: 'memory', verdict: 'idle', confidence: 0.9012, reason: 'as before' },
    ],
    unmeasured: { atMs: OBSERVED_AT + 15 * 60_000, verdict: 'unknown', confidence: 0, evidence: 'CPU: samples are missing' },
  },
  active: {
    keepers: [
      { evidence: 'standby of a leader election: nobody holds lease ledger' },
      {
        factor: 'cpu',
        evidence: '200m within the last 4h, above 13m (5 % of its request)',
        value: 0.2,
        threshold: 0.0125,
        unit: 'cores',
        times: 16,
        lastMs: OBSERVED_AT - HOUR_MS,
        quietFromMs: OBSERVED_AT + 3 * HOUR_MS,
      },
      { factor: 'network', evidence: '1.9KB/s within the last 120m', value: 1900, threshold: 1000, unit: 'bytes/s', times: 1.9 },
    ],
    suppositions: [
      {
        suppose: 'its CPU had stayed below 13m',
        factor: 'cpu',
        verdict: 'active',
        confidence: 0.98,
        reason: 'network: 1.9KB/s within the last 120m, above 1.0KB/s',
      },
      { suppose: 'none of this had been so', verdict: 'idle', confidence: 0.9912, reason: 'CPU at most 2m for 14d' },
    ],
    idleFrom: {
      atMs: OBSERVED_AT + 14 * 24 * HOUR_MS - HOUR_MS,
      verdict: 'idle',
      confidence: 0.9951,
      factor: 'earlier-use',
      evidence: 'none in the last 14d',
    },
  },
  unknown: {
    keepers: [],
    suppositions: [
      {
        suppose: 'its network were measured, and quiet',
        factor: 'network',
        remedy: 'give --prometheus-url',
        verdict: 'idle',
        confidence: 0.973,
        reason: 'CPU at most 1m for 14d; network at most 100B/s for 14d',
      },
    ],
    neverIdle: 'network: no receive and transmit rates',
  },
};

function explanationOf(finding: IdleFinding): Explanation {
  const { workload, verdict, factors, confidence } = finding;
  const isIdle = verdict === 'idle';
  return {
    finding,
    askedBy: isIdle ? [{ kind: 'Pod', name: `${workload.name}-6d4cf56db6-x7k2p` }] : [],
    effects: isIdle
      ? factors.flatMap(({ factor, share }) =>
          share === undefined ? [] : [{ factor, share, confidenceWithout: confidence - share / 100 }],
        )
      : [],
    ...(isIdle && { confidenceSum: { intercept: -0.11, logOdds: 6.09, uncalibrated: 0.9977 } }),
    outlook: OUTLOOKS[verdict],
    ownTraffic: isIdle
      ? { parts: ['2 probes', 'scrapes'], subtractedBytesPerSecond: 96, expectedAtMostBytesPerSecond: 1240, probesPerSecond: 0.2 }
      : { parts: [], expectedAtMostBytesPerSecond: 0, probesPerSecond: 0 },
    containers: [
      {
        name: 'app',
        image: 'registry.example.com/team/checkout:2026.3.1',
        judged: 'app',
        probes: [{ type: 'readiness', handler: 'http', periodSeconds: 10, path: '/healthz', port: '8080' }],
      },
      { name: 'istio-proxy', image: 'docker.io/istio/proxyv2:1.26.0', judged: 'sidecar', probes: [] },
    ],
    pods: [
      {
        name: `${workload.name}-6d4cf56db6-x7k2p`,
        phase: 'Running',
        ready: true,
        restarts: 3,
        startedAtMs: OBSERVED_AT - 41 * 24 * HOUR_MS,
        node: 'ip-10-0-0-12.eu-central-1.compute.internal',
        lastTermination: { container: 'app', reason: 'OOMKilled', atMs: OBSERVED_AT - 30 * 24 * HOUR_MS },
      },
      {
        name: `${workload.name}-6d4cf56db6-bbbbb`,
        phase: 'Pending',
        ready: false,
        restarts: 0,
        startedAtMs: OBSERVED_AT - HOUR_MS,
      },
    ],
    ...(verdict === 'active' && { standby: 'standby of a leader election: nobody holds lease ledger' }),
    autoscalers: [
      {
        kind: 'HorizontalPodAutoscaler',
        name: 'checkout',
        minReplicas: 2,
        maxReplicas: 10,
        currentReplicas: 2,
        metrics: [{ name: 'cpu', target: 'Utilization' }],
      },
    ],
    disruptionBudgets: [{ name: 'checkout', minAvailable: '1', desiredHealthy: 1 }],
    leases: [{ name: 'ledger', holder: '', renewedAt: OBSERVED_AT - 5000, durationSeconds: 15 }],
    services: [{ namespace: workload.namespace, name: 'checkout', type: 'ClusterIP', selector: {} }],
    routes: [{ namespace: workload.namespace, name: 'shop', rule: 0 }],
    management: { tool: 'argocd', name: 'checkout', evidence: 'annotation argocd.argoproj.io/tracking-id' },
    desiredReplicas: 2,
  };
}

export function sampleExplain(...verdicts: readonly Verdict[]): ExplainResult {
  const { findings, ...rest } = sampleIdle();
  return {
    ...rest,
    explanations: verdicts.map((verdict) => explanationOf(findings.find((each) => each.verdict === verdict)!)),
  };
}
