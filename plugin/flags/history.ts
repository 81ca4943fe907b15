/** The own history, and what is recorded in it. */

import { Option } from 'clipanion';
import { UpidError } from '../../lib/types/errors.ts';
import { PrometheusFlags } from './prometheus.ts';

export abstract class HistoryFlags extends PrometheusFlags {
  sidecars = Option.Array('--sidecar', {
    description: '`NAME` of a container, or part of an image name, that is a sidecar besides the known ones; can be given again',
  });
  history = Option.String('--history', { description: '`FOLDER` of the own history' });
  noHistory = Option.Boolean('--no-history', false, { description: 'Neither read nor record the own history' });

  /** @throws UpidError `usage` where both are given. */
  protected historyFolder(): string | false | undefined {
    if (this.noHistory && this.history !== undefined)
      throw new UpidError('usage', '--history and --no-history contradict each other', { remedy: 'give one of them' });
    return this.noHistory ? false : this.history;
  }
}
