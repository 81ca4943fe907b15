/** What a request shows to prove who it is from, and where the next one gets it: the form that every kind of credential takes. */

export interface Certificate {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
}

export interface Credential {
  /** Value of the Authorization header. */
  readonly authorization?: string;
  readonly certificate?: Certificate;
}

export interface CredentialSource {
  /** The credential for the next request. */
  current(signal?: AbortSignal): Promise<Credential>;
  /** A newer one after the server refused (401) that one; undefined when there is none. */
  renew(refused: Credential, signal?: AbortSignal): Promise<Credential | undefined>;
  close(): void;
}
