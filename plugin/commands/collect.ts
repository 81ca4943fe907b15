/** `kubectl upid collect`: record what every source tells, once or at a steady pace. */

import { Command, Option } from 'clipanion';
import type { CollectRequest, RoundSummary } from '../../lib/operations/collect/request.ts';
import { UpidError } from '../../lib/types/errors.ts';
import { isRetention } from '../flags/retention.ts';
import { isDuration } from '../flags/validators.ts';
import { LookCommand } from '../look-command.ts';
import { collectListing, collectNotes, ROUND_COLUMNS } from '../print/collect-listing.ts';
import { formatListing, type PrintOptions } from '../print/print.ts';
import { checkSortBy } from '../print/sort.ts';

export class CollectCommand extends LookCommand {
  static override paths = [['collect']];

  static override usage = Command.Usage({
    description: 'Record the use of pods, containers, nodes and workloads in the own history.',
    details: `
      One round asks metrics-server, a Prometheus-compatible server and, with --kubelet, the kubelets, and records a sample of everything there is; pods that
      came and went since the round before are among it. With --every rounds follow each other until --for is over or Ctrl-C, which loses nothing that was
      recorded. With --backfill, hours of which the history has no sample at all are filled from the Prometheus-compatible server;
      whatever ends that, the next run goes on where it ended. Nothing is changed in the cluster.
    `,
    examples: [
      ['One sample of all namespaces', '$0 collect -A'],
      ['A sample a minute for a working day', '$0 collect -A --every 1m --for 8h'],
      ['Fill what the history lacks of the last week', '$0 collect -A --backfill 7d'],
      [
        'Every five minutes with the kubelets, keeping two weeks of raw rows',
        '$0 collect -A --every 5m --kubelet --retention raw=14d',
      ],
    ],
  });

  every = Option.String('--every', {
    description: '`DURATION` from one round to the next; one round when left out',
    validator: isDuration,
  });
  duration = Option.String('--for', {
    description: '`DURATION` after which no further round begins; with --every, until Ctrl-C when left out',
    validator: isDuration,
  });
  kubelet = Option.Boolean('--kubelet', false, {
    description: 'Ask the kubelets as well, which takes the right to get nodes/proxy',
  });
  backfill = Option.String('--backfill', {
    description: '`DURATION` back from now of which missing hours are filled from Prometheus, such as 7d',
    validator: isDuration,
  });
  retention = Option.String('--retention', {
    description: '`raw=DAYS,hourly=DAYS` that are kept from now on (default raw=7d,hourly=90d)',
    validator: isRetention,
  });

  override async execute(): Promise<number> {
    const options = this.printOptions();
    const asked = this.collectRequest();
    checkSortBy(ROUND_COLUMNS, options.sortBy);
    const { collectOnce, collectRepeatedly } = await import('../../lib/operations/collect/collect.ts');
    const { every: everySeconds, duration: forSeconds } = this;
    if (everySeconds === undefined) {
      await this.printRounds([await this.ask(asked, (whole) => collectOnce({ ...asked, ...whole }))], options);
      return 0;
    }
    const rounds: RoundSummary[] = [];
    // A person reads each round as it comes; a machine reads all of them as one document.
    const live = options.form.form === 'table';
    const printing: Promise<void>[] = [];
    const onRound = (round: RoundSummary): void => {
      if (live) printing.push(this.printRounds([round], { ...options, headers: options.headers && printing.length === 0 }));
      else rounds.push(round);
    };
    await this.ask(asked, (whole) => collectRepeatedly({ ...asked, ...whole, everySeconds, forSeconds, onRound }));
    await Promise.all(printing);
    if (!live) await this.printRounds(rounds, options);
    return 0;
  }

  /** @throws UpidError `usage` for what cannot be read or combined */
  private collectRequest(): Omit<CollectRequest, 'progress'> {
    if (this.demo)
      throw new UpidError('usage', 'the simulated cluster comes with its history: there is nothing to collect', {
        remedy: 'leave --demo out',
      });
    if (this.noHistory)
      throw new UpidError('usage', 'collect and --no-history contradict each other', { remedy: 'leave --no-history out' });
    if (this.duration !== undefined && this.every === undefined)
      throw new UpidError('usage', '--for needs --every', { remedy: 'say how often, such as --every 1m' });
    if (this.backfill !== undefined && !this.prometheus)
      throw new UpidError('usage', '--backfill and --prometheus=false contradict each other', { remedy: 'give one of them' });
    const { kubelet, retention, backfill: backfillSeconds } = this;
    return { ...this.request(), kubelet, retention, backfillSeconds };
  }

  private async printRounds(rounds: readonly RoundSummary[], options: PrintOptions): Promise<void> {
    const { stdout, stderr } = this.context;
    stdout.write(await formatListing(collectListing(rounds), options));
    if (options.form.form !== 'table') return;
    for (const note of collectNotes(rounds)) stderr.write(`${note}\n`);
  }
}
