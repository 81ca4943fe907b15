/** Why there was no answer, in one sentence each: from the errors of sockets, TLS and proxies. */

import { messageOf, UpidError } from '../types/errors.ts';
import { ConnectTimeout } from './connections.ts';
import { Interrupted } from './exchange.ts';
import { ProxyError } from './tunnel.ts';

/** What the sentences name. */
export interface Where {
  /** `https://10.0.0.1:6443`, without user or password. */
  readonly server: string;
  readonly method: string;
  readonly path: string;
  readonly timeoutSeconds: number;
  readonly silenceSeconds: number;
  /** What to check first: differs for the API server and for a URL from the command line. */
  readonly advice: { readonly address: string; readonly trust: string; readonly name: string; readonly timeout: string };
}

const PROXY_ADVICE = 'check HTTPS_PROXY, NO_PROXY and proxy-url of the kubeconfig';

/** The error of an exchange that came to no answer. Errors that are of our family already pass through. */
export function networkError(error: unknown, where: Where): UpidError {
  if (error instanceof UpidError) return error;
  if (error instanceof Interrupted) return interruption(error, where);
  if (error instanceof ConnectTimeout) {
    const through = error.proxy === undefined ? '' : ` through the proxy ${error.proxy}`;
    return new UpidError(
      'cluster-timeout',
      `${where.server} took no connection${through} within ${error.milliseconds / 1000} s`,
      {
        remedy: error.proxy === undefined ? where.advice.address : PROXY_ADVICE,
        cause: error,
      },
    );
  }
  if (error instanceof ProxyError) {
    return new UpidError(
      'cluster-unreachable',
      `the proxy ${error.proxy} did not connect to ${where.server}: ${socketReason(error)}`,
      {
        remedy: PROXY_ADVICE,
        cause: error,
      },
    );
  }
  const code = codeOf(error);
  return certificateError(code, error, where) ?? connectionError(code, error, where);
}

function interruption({ why, begun }: Interrupted, where: Where): UpidError {
  if (why === 'cancelled') return new UpidError('cancelled', `cancelled while asking ${where.server}`);
  const seconds = why === 'timeout' ? where.timeoutSeconds : where.silenceSeconds;
  const what = begun ? 'stopped in the middle of its answer to' : 'took the connection and did not answer';
  const tail = why === 'timeout' ? `within ${seconds} s` : `and sent nothing for ${seconds} s`;
  return new UpidError('cluster-timeout', `${where.server} ${what} ${where.method} ${where.path} ${tail}`, {
    remedy: where.advice.timeout,
  });
}

function certificateError(code: string, error: unknown, where: Where): UpidError | undefined {
  const fail = (what: string, remedy: string): UpidError =>
    new UpidError('cluster-certificate', `the certificate of ${where.server} ${what}`, { remedy, cause: error });
  switch (code) {
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'CERT_SIGNATURE_FAILURE':
    case 'INVALID_CA':
    case 'CERT_UNTRUSTED':
      return fail('is signed by an unknown authority', where.advice.trust);
    case 'CERT_HAS_EXPIRED':
      return fail('has expired', "renew it on the server, or check this machine's clock");
    case 'CERT_NOT_YET_VALID':
      return fail('is not valid yet', "check this machine's clock");
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return fail(`is for another name: ${namesOf(error)}`, where.advice.name);
    default:
      return tlsError(code, error, where);
  }
}

/** `ERR_SSL_…` of OpenSSL: an alert the server sent, or not TLS at all. */
function tlsError(code: string, error: unknown, where: Where): UpidError | undefined {
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNKNOWN_PROTOCOL/.test(code)) {
    return new UpidError('cluster-unreachable', `${where.server} does not speak TLS`, {
      remedy: 'the address may have to begin with http://, or a proxy answers in its place',
      cause: error,
    });
  }
  if (
    /ALERT_(BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_|NO_CERTIFICATE|ACCESS_DENIED|UNSUPPORTED_CERTIFICATE|HANDSHAKE_FAILURE)|CERTIFICATE_REQUIRED/.test(
      code,
    )
  ) {
    return new UpidError('unauthenticated', `${where.server} refused the client certificate during the TLS handshake`, {
      remedy: 'it may be missing, expired or of another cluster: log in again, or check client-certificate',
      cause: error,
    });
  }
  if (!code.startsWith('ERR_SSL') && !code.startsWith('ERR_TLS')) return undefined;
  return new UpidError('cluster-certificate', `no TLS connection with ${where.server}: ${messageOf(error)}`, {
    remedy: where.advice.trust,
    cause: error,
  });
}

function connectionError(code: string, error: unknown, where: Where): UpidError {
  const host = new URL(where.server).host;
  const fail = (message: string): UpidError =>
    new UpidError('cluster-unreachable', message, { remedy: where.advice.address, cause: error });
  switch (code) {
    case 'ECONNREFUSED':
      return fail(`the connection to the server ${host} was refused`);
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_NODATA':
    case 'EAI_FAIL':
      return fail(`the name of the server ${host} cannot be resolved`);
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EADDRNOTAVAIL':
      return fail(`there is no route to the server ${host}`);
    case 'ERR_INVALID_CHAR':
      return new UpidError('kubeconfig-invalid', `the credential for ${host} has a character that cannot be sent`, {
        remedy: 'a token is one line of letters, digits and -._~+/=',
        cause: error,
      });
    case 'ETIMEDOUT':
      return new UpidError('cluster-timeout', `the server ${host} did not answer`, {
        remedy: where.advice.address,
        cause: error,
      });
    default:
      break;
  }
  if (isBroken(error)) {
    const when = hasAnswered(error) ? 'in the middle of its answer to' : 'without an answer to';
    return fail(`${where.server} closed the connection ${when} ${where.method} ${where.path}`);
  }
  return fail(`no answer from ${where.server}: ${messageOf(error) || code}`);
}

/** True for a connection that broke, which another try may mend; false for one that was never there. */
export function isBroken(error: unknown): boolean {
  return ['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ERR_STREAM_PREMATURE_CLOSE', 'Z_BUF_ERROR', 'HPE_INVALID_EOF_STATE'].includes(
    codeOf(error),
  );
}

/** True when the connection was an old one that the server had closed meanwhile, so that the request never reached it. */
export function wasStale(error: unknown): boolean {
  const { reused, answered } = error as { reused?: boolean; answered?: boolean };
  return isBroken(error) && reused === true && answered !== true;
}

function hasAnswered(error: unknown): boolean {
  return (error as { answered?: boolean }).answered === true;
}

function codeOf(error: unknown): string {
  const { code, errors } = error as { code?: unknown; errors?: readonly unknown[] };
  if (typeof code === 'string') return code;
  // Several addresses were tried, each with an error of its own.
  return errors?.[0] === undefined ? '' : codeOf(errors[0]);
}

function socketReason(error: ProxyError): string {
  // The SOCKS client keeps only the text of the socket's error.
  const code = codeOf(error.cause ?? {}) || error.message;
  if (code.includes('ECONNREFUSED')) return 'the connection to it was refused';
  return /ENOTFOUND|EAI_AGAIN/.test(code) ? 'its name cannot be resolved' : error.message;
}

function namesOf(error: unknown): string {
  const { cert } = error as { cert?: { subjectaltname?: string; subject?: { CN?: string } } };
  return cert?.subjectaltname?.replaceAll(/(DNS|IP Address):/g, '') ?? cert?.subject?.CN ?? messageOf(error);
}
