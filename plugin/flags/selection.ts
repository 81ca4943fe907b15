/** Which workloads are meant: kubectl's list flags and the TYPE/NAME arguments. */

import { Option } from 'clipanion';
import type { Scope } from '../../lib/operations/request.ts';
import { UpidError } from '../../lib/types/errors.ts';
import { ConnectionFlags } from './connection.ts';
import { present } from './present.ts';
import { isCount } from './validators.ts';
import { parseWorkloadNames } from './workload-names.ts';

/** kubectl's own. */
const CHUNK_SIZE = 500;

export abstract class SelectionFlags extends ConnectionFlags {
  allNamespaces = Option.Boolean('-A,--all-namespaces', {
    description: 'Look in all namespaces, whatever -n says; also what --demo does without -n',
  });
  labelSelector = Option.String('-l,--selector', { description: 'Label `SELECTOR`, such as app=web,tier!=cache' });
  fieldSelector = Option.String('--field-selector', {
    description: 'Field `SELECTOR` for the pods, such as spec.nodeName=node-1',
  });
  chunkSize = Option.String('--chunk-size', {
    description: `\`NUMBER\` of objects a page of a list; 0 for all at once (default ${CHUNK_SIZE})`,
    validator: isCount,
  });
  demo = Option.Boolean('--demo', false, {
    description: 'Look at the simulated cluster inside the program: no kubeconfig, no network',
  });
  names = Option.Rest();

  /** @throws UpidError `usage` for arguments that name nothing, or that cannot be combined. */
  protected scope(): Scope {
    const names = parseWorkloadNames(this.names);
    if (names.length > 0 && this.labelSelector !== undefined)
      throw new UpidError('usage', 'names and --selector cannot be given together', { remedy: 'give one of them' });
    const everywhere = this.allNamespaces ?? (this.demo && !this.namespace);
    if (names.length > 0 && this.allNamespaces === true)
      throw new UpidError('usage', 'a workload cannot be named across all namespaces', { remedy: 'give its namespace with -n' });
    return {
      ...present({
        // An empty -n is the context's namespace, as with kubectl.
        namespace: everywhere ? undefined : this.namespace || undefined,
        labelSelector: this.labelSelector,
        fieldSelector: this.fieldSelector,
      }),
      allNamespaces: everywhere,
      names,
      chunkSize: this.chunkSize ?? CHUNK_SIZE,
    };
  }
}
