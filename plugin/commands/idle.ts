/** `kubectl upid idle`: what is idle, since when, and how sure. */

import { Command, Option } from 'clipanion';
import type { BrowsableIdle } from '../../lib/operations/idle.ts';
import type { LookRequest } from '../../lib/operations/request.ts';
import type { ObjectReference } from '../../lib/types/workload.ts';
import { IdleFlags } from '../flags/idle.ts';
import { idleColumns, idleListing } from '../print/idle-listing.ts';
import { idleNotes } from '../print/idle-notes.ts';
import { checkSortBy } from '../print/sort.ts';
import { forecastWholeWeek, whileShown } from '../while-shown.ts';

export class IdleCommand extends IdleFlags {
  static override paths = [['idle']];

  static override usage = Command.Usage({
    description: 'Find idle pods and workloads, with evidence and confidence.',
    details: `
      Each workload is judged by its CPU, memory, network, requests, business hours, life and earlier use, from what the
      API server, metrics-server, a Prometheus-compatible server and the own history tell. There are three verdicts: idle, active, and
      unknown where evidence is missing. Listed is what is idle with at least the asked confidence; a workload that is
      named is shown whatever its verdict. Nothing is changed.
    `,
    examples: [
      ['A first look at a simulated cluster, without a cluster of your own', '$0 idle --demo'],
      ['Idle workloads of all namespaces, the largest requests first', '$0 idle -A -o wide --sort-by waste'],
      ['Everything that is known about one workload', '$0 idle deployment/web -n shop -o yaml'],
      [
        'Names of what is idle with at least 95 % confidence over a week',
        '$0 idle -A --confidence 95 --window 7d -o jsonpath=\'{range .items[*]}{.namespace}/{.name}{"\\n"}{end}\'',
      ],
      [
        'With office hours and a Prometheus outside of the cluster',
        '$0 idle --business-hours "Mon-Fri 07:00-19:00 Europe/Berlin" --prometheus-url https://prometheus.example.com',
      ],
    ],
  });

  includeUnknown = Option.Boolean('--include-unknown', false, {
    description: 'Also list workloads of which nothing can be said, with what is missing',
  });
  includeActive = Option.Boolean('--include-active', false, {
    description: 'Also list workloads that are used, with what shows it',
  });
  showLabels = Option.Boolean('--show-labels', false, { description: "Show the workloads' labels as the last column" });

  override async execute(): Promise<number> {
    const options = this.printOptions();
    const view = this.wantsView();
    const request = this.request();
    const { names, allNamespaces } = request.scope;
    const selection = { includeUnknown: this.includeUnknown, includeActive: this.includeActive, named: names.length > 0 };
    checkSortBy(idleColumns({ observedAtMs: 0, allNamespaces, verdict: true, showLabels: this.showLabels }), options.sortBy);

    const { findIdleToBrowse } = await import('../../lib/operations/idle.ts');
    const browsable = await this.ask(request, findIdleToBrowse);
    const { result } = browsable;

    if (view) await this.show(browsable, request);
    else await this.print(idleListing(result, selection, this.showLabels), result, idleNotes(result, selection), options);
    this.requireAll(result);
    return 0;
  }

  private async show({ result, explain }: BrowsableIdle, request: Omit<LookRequest, 'progress'>): Promise<void> {
    const { showIdle } = await import('../../ui/idle.tsx');
    const { includeUnknown } = this;
    const { confidence } = result.settings;
    await whileShown(request, (ask) => {
      const forecast = (workload: ObjectReference) => ask([workload], forecastWholeWeek);
      return showIdle(result, { ...this.viewOptions(result), includeUnknown, confidence, explain, forecast });
    });
  }
}
