/** `kubectl upid collect`: record what every source tells, once or at a steady pace. */

import { Command, Option } from 'clipanion';
import type { CollectRequest, RoundSummary } from '../../lib/operations/collect/request.ts';
import { UpidError } from '../../lib/types/errors.ts';
import { isRetention } from '../flags/retention.ts';
import { isDuration } from '../flags/validators.ts';
import { CANCELLED } from '../interrupts.ts';
import { LookCommand } from '../look-command.ts';
import { collectListing, collectNotes, collectSummary, ROUND_COLUMNS } from '../print/collect-listing.ts';
import { formatListing, type PrintOptions } from '../print/print.ts';
import { checkSortBy } from '../print/sort.ts';

export class CollectCommand extends LookCommand {
  static override paths = [['collect']];

  static override usage = Command.Usage({
    description: 'Record the use of pods, containers, nodes and workloads in the own history.',
    details: `
      One round asks metrics-server, a Prometheus-compatible server and, with --kubelet, the kubelets, and records a sample of everything there is; pods that
      came and went since the round before are among it. With --every rounds follow each other until --for is over or Ctrl-C, which loses nothing that was
      recorded, and ends with exit code 0 once a round was recorded; JSON is a line a round then. A cluster that is away is asked again, ever more seldom, up to
      every five minutes. With --backfill, hours of which the history has no sample at all are filled from the Prometheus-compatible server;
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

  /** After a signal: see runCommand. */
  stoppedExitCode = CANCELLED;

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
    let printed = Promise.resolve();
    let shown = 0;
    const onRound = (round: RoundSummary): void => {
      const headers = options.headers && shown++ === 0;
      printed = printed.then(() => this.printRounds([round], { ...options, headers }, true));
      // Told where it is waited for.
      printed.catch(() => undefined);
    };
    const outcome = await this.ask(asked, (whole) =>
      collectRepeatedly({ ...asked, ...whole, everySeconds, forSeconds, onRound }),
    );
    await printed;
    // It runs until somebody stops it, which is then how it is meant to end.
    if (outcome.rounds > 0) this.stoppedExitCode = 0;
    this.context.stderr.write(`${collectSummary(outcome)}\n`);
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

  /** With `oneLine`, JSON is a document of one line for each round, so that a reader needs not wait for the end. */
  private async printRounds(rounds: readonly RoundSummary[], options: PrintOptions, oneLine = false): Promise<void> {
    const { stdout, stderr } = this.context;
    const text = await formatListing(collectListing(rounds), options);
    stdout.write(oneLine && options.form.form === 'json' ? `${JSON.stringify(JSON.parse(text))}\n` : text);
    if (options.form.form !== 'table') return;
    for (const note of collectNotes(rounds)) stderr.write(`${note}\n`);
  }
}
