import { apiGroup, type LocalSubjectKind, type Path } from '../core/index.ts';
import { nameLabel } from '../kube/admission.ts';
import type { LabelSelector } from '../kube/types.ts';
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
  /** Whom it leaves out. */
  readonly leftOut: readonly LeftOut[];
}

export interface LeftOut {
  readonly at: Path;
  /** Names of namespaces, which may have stars in them; or labels, which whoever writes the object or the namespace chooses. */
  readonly by: 'namespace' | 'labels of objects' | 'labels of namespaces';
  readonly name: string;
}

type Value = Readonly<Record<string, unknown>>;
type Reading = Pick<EnginePolicy, 'action' | 'at'> & Partial<Pick<EnginePolicy, 'leftOut'>>;

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
  const leftOut = rules.flatMap((rule, index) =>
    ['any', 'all'].flatMap((field) =>
      listOf(recordOf(rule['exclude'])[field]).flatMap((each, position) =>
        named(recordOf(recordOf(each)['resources'])['namespaces'], [
          'spec',
          'rules',
          index,
          'exclude',
          field,
          position,
          'resources',
          'namespaces',
        ]),
      ),
    ),
  );
  return { action: open < 0 ? 'refused' : 'reported', at, leftOut };
}

function named(names: unknown, path: Path): LeftOut[] {
  return listOf(names).flatMap((value, index): LeftOut[] => {
    const name = textOf(value);
    return name === undefined ? [] : [{ at: [...path, index], by: 'namespace', name }];
  });
}

/** What a selector that begins with everything leaves out: where labels have to be there, their absence is enough. */
function selected(selector: unknown, by: 'labels of objects' | 'labels of namespaces', path: Path): LeftOut[] {
  const given = recordOf(selector) as LabelSelector;
  const requirements = listOf(given.matchExpressions).map(recordOf);
  const [byName] = requirements;
  const onlyNames = requirements.length === 1 && byName?.['key'] === nameLabel && Object.keys(recordOf(given.matchLabels)).length === 0;
  if (by === 'labels of namespaces' && onlyNames)
    return byName['operator'] === 'NotIn' ? named(byName['values'], [...path, 'matchExpressions', 0, 'values']) : [];
  const [label] = [...Object.keys(recordOf(given.matchLabels)), ...requirements.flatMap(({ key }) => textOf(key) ?? [])];
  return label === undefined || label === nameLabel ? [] : [{ at: path, by, name: label }];
}

/** open-policy-agent.github.io/gatekeeper, "Enforcement points": refusals come from its webhook, or the API server for it. */
const admitting: ReadonlySet<string> = new Set(['*', 'validation.gatekeeper.sh', 'vap.k8s.io']);

/**
 * open-policy-agent.github.io/gatekeeper, "Constraints", "Handling Constraint Violations": deny where nothing is said; with
 * `scoped` the list says it for each point.
 */
function gatekeeper(spec: Value): Reading {
  const { enforcementAction = 'deny', scopedEnforcementActions, match } = spec;
  const scoped = textOf(enforcementAction)?.toLowerCase() === 'scoped';
  const denied = scoped
    ? listOf(scopedEnforcementActions).some((each) => {
        const { action, enforcementPoints } = recordOf(each);
        return refuses(action) && listOf(enforcementPoints).some((point) => admitting.has(textOf(recordOf(point)['name']) ?? ''));
      })
    : refuses(enforcementAction);
  const { excludedNamespaces, labelSelector, namespaceSelector } = recordOf(match);
  return {
    action: denied ? 'refused' : 'reported',
    at: ['spec', scoped ? 'scopedEnforcementActions' : 'enforcementAction'],
    leftOut: [
      ...named(excludedNamespaces, ['spec', 'match', 'excludedNamespaces']),
      ...selected(labelSelector, 'labels of objects', ['spec', 'match', 'labelSelector']),
      ...selected(namespaceSelector, 'labels of namespaces', ['spec', 'match', 'namespaceSelector']),
    ],
  };
}

/** open-policy-agent.github.io/gatekeeper, "Exempting Namespaces": what the webhook does not look at, no constraint refuses. */
function gatekeeperConfig(spec: Value): Reading {
  const leftOut = listOf(spec['match']).flatMap((each, index) => {
    const { excludedNamespaces, processes } = recordOf(each);
    const atAdmission = listOf(processes).some((process) => process === '*' || process === 'webhook');
    return atAdmission ? named(excludedNamespaces, ['spec', 'match', index, 'excludedNamespaces']) : [];
  });
  return { action: undefined, at: ['spec'], leftOut };
}

function kubewarden(spec: Value): Reading {
  return {
    action: refuses(spec['mode'] ?? 'protect') ? 'refused' : 'reported',
    at: ['spec', 'mode'],
    leftOut: [
      ...selected(spec['objectSelector'], 'labels of objects', ['spec', 'objectSelector']),
      ...selected(spec['namespaceSelector'], 'labels of namespaces', ['spec', 'namespaceSelector']),
    ],
  };
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
  'ClusterAdmissionPolicy.policies.kubewarden.io': kubewarden,
  'AdmissionPolicy.policies.kubewarden.io': kubewarden,
  'Config.config.gatekeeper.sh': gatekeeperConfig,
};

const constraintGroup = 'constraints.gatekeeper.sh';

/** Each is of a kind that a ConstraintTemplate makes; as in `Reads`. */
export const constraintKinds: string = `*.${constraintGroup}`;

export function isConstraint(apiVersion: string): boolean {
  return apiGroup(apiVersion) === constraintGroup;
}

/** Paths of controls are relative to the object. */
export const enginePolicies: LocalSubjectKind<EnginePolicy> = {
  scope: 'local',
  name: 'policy of an engine',
  reads: { podTemplates: false, kinds: [...Object.keys(kinds), constraintKinds] },
  example: 'objects',
  subjects({ ref, object }) {
    const full = `${ref.kind}.${apiGroup(ref.apiVersion)}`;
    const read = isConstraint(ref.apiVersion) ? gatekeeper : Object.hasOwn(kinds, full) ? kinds[full] : undefined;
    if (read === undefined) return [];
    const spec = recordOf(object['spec']);
    const failsOpen = spec['failurePolicy'] === 'Ignore';
    return [{ subject: { kind: ref.kind, name: ref.name, leftOut: [], ...read(spec), failsOpen }, path: [] }];
  },
};

/** A constraint of Gatekeeper, for examples. */
export function exampleConstraint(spec: string): string {
  return `
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: K8sPSPReadOnlyRootFilesystem
metadata: { name: read-only }
spec: ${spec}
`;
}
