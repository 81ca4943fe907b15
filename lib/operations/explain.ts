/** The question of `explain`: look, judge, then ask what is behind the verdict and what would change it. */

import { confidenceSumOf, effectsOf, outlookOf } from '../intelligence/idle/counterfactual.ts';
import { observedTraffic } from '../intelligence/idle/probe-traffic.ts';
import { standbyReason } from '../intelligence/idle/standby.ts';
import { judged, signalsOf, type World } from '../intelligence/idle/world.ts';
import type { ExplainedContainer, ExplainedPod, ExplainResult, Explanation } from '../types/explanation.ts';
import { isSidecar } from '../types/sidecar.ts';
import { workloadKey } from '../types/usage.ts';
import type { ContainerSpec, Pod, Workload } from '../types/workload.ts';
import { type Look, look, NO_EVIDENCE } from './look.ts';
import type { LookRequest, Scope } from './request.ts';

/** @throws UpidError as `look`. */
export function explainWorkloads(request: LookRequest): Promise<ExplainResult> {
  return look(request, { sizing: false }, async (seen) => {
    request.progress({ step: 'asking what would change the verdict' });
    return {
      ...seen.provenance(),
      settings: request.settings,
      explanations: seen.workloads.map((each) => explanationOf(each, seen, request)),
    };
  });
}

/** Everything behind the verdict on one workload that was seen. */
export function explanationOf(
  workload: Workload,
  { objects, evidence, nowMs }: Look,
  { settings, scope }: LookRequest,
): Explanation {
  const context = { nowMs, settings, workloads: objects.workloads, unread: objects.unread };
  const world: World = { workload, evidence: evidence.get(workloadKey(workload.ref)) ?? NO_EVIDENCE, context };
  const finding = judged(world);
  const confidenceSum = confidenceSumOf(finding);
  const signals = signalsOf(world);
  const standby = standbyReason(signals, context);
  const { autoscalers, disruptionBudgets, leases, services, routes = [], management, desiredReplicas } = workload;
  return {
    finding,
    askedBy: otherNames(workload, scope.names),
    effects: effectsOf(finding),
    ...(confidenceSum && { confidenceSum }),
    outlook: outlookOf(world, finding),
    ownTraffic: observedTraffic(signals, context),
    containers: (signals.pods[0]?.containers ?? workload.containers).map((each) => explainedContainer(each, settings.sidecars)),
    pods: workload.pods.map(explainedPod),
    ...(standby !== undefined && { standby }),
    autoscalers,
    disruptionBudgets,
    leases,
    services,
    routes,
    ...(management && { management }),
    ...(desiredReplicas !== undefined && { desiredReplicas }),
  };
}

/** Pods and ReplicaSets that the workload was named by. */
function otherNames({ ref, pods, replicaSetNames }: Workload, names: Scope['names']): Explanation['askedBy'] {
  return names.filter(({ kind, name }) => {
    const type = kind.toLowerCase();
    if (type === ref.kind.toLowerCase() && name === ref.name) return false;
    return (
      (type === 'pod' && pods.some((each) => each.name === name)) || (type === 'replicaset' && replicaSetNames.includes(name))
    );
  });
}

function explainedContainer(container: ContainerSpec, sidecars: readonly string[]): ExplainedContainer {
  const { name, image, role, probes } = container;
  return { name, image, judged: role === 'init' ? 'init' : isSidecar(container, sidecars) ? 'sidecar' : 'app', probes };
}

function explainedPod({ name, phase, ready, states, startedAt, createdAt, node }: Pod): ExplainedPod {
  const ended = states
    .flatMap(({ name: container, lastTermination }) => (lastTermination ? [{ container, ...lastTermination }] : []))
    .toSorted((a, b) => b.at - a.at)[0];
  return {
    name,
    phase,
    ready,
    restarts: states.reduce((sum, { restarts }) => sum + restarts, 0),
    startedAtMs: startedAt ?? createdAt,
    ...(node !== undefined && { node }),
    ...(ended && { lastTermination: { container: ended.container, reason: ended.reason, atMs: ended.at } }),
  };
}
