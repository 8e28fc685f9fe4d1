import type { Resource } from '../core/index.ts';
import { nameLabel } from '../kube/admission.ts';
import type { Labels } from '../kube/label-selector.ts';
import {
  admissionSettingsKinds,
  effectivePolicy,
  joinAdmissionSettings,
  readAdmissionSettings,
  type AdmissionSettings,
} from '../kube/pod-security/index.ts';
import { isNamespace } from './namespace-objects.ts';

/** What admission reads of a namespace. */
export interface NamespaceFacts {
  readonly name: string;
  /** With the label of its name. */
  readonly labels: Labels;
  /** Pod Security admission refuses the worst pods there. */
  readonly enforces: boolean;
}

/** What one object contributes to it. */
export type NamespacePart =
  | { readonly type: 'namespace'; readonly name: string; readonly labels: Labels }
  | { readonly type: 'admission'; readonly settings: AdmissionSettings };

/** As in `Reads`. */
export const namespaceFactsKinds: readonly string[] = ['Namespace', ...admissionSettingsKinds];

export function namespacePart(resource: Resource): NamespacePart | undefined {
  const { ref, object, metadata } = resource;
  if (isNamespace(resource)) return { type: 'namespace', name: ref.name, labels: metadata.labels ?? {} };
  const settings = readAdmissionSettings(ref, object);
  return settings && { type: 'admission', settings };
}

export function namespaceFacts(name: string, labels: Labels, settings: AdmissionSettings | undefined): NamespaceFacts {
  const { enforce } = effectivePolicy(name, labels, settings).policy;
  return { name, labels: { ...labels, [nameLabel]: name }, enforces: enforce.level !== 'privileged' };
}

export function admissionSettingsOf(parts: readonly { readonly type: string }[]): AdmissionSettings | undefined {
  let settings: AdmissionSettings | undefined;
  for (const part of parts as readonly NamespacePart[])
    if (part.type === 'admission') settings = joinAdmissionSettings(settings, part.settings);
  return settings;
}

/** Of all namespaces whose objects were read; other parts are left alone. */
export function allNamespaceFacts(parts: readonly { readonly type: string }[]): NamespaceFacts[] {
  const settings = admissionSettingsOf(parts);
  return (parts as readonly NamespacePart[]).flatMap((part) =>
    part.type === 'namespace' ? [namespaceFacts(part.name, part.labels, settings)] : [],
  );
}
