import type { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { checkServerIdentity, TLSSocket } from 'node:tls';
import { nowhere, type Input } from '../../core/index.ts';
import {
  observedApiVersion,
  type AnonymousAnswer,
  type ObservedApiServer,
  type ObservedCertificate,
  type ObservedEndpoint,
} from '../../kube/api-server.ts';
import { oneLine } from '../manifests/reasons.ts';
import type { Connection } from './connect.ts';
import type { Patience } from './patience.ts';
import { within } from './within.ts';

/** What an answer shows besides what it says. */
export type Sighting = Required<Pick<ObservedApiServer, 'time' | 'endpoint'>>;

/** Looks at the connection over which an answer came; `host` is whom it was asked of. Nothing is sent. */
export function sightingOf({ headers, socket }: IncomingMessage, host: string): Sighting {
  const sent = Date.parse(headers.date ?? '');
  const time = new Date(Number.isNaN(sent) ? Date.now() : sent).toISOString();
  return { time, endpoint: socket instanceof TLSSocket ? { host, tls: tlsOf(socket, host) } : { host } };
}

function tlsOf(socket: TLSSocket, host: string): NonNullable<ObservedEndpoint['tls']> {
  const protocol = socket.getProtocol();
  const { standardName } = socket.getCipher();
  const certificate = certificateOf(socket, host);
  return {
    ...(protocol === null ? {} : { protocol }),
    ...(typeof standardName === 'string' ? { cipher: standardName } : {}),
    ...(socket.authorized ? {} : { distrust: oneLine(String(socket.authorizationError)) }),
    ...(certificate === undefined ? {} : { certificate }),
  };
}

/** Undefined where a resumed session shows none, or one with a key that nobody here can read. */
function certificateOf(socket: TLSSocket, host: string): ObservedCertificate | undefined {
  try {
    const x509 = socket.getPeerX509Certificate();
    return x509 === undefined ? undefined : fieldsOf(x509, host);
  } catch {
    // Only where the kubeconfig trusts whatever comes: a certificate that OpenSSL cannot make sense of.
    return undefined;
  }
}

function fieldsOf(x509: X509Certificate, host: string): ObservedCertificate {
  const { asymmetricKeyType: type, asymmetricKeyDetails: { modulusLength: bits, namedCurve: curve } = {} } = x509.publicKey;
  return {
    subject: distinguishedName(x509.subject),
    issuer: distinguishedName(x509.issuer),
    ...instant('notBefore', x509.validFrom),
    ...instant('notAfter', x509.validTo),
    names: (x509.subjectAltName ?? '')
      .split(', ')
      .filter((name) => name !== '')
      .slice(0, mostNames)
      .map(oneLine),
    namesHost: checkServerIdentity(host, x509.toLegacyObject()) === undefined,
    selfSigned: x509.checkIssued(x509) && x509.verify(x509.publicKey),
    key: {
      ...(type === undefined ? {} : { type }),
      ...(bits === undefined ? {} : { bits }),
      ...(curve === undefined ? {} : { curve }),
    },
  };
}

/** Who makes the certificate decides how many names it has. */
const mostNames = 100;

/** Node writes one attribute on each line. */
function distinguishedName(name: string | undefined): string {
  return oneLine((name ?? '').replaceAll('\n', ', '));
}

function instant(field: 'notBefore' | 'notAfter', text: string): { readonly [K in typeof field]?: string } {
  const time = Date.parse(text);
  return Number.isNaN(time) ? {} : { [field]: new Date(time).toISOString() };
}

/** What was observed of the API server of a context, as the one resource that stands for it. */
export function observedServer(context: string, status: ObservedApiServer): Input {
  const metadata = { name: context };
  const ref = { apiVersion: observedApiVersion, kind: 'APIServer', name: context };
  const object = { apiVersion: ref.apiVersion, kind: ref.kind, metadata, status };
  const locate: Extract<Input, { readonly type: 'resource' }>['resource']['locate'] = (paths) => paths.map(() => nowhere);
  return { type: 'resource', resource: { ref, metadata, object, podTemplates: [], file: 'cluster/api-server', locate } };
}

/** Where everybody may look who is known, and nobody reads anything but what Kubernetes itself tells. */
const harmlessPaths: readonly string[] = ['/version', '/api'];

/** Asks as nobody, once for each path; what comes is not read. */
export async function probeAnonymous(connection: Connection, patience: Patience): Promise<readonly AnonymousAnswer[]> {
  const answers: AnonymousAnswer[] = [];
  for (const path of harmlessPaths) {
    const end = await connection.turn();
    try {
      const response = await within(patience.request, connection.closed, async (signal) => connection.getAnonymously?.(path, signal));
      response?.destroy();
      answers.push(response?.statusCode === undefined ? { path } : { path, code: response.statusCode });
    } catch {
      // Some servers break the connection of who shows no certificate: no answer is one, too.
      answers.push({ path });
    } finally {
      end();
    }
  }
  return answers;
}
