import { defineControl, fail, failAt, passSoFar, unknown, type AnyControl, type Place } from '../../core/index.ts';
import { authorizers } from '../../subjects/api-server-authorizers.ts';
import { exampleApiServer } from '../../subjects/api-server.ts';

export const authorizationMode: AnyControl = defineControl({
  id: 'authorization/authorization-mode',
  decides: ['RBAC-01'],
  title: 'The API server authorises by Node and RBAC, and never allows everything',
  why: 'Authorizers add up: one that allows is enough. With AlwaysAllow among them no role matters; without the Node authorizer kubelets need rights over the objects of all nodes.',
  severity: 'high',
  also: { cis: ['1.2.6', '1.2.7', '1.2.8'], attack: ['T1078'] },
  subject: authorizers,
  inEveryCluster: true,

  evaluate(subject) {
    const { at } = subject;
    if (subject.seen === 'answer') {
      // That the API of RBAC is served says nothing of whether the authorizer asks it.
      if (subject.stranger === undefined)
        return unknown(at, 'no flags of the API server are in sight: --verify-enforcement tries a user without roles', ['node', 'cluster']);
      if (subject.stranger === 'not permitted') return passSoFar(['node']);
      return fail(at, 'a user whom no role names may create pods: requests are not authorised by roles', 'critical');
    }
    const who = subject.seen === 'flags' ? `container "${subject.container}"` : 'the API server';
    if (subject.seen === 'flags' && subject.inFile)
      return unknown(at, `${who} takes its authorizers from a file (--authorization-config), which was not read`, ['node']);
    // The flag's default.
    const modes = subject.modes ?? ['AlwaysAllow'];
    const places: Place[] = [];
    if (modes.includes('AlwaysAllow'))
      places.push({ where: at, message: `${who} allows every request (AlwaysAllow)`, severity: 'critical' });
    else if (!modes.includes('RBAC'))
      places.push({ where: at, message: `${who} authorises by ${modes.join(', ')}, and not by RBAC`.slice(0, 110) });
    if (modes.includes('ABAC'))
      places.push({ where: at, message: `${who} authorises by a file too (ABAC), which no role restrains`, severity: 'medium' });
    if (modes.includes('RBAC') && !modes.includes('Node'))
      places.push({ where: at, message: `${who} has no Node authorizer: kubelets are not held to their own node`, severity: 'medium' });
    // What the process was really started with, and what a webhook among them allows.
    return places.length > 0 ? failAt(places) : passSoFar(['node']);
  },

  remedy:
    'Start the API server with --authorization-mode=Node,RBAC once access reviews have shown that everybody who is active has a role: whoever has none is locked out.',

  // The examples say nothing of auditing.
  alsoFails: ['threat-detection/audit-backend'],

  examples: () => ({
    pass: {
      'Node and RBAC': apiServer('--authorization-mode=Node,RBAC'),
      'one after the other': apiServer('--authorization-mode=Node', '--authorization-mode=RBAC'),
      'in a file': `
${apiServer('--authorization-config=/etc/kubernetes/authorization.yaml')}
---
apiVersion: apiserver.config.k8s.io/v1
kind: AuthorizationConfiguration
authorizers: [{ type: Node, name: node }, { type: RBAC, name: rbac }]
`,
      'a stranger may do nothing': exampleApiServer({ enforcement: { trials: [], stranger: 'not permitted' } }),
    },
    fail: {
      'no flag': apiServer('--secure-port=6443'),
      'everything allowed': apiServer('--authorization-mode=Node,AlwaysAllow'),
      'everything allowed before the rest': apiServer('--authorization-mode=AlwaysAllow', '--authorization-mode=Node,RBAC'),
      'RBAC alone, as the guide prints it': apiServer('--authorization-mode=RBAC'),
      'a file besides': apiServer('--authorization-mode=Node,ABAC,RBAC'),
      'a webhook alone': apiServer('--authorization-mode=Node,Webhook'),
      'a stranger may create pods': exampleApiServer({ enforcement: { trials: [], stranger: 'permitted' } }),
    },
    unknown: {
      'a file that was not read': apiServer('--authorization-config=/etc/kubernetes/authorization.yaml'),
      'nobody asked': exampleApiServer({}),
    },
  }),
});

/** The program alone is what matters here: all else is as it was. */
function apiServer(...flags: readonly string[]): string {
  return `
kind: Deployment
metadata: { name: web }
spec:
  template:
    spec:
      containers:
        - name: kube-apiserver
          command: ${JSON.stringify(['kube-apiserver', ...flags])}
          image: registry.example.com/shop/web:1.4.2@sha256:4b6c9a0d8d2a4f0e9c1f7b35a4de1d0f6b0b9f1e2c3d4a5b6c7d8e9f0a1b2c3d
          resources:
            requests: { cpu: 100m, memory: 128Mi, ephemeral-storage: 100Mi }
            limits: { cpu: 500m, memory: 256Mi, ephemeral-storage: 1Gi }
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: { drop: [ALL] }
`;
}
