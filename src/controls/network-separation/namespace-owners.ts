import { defineControl, fail, flag, notApplicable, passSoFar, strings, unknown, type AnyControl } from '../../core/index.ts';
import { systemNamespaces } from '../../kube/system-workloads.ts';
import type { Labels } from '../../kube/label-selector.ts';
import { fitted, short } from '../../subjects/dangerous-grants.ts';
import { namespaces } from '../../subjects/namespace.ts';

export const namespaceOwners: AnyControl = defineControl({
  id: 'network-separation/namespace-owners',
  decides: ['NS-01'],
  title: 'Each namespace belongs to one team',
  why: 'Roles, quotas, policies and Secrets are given by namespace. Where several teams share one, each can read and break what belongs to the others, and nobody is asked when something in it has to be repaired.',
  severity: 'low',
  also: { cis: ['5.6.1'] },
  subject: namespaces,
  decidedBy: ['Namespace'],
  params: {
    system: strings('Namespaces of the system, which are not judged', systemNamespaces),
    labels: strings('Labels that name an owner, with or without a prefix', ['team', 'owner']),
    required: flag('A namespace that names no owner fails', false),
  },

  evaluate({ name, title, labels, labelsAt, namedAt, workloads }, { params }) {
    if (name !== undefined && params.system.includes(name)) return notApplicable('a namespace of the system');
    const owners = new Set(ownersIn(labels, params.labels));
    const named = owners.size;
    for (const workload of workloads) for (const owner of ownersIn(workload.labels, params.labels)) owners.add(owner);
    const [first = '', second = ''] = owners;
    if (owners.size > 1) {
      const more = owners.size === 2 ? '' : ` and ${owners.size - 2} more`;
      const message = fitted(
        (most) => `${title} holds workloads of several owners: "${short(first, most)}", "${short(second, most)}"${more}`,
      );
      return fail(namedAt, message);
    }
    if (params.required && labels !== undefined && named === 0)
      return fail(labelsAt ?? namedAt, `${title} names no owner by a label: nobody is asked what may happen there`);
    if (owners.size === 0) return unknown(namedAt, `${title} and its workloads name no owner by a label`, ['person']);
    // Whether that is true, and whether all of it is one application.
    return passSoFar(['person']);
  },

  remedy:
    'Give each team or application a namespace with its own labels, level, quota, limits, policies and roles, and create the workloads anew there: data, names and Secrets have to move with them.',

  examples: () => ({
    params: { required: true },
    pass: {
      'one owner': 'kind: Namespace\nmetadata: { name: shop, labels: { example.com/team: checkout } }',
      'its workloads agree': `
kind: Namespace
metadata: { name: shop, labels: { owner: checkout } }
---
kind: Deployment
metadata: { name: web }
spec: { template: { metadata: { labels: { team: checkout } } } }
`,
    },
    fail: {
      'none where one is required': 'kind: Namespace\nmetadata: { name: shop }',
      'two owners': `
kind: Namespace
metadata: { name: shop, labels: { team: checkout } }
---
kind: Deployment
metadata: { name: web }
spec: { template: { metadata: { labels: { team: catalogue } } } }
`,
    },
    unknown: {
      'nobody says, and its object was not read': 'kind: Namespace\nmetadata: { name: shop }\n$patch: delete',
    },
    notApplicable: {
      'a namespace of the system': `
kind: Namespace
metadata: { name: shop }
$patch: delete
---
kind: Deployment
metadata: { name: web }
$patch: delete
---
apiVersion: v1
kind: Namespace
metadata: { name: kube-system }
`,
    },
  }),
});

function ownersIn(labels: Labels | undefined, keys: readonly string[]): string[] {
  const found: string[] = [];
  for (const key in labels) {
    const value = labels[key];
    if (value === undefined || value === '') continue;
    if (keys.includes(key) || keys.includes(key.slice(key.indexOf('/') + 1))) found.push(value);
  }
  return found;
}
