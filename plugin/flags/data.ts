/** Which history a command about data is for. */

import { Option } from 'clipanion';
import type { DataRequest } from '../../lib/operations/data/request.ts';
import { AskingFlags } from './asking.ts';
import { present } from './present.ts';

export abstract class DataFlags extends AskingFlags {
  history = Option.String('--history', { description: '`FOLDER` of all histories; your own when left out' });
  clusterId = Option.String('--cluster-id', {
    description: '`UID` of the cluster (of its namespace kube-system) whose history is meant; no cluster is asked then',
  });

  protected dataRequest(): DataRequest {
    return {
      connection: this.connection(),
      demo: this.demo,
      demoHistory: this.context.demoHistory,
      ...present({ history: this.history, clusterId: this.clusterId }),
      runtime: this.context.runtime(this.verbosity ?? 0),
      signal: this.context.signal,
    };
  }

  /** One line each on standard error: parts that had to be left out. */
  protected warn(problems: readonly string[]): void {
    for (const problem of problems) this.context.stderr.write(`warning: ${problem}\n`);
  }
}
