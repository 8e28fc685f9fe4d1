import {
  nowhere,
  type Anchor,
  type RightsChain,
  type RightsInput,
  type RightsObject,
  type RightsPlace,
  type RightsSubject,
} from '../../core/index.ts';
import { version } from '../../core/version.ts';
import { bootstrapPolicy, isBootstrapGrant } from '../../kube/rbac/bootstrap-policy.ts';
import { definedResources, definitionKind } from '../../kube/defined-resources.ts';
import {
  buildRbac,
  rbacFact,
  rbacKinds,
  subjectOf,
  type BindingFact,
  type Grant,
  type NamedResource,
  type Rbac,
  type RbacFact,
  type RbacSubject,
  type RoleFact,
} from '../../kube/rbac/index.ts';
import { OptionError } from '../../options/option-error.ts';
import type { Inventory, InventoryKinds, Seen } from '../inventory.ts';

/**
 * Roles and bindings, and where everything stands. With manifests go those that every API server makes for itself, unless they are
 * among them.
 */
export interface Rights {
  readonly rbac: Rbac;
  /** What was read. */
  readonly facts: readonly RbacFact[];
  /** Resources that definitions among the objects bring. */
  readonly defined: readonly NamedResource[];
  readonly inventory: Inventory;
  readonly input: RightsInput;
  chainOf(grant: Grant): RightsChain;
  objectOf(fact: RoleFact | BindingFact): RightsObject;
  placeOf(anchor: Anchor): RightsPlace;
}

/** Takes objects one by one, as `readInventory` hands them over. */
export interface RightsReading {
  readonly kinds: InventoryKinds;
  readonly visit: (seen: Seen) => void;
  finish(inventory: Inventory): Rights;
}

/** What grants: fewer may be permitted to list accounts and namespaces than roles. */
const kindsOfGrants: readonly string[] = rbacKinds.filter((kind) => kind.endsWith('.rbac.authorization.k8s.io'));

/** Starts to read rights; `definitions` asks for the resources of others too. */
export function startRights({ definitions = false }: { readonly definitions?: boolean } = {}): RightsReading {
  const facts: RbacFact[] = [];
  const defined: NamedResource[] = [];
  return {
    kinds: { podTemplates: false, kinds: definitions ? [...kindsOfGrants, definitionKind] : kindsOfGrants },
    visit({ resource, namespace, anchor }) {
      const fact = rbacFact(resource, anchor, namespace);
      if (fact !== undefined) facts.push(fact);
      else defined.push(...definedResources(resource));
    },
    finish: (inventory) => joinRights(facts, defined, inventory),
  };
}

/** Joins what was read. */
export function joinRights(facts: readonly RbacFact[], defined: readonly NamedResource[], read: Inventory): Rights {
  const rbac = buildRbac(read.live ? facts : [...facts, ...ofServer(facts, read.version)]);
  const inventory = { ...read, unread: [...read.unread, ...untold(rbac, read)] };
  const { source, files, documents, skipped, unread, unlisted } = inventory;
  const placeOf = (anchor: Anchor): RightsPlace => {
    const file = inventory.fileOf(anchor);
    if (file === '') return {};
    return inventory.live || anchor.location === nowhere ? { file } : { file, line: anchor.location.line };
  };
  const objectOf = ({ kind, namespace, name, at }: RoleFact | BindingFact): RightsObject => ({
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    ...placeOf(at),
  });
  return {
    rbac,
    facts,
    defined,
    inventory,
    input: {
      schemaVersion: 1,
      tool: { name: 'plimsoll', version },
      source,
      kubernetesVersion: `1.${inventory.version}`,
      inputs: { files, documents, skipped, unread, unlisted },
    },
    objectOf,
    placeOf,
    chainOf({ binding, subject, role, rule, source: standsIn }) {
      const { verbs, apiGroups, resources, resourceNames, nonResourceURLs, at } = rule;
      return {
        ...(binding.namespace === undefined ? {} : { namespace: binding.namespace }),
        subject: named(subject),
        binding: objectOf(binding),
        role: objectOf(role),
        ...(standsIn === role ? {} : { source: objectOf(standsIn) }),
        rule: { verbs, apiGroups, resources, resourceNames, nonResourceURLs, ...placeOf(at) },
        ...(isBootstrapGrant(binding, subject) ? { bootstrap: true as const } : {}),
      };
    },
  };
}

/** Nobody reads more, and a role of 10,000 rules in 10,000 bindings of one subject would fill the memory. */
const mostHeld = 200_000;

/**
 * Everything that bindings let somebody do, those for the whole cluster first.
 * @throws OptionError where that is more than can be told.
 */
export function heldBy({ rbac }: Rights, subject: RbacSubject, groups?: readonly string[]): Grant[] {
  const count = rbac.effectiveCount(subject, groups);
  if (count <= mostHeld) return rbac.effective(subject, groups);
  throw new OptionError([
    `${subject.kind} ${subject.name} holds too many rules to tell what they come to: ${count}, each binding by itself`,
    'ask for one right of it (plimsoll can, which tells a yes), or about a part of the input',
  ]);
}

/** Said once for all of them, at the first. */
function untold({ untold: [first, ...others] }: Rbac, { fileOf, live }: Inventory): Inventory['unread'] {
  if (first === undefined) return [];
  const file = fileOf(first.at);
  const line = live || first.at.location === nowhere ? 1 : first.at.location.line;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return [{ file, line, reason: `ClusterRole ${first.name}${more}: so much is aggregated that nobody can say what it grants` }];
}

/** What the API server makes for itself, but for what was read of it. */
function ofServer(facts: readonly RbacFact[], minor: number): RbacFact[] {
  const nameOf = ({ kind, namespace, name }: RoleFact | BindingFact): string => [kind, namespace, name].join('/');
  const read = new Set(facts.flatMap((fact) => (fact.type === 'role' || fact.type === 'binding' ? [nameOf(fact)] : [])));
  const { roles, bindings } = bootstrapPolicy(minor);
  return [...roles, ...bindings].filter((fact) => !read.has(nameOf(fact)));
}

/** Whoever holds a right is somebody. */
function named(subject: Grant['subject']): RightsSubject {
  return subjectOf(subject) ?? { kind: 'User', name: subject.name };
}
