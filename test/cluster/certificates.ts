/** The cluster's authority and what it signs, made by openssl for each run. */

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { API_ADDRESS, API_SERVICE_ADDRESS } from './network.ts';

/** Who gets a certificate: file name, and the subject that the API server reads user and groups from. */
const CLIENTS = {
  admin: '/O=system:masters/CN=kubernetes-admin',
  // Rights of single controllers are not what is tested.
  'controller-manager': '/O=system:masters/CN=system:kube-controller-manager',
  scheduler: '/CN=system:kube-scheduler',
  kwok: '/O=system:masters/CN=kwok',
  'metrics-server': '/O=system:masters/CN=metrics-server',
  /** The test cluster's own hand: filling and ageing. */
  'test-cluster': '/O=system:masters/CN=test-cluster',
  'kubelet-client': '/O=system:masters/CN=kube-apiserver-kubelet-client',
  'front-proxy-client': '/CN=front-proxy-client',
} as const;

const API_NAMES = [
  'DNS:localhost',
  'DNS:kubernetes',
  'DNS:kubernetes.default',
  'DNS:kubernetes.default.svc',
  'DNS:kubernetes.default.svc.cluster.local',
  'IP:127.0.0.1',
  `IP:${API_ADDRESS}`,
  `IP:${API_SERVICE_ADDRESS}`,
].join(',');

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
const DAYS = ['-days', '365'];

/** Writes `<name>.crt` and `<name>.key` of everything, and the key pair of service accounts, into the folder. */
export function makeCertificates(folder: string): void {
  openssl(folder, 'req', '-x509', ...NEW_KEY, '-keyout', 'ca.key', '-out', 'ca.crt', '-subj', '/CN=test-cluster', ...DAYS);
  openssl(folder, 'ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'service-accounts.key');
  openssl(folder, 'ec', '-in', 'service-accounts.key', '-pubout', '-out', 'service-accounts.pub');
  sign(folder, 'apiserver', '/CN=kube-apiserver', `subjectAltName=${API_NAMES}`);
  sign(folder, 'kubelet', '/CN=kubelet', 'subjectAltName=DNS:localhost,IP:127.0.0.1');
  for (const [name, subject] of Object.entries(CLIENTS)) sign(folder, name, subject, 'extendedKeyUsage=clientAuth');
}

function sign(folder: string, name: string, subject: string, extension: string): void {
  openssl(folder, 'req', ...NEW_KEY, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', subject);
  writeFileSync(join(folder, `${name}.ext`), `${extension}\n`);
  const by = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'];
  openssl(folder, 'x509', '-req', '-in', `${name}.csr`, ...by, '-out', `${name}.crt`, '-extfile', `${name}.ext`, ...DAYS);
}

function openssl(folder: string, ...args: readonly string[]): void {
  execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
}
