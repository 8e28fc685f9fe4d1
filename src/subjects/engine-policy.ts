import { apiGroup, type LocalSubjectKind, type Path } from '../core/index.ts';
import { listOf, recordOf, textOf } from '../kube/untyped.ts';

/** A policy of an engine that judges objects at admission. */
export interface EnginePolicy {
  readonly kind: string;
  readonly name: string;
  /** What becomes of what breaks it; undefined where it judges nothing. */
  readonly action: 'refused' | 'reported' | undefined;
  /** Where that stands, or would. */
  readonly at: Path;
  /** It refuses nothing while its engine is away. */
  readonly failsOpen: boolean;
}

type Value = Readonly<Record<string, unknown>>;
type Reading = Pick<EnginePolicy, 'action' | 'at'>;

const refuses = (text: unknown): boolean => /^(?:enforce|deny|protect)$/i.test(textOf(text) ?? '');

/** kyverno.io, "Validate Rules": each rule may say it, else the policy, else it is Audit. */
function kyverno(spec: Value): Reading {
  const rules = listOf(spec['rules']).map(recordOf);
  const validating = rules.findIndex(({ validate }) => validate !== undefined);
  if (validating < 0) return { action: undefined, at: ['spec'] };
  const said = rules.map(({ validate }) =>
    validate === undefined ? undefined : (recordOf(validate)['failureAction'] ?? spec['validationFailureAction']),
  );
  const open = rules.findIndex(({ validate }, index) => validate !== undefined && !refuses(said[index]));
  const ofRule = recordOf(rules[open]?.['validate'])['failureAction'] !== undefined;
  const at: Path = ofRule ? ['spec', 'rules', open, 'validate', 'failureAction'] : ['spec', 'validationFailureAction'];
  return { action: open < 0 ? 'refused' : 'reported', at };
}

const kinds: Readonly<Record<string, (spec: Value) => Reading>> = {
  'ClusterPolicy.kyverno.io': kyverno,
  'Policy.kyverno.io': kyverno,
  // kyverno.io, "ValidatingPolicy": Audit where nothing is listed.
  'ValidatingPolicy.policies.kyverno.io': (spec) => ({
    action: listOf(spec['validationActions']).some(refuses) ? 'refused' : 'reported',
    at: ['spec', 'validationActions'],
  }),
  // docs.kubewarden.io, "Policy mode": protect where nothing is said.
  'ClusterAdmissionPolicy.policies.kubewarden.io': (spec) => ({
    action: refuses(spec['mode'] ?? 'protect') ? 'refused' : 'reported',
    at: ['spec', 'mode'],
  }),
  'AdmissionPolicy.policies.kubewarden.io': (spec) => ({
    action: refuses(spec['mode'] ?? 'protect') ? 'refused' : 'reported',
    at: ['spec', 'mode'],
  }),
};

/** Paths of controls are relative to the object. */
export const enginePolicies: LocalSubjectKind<EnginePolicy> = {
  scope: 'local',
  name: 'policy of an engine',
  reads: { podTemplates: false, kinds: Object.keys(kinds) },
  example: 'objects',
  subjects({ ref, object }) {
    const full = `${ref.kind}.${apiGroup(ref.apiVersion)}`;
    const read = Object.hasOwn(kinds, full) ? kinds[full] : undefined;
    if (read === undefined) return [];
    const spec = recordOf(object['spec']);
    const failsOpen = spec['failurePolicy'] === 'Ignore';
    return [{ subject: { kind: ref.kind, name: ref.name, ...read(spec), failsOpen }, path: [] }];
  },
};
