/** Office hours as objects to be created: a ScaledObject of KEDA's cron scaler, or two CronJobs with the rights that they need. */

import type { OfficeHours } from '../../intelligence/scaling/office-hours.ts';
import type { ObjectReference } from '../../types/workload.ts';
import { type Plain, toYaml } from '../emit/yaml.ts';

/** A name is at most so long, with what is put behind it: a CronJob adds eleven to those of its runs. */
const LONGEST_NAME = 63 - 11 - '-office-hours-start'.length;

/** The last full hour stands for midnight, which cron counts to the next day. */
function cron(hour: number, weekdays: readonly number[]): string {
  // Cron's Sunday is 0.
  const days = weekdays.map((day) => day % 7).toSorted((a, b) => a - b);
  return hour === 24 ? `59 23 * * ${days.join(',')}` : `0 ${hour} * * ${days.join(',')}`;
}

export function scaledObject(
  { apiVersion, kind, namespace, name }: ObjectReference,
  hours: OfficeHours,
  replicas: number,
): string {
  return toYaml({
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name: `${name.slice(0, LONGEST_NAME)}-office-hours`, namespace },
    spec: {
      scaleTargetRef: { apiVersion, kind, name },
      minReplicaCount: 0,
      maxReplicaCount: replicas,
      triggers: [
        {
          type: 'cron',
          metadata: {
            timezone: hours.timeZone,
            start: cron(hours.fromHour, hours.weekdays),
            end: cron(hours.toHour, hours.weekdays),
            desiredReplicas: String(replicas),
          },
        },
      ],
    },
  });
}

/** Of the scale of this object, and of nothing else. */
export function cronJobs(target: ObjectReference, hours: OfficeHours, replicas: number, kubectlVersion: string): string {
  const { kind, namespace, name } = target;
  const own = `${name.slice(0, LONGEST_NAME)}-office-hours`;
  const resource = `${kind.toLowerCase()}s`;
  const metadata = { name: own, namespace };
  const job = (what: string, hour: number, count: number): Plain => ({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: `${own}-${what}`, namespace },
    spec: {
      schedule: cron(hour, hours.weekdays),
      timeZone: hours.timeZone,
      concurrencyPolicy: 'Forbid',
      jobTemplate: {
        spec: {
          backoffLimit: 3,
          template: {
            spec: {
              serviceAccountName: own,
              restartPolicy: 'Never',
              containers: [
                {
                  name: 'scale',
                  image: `registry.k8s.io/kubectl:${kubectlVersion}`,
                  args: ['scale', `${resource}.apps/${name}`, `--replicas=${count}`, `--namespace=${namespace}`],
                  resources: { requests: { cpu: '10m', memory: '64Mi' } },
                },
              ],
            },
          },
        },
      },
    },
  });
  const documents: readonly Plain[] = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata,
      rules: [
        { apiGroups: ['apps'], resources: [resource], resourceNames: [name], verbs: ['get'] },
        { apiGroups: ['apps'], resources: [`${resource}/scale`], resourceNames: [name], verbs: ['get', 'update', 'patch'] },
      ],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: own },
      subjects: [{ kind: 'ServiceAccount', name: own, namespace }],
    },
    job('start', hours.fromHour, replicas),
    job('stop', hours.toHour, 0),
  ];
  return documents.map(toYaml).join('---\n');
}
