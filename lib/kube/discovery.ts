/** What the cluster serves: its version, and which versions of an API group. */

import { UpidError } from '../types/errors.ts';
import type { KubeClient, RequestOptions } from './client.ts';

const SOURCE = 'discovery';

type DiscoveryOptions = Pick<RequestOptions, 'signal' | 'timeoutSeconds'>;

export interface ServerVersion {
  /** `v1.37.2`; distributions append their own, as `-gke.100`. */
  readonly gitVersion: string;
  readonly major: number;
  readonly minor: number;
}

/** @throws UpidError as `KubeClient.getJson`. */
export async function serverVersion(client: KubeClient, options: DiscoveryOptions = {}): Promise<ServerVersion> {
  const answer = (await client.getJson('/version', { ...options, source: SOURCE })) as Record<string, unknown>;
  // Some distributions write the minor version as `27+`.
  const number = (value: unknown): number => Number.parseInt(String(value), 10) || 0;
  return { gitVersion: String(answer.gitVersion ?? ''), major: number(answer.major), minor: number(answer.minor) };
}

/** Versions of an API group that the cluster serves, preferred first; empty when it has no such group. @throws UpidError as `KubeClient.getJson`. */
export async function groupVersions(
  client: KubeClient,
  group: string,
  options: DiscoveryOptions = {},
): Promise<readonly string[]> {
  try {
    const answer = await client.getJson(`/apis/${group}`, { ...options, source: SOURCE });
    const { versions, preferredVersion } = answer as {
      versions?: readonly { version?: string }[];
      preferredVersion?: { version?: string };
    };
    const served = (versions ?? []).flatMap(({ version }) => (version === undefined ? [] : [version]));
    const preferred = preferredVersion?.version;
    return preferred === undefined ? served : [preferred, ...served.filter((version) => version !== preferred)];
  } catch (error) {
    if (error instanceof UpidError && error.id === 'api-missing') return [];
    throw error;
  }
}

/** Names of the resources of a group's version (`pods`, `pods/log`); empty when it is not served. @throws UpidError as `KubeClient.getJson`. */
export async function resourcesOf(
  client: KubeClient,
  group: string,
  version: string,
  options: DiscoveryOptions = {},
): Promise<readonly string[]> {
  const path = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  try {
    const { resources } = (await client.getJson(path, { ...options, source: SOURCE })) as {
      resources?: readonly { name?: string }[];
    };
    return (resources ?? []).flatMap(({ name }) => (name === undefined ? [] : [name]));
  } catch (error) {
    if (error instanceof UpidError && error.id === 'api-missing') return [];
    throw error;
  }
}
