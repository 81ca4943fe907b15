/** kubectl's connection flags as values; names and meanings as in cli-runtime's config_flags.go. */

export interface ConnectionOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly cluster?: string;
  readonly user?: string;
  readonly namespace?: string;
  readonly server?: string;
  readonly tlsServerName?: string;
  readonly insecureSkipTlsVerify?: boolean;
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  readonly certificateAuthority?: string;
  readonly token?: string;
  readonly as?: string;
  readonly asUid?: string;
  readonly asGroups?: readonly string[];
  /** `key=value` pairs as typed. */
  readonly asUserExtra?: readonly string[];
  /** Seconds; 0 waits for ever. */
  readonly requestTimeoutSeconds?: number;
  readonly cacheDirectory?: string;
  readonly disableCompression?: boolean;
  /** Requests in flight at a time, and so the most connections that are opened; 8 when absent. */
  readonly concurrency?: number;
}
