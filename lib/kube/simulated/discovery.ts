/** Discovery of the simulated API server: its version, groups and resources. */

import { pathMissing } from './refusal.ts';
import { type ApiResource, groupVersionOf } from './resources.ts';

type Raw = Readonly<Record<string, unknown>>;

export const SERVER_VERSION = 'v1.37.2';

export function versionInfo(): Raw {
  const [, major = '', minor = ''] = /^v(\d+)\.(\d+)/.exec(SERVER_VERSION) ?? [];
  return { major, minor, gitVersion: SERVER_VERSION, platform: 'linux/amd64' };
}

/** `/api` */
export function coreVersions(): Raw {
  return { kind: 'APIVersions', versions: ['v1'] };
}

/** `/apis` */
export function groupList(resources: readonly ApiResource[]): Raw {
  const names = new Set(resources.map(({ group }) => group).filter((group) => group !== ''));
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: [...names].map((name) => groupOf(resources, name)) };
}

/** `/apis/GROUP`. @throws Refusal 404 */
export function groupInfo(resources: readonly ApiResource[], name: string): Raw {
  if (!resources.some(({ group }) => group === name)) throw pathMissing();
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(resources, name) };
}

function groupOf(resources: readonly ApiResource[], name: string): Raw {
  const served = new Set(resources.filter(({ group }) => group === name).map(groupVersionOf));
  const versions = [...served].map((groupVersion) => ({ groupVersion, version: groupVersion.split('/')[1] }));
  return { name, versions, preferredVersion: versions[0] };
}

/** `/apis/GROUP/VERSION`, `/api/v1`. @throws Refusal 404 */
export function resourceList(resources: readonly ApiResource[], groupVersion: string): Raw {
  const served = resources.filter((resource) => groupVersionOf(resource) === groupVersion);
  if (served.length === 0) throw pathMissing();
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion,
    resources: served.map(({ plural, kind, namespaced, verbs }) => ({
      name: plural,
      singularName: kind.toLowerCase(),
      namespaced,
      kind,
      verbs,
    })),
  };
}
