import {
  apiGroup,
  kindName,
  type Anchor,
  type JoinedSubject,
  type JoinedSubjectKind,
  type Resource,
  type ResourceRef,
} from '../core/index.ts';
import { istioGatewayKind, openShiftRouteKind } from '../kube/network/route-fact.ts';
import { listOf, recordOf, textOf } from '../kube/untyped.ts';

/** A Secret with a certificate that an Ingress, a Route or a Gateway names. */
export interface CertificateUse {
  /** `Ingress "shop"` */
  readonly title: string;
  readonly secret: string;
  readonly at: Anchor;
  /** Whether an object was read that is the Secret or makes it, or an annotation asks cert-manager for it. */
  readonly found: boolean;
  /** Some object that is or makes a Secret of that namespace was read. */
  readonly othersRead: boolean;
}

type Memory =
  | { readonly type: 'secret'; readonly namespace: string | undefined; readonly name: string }
  | { readonly type: 'use'; readonly ref: ResourceRef; readonly uses: readonly RememberedUse[] };

interface RememberedUse {
  readonly namespace: string | undefined;
  readonly secret: string;
  readonly at: Anchor;
  readonly made: boolean;
  /** It stands beside the pods of the gateway, wherever they are. */
  readonly anywhere?: true;
}

const uses: Readonly<Record<string, (spec: Value, home: string | undefined) => Named[]>> = {
  'Ingress.networking.k8s.io': ofIngress,
  'Gateway.gateway.networking.k8s.io': ofGateway,
  [openShiftRouteKind]: ofRoute,
  [istioGatewayKind]: ofIstioGateway,
};
const users: readonly string[] = Object.keys(uses);

type Value = Readonly<Record<string, unknown>>;

/** Kinds that are a Secret or make one, with the field that names it. */
const makers: Readonly<Record<string, (spec: Value, name: string) => string | undefined>> = {
  Secret: (_, name) => name,
  'Certificate.cert-manager.io': ({ secretName }) => textOf(secretName),
  'ExternalSecret.external-secrets.io': ({ target }, name) => textOf(recordOf(target)['name']) ?? name,
  'SealedSecret.bitnami.com': (_, name) => name,
};

/** cert-manager.io, "Annotated Ingress resource", "Annotated Gateway resource": it makes the Secrets that such an object names. */
const requests: readonly string[] = [
  'cert-manager.io/cluster-issuer',
  'cert-manager.io/issuer',
  'kubernetes.io/tls-acme',
  'acme.cert-manager.io/http01-edit-in-place',
];

export const certificateUses: JoinedSubjectKind<CertificateUse, Memory> = {
  scope: 'joined',
  name: 'certificate of a way in',
  reads: { podTemplates: false, kinds: [...users, ...Object.keys(makers)] },
  example: 'objects',

  remember(resource, anchor, context) {
    const { ref, object, metadata } = resource;
    const namespace = context.namespaceOf(resource);
    const kind = kindOf(resource);
    const spec = recordOf(object['spec']);
    const secret = Object.hasOwn(makers, kind) ? makers[kind]?.(spec, ref.name) : undefined;
    if (secret !== undefined) return { type: 'secret', namespace, name: secret };
    const namedBy = Object.hasOwn(uses, kind) ? uses[kind] : undefined;
    if (namedBy === undefined) return undefined;
    const made = requests.some((key) => metadata.annotations?.[key] !== undefined);
    const found = namedBy(spec, namespace).map(({ path, ...use }) => ({ namespace, made, ...use, at: anchor(path) }));
    return found.length === 0 ? undefined : { type: 'use', ref, uses: found };
  },

  *subjects(memories): Generator<JoinedSubject<CertificateUse>> {
    const names = new Set<string>();
    const everywhere = new Set<string>();
    const namespaces = new Set<string | undefined>();
    for (const memory of memories) {
      if (memory.type !== 'secret') continue;
      names.add(`${memory.namespace ?? ''}/${memory.name}`);
      everywhere.add(memory.name);
      namespaces.add(memory.namespace);
    }
    for (const memory of memories) {
      if (memory.type !== 'use') continue;
      const title = `${memory.ref.kind} "${memory.ref.name}"`;
      for (const { namespace, secret, at, made, anywhere = false } of memory.uses) {
        const found = made || (anywhere ? everywhere.has(secret) : names.has(`${namespace ?? ''}/${secret}`));
        const othersRead = anywhere ? everywhere.size > 0 : namespaces.has(namespace);
        yield { subject: { title, secret, at, found, othersRead }, ref: memory.ref, at };
      }
    }
  },
};

function kindOf({ ref }: Resource): string {
  return kindName(apiGroup(ref.apiVersion), ref.kind);
}

interface Named {
  readonly secret: string;
  readonly namespace?: string;
  readonly path: readonly (string | number)[];
  readonly anywhere?: true;
}

function ofIngress(spec: Value): Named[] {
  return listOf(spec['tls']).flatMap((entry, index) => {
    const secret = textOf(recordOf(entry)['secretName']);
    return secret === undefined ? [] : [{ secret, path: ['spec', 'tls', index, 'secretName'] }];
  });
}

function ofGateway(spec: Value, home: string | undefined): Named[] {
  return listOf(spec['listeners']).flatMap((listener, index) =>
    listOf(recordOf(recordOf(listener)['tls'])['certificateRefs']).flatMap((value, position): Named[] => {
      const { kind = 'Secret', name, namespace } = recordOf(value);
      const secret = textOf(name);
      const elsewhere = textOf(namespace) ?? home;
      if (kind !== 'Secret' || secret === undefined) return [];
      const path = ['spec', 'listeners', index, 'tls', 'certificateRefs', position, 'name'];
      return [{ secret, path, ...(elsewhere === undefined ? {} : { namespace: elsewhere }) }];
    }),
  );
}

/** openshift/api, route/v1: beside a certificate that stands in it, a Route may name one. */
function ofRoute(spec: Value): Named[] {
  const secret = textOf(recordOf(recordOf(spec['tls'])['externalCertificate'])['name']);
  return secret === undefined ? [] : [{ secret, path: ['spec', 'tls', 'externalCertificate', 'name'] }];
}

/** istio.io, "ServerTLSSettings": `credentialName` is a Secret of the namespace in which the pods of the gateway run. */
function ofIstioGateway(spec: Value): Named[] {
  return listOf(spec['servers']).flatMap((server, index): Named[] => {
    const secret = textOf(recordOf(recordOf(server)['tls'])['credentialName']);
    return secret === undefined || secret.includes('://')
      ? []
      : [{ secret, path: ['spec', 'servers', index, 'tls', 'credentialName'], anywhere: true }];
  });
}
