import {
  decline,
  defineControl,
  failAt,
  notApplicable,
  pass,
  rename,
  type AnyControl,
  type Edit,
  type Path,
  type Place,
  type RepeatedKey,
  type Severity,
} from '../../core/index.ts';
import { fieldsUnknownTo, type UnknownField } from '../../kube/known-fields.ts';
import { objectFields } from '../../subjects/object-fields.ts';

/**
 * UPG-09 asks that manifests use the API that the target version serves. A misspelt field is not in it, as one that another
 * version knows is not: the entry about what a manifest and the API agree on is the one that it breaks. What the field
 * restricts has a control of its own, which does not find it and says so.
 */
export const unknownFields: AnyControl = defineControl({
  id: 'upgrading/unknown-fields',
  decides: ['UPG-09'],
  title: 'Objects use fields that the target version of Kubernetes knows, and each of them once',
  why: 'Kubernetes drops a field that it does not know, or refuses the object where fields are validated strictly. The author believes in a setting that is not there; under a security context that is a restriction. Of a field that stands twice only the last counts, and kubectl sends no other: not even strict validation hears of the first.',
  severity: 'medium',
  also: {},
  subject: objectFields,
  manifestsOnly: 'left to the manifests: what the API server does not know is not in a cluster',

  evaluate(subject, { version }) {
    const { repeated = [] } = subject;
    const fields = fieldsUnknownTo(subject, version);
    if (repeated.length === 0 && (fields === undefined || fields.length === 0)) return fields === undefined ? foreign : pass;
    const unknown = (fields ?? []).map((field): Place => {
      return { where: field.path, message: messageOf(field, version), severity: severityOf(field) };
    });
    return failAt([...unknown, ...repeated.map(repeatedAt)]);
  },

  fix: {
    safety: 'review',
    risk: 'the setting has had no effect so far, and now takes effect as its author wrote it: read the value, and try the object with kubectl apply --dry-run=server',
    edits(subject, { version }) {
      const { object, repeated = [] } = subject;
      const fields = fieldsUnknownTo(subject, version) ?? [];
      const edits: Edit[] = [];
      let left = '';
      for (const field of fields) {
        const reason = whyLeft(field, fields, object);
        if (field.meant !== undefined && reason === undefined) edits.push(rename(field.path, field.meant));
        else left ||= reason ?? `no field that Kubernetes knows there is spelt like ${shown(field.name)}`;
      }
      const [twice] = repeated;
      if (twice !== undefined && edits.length === 0)
        left ||= `${shown(String(twice.path.at(-1)))} stands in lines ${listed(twice.lines)}: only its author knows which one is meant, or both`;
      return edits.length > 0 ? edits : decline(left);
    },
  },

  remedy:
    'Write the field as the version knows it, once, or take it out; kubectl apply --server-side --dry-run=server shows what is left of an object.',

  examples: () => ({
    pass: {
      'fields that all versions know': 'kind: Deployment\nmetadata: { name: web }\nspec: { replicas: 2, paused: false }',
      'keys that are no fields': `
apiVersion: v1
kind: ConfigMap
metadata: { name: settings, namespace: shop, labels: { any.example.com/key: x } }
data: { anyKey: x }
`,
    },
    fail: {
      'a misspelt restriction': `
kind: Deployment
metadata: { name: web }
spec: { template: { spec: { securityContext: { runAsNonroot: true } } } }
`,
      'a restriction in the wrong place': `
kind: Deployment
metadata: { name: web }
spec: { template: { spec: { securityContext: { readOnlyRootFilesystem: true }, runAsGroup: 10001 } } }
`,
      'policyType instead of policyTypes': 'kind: NetworkPolicy\nmetadata: { name: default-deny }\nspec: { policyType: [Ingress, Egress] }',
      'a misspelt setting': 'kind: Deployment\nmetadata: { name: web }\nspec: { replica: 3 }',
      'nothing that is known': 'kind: Deployment\nmetadata: { name: web }\nspec: { zzz: 3 }',
      'a field of a later version':
        'kind: Deployment\nmetadata: { name: web }\nspec: { template: { spec: { schedulingGroup: { podGroupName: a } } } }',
    },
    notApplicable: {
      'a kind of somebody else': `
kind: Namespace
metadata: { name: shop }
$patch: delete
---
kind: NetworkPolicy
metadata: { name: default-deny }
$patch: delete
---
kind: LimitRange
metadata: { name: defaults }
$patch: delete
---
kind: ResourceQuota
metadata: { name: total }
$patch: delete
---
kind: ServiceAccount
metadata: { name: web }
$patch: delete
---
kind: Deployment
metadata: { name: web }
$patch: delete
---
apiVersion: example.com/v1
kind: Thing
metadata: { name: web, namespace: shop }
spec: { anything: true }
`,
    },
  }),
});

const foreign = notApplicable('a kind that the API of Kubernetes does not define');

function severityOf({ restricts, since, until }: UnknownField): Severity {
  if (since !== undefined || until !== undefined) return restricts ? 'medium' : 'low';
  return restricts ? 'high' : 'medium';
}

function repeatedAt({ path, lines }: RepeatedKey): Place {
  const before = lines.slice(0, -1);
  const said = before.length === 1 ? `line ${before[0]} says` : `lines ${listed(before)} say`;
  const message = `field ${shown(String(path.at(-1)))} stands more than once in its map: what ${said} has no effect`;
  return { where: path, message, severity: path.includes('securityContext') ? 'high' : 'medium' };
}

const mostLines = 4;

function listed(lines: readonly number[]): string {
  if (lines.length > mostLines) return `${lines.slice(0, mostLines).join(', ')} and ${lines.length - mostLines} more`;
  return lines.length < 2 ? lines.join('') : `${lines.slice(0, -1).join(', ')} and ${lines.at(-1)}`;
}

/** Why a person has to decide what becomes of the key; undefined where one field alone is meant and free, or none is near. */
function whyLeft(field: UnknownField, fields: readonly UnknownField[], object: object): string | undefined {
  const { name, path, meant, rivals = [], belongs, since, until } = field;
  if (since !== undefined) return `Kubernetes knows ${shown(name)} from 1.${since} on: take it out, or let the target be that version`;
  if (until !== undefined) return `Kubernetes knew ${shown(name)} up to 1.${until}: take it out, or write what replaces it`;
  if (belongs !== undefined) return `${shown(name)} belongs to ${belongs}: move it there, for all that it then covers`;
  if (meant === undefined) return undefined;
  if (rivals.length > 0) return `${shown(name)} may mean ${[meant, ...rivals].join(' or ')}`;
  const around = path.slice(0, -1);
  if (Object.hasOwn(mapAt(object, around), meant)) return `${meant} is there already: take one of both out`;
  const twin = fields.find((other) => other !== field && other.meant === meant && isBeside(other.path, path));
  return twin && `${shown(name)} and ${shown(twin.name)} may both mean ${meant}: take one of them out`;
}

function isBeside(path: Path, other: Path): boolean {
  return path.length === other.length && path.slice(0, -1).every((step, at) => step === other[at]);
}

function mapAt(object: object, path: Path): object {
  return path.reduce((at, step) => (at as Readonly<Record<string | number, object>>)[step]!, object);
}

const longestName = 40;

function shown(name: string): string {
  return `"${name.length > longestName ? `${name.slice(0, longestName)}…` : name}"`;
}

function messageOf({ name, meant, belongs, since, until }: UnknownField, version: number): string {
  const field = `field ${shown(name)}`;
  if (since !== undefined) return `${field} has no effect in 1.${version}: Kubernetes knows it from 1.${since} on`;
  if (until !== undefined) return `${field} has no effect in 1.${version}: Kubernetes knew it up to 1.${until}`;
  if (meant !== undefined) {
    // As the network policies of appendix E have it.
    const erratum = name === 'policyType' && meant === 'policyTypes' ? ' (erratum 14)' : '';
    return `${field} is unknown and has no effect: did you mean ${meant}?${erratum}`;
  }
  if (belongs !== undefined) return `${field} is unknown here: it belongs to ${belongs}`;
  return `${field} is unknown and has no effect`;
}
