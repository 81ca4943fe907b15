/** deploy/rbac: manifests for those who apply files, made from the table of rights: `node plugin/rbac.ts` writes them, a test finds them stale. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { makeManifest } from '../lib/operations/auth/manifest.ts';
import { PROFILES, type Profile } from '../lib/operations/auth/profiles.ts';

/** Commands by themselves are printed by auth manifest; files are there for what is granted for long. */
const WRITTEN: readonly Profile[] = PROFILES.filter((profile) => ['view', 'optimize', 'collect', 'doctor'].includes(profile));

/** Text of each file by its name. */
export function rbacFiles(): ReadonlyMap<string, string> {
  return new Map(
    WRITTEN.map((profile) => {
      const serviceAccount = { namespace: 'default', name: `kubectl-upid-${profile}` };
      const { yaml } = makeManifest({ profile, namespace: undefined, serviceAccount, kubelet: false, prometheus: [] });
      return [`${profile}.yaml`, yaml] as const;
    }),
  );
}

if (import.meta.main) {
  const folder = new URL('../deploy/rbac/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of rbacFiles()) writeFileSync(new URL(name, folder), text);
}
