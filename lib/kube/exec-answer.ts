/** What a credential plugin printed: an ExecCredential, checked as client-go checks it. */

import { parse as parseYaml } from 'yaml';
import { UpidError } from '../types/errors.ts';
import type { Certificate } from './credential-source.ts';
import type { ExecEntry } from './kubeconfig-file.ts';
import { printableLine } from './printable.ts';
import { certificateProblem } from './tls.ts';

/** What a plugin answered. */
export interface PluginCredential {
  readonly token?: string;
  readonly certificate?: Certificate;
  /** Unix epoch milliseconds; undefined: does not expire. */
  readonly expires?: number;
}

type Mapping = Readonly<Record<string, unknown>>;

const BY_HAND = { remedy: 'run it by hand, as the exec entry of the kubeconfig has it, to see what it prints' };

/** An error of a plugin; `what` it did is told of it by name. */
export function pluginFailure(exec: ExecEntry, what: string, options: { remedy?: string; cause?: unknown } = {}): UpidError {
  return new UpidError('credential-plugin', `credential plugin ${printableLine(exec.command)} ${what}`, options);
}

/**
 * Reads the output of a plugin. Nothing of it is quoted in an error: it may be a secret.
 * @throws UpidError credential-plugin.
 */
export function readCredential(output: string, exec: ExecEntry): PluginCredential {
  const { apiVersion, kind, status } = documentIn(output, exec);
  if (apiVersion !== exec.apiVersion || kind !== 'ExecCredential') {
    const returned = `${text(apiVersion) ?? 'no version'} ${text(kind) ?? ''}`;
    throw pluginFailure(exec, `is configured to use API version ${exec.apiVersion}, plugin returned ${printableLine(returned)}`, {
      remedy: "set apiVersion in the kubeconfig's exec entry to what the plugin speaks, or update it",
    });
  }
  if (!isMapping(status)) throw pluginFailure(exec, "didn't return a status field", BY_HAND);
  const token = text(status.token);
  const certificate = certificateIn(status, exec);
  if (!token && certificate === undefined) throw pluginFailure(exec, "didn't return a token or cert/key pair", BY_HAND);
  const expires = expiryIn(status, exec);
  return {
    ...(token ? { token } : {}),
    ...(certificate === undefined ? {} : { certificate }),
    ...(expires === undefined ? {} : { expires }),
  };
}

function documentIn(output: string, exec: ExecEntry): Mapping {
  const document = parsed(output);
  if (isMapping(document)) return document;
  const what = output.trim() === '' ? 'nothing' : 'something that is not JSON';
  throw pluginFailure(exec, `printed ${what} instead of an ExecCredential`, BY_HAND);
}

/** JSON, or YAML, which client-go's decoder takes as well. */
function parsed(output: string): unknown {
  try {
    return JSON.parse(output);
  } catch {
    try {
      return parseYaml(output);
    } catch {
      return undefined;
    }
  }
}

function certificateIn(status: Mapping, exec: ExecEntry): Certificate | undefined {
  const cert = text(status.clientCertificateData);
  const key = text(status.clientKeyData);
  if (!cert && !key) return undefined;
  if (!cert || !key) throw pluginFailure(exec, 'returned only certificate or key, not both', BY_HAND);
  const problem = certificateProblem({ cert, key });
  if (problem === undefined) return { cert, key };
  throw pluginFailure(exec, `returned a client certificate and key that cannot be used: ${problem}`, BY_HAND);
}

function expiryIn({ expirationTimestamp }: Mapping, exec: ExecEntry): number | undefined {
  if (expirationTimestamp === undefined || expirationTimestamp === null) return undefined;
  const milliseconds = typeof expirationTimestamp === 'string' ? Date.parse(expirationTimestamp) : Number.NaN;
  if (!Number.isNaN(milliseconds)) return milliseconds;
  throw pluginFailure(exec, 'returned an expirationTimestamp that is not a time', BY_HAND);
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
