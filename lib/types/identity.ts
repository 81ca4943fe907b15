/** Who asks, as whom, and by which proof. */

/** A credential as the kubeconfig or a flag gives it. */
export interface CredentialDescription {
  readonly method: 'certificate' | 'token' | 'token-file' | 'basic' | 'exec' | 'auth-provider';
  /** The program of `exec`, the file of `token-file`, the user of `basic`, the name of `auth-provider`, the subject of `certificate`. */
  readonly detail: string;
  /** Unix epoch milliseconds; undefined where it does not say, or only a program or the server knows. */
  readonly expiresAtMs?: number;
}

/** What the kubeconfig and the flags lead to, before anything is asked. */
export interface ConnectionDescription {
  readonly context: string;
  readonly server: string;
  readonly namespace: string;
  /** Name of the user in the kubeconfig; empty inside a pod and where only flags say who. */
  readonly user: string;
  /** Best first: the one that is shown to the server; none: anonymous. A certificate is shown beside another one. */
  readonly credentials: readonly CredentialDescription[];
  /** True: the service account of the pod that this runs in. */
  readonly inCluster: boolean;
  readonly impersonated?: {
    readonly user: string;
    readonly uid?: string;
    readonly groups: readonly string[];
    readonly extra: Readonly<Record<string, readonly string[]>>;
  };
}

/** The server's own answer. */
export interface UserIdentity {
  readonly username: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

export interface WhoAmI {
  readonly simulated: boolean;
  readonly askedAtMs: number;
  readonly connection: ConnectionDescription;
  /** Undefined where the server does not tell. */
  readonly identity?: UserIdentity;
  /** Why not: one sentence. */
  readonly reason?: string;
}
