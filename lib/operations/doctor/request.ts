/** What is checked, and with what. */

import type { ClusterRequest, OpenedCluster } from '../auth/cluster.ts';
import type { LookRequest } from '../request.ts';

/** What the program knows about the surroundings it was started in. */
export interface Surroundings {
  readonly terminal: {
    readonly stdout: boolean;
    readonly color: boolean;
    readonly ascii: boolean;
  };
  readonly timeZone: string;
  /** Versions of this program and of Node. */
  readonly versions: { readonly program: string; readonly node: string };
}

export interface DoctorRequest extends ClusterRequest, Pick<LookRequest, 'prometheus' | 'history' | 'demoHistory'> {
  /** Undefined: that of the context. Empty: all. */
  readonly namespace: string | undefined;
  readonly surroundings: Surroundings;
  /** A check that takes longer is given up. */
  readonly checkSeconds: number;
}

/** A cluster that answers. */
export interface ReachedCluster extends OpenedCluster {
  /** Empty: all. */
  readonly namespace: string;
  /** UID of kube-system; undefined where it may not be read. */
  readonly clusterId: string | undefined;
}
