/**
 * Which server is asked, and as whom: a kubeconfig and kubectl's flags become one target, by the precedence of
 * client-go's `DirectClientConfig`. Knows names and precedence; reads certificate files, opens no socket.
 */

import { readFile } from 'node:fs/promises';
import { messageOf, UpidError } from '../types/errors.ts';
import type { Runtime } from '../types/runtime.ts';
import type { ConnectionOptions } from './connection.ts';
import type { Certificate } from './credential-source.ts';
import { type Impersonation, parseUserExtra } from './impersonation.ts';
import { type InCluster, inCluster, SERVICE_ACCOUNT_DIRECTORY } from './in-cluster.ts';
import type { LoadedKubeconfig } from './kubeconfig.ts';
import type { AuthProviderEntry, ClusterEntry, ContextEntry, ExecEntry, UserEntry } from './kubeconfig-file.ts';
import { pathsOf } from './kubeconfig-paths.ts';

export interface Target {
  /** Name of the context; `in-cluster` inside a pod, empty where only flags say what is meant. */
  readonly context: string;
  readonly namespace: string;
  readonly server: URL;
  /** The same as it was written, without query: what credential plugins are told. */
  readonly serverText: string;
  /** PEM; undefined trusts what the system trusts. */
  readonly certificateAuthority?: string;
  readonly insecureSkipTlsVerify: boolean;
  readonly tlsServerName?: string;
  readonly proxyUrl?: string;
  readonly disableCompression: boolean;
  readonly execConfig?: unknown;
  readonly credentials: TargetCredentials;
  readonly impersonation?: Impersonation;
}

/** How the user shows who they are; all absent: anonymous. */
export interface TargetCredentials {
  /** Name in the kubeconfig, for messages. */
  readonly user: string;
  readonly certificate?: Certificate;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly basic?: { readonly username: string; readonly password: string };
  readonly exec?: ExecEntry;
  readonly authProvider?: AuthProviderEntry;
}

/**
 * Finds the cluster, user and context that are meant.
 * @param serviceAccount where a pod's service account is mounted.
 * @throws UpidError kubeconfig-missing, context-missing, kubeconfig-invalid, usage.
 */
export async function resolveTarget(
  config: LoadedKubeconfig,
  options: ConnectionOptions,
  runtime: Runtime,
  serviceAccount = SERVICE_ACCOUNT_DIRECTORY,
): Promise<Target> {
  const pod = await inCluster(runtime, serviceAccount);
  const choice = pod !== undefined && namesNothing(config, options, runtime) ? choiceOf(pod) : choose(config, options, runtime);
  const cluster = withClusterFlags(choice.cluster, options, runtime);
  const user = withUserFlags(choice.user, options, runtime);
  const server = serverUrl(cluster, user, choice.clusterName);
  const impersonation = impersonationOf(user, choice.userName);
  return {
    context: choice.contextName,
    // As kubectl: inside a pod its namespace is the default one, also for a kubeconfig that names none.
    namespace: options.namespace || choice.context.namespace || pod?.namespace || 'default',
    server,
    serverText: (cluster.server ?? '').replace(/[?#].*$/, ''),
    ...(await trustOf(cluster, choice.clusterName)),
    ...(cluster.tlsServerName === undefined ? {} : { tlsServerName: cluster.tlsServerName }),
    ...(cluster.proxyUrl === undefined ? {} : { proxyUrl: cluster.proxyUrl }),
    ...(cluster.execConfig === undefined ? {} : { execConfig: cluster.execConfig }),
    disableCompression: cluster.disableCompression,
    // client-go sends no credentials over plain HTTP, where anybody on the way could read them.
    credentials: server.protocol === 'https:' ? await credentialsOf(user, choice.userName) : { user: choice.userName },
    ...(impersonation === undefined ? {} : { impersonation }),
  };
}

const ANONYMOUS: UserEntry = { asGroups: [], asUserExtra: {} };

interface Choice {
  readonly contextName: string;
  readonly context: ContextEntry;
  readonly clusterName: string;
  readonly cluster: ClusterEntry;
  readonly userName: string;
  readonly user: UserEntry;
}

/** True when neither files nor flags say which cluster is meant, so that a pod's own is the one left. */
function namesNothing(config: LoadedKubeconfig, options: ConnectionOptions, runtime: Runtime): boolean {
  const { server, context, cluster, user } = options;
  return !(server || runtime.env.KUBERNETES_MASTER || context || config.currentContext || cluster || user);
}

/** The cluster that this pod runs in, as its service account. */
function choiceOf(pod: InCluster): Choice {
  const { server, certificateAuthority, tokenFile } = pod;
  return {
    contextName: 'in-cluster',
    context: {},
    clusterName: '',
    cluster: { server, certificateAuthority, insecureSkipTlsVerify: false, disableCompression: false },
    userName: '',
    user: { ...ANONYMOUS, tokenFile },
  };
}

function choose(config: LoadedKubeconfig, options: ConnectionOptions, runtime: Runtime): Choice {
  const contextName = options.context || config.currentContext || '';
  const context = contextName === '' ? {} : contextNamed(config, contextName);
  const clusterName = options.cluster || context.cluster || '';
  const userName = options.user || context.user || '';
  const server = options.server || runtime.env.KUBERNETES_MASTER;
  if (clusterName === '' && !server) throw nothingChosen(config, contextName, runtime);
  const bare: ClusterEntry = { insecureSkipTlsVerify: false, disableCompression: false, ...(server ? { server } : {}) };
  return {
    contextName,
    context,
    clusterName,
    cluster: entryNamed(config.clusters, 'cluster', clusterName, contextName, config) ?? bare,
    userName,
    user: entryNamed(config.users, 'user', userName, contextName, config) ?? ANONYMOUS,
  };
}

function contextNamed(config: LoadedKubeconfig, name: string): ContextEntry {
  const context = config.contexts.get(name);
  if (context !== undefined) return context;
  throw new UpidError('context-missing', `context ${JSON.stringify(name)} does not exist`, {
    remedy: knownNames('contexts', config.contexts, config),
  });
}

function entryNamed<T>(
  entries: ReadonlyMap<string, T>,
  kind: 'cluster' | 'user',
  name: string,
  contextName: string,
  config: LoadedKubeconfig,
): T | undefined {
  const entry = entries.get(name);
  if (entry !== undefined || name === '') return entry;
  const of = contextName === '' ? '' : ` (context ${JSON.stringify(contextName)})`;
  throw new UpidError('context-missing', `${kind} ${JSON.stringify(name)} does not exist${of}`, {
    remedy: knownNames(`${kind}s`, entries, config),
  });
}

function knownNames(what: string, entries: ReadonlyMap<string, unknown>, config: LoadedKubeconfig): string {
  const names = [...entries.keys()].toSorted();
  const where = config.files.length === 0 ? 'there is no kubeconfig' : `in ${config.files.join(', ')}`;
  return names.length === 0
    ? `no ${what} ${where}`
    : `${what} ${where}: ${names.slice(0, 10).join(', ')}${names.length > 10 ? ', …' : ''}`;
}

function nothingChosen(config: LoadedKubeconfig, contextName: string, runtime: Runtime): UpidError {
  if (contextName !== '') {
    return new UpidError('context-missing', `context ${JSON.stringify(contextName)} names no cluster`, {
      remedy: 'choose one with --cluster, or another context with --context',
    });
  }
  if (config.files.length > 0) {
    return new UpidError('context-missing', `${config.files.join(', ')} has no current context`, {
      remedy: `choose one with --context or 'kubectl config use-context'; ${knownNames('contexts', config.contexts, config)}`,
    });
  }
  const absence = absenceOf(config.missing, Boolean(runtime.env.KUBECONFIG));
  return new UpidError('kubeconfig-missing', `no kubeconfig was found: ${absence}, and this is not a pod`, {
    remedy: 'set KUBECONFIG or give --kubeconfig or --server; --demo works without a cluster',
  });
}

function absenceOf(files: readonly string[], fromVariable: boolean): string {
  if (files.length === 0) return 'KUBECONFIG names no file';
  const source = fromVariable ? ' (from KUBECONFIG)' : '';
  return `${files.join(', ')}${source} ${files.length === 1 ? 'does' : 'do'} not exist`;
}

/** Flags over the kubeconfig's cluster, with the corrections client-go makes for flags that would contradict the file. */
function withClusterFlags(cluster: ClusterEntry, options: ConnectionOptions, runtime: Runtime): ClusterEntry {
  const { certificateAuthority, certificateAuthorityData, tlsServerName, ...rest } = cluster;
  const overridesTrust = options.insecureSkipTlsVerify === true || Boolean(options.certificateAuthority);
  const trust = overridesTrust
    ? options.certificateAuthority
      ? { certificateAuthority: absolute(options.certificateAuthority, runtime) }
      : {}
    : {
        ...(certificateAuthority ? { certificateAuthority } : {}),
        ...(certificateAuthorityData ? { certificateAuthorityData } : {}),
      };
  // A server from the command line is another one: the file's name for the certificate does not hold for it.
  const name = options.tlsServerName || options.server ? options.tlsServerName : tlsServerName;
  return {
    ...rest,
    ...trust,
    ...(name ? { tlsServerName: name } : {}),
    ...(options.server ? { server: options.server } : {}),
    insecureSkipTlsVerify: overridesTrust ? options.insecureSkipTlsVerify === true : cluster.insecureSkipTlsVerify,
    disableCompression: options.disableCompression ?? cluster.disableCompression,
  };
}

function withUserFlags(user: UserEntry, options: ConnectionOptions, runtime: Runtime): UserEntry {
  const { clientCertificate, clientCertificateData, clientKey, clientKeyData, tokenFile, ...rest } = user;
  const cert = options.clientCertificate
    ? { clientCertificate: absolute(options.clientCertificate, runtime) }
    : { ...(clientCertificate ? { clientCertificate } : {}), ...(clientCertificateData ? { clientCertificateData } : {}) };
  const key = options.clientKey
    ? { clientKey: absolute(options.clientKey, runtime) }
    : { ...(clientKey ? { clientKey } : {}), ...(clientKeyData ? { clientKeyData } : {}) };
  return {
    ...rest,
    ...cert,
    ...key,
    ...(options.token ? { token: options.token } : tokenFile ? { tokenFile } : {}),
    ...(options.as ? { as: options.as } : {}),
    ...(options.asUid ? { asUid: options.asUid } : {}),
    asGroups: options.asGroups?.length ? options.asGroups : user.asGroups,
    asUserExtra: { ...user.asUserExtra, ...parseUserExtra(options.asUserExtra ?? []) },
  };
}

function absolute(path: string, runtime: Runtime): string {
  return pathsOf(runtime).resolve(runtime.workingDirectory, path);
}

function impersonationOf(user: UserEntry, name: string): Impersonation | undefined {
  if (user.as) {
    return { user: user.as, ...(user.asUid ? { uid: user.asUid } : {}), groups: user.asGroups, extra: user.asUserExtra };
  }
  if (user.asUid || user.asGroups.length > 0 || Object.keys(user.asUserExtra).length > 0) {
    throw new UpidError(
      'usage',
      `requesting uid, groups or user-extra${name ? ` for ${name}` : ''} without impersonating a user`,
      {
        remedy: 'add --as',
      },
    );
  }
  return undefined;
}

/** The address; without a scheme it is HTTPS exactly when certificates are named (client-go's DefaultServerURL). */
function serverUrl(cluster: ClusterEntry, user: UserEntry, name: string): URL {
  if (!cluster.server)
    throw invalid(`no server found for cluster ${JSON.stringify(name)}`, 'add server to the cluster, or give --server');
  const certificates =
    cluster.certificateAuthority || cluster.certificateAuthorityData || user.clientCertificate || user.clientCertificateData;
  const scheme = certificates || cluster.insecureSkipTlsVerify ? 'https' : 'http';
  const text = cluster.server.includes('://') ? cluster.server : `${scheme}://${cluster.server}`;
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '') {
    throw invalid(
      `the server address ${JSON.stringify(cluster.server)} is not an http or https URL`,
      'an address looks like https://10.0.0.1:6443',
    );
  }
  url.search = '';
  url.hash = '';
  return url;
}

async function trustOf(
  cluster: ClusterEntry,
  name: string,
): Promise<Pick<Target, 'insecureSkipTlsVerify' | 'certificateAuthority'>> {
  const { certificateAuthority: file, certificateAuthorityData: data } = cluster;
  if (file && data) {
    throw invalid(`certificate-authority-data and certificate-authority are both specified for ${name}`, 'keep one of them');
  }
  if (cluster.insecureSkipTlsVerify && (file || data)) {
    throw invalid(
      'specifying a root certificates file with the insecure flag is not allowed',
      `remove certificate-authority or insecure-skip-tls-verify${name ? ` from cluster ${name}` : ''}`,
    );
  }
  const pem = file ? await readPem(file, 'certificate-authority', name) : data;
  return { insecureSkipTlsVerify: cluster.insecureSkipTlsVerify, ...(pem ? { certificateAuthority: pem } : {}) };
}

async function credentialsOf(user: UserEntry, name: string): Promise<TargetCredentials> {
  const methods = [user.token ? 'token' : undefined, user.username || user.password ? 'basicAuth' : undefined].filter(Boolean);
  if (methods.length > 1) {
    throw invalid(
      `more than one authentication method found for ${name}; found [${methods.join(' ')}], only one is allowed`,
      'keep one of them',
    );
  }
  if (user.exec) checkExec(user.exec, user, name);
  const certificate = await certificateOf(user, name);
  return {
    user: name,
    ...(certificate === undefined ? {} : { certificate }),
    ...(user.token ? { token: user.token } : {}),
    ...(user.tokenFile ? { tokenFile: user.tokenFile } : {}),
    ...(user.username || user.password ? { basic: { username: user.username ?? '', password: user.password ?? '' } } : {}),
    ...(user.exec ? { exec: user.exec } : {}),
    ...(user.authProvider ? { authProvider: user.authProvider } : {}),
  };
}

async function certificateOf(user: UserEntry, name: string): Promise<Certificate | undefined> {
  const { clientCertificate, clientCertificateData, clientKey, clientKeyData } = user;
  if (!clientCertificate && !clientCertificateData) return undefined;
  if (clientCertificate && clientCertificateData) {
    throw invalid(`client-certificate-data and client-certificate are both specified for ${name}`, 'keep one of them');
  }
  if (clientKey && clientKeyData)
    throw invalid(`client-key-data and client-key are both specified for ${name}`, 'keep one of them');
  const cert = clientCertificate ? await readPem(clientCertificate, 'client-certificate', name) : clientCertificateData;
  const key = clientKey ? await readPem(clientKey, 'client-key', name) : clientKeyData;
  if (!key)
    throw invalid(
      `client-key-data or client-key must be specified for ${name} to use the client certificate`,
      'add client-key to the user, or give --client-key',
    );
  return { cert: cert ?? '', key };
}

const IN_EXEC = 'add it to the exec entry of the user in the kubeconfig';
const MODES: readonly string[] = ['Never', 'IfAvailable', 'Always'];

function checkExec(exec: ExecEntry, user: UserEntry, name: string): void {
  if (user.authProvider) throw invalid(`auth-provider cannot be combined with an exec plugin for ${name}`, 'keep one of them');
  if (exec.command === '') throw invalid(`command must be specified for ${name} to use exec authentication plugin`, IN_EXEC);
  if (exec.apiVersion === '')
    throw invalid(`apiVersion must be specified for ${name} to use exec authentication plugin`, IN_EXEC);
  if (exec.env.some((variable) => variable.name === '')) {
    throw invalid(`env variable name must be specified for ${name} to use exec authentication plugin`, IN_EXEC);
  }
  if (/client\.authentication\.k8s\.io\/v1(beta1)?$/.test(exec.apiVersion) && !MODES.includes(exec.interactiveMode)) {
    const mode = exec.interactiveMode as string;
    throw invalid(
      mode === ''
        ? `interactiveMode must be specified for ${name} to use exec authentication plugin`
        : `invalid interactiveMode for ${name}: ${JSON.stringify(mode)}`,
      'interactiveMode is Never, IfAvailable or Always',
    );
  }
}

async function readPem(file: string, field: string, name: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'it does not exist' : messageOf(error);
    throw new UpidError('kubeconfig-invalid', `unable to read ${field} ${file}${name ? ` for ${name}` : ''}: ${reason}`, {
      remedy: `check the path in the kubeconfig, or give --${field}`,
      cause: error,
    });
  }
}

function invalid(message: string, remedy: string): UpidError {
  return new UpidError('kubeconfig-invalid', message, { remedy });
}
