import type { AppliedFix, DeclinedFix, FileRepair, FixReport, FixValue, ResourceRef, TextEdit } from '../core/index.ts';
import { append, set } from '../core/index.ts';
import { sampleReport } from './sample-report.ts';

// A fix report of every sort of entry, for the tests of the formats.

const web: ResourceRef = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };
const cache: ResourceRef = { apiVersion: 'v1', kind: 'Pod', name: 'cache' };

const deployment = `apiVersion: v1
kind: Secret
metadata: { name: login, namespace: shop }
stringData:
  password: hunter2hunter2
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  template:
    spec:
      containers:
        - name: web  # 名前
          image: nginx:1.29
          env: [{ name: TOKEN, value: s3cr3t-s3cr3t }]
          securityContext:
            privileged: true
        - name: log
          image: log:2
          securityContext: {}
          tty: true
`;

const pod =
  '\ufeffkind: Pod\r\napiVersion: v1\r\nmetadata:\r\n  name: cache\r\nspec:\r\n  containers:\r\n  - name: cache\r\n    image: cache:3';

const policy = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'default-deny', namespace: 'shop' },
  spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
};

const policyText = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: default-deny
  namespace: shop
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
`;

/** A file and its edits, each named by the text that it replaces. */
function repaired(file: string, before: string | undefined, changes: readonly (readonly [from: string, to: string])[]): FileRepair {
  const edits = changes.map(([from, to]): TextEdit => {
    const start = (before ?? '').indexOf(from);
    return { start, end: start + from.length, text: to };
  });
  const pieces = edits.map(({ start, text }, index) => (before ?? '').slice(edits[index - 1]?.end ?? 0, start) + text);
  return { file, before, after: pieces.join('') + (before ?? '').slice(edits.at(-1)?.end ?? 0), edits };
}

const containers = ['spec', 'template', 'spec', 'containers'];

function applied(control: string, more: Partial<AppliedFix>): AppliedFix {
  const base = {
    object: 0,
    target: { document: 0, path: [] },
    codes: ['POD-12'],
    severity: 'high',
    safety: 'safe',
    resource: web,
    file: 'deploy/web.yaml',
    line: 16,
  } as const;
  const filled = { ...base, control, risk: '', path: 'spec', message: '', edits: [], companions: [], ...more };
  return { ...filled, fingerprint: `${control}|${filled.resource.name}|${filled.path}|${filled.container ?? ''}` };
}

const fixes: readonly AppliedFix[] = [
  applied('pod-security/privileged', {
    codes: ['POD-02'],
    severity: 'critical',
    safety: 'review',
    risk: 'what needs a device of the node stops working; run it and read its log',
    container: 'web',
    line: 20,
    path: 'spec.template.spec.containers[0].securityContext.privileged',
    message: 'container "web" is privileged',
    edits: [set([...containers, 0, 'securityContext', 'privileged'], false)],
  }),
  applied('pod-security/privilege-escalation', {
    container: 'web',
    path: 'spec.template.spec.containers[0].securityContext.allowPrivilegeEscalation',
    message: 'container "web" does not set allowPrivilegeEscalation, and the default is true',
    edits: [set([...containers, 0, 'securityContext', 'allowPrivilegeEscalation'], false)],
  }),
  applied('pod-security/privilege-escalation', {
    container: 'log',
    line: 21,
    path: 'spec.template.spec.containers[1].securityContext.allowPrivilegeEscalation',
    message: 'container "log" does not set allowPrivilegeEscalation, and the default is true',
    edits: [
      set([...containers, 1, 'securityContext', 'allowPrivilegeEscalation'], false),
      append([...containers, 1, 'securityContext', 'capabilities', 'drop'], 'ALL'),
    ],
  }),
  applied('pod-security/privilege-escalation', {
    object: 1,
    resource: cache,
    file: 'cache.yaml',
    line: 7,
    container: 'cache',
    path: 'spec.containers[0].securityContext.allowPrivilegeEscalation',
    message: 'container "cache" does not set allowPrivilegeEscalation, and the default is true',
    edits: [set(['spec', 'containers', 0, 'securityContext', 'allowPrivilegeEscalation'], false)],
    recreates: ['spec.containers'],
    conflicts: ['pod-security/user-namespaces'],
  }),
  networkPolicyFix(),
];

function networkPolicyFix(): AppliedFix {
  const { object: _, ...fix } = applied('network-separation/default-deny', {
    codes: ['NET-03'],
    severity: 'medium',
    safety: 'review',
    risk: 'connections that no other policy allows are cut; list them first',
    resource: { apiVersion: 'v1', kind: 'Namespace', name: 'shop' },
    line: 8,
    path: '',
    message: 'namespace "shop" has no policy that denies all traffic by default',
    companions: [policy],
    companionFile: 'deploy/shop-default-deny.yaml',
  });
  return fix;
}

function declined(because: DeclinedFix['because'], control: string, reason: string, more: Partial<DeclinedFix> = {}): DeclinedFix {
  const base = { codes: ['POD-01'], severity: 'high', resource: web, file: 'deploy/web.yaml', line: 16, path: 'spec' } as const;
  const filled = { ...base, control, because, reason, message: `${control} is not as it should be`, ...more };
  return { ...filled, fingerprint: `${control}|${filled.resource.name}|${filled.path}|${because}` };
}

const declinedFixes: readonly DeclinedFix[] = [
  declined('review', 'pod-security/read-only-root', 'waits for --review', {
    safety: 'review',
    risk: 'a process that writes below / fails; give it an emptyDir',
    container: 'web',
  }),
  declined('review', 'pod-security/read-only-root', 'waits for --review', {
    safety: 'review',
    risk: 'a process that writes below / fails; give it an emptyDir',
    container: 'log',
    line: 21,
  }),
  declined('value', 'pod-security/non-root-user', 'only the image tells which user owns its files', {
    needs: ['pod-security/non-root-user.user'],
    container: 'web',
  }),
  declined('person', 'secrets/credentials', 'no machine may move a credential', {
    codes: ['SEC-01'],
    line: 18,
    severity: 'medium',
    message: 'container "web" holds a credential in TOKEN: s3cr…',
  }),
  declined('withdrawn', 'pod-security/apparmor', 'the control "\u001b[31mseccomp" would fail afterwards'),
  declined('text', 'pod-security/host-ports', 'the document uses anchors and aliases', { resource: cache, file: 'cache.yaml', line: 7 }),
];

const [deploymentRepair, podRepair, policyRepair] = [
  repaired('deploy/web.yaml', deployment, [
    ['privileged: true', 'privileged: false\n            allowPrivilegeEscalation: false'],
    ['securityContext: {}', 'securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } }'],
  ]),
  repaired('cache.yaml', pod, [['cache:3', 'cache:3\r\n    securityContext:\r\n      allowPrivilegeEscalation: false']]),
  repaired('deploy/shop-default-deny.yaml', undefined, [['', policyText]]),
];

const webBefore = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop' },
  spec: {
    template: {
      spec: {
        containers: [
          { name: 'web', image: 'nginx:1.29', env: [{ name: 'TOKEN', value: 's3cr3t-s3cr3t' }], securityContext: { privileged: true } },
          { name: 'log', image: 'log:2', securityContext: {}, tty: true },
        ],
      },
    },
  },
};

const webAfter = {
  ...webBefore,
  spec: {
    template: {
      spec: {
        containers: [
          { ...webBefore.spec.template.spec.containers[0], securityContext: { privileged: false, allowPrivilegeEscalation: false } },
          {
            ...webBefore.spec.template.spec.containers[1],
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          },
        ],
      },
    },
  },
};

const cacheBefore = {
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: { name: 'cache' },
  spec: { containers: [{ name: 'cache', image: 'cache:3' }] },
};
const cacheAfter = {
  ...cacheBefore,
  spec: { containers: [{ name: 'cache', image: 'cache:3', securityContext: { allowPrivilegeEscalation: false } }] },
};

export const sampleFixReport: FixReport = {
  schemaVersion: 1,
  tool: sampleReport.tool,
  target: sampleReport.target,
  inputs: sampleReport.inputs,
  files: [podRepair, policyRepair, deploymentRepair],
  objects: [
    { resource: web, file: 'deploy/web.yaml', line: 7, endLine: 24, edits: deploymentRepair.edits, before: webBefore, after: webAfter },
    { resource: cache, file: 'cache.yaml', line: 1, endLine: 8, edits: podRepair.edits, before: cacheBefore, after: cacheAfter },
  ],
  fixes,
  declined: declinedFixes,
  credentials: [{ file: 'deploy/web.yaml', line: 18 }],
  summary: { before: 11, after: 6, fixes: 5, declined: { review: 2, value: 1, person: 1, withdrawn: 1, text: 1, waived: 0 } },
};

const values: Readonly<Record<string, FixValue>> = {
  'pod-security/non-root-user.user': { about: 'Number of the user that owns the files of the image', example: '10001' },
};

/** The values that fixes of the sample take. */
export function sampleValue(key: string): FixValue | undefined {
  return values[key];
}
