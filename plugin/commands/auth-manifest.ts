/** `kubectl upid auth manifest`: the rights of the commands as RBAC objects to apply. */

import { Command, Option } from 'clipanion';
import { PROFILES } from '../../lib/operations/auth/profiles.ts';
import { UpidError } from '../../lib/types/errors.ts';
import type { Context } from '../context.ts';
import { LIST_FORMS, noHeadersOption, outputOption } from '../flags/output-form.ts';
import { isServiceAccount, parseServiceAddress } from '../flags/rights.ts';
import { isOneOf } from '../flags/validators.ts';
import { rightsListing } from '../print/auth-listing.ts';
import { parseOutputForm } from '../print/output.ts';
import { formatListing } from '../print/print.ts';

export class AuthManifestCommand extends Command<Context> {
  static override paths = [['auth', 'manifest']];

  static override usage = Command.Usage({
    description: 'Print least-privilege RBAC for the commands, to be applied by kubectl.',
    details: `
      A service account, the roles that hold just what the commands ask for, and their bindings; a comment at each rule says which command it is
      for and what is lost without it. No rule has a wildcard, and none grants more than reading but for the patches of optimize and nodes/proxy.
      No cluster is asked.

      --for names a set of commands: view is idle, explain and forecast; idle, explain, forecast, optimize, collect, doctor and
      completion are the commands by themselves; all is all of them. optimize has the API server dry-run its patches, which takes the right
      to patch.

      With -n the rights hold in that namespace alone; what has no namespace, and the Services among which Prometheus is looked for, stay rights
      of the whole cluster. The right to ask Prometheus through the API server holds for the named Service and port only.
    `,
    examples: [
      [
        'A service account that may look at everything',
        '$0 auth manifest --for view --prometheus monitoring/prometheus:9090 | kubectl apply -f -',
      ],
      [
        'The same for one namespace, under a name of its own',
        '$0 auth manifest --for view -n shop --service-account tools/upid-shop',
      ],
      ['The rights of the collector, with reasons', '$0 auth manifest --for collect --kubelet -o json'],
    ],
  });

  profile = Option.String('--for', 'view', {
    description: `\`PROFILE\` of commands: ${PROFILES.join(', ')} (default view)`,
    validator: isOneOf(...PROFILES),
  });
  namespace = Option.String('-n,--namespace', { description: '`NAMESPACE` that the rights hold in; all when left out' });
  serviceAccount = Option.String('--service-account', {
    description: '`[NAMESPACE/]NAME` of the service account (default default/kubectl-upid)',
    validator: isServiceAccount,
  });
  kubelet = Option.Boolean('--kubelet', false, {
    description: 'With collect: also nodes/proxy, which its --kubelet takes. It reaches far beyond reading',
  });
  prometheus = Option.Array('--prometheus', {
    description: '`NAMESPACE/[https:]SERVICE[:PORT]` of the Prometheus-compatible server (port 9090); can be given again',
  });
  output = outputOption(`\`FORM\` of the output: yaml is the objects; the list of rights as json, ${LIST_FORMS}`);
  noHeaders = noHeadersOption();

  override async execute(): Promise<number> {
    const form = this.output === undefined || this.output === 'yaml' ? undefined : parseOutputForm(this.output);
    const { makeManifest } = await import('../../lib/operations/auth/manifest.ts');
    const manifest = makeManifest({
      profile: this.profile,
      namespace: this.namespace || undefined,
      serviceAccount: this.serviceAccount ?? { namespace: 'default', name: 'kubectl-upid' },
      kubelet: this.kubelet,
      prometheus: (this.prometheus ?? []).map(readServer),
    });
    const text =
      form === undefined
        ? manifest.yaml
        : await formatListing(rightsListing(manifest.rights), { form, headers: !this.noHeaders });
    this.context.stdout.write(text);
    return 0;
  }
}

function readServer(text: string) {
  const server = parseServiceAddress(text);
  if (server) return server;
  throw new UpidError('usage', `invalid value for --prometheus: "${text}"`, {
    remedy: 'it should be a namespace, a service and its port, such as monitoring/prometheus:9090',
  });
}
