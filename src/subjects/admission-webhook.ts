import type { Anchor, AnchorOf, JoinedSubject, JoinedSubjectKind, Resource, ResourceRef } from '../core/index.ts';
import type { Webhook } from '../kube/admission.ts';
import { isObservedApiServer, observedApiServerKind, type ObservedApiServer } from '../kube/api-server.ts';
import { certificateEnds, fromBase64 } from '../kube/certificate.ts';
import type { ServiceSpec } from '../kube/types.ts';
import { allNamespaceFacts, namespaceFactsKinds, namespacePart, type NamespaceFacts, type NamespacePart } from './namespace-facts.ts';
import { isService } from './service.ts';

/** One of the webhooks of a configuration, with what it has to do with. */
export interface AdmissionWebhookSubject {
  readonly type: 'validating' | 'mutating';
  readonly webhook: WebhookFacts;
  /** Where a field of the webhook stands or would stand. */
  readonly places: Readonly<Record<WebhookField, Anchor>>;
  /** Namespaces whose objects were read. */
  readonly namespaces: readonly NamespaceFacts[];
  /** Undefined where it has a URL, or no address at all. */
  readonly service: WebhookService | undefined;
  /** Of a live cluster, in milliseconds since 1970. */
  readonly now: number | undefined;
}

export type WebhookFacts = Pick<
  Webhook,
  'name' | 'rules' | 'failurePolicy' | 'timeoutSeconds' | 'namespaceSelector' | 'objectSelector' | 'matchConditions'
> & {
  /** When the last of its authorities ends, in milliseconds since 1970; undefined where none can be read. */
  readonly authorityEnds: number | undefined;
};

const fields = ['failurePolicy', 'namespaceSelector', 'objectSelector', 'matchConditions', 'rules', 'clientConfig'] as const;

export type WebhookField = (typeof fields)[number];

export interface WebhookService {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
  /** What was read of it; undefined where there is none. */
  readonly found: ServiceFacts | undefined;
}

interface ServiceFacts {
  readonly ports: readonly number[];
  /** A name of DNS, and no pods. */
  readonly external: boolean;
}

type Memory =
  | { readonly type: 'webhooks'; readonly ref: ResourceRef; readonly webhooks: readonly RememberedWebhook[] }
  | NamespacePart
  | ({ readonly type: 'service'; readonly key: string } & ServiceFacts)
  | { readonly type: 'clock'; readonly now: number };

interface RememberedWebhook extends Pick<AdmissionWebhookSubject, 'webhook' | 'places'> {
  readonly at: Anchor;
  readonly service: Omit<WebhookService, 'found'> | undefined;
}

const types: Readonly<Record<string, AdmissionWebhookSubject['type']>> = {
  ValidatingWebhookConfiguration: 'validating',
  MutatingWebhookConfiguration: 'mutating',
};

/** Webhook configurations as controls name what decides them. */
export const webhookKinds: readonly string[] = Object.keys(types).map((kind) => `${kind}.admissionregistration.k8s.io`);

export const admissionWebhooks: JoinedSubjectKind<AdmissionWebhookSubject, Memory> = {
  scope: 'joined',
  name: 'admission webhook',
  reads: { podTemplates: false, kinds: [...webhookKinds, ...namespaceFactsKinds, 'Service', observedApiServerKind] },
  example: 'objects',
  remember,
  subjects,
};

function remember(resource: Resource, anchor: AnchorOf): Memory | undefined {
  const { ref, object } = resource;
  if (isService(resource)) {
    const { ports, type }: ServiceSpec = object['spec'] ?? {};
    const key = keyOf(ref.namespace ?? 'default', ref.name);
    return { type: 'service', key, ports: ports?.flatMap(({ port }) => port ?? []) ?? noPorts, external: type === 'ExternalName' };
  }
  const part = namespacePart(resource);
  if (part !== undefined) return part;
  if (isObservedApiServer(ref)) {
    const now = Date.parse((object as { readonly status?: ObservedApiServer }).status?.time ?? '');
    return Number.isNaN(now) ? undefined : { type: 'clock', now };
  }
  if (!ref.apiVersion.startsWith('admissionregistration.k8s.io/') || types[ref.kind] === undefined) return undefined;
  const { webhooks = [] } = object as { readonly webhooks?: readonly Webhook[] };
  return { type: 'webhooks', ref, webhooks: webhooks.map((webhook, index) => rememberWebhook(webhook, ['webhooks', index], anchor)) };
}

const noPorts: readonly number[] = [];

function rememberWebhook(webhook: Webhook, path: readonly ['webhooks', number], anchor: AnchorOf): RememberedWebhook {
  const { name, rules, failurePolicy, timeoutSeconds, namespaceSelector, objectSelector, matchConditions, clientConfig = {} } = webhook;
  const { service, caBundle } = clientConfig;
  const pem = caBundle === undefined ? undefined : fromBase64(caBundle);
  const ends = pem === undefined ? undefined : certificateEnds(pem);
  const known = { name, rules, failurePolicy, timeoutSeconds, namespaceSelector, objectSelector, matchConditions };
  return {
    at: anchor(path),
    webhook: { ...(known as WebhookFacts), authorityEnds: ends && Math.max(...ends) },
    places: Object.fromEntries(fields.map((field) => [field, anchor([...path, field])])) as RememberedWebhook['places'],
    service: service && { namespace: service.namespace ?? 'default', name: service.name ?? '', port: service.port ?? 443 },
  };
}

function keyOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

function* subjects(memories: readonly Memory[]): Generator<JoinedSubject<AdmissionWebhookSubject>> {
  const namespaces = allNamespaceFacts(memories);
  const services = new Map<string, ServiceFacts>();
  let now: number | undefined;
  for (const memory of memories) {
    if (memory.type === 'service') services.set(memory.key, memory);
    if (memory.type === 'clock') now = memory.now;
  }
  for (const memory of memories) {
    if (memory.type !== 'webhooks') continue;
    const { ref } = memory;
    for (const { webhook, places, service, at } of memory.webhooks) {
      const found = service && { ...service, found: services.get(keyOf(service.namespace, service.name)) };
      yield { subject: { type: types[ref.kind] ?? 'validating', webhook, places, namespaces, service: found, now }, ref, at };
    }
  }
}
