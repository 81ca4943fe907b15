/** kubectl's connection flags: names and meanings of cli-runtime's config_flags.go. */

import { Command, Option } from 'clipanion';
import type { LookRequest } from '../../lib/operations/request.ts';
import type { Context } from '../context.ts';
import { present } from './present.ts';
import { isCount, isTimeout } from './validators.ts';

export abstract class ConnectionFlags extends Command<Context> {
  verbosity = Option.String('-v,--v', {
    description: '`LEVEL` of detail on standard error: 1 sources and their cost (also a bare -v), 6 requests and stacks',
    validator: isCount,
  });
  namespace = Option.String('-n,--namespace', { description: '`NAMESPACE` to look in; the one of the context when left out' });
  kubeconfig = Option.String('--kubeconfig', { description: '`FILE` to use instead of KUBECONFIG and ~/.kube/config' });
  kubeContext = Option.String('--context', { description: '`NAME` of the kubeconfig context to use' });
  cluster = Option.String('--cluster', { description: '`NAME` of the kubeconfig cluster to use' });
  user = Option.String('--user', { description: '`NAME` of the kubeconfig user to use' });
  server = Option.String('-s,--server', { description: '`URL` of the API server' });
  tlsServerName = Option.String('--tls-server-name', { description: "`NAME` the server's certificate is checked against" });
  insecureSkipTlsVerify = Option.Boolean('--insecure-skip-tls-verify', {
    description: "Do not check the server's certificate: the connection is then open to anyone between",
  });
  clientCertificate = Option.String('--client-certificate', { description: '`FILE` with the client certificate' });
  clientKey = Option.String('--client-key', { description: '`FILE` with the key of the client certificate' });
  certificateAuthority = Option.String('--certificate-authority', {
    description: "`FILE` with the certificate of the server's authority",
  });
  token = Option.String('--token', { description: 'Bearer `TOKEN` for the API server' });
  as = Option.String('--as', { description: '`USER` to impersonate' });
  asUid = Option.String('--as-uid', { description: '`UID` to impersonate' });
  asGroups = Option.Array('--as-group', { description: '`GROUP` to impersonate; can be given again' });
  asUserExtra = Option.Array('--as-user-extra', {
    description: '`KEY=VALUE` of user extra information to impersonate; can be given again',
  });
  requestTimeout = Option.String('--request-timeout', {
    description: '`DURATION` one request may take, such as 5s or 2m; 0 for no limit',
    validator: isTimeout,
  });
  cacheDir = Option.String('--cache-dir', {
    description: '`FOLDER` that kubectl caches in; taken for its sake, nothing is cached there',
  });
  disableCompression = Option.Boolean('--disable-compression', {
    description: 'Ask the server for answers that are not compressed',
  });

  protected connection(): LookRequest['connection'] {
    return present({
      kubeconfig: this.kubeconfig,
      context: this.kubeContext,
      cluster: this.cluster,
      user: this.user,
      namespace: this.namespace,
      server: this.server,
      tlsServerName: this.tlsServerName,
      insecureSkipTlsVerify: this.insecureSkipTlsVerify,
      clientCertificate: this.clientCertificate,
      clientKey: this.clientKey,
      certificateAuthority: this.certificateAuthority,
      token: this.token,
      as: this.as,
      asUid: this.asUid,
      asGroups: this.asGroups,
      asUserExtra: this.asUserExtra,
      requestTimeoutSeconds: this.requestTimeout,
      cacheDirectory: this.cacheDir,
      disableCompression: this.disableCompression,
    });
  }
}
