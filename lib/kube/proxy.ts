/**
 * Which proxy a server is reached through: Go's `httpproxy` rules for HTTPS_PROXY, HTTP_PROXY and NO_PROXY, and
 * `proxy-url` of a kubeconfig. Decides; opens nothing (`tunnel.ts` does).
 */

import { BlockList, isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { UpidError } from '../types/errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const SCHEMES = ['http:', 'https:', 'socks5:', 'socks5h:'];

/**
 * The proxy for a server: the kubeconfig's `proxy-url` always, else the environment's unless NO_PROXY or a loopback
 * address speaks against it. Undefined: straight to the server.
 * @throws UpidError kubeconfig-invalid for a `proxy-url` that is not http, https or socks5; usage for such a variable.
 */
export function proxyFor(server: URL, env: Environment, proxyUrl?: string): URL | undefined {
  if (proxyUrl !== undefined) return configuredProxy(proxyUrl);
  const name = server.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const value = variable(env, name);
  if (value === '') return undefined;
  const proxy = parseProxy(value);
  if (!usesProxy(server, variable(env, 'NO_PROXY'))) return undefined;
  if (proxy === undefined || !SCHEMES.includes(proxy.protocol)) {
    throw new UpidError('usage', `${name} is not the address of an http, https or socks5 proxy`, {
      remedy: `correct ${name}, or name the server in NO_PROXY`,
    });
  }
  return proxy;
}

function configuredProxy(text: string): URL {
  const proxy = URL.parse(text);
  if (proxy !== null && ['http:', 'https:', 'socks5:'].includes(proxy.protocol) && proxy.hostname !== '') return proxy;
  throw new UpidError('kubeconfig-invalid', `invalid proxy-url ${JSON.stringify(text)}: it must be http, https, or socks5`, {
    remedy: 'correct proxy-url of the cluster in the kubeconfig',
  });
}

function variable(env: Environment, name: string): string {
  return env[name] || env[name.toLowerCase()] || '';
}

/** A whole URL, or `host:port`, which means http. */
function parseProxy(value: string): URL | undefined {
  const url = URL.parse(value);
  return (url !== null && url.host !== '' ? url : URL.parse(`http://${value}`)) ?? undefined;
}

/** False when NO_PROXY names the server, or it is on this machine. */
export function usesProxy(server: URL, noProxy: string): boolean {
  const host = server.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = server.port || (server.protocol === 'https:' ? '443' : '80');
  if (host === 'localhost' || isLoopback(host)) return false;
  const entries = noProxy
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '');
  return !entries.some((entry) => matches(entry, host, port));
}

function isLoopback(host: string): boolean {
  return isIP(host) !== 0 && (inSubnet(host, '127.0.0.0', 8) || inSubnet(host, '::1', 128));
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const [, network, bits] = /^(.+)\/(\d+)$/.exec(entry) ?? [];
  if (network !== undefined && isIP(network) !== 0) return isIP(host) !== 0 && inSubnet(host, network, Number(bits));
  const { name, portOnly } = splitPort(entry);
  if (name === '' || (portOnly !== undefined && portOnly !== port)) return false;
  if (isIP(name) !== 0) return isIP(host) !== 0 && inSubnet(host, name, isIP(name) === 4 ? 32 : 128);
  return isIP(host) === 0 && domainMatches(name, host);
}

function splitPort(entry: string): { readonly name: string; readonly portOnly: string | undefined } {
  if (isIP(entry) !== 0) return { name: entry, portOnly: undefined };
  const [, bracketed, plain, portOnly] = /^(?:\[(.*)\]|([^:]*))(?::(\d+))?$/.exec(entry) ?? [];
  return { name: bracketed ?? plain ?? '', portOnly };
}

/** `foo.com` means itself and what is below it; `.foo.com` and `*.foo.com` only what is below. */
function domainMatches(name: string, host: string): boolean {
  const pattern = name.startsWith('*.') ? name.slice(1) : name;
  const suffix = pattern.startsWith('.') ? pattern : `.${domainToASCII(pattern) || pattern}`;
  return host.endsWith(suffix) || (!pattern.startsWith('.') && host === suffix.slice(1));
}

function inSubnet(host: string, network: string, bits: number): boolean {
  const family = isIP(network) === 4 ? 'ipv4' : 'ipv6';
  if (bits > (family === 'ipv4' ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(network, bits, family);
  return list.check(host, isIP(host) === 4 ? 'ipv4' : 'ipv6');
}
