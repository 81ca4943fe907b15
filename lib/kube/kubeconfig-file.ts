/**
 * One kubeconfig file: text in, typed entries out. Knows the form of the file (client-go's `clientcmd/api/v1`); knows
 * nothing of flags, of other files, or of which entry is used.
 */

import { type Document, LineCounter, parseDocument } from 'yaml';
import { UpidError } from '../types/errors.ts';

export interface ClusterEntry {
  readonly server?: string;
  readonly tlsServerName?: string;
  readonly insecureSkipTlsVerify: boolean;
  readonly certificateAuthority?: string;
  /** PEM, decoded. */
  readonly certificateAuthorityData?: string;
  readonly proxyUrl?: string;
  readonly disableCompression: boolean;
  /** `extensions[client.authentication.k8s.io/exec]`, handed to credential plugins as it stands. */
  readonly execConfig?: unknown;
}

export type InteractiveMode = 'Never' | 'IfAvailable' | 'Always';

/** A credential plugin: a program that prints a credential. */
export interface ExecEntry {
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly installHint?: string;
  readonly provideClusterInfo: boolean;
  readonly interactiveMode: InteractiveMode;
}

export interface AuthProviderEntry {
  readonly name: string;
  readonly config: Readonly<Record<string, string>>;
}

export interface UserEntry {
  readonly clientCertificate?: string;
  readonly clientCertificateData?: string;
  readonly clientKey?: string;
  readonly clientKeyData?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly username?: string;
  readonly password?: string;
  readonly as?: string;
  readonly asUid?: string;
  readonly asGroups: readonly string[];
  readonly asUserExtra: Readonly<Record<string, readonly string[]>>;
  readonly authProvider?: AuthProviderEntry;
  readonly exec?: ExecEntry;
}

export interface ContextEntry {
  readonly cluster?: string;
  readonly user?: string;
  readonly namespace?: string;
}

export interface Kubeconfig {
  readonly currentContext?: string;
  readonly clusters: ReadonlyMap<string, ClusterEntry>;
  readonly users: ReadonlyMap<string, UserEntry>;
  readonly contexts: ReadonlyMap<string, ContextEntry>;
}

/** Makes a path in the file absolute: relative ones count from the folder the file lies in. */
export type ResolvePath = (path: string) => string;

/** Reserved name of the cluster extension that is meant for credential plugins. */
const EXEC_EXTENSION = 'client.authentication.k8s.io/exec';

/**
 * Reads a kubeconfig.
 * @throws UpidError kubeconfig-invalid, naming file and line.
 */
export function parseKubeconfig(text: string, file: string, resolve: ResolvePath): Kubeconfig {
  const source = readYaml(text, file);
  const root = new Fields(source, source.value ?? {}, []);
  if (!['Config', undefined].includes(root.text('kind'))) root.refuse('kind', 'must be Config: this is no kubeconfig');
  const currentContext = root.text('current-context');
  return {
    ...(currentContext ? { currentContext } : {}),
    clusters: named(root, 'clusters', 'cluster', (fields) => clusterEntry(fields, resolve)),
    users: named(root, 'users', 'user', (fields) => userEntry(fields, resolve)),
    contexts: named(root, 'contexts', 'context', contextEntry),
  };
}

interface Source {
  readonly file: string;
  readonly document: Document;
  readonly lines: LineCounter;
  readonly value: unknown;
}

function readYaml(text: string, file: string): Source {
  const lines = new LineCounter();
  // Go's decoder takes the last of two equal keys and follows merge keys; so do we.
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, merge: true, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line } = lines.linePos(error.pos[0]);
    const what = error.message.split('\n')[0]?.replace(/\.$/, '') ?? 'not YAML';
    throw new UpidError('kubeconfig-invalid', `the kubeconfig ${file} is not valid YAML at line ${line}: ${lowerFirst(what)}`, {
      remedy: `mend line ${line} of ${file}, or choose another file with --kubeconfig`,
    });
  }
  return { file, document, lines, value: document.toJS() };
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** Typed access to a mapping, with errors that name file, line and field. */
class Fields {
  readonly #source: Source;
  readonly #path: readonly (string | number)[];
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(source: Source, value: unknown, path: readonly (string | number)[]) {
    this.#source = source;
    this.#path = path;
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      this.#fail(path, 'must be a mapping of names to values');
    this.#values = value as Record<string, unknown>;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value !== 'string') this.#fail([...this.#path, name], 'must be text; put it in quotes');
    return value;
  }

  flag(name: string): boolean {
    const value = this.#values[name];
    if (value === undefined || value === null) return false;
    if (typeof value === 'boolean') return value;
    // Go's decoder speaks YAML 1.1, where these are truth values too.
    if (/^(y|yes|on|n|no|off)$/i.test(String(value))) return /^(y|yes|on)$/i.test(String(value));
    return this.#fail([...this.#path, name], 'must be true or false');
  }

  /** Text that is base64 in the file. */
  base64(name: string): string | undefined {
    const value = this.text(name)?.replaceAll(/\s/g, '');
    if (value === undefined) return undefined;
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(value) || value.length % 4 !== 0) this.#fail([...this.#path, name], 'is not base64');
    return Buffer.from(value, 'base64').toString('utf8');
  }

  texts(name: string): readonly string[] {
    const value = this.#values[name] ?? [];
    if (!Array.isArray(value)) this.#fail([...this.#path, name], 'must be a list');
    const at = value.findIndex((item) => typeof item !== 'string');
    if (at >= 0) this.#fail([...this.#path, name, at], 'must be text; put it in quotes');
    return value;
  }

  entries(name: string): readonly Fields[] {
    const value = this.#values[name] ?? [];
    if (!Array.isArray(value)) this.#fail([...this.#path, name], 'must be a list');
    return value.map((item, index) => new Fields(this.#source, item, [...this.#path, name, index]));
  }

  entry(name: string): Fields | undefined {
    const value = this.#values[name];
    return value === undefined || value === null ? undefined : new Fields(this.#source, value, [...this.#path, name]);
  }

  raw(name: string): unknown {
    return this.#values[name];
  }

  names(): readonly string[] {
    return Object.keys(this.#values);
  }

  /** Refuses the value of a field. @throws UpidError kubeconfig-invalid */
  refuse(name: string, what: string): never {
    this.#fail([...this.#path, name], what);
  }

  #fail(path: readonly (string | number)[], what: string): never {
    const line = lineOf(this.#source, path);
    const field = path
      .reduce<string>((text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}.${part}`), '')
      .slice(1);
    const subject = field === '' ? 'the kubeconfig' : field;
    throw new UpidError(
      'kubeconfig-invalid',
      `the kubeconfig ${this.#source.file} is wrong at line ${line}: ${subject} ${what}`,
      {
        remedy: `mend line ${line} of ${this.#source.file}, or choose another file with --kubeconfig`,
      },
    );
  }
}

/** Line of the value at a path, or of the nearest thing above it that stands in the file. */
function lineOf(source: Source, path: readonly (string | number)[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = source.document.getIn(path.slice(0, length), true) as { range?: readonly number[] | null } | undefined;
    const offset = node?.range?.[0];
    if (offset !== undefined) return source.lines.linePos(offset).line;
  }
  return 1;
}

function named<T>(root: Fields, list: string, inner: string, read: (fields: Fields) => T): ReadonlyMap<string, T> {
  const result = new Map<string, T>();
  for (const item of root.entries(list)) {
    const name = item.text('name');
    const fields = item.entry(inner);
    if (name === undefined) continue;
    // As client-go: which of the two is meant is not ours to guess.
    if (result.has(name)) item.refuse('name', `is ${JSON.stringify(name)} a second time`);
    result.set(name, read(fields ?? EMPTY));
  }
  return result;
}

const EMPTY = new Fields({ file: '', document: parseDocument('{}'), lines: new LineCounter(), value: {} }, {}, []);

function clusterEntry(fields: Fields, resolve: ResolvePath): ClusterEntry {
  const extension = fields.entries('extensions').find((item) => item.text('name') === EXEC_EXTENSION);
  return {
    ...optional({
      server: fields.text('server'),
      tlsServerName: fields.text('tls-server-name'),
      certificateAuthority: path(fields, 'certificate-authority', resolve),
      certificateAuthorityData: fields.base64('certificate-authority-data'),
      proxyUrl: fields.text('proxy-url'),
    }),
    insecureSkipTlsVerify: fields.flag('insecure-skip-tls-verify'),
    disableCompression: fields.flag('disable-compression'),
    ...(extension === undefined ? {} : { execConfig: extension.raw('extension') }),
  };
}

function userEntry(fields: Fields, resolve: ResolvePath): UserEntry {
  const extra = fields.entry('as-user-extra');
  const exec = fields.entry('exec');
  const provider = fields.entry('auth-provider');
  return {
    ...optional({
      clientCertificate: path(fields, 'client-certificate', resolve),
      clientCertificateData: fields.base64('client-certificate-data'),
      clientKey: path(fields, 'client-key', resolve),
      clientKeyData: fields.base64('client-key-data'),
      token: fields.text('token'),
      tokenFile: path(fields, 'tokenFile', resolve),
      username: fields.text('username'),
      password: fields.text('password'),
      as: fields.text('as'),
      asUid: fields.text('as-uid'),
    }),
    asGroups: fields.texts('as-groups'),
    asUserExtra: extra === undefined ? {} : Object.fromEntries(extra.names().map((key) => [key, extra.texts(key)])),
    ...(exec === undefined ? {} : { exec: execEntry(exec, resolve) }),
    ...(provider === undefined ? {} : { authProvider: authProviderEntry(provider) }),
  };
}

function execEntry(fields: Fields, resolve: ResolvePath): ExecEntry {
  const command = fields.text('command') ?? '';
  const apiVersion = fields.text('apiVersion') ?? '';
  return {
    apiVersion,
    // A bare name is looked up in PATH; only a path is relative to the file.
    command: /[\\/]/.test(command) ? resolve(command) : command,
    args: fields.texts('args'),
    env: fields.entries('env').map((item) => ({ name: item.text('name') ?? '', value: item.text('value') ?? '' })),
    ...optional({ installHint: fields.text('installHint') }),
    provideClusterInfo: fields.flag('provideClusterInfo'),
    // v1 demands a choice, which is checked where the entry is used; older versions default as client-go does.
    interactiveMode: (fields.text('interactiveMode') ??
      (apiVersion.endsWith('/v1beta1') ? 'IfAvailable' : '')) as InteractiveMode,
  };
}

function authProviderEntry(fields: Fields): AuthProviderEntry {
  const config = fields.entry('config');
  const pairs = config?.names().map((key) => [key, config.text(key) ?? ''] as const) ?? [];
  return { name: fields.text('name') ?? '', config: Object.fromEntries(pairs) };
}

function contextEntry(fields: Fields): ContextEntry {
  return optional({ cluster: fields.text('cluster'), user: fields.text('user'), namespace: fields.text('namespace') });
}

function path(fields: Fields, name: string, resolve: ResolvePath): string | undefined {
  const value = fields.text(name);
  return value === undefined ? undefined : resolve(value);
}

/** The same object without the fields that are undefined. */
function optional<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}
