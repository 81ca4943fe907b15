/** The proposal to run a workload in its office hours alone, as far as hourly use shows that it has some. */

import { type OfficeHours, officeHoursOf, stoppedHours } from '../../intelligence/scaling/office-hours.ts';
import { savingsOf } from '../../money/savings.ts';
import type { Declined } from '../../types/plan.ts';
import { formatCores } from '../../types/quantity.ts';
import type { WorkloadHours } from '../../types/usage.ts';
import type { Workload } from '../../types/workload.ts';
import type { PlanContext } from '../context.ts';
import { atZeroReason, keeperOf, protectedReason } from '../owner.ts';
import { heldTogether, replicasOf, times } from '../pod-requests.ts';
import type { Proposal } from '../proposal.ts';
import { cronJobs, scaledObject } from './manifests.ts';

const WEEK_HOURS = 168;

/** Kinds whose replicas the clock can set. */
const SCALABLE: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet']);

export interface ScheduleInput {
  readonly workload: Workload;
  /** Best source first. */
  readonly hours: readonly WorkloadHours[];
  /** As `localWeekHours` gives it for the grid of the hours. */
  readonly weekHours: readonly number[];
  readonly timeZone: string;
  readonly context: PlanContext;
  /** The cluster serves KEDA's API. */
  readonly keda: boolean;
  /** Of the image that the jobs run. */
  readonly kubectlVersion: string;
}

/** Nothing at all where no office hours are seen. */
export function scheduleFor(input: ScheduleInput): { readonly proposal?: Proposal; readonly declined: readonly Declined[] } {
  const { workload, hours, weekHours, timeZone, context } = input;
  const known = hours.find(({ cpuMeanCores }) => cpuMeanCores !== undefined);
  const found = known?.cpuMeanCores && officeHoursOf(known.cpuMeanCores, weekHours, timeZone);
  if (!known || !found || !SCALABLE.has(workload.ref.kind)) return { declined: [] };
  const reason = obstacle(workload, context);
  if (reason !== undefined) return { declined: [{ target: workload.ref, resource: 'replicas', reason }] };
  return { proposal: proposalFor(input, found, known.source), declined: [] };
}

function obstacle(workload: Workload, context: PlanContext): string | undefined {
  const [autoscaler] = workload.autoscalers;
  const [lease] = workload.leases;
  return (
    protectedReason(workload, context) ??
    atZeroReason(workload) ??
    (autoscaler && `${autoscaler.kind} ${autoscaler.name} sets its replicas; give it the schedule`) ??
    (lease && `it takes part in a leader election (lease ${lease.name})`) ??
    (workload.deletesVolumesWhenScaled ? 'scaling it down deletes its volume claims' : undefined)
  );
}

function proposalFor({ workload, context, keda, kubectlVersion }: ScheduleInput, hours: OfficeHours, source: string): Proposal {
  const { ref, management } = workload;
  const replicas = replicasOf(workload);
  const held = heldTogether(workload);
  const stopped = stoppedHours(hours);
  const spans = `${daysOf(hours.weekdays)} ${clock(hours.fromHour)}-${clock(hours.toHour)} ${hours.timeZone}`;
  const evidence = `in ${hours.weeks} weeks no hour outside of it used more than ${formatCores(hours.quietest)} CPU, and the busiest ${formatCores(hours.busiest)} (${source})`;
  return {
    kind: 'schedule',
    target: ref,
    replicas,
    reason: `used ${spans} only: ${evidence}`,
    changes: [{ field: 'replicas', from: String(replicas), to: '0', rule: `outside ${spans}`, evidence }],
    patch: [],
    undo: [],
    emitted: {
      form: 'manifests',
      text: keda ? scaledObject(ref, hours, replicas) : cronJobs(ref, hours, replicas, kubectlVersion),
      destination: keda ? 'the cluster, by kubectl apply, where KEDA carries it out' : 'the cluster, by kubectl apply',
    },
    requestedBefore: held,
    savings: savingsOf(times(held, stopped / WEEK_HOURS), context.prices),
    warnings: [
      `held for ${WEEK_HOURS - stopped} of ${WEEK_HOURS} hours a week; a holiday is a day like any other to it`,
      ...(management
        ? [
            `${keeperOf(management)} keeps it: have it ignore replicas, or it will set them back, and put the objects where it keeps the others`,
          ]
        : []),
    ],
    dryRun: { state: 'not-asked', reason: 'nothing is written to the cluster' },
  };
}

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** `Mon-Fri`, or `Mon,Wed`. */
function daysOf(weekdays: readonly number[]): string {
  const names = weekdays.map((day) => DAYS[day - 1]);
  const isRow = weekdays.length > 2 && weekdays.at(-1)! - weekdays[0]! === weekdays.length - 1;
  return isRow ? `${names[0]}-${names.at(-1)}` : names.join(',');
}

function clock(hour: number): string {
  return `${String(hour).padStart(2, '0')}:00`;
}
