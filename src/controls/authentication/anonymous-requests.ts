import { defineControl, fail, pass, unknown, type Anchor, type AnyControl, type Verdict } from '../../core/index.ts';
import type { AnonymousAnswer, ObservedApiServer } from '../../kube/api-server.ts';
import { anonymousAccess } from '../../subjects/anonymous-access.ts';
import { exampleApiServer } from '../../subjects/api-server.ts';

/** What such requests may do is told by authentication/anonymous-rights. */
export const anonymousRequests: AnyControl = defineControl({
  id: 'authentication/anonymous-requests',
  decides: ['AUTH-01'],
  title: 'The API server refuses requests without credentials, but for its health',
  why: 'Whoever reaches the API server learns its version and its kinds, and what a binding gives to everybody by mistake is open at once. A flaw in what comes before authorisation needs no account either.',
  severity: 'low',
  also: { cis: ['1.2.1'], attack: ['T1133', 'T1078'] },
  subject: anonymousAccess,
  inEveryCluster: true,

  evaluate({ at, access }) {
    if (access.type === 'answers') return judgeAnswers(access.answers, at);
    if (access.type === 'unasked')
      return unknown(at, 'nobody asked the API server without credentials (--probe-anonymous does)', ['node', 'cluster']);
    if (access.type === 'proxy') return unknown(at, 'the API server was asked through a proxy, which may add credentials', ['node']);
    if (access.accepts === 'no') return pass;
    if (access.accepts === 'yes')
      return fail(at, `the API server takes requests without credentials, as its ${access.type === 'file' ? 'file says' : 'flags say'}`);
    return unknown(at, 'a file of its own tells which requests without credentials the API server takes', ['node']);
  },

  remedy:
    'Allow anonymous requests for /livez, /readyz and /healthz alone in an AuthenticationConfiguration (from 1.32); before that set --anonymous-auth=false and give the probes of the API server another way.',

  // The examples say nothing of auditing.
  alsoFails: ['threat-detection/audit-backend'],

  examples: () => ({
    pass: {
      'no answer without credentials': asked(401, 401),
      'the flag': flags('--anonymous-auth=false'),
      'its health alone, in a file': `${flags(fromFile)}${file('{ enabled: true, conditions: [{ path: /livez }, { path: /readyz }] }')}`,
      'off in a file': file('{ enabled: false }'),
    },
    fail: {
      'the version for everybody': asked(200, 403),
      'known to the API server, if to nobody else': asked(403, 403),
      'the kinds alone': asked(401, 200),
      'the default': flags('--secure-port=6443'),
      'everything, in a file': file('{ enabled: true }'),
      'its version, in a file': `${flags(fromFile)}${file('{ enabled: true, conditions: [{ path: /livez }, { path: /version }] }')}`,
      'a file that says nothing of it': `${flags(fromFile)}${file('null')}`,
    },
    unknown: {
      'nobody asked': exampleApiServer({ version: 'v1.37.1' }),
      'no answer': asked(undefined, 401),
      'something else answers': asked(302, 302),
      'a proxy': exampleApiServer({ endpoint: { host: '127.0.0.1' }, anonymous: [{ path: '/version', code: 200 }] }),
      'a file decides': flags(fromFile),
    },
  }),
});

/** 401 says that nobody is let in without credentials; 200, and 403 for what somebody anonymous may not do, that they are. */
function judgeAnswers(answers: readonly AnonymousAnswer[], at: Anchor): Verdict {
  const open = answers.find(({ code }) => code === 200) ?? answers.find(({ code }) => code === 403);
  if (open !== undefined) return fail(at, `the API server answers ${open.path} without credentials (${open.code})`);
  if (answers.length > 0 && answers.every(({ code }) => code === 401)) return pass;
  return unknown(at, 'what the API server answers without credentials does not tell whether it takes them', ['node']);
}

function asked(version: number | undefined, kinds: number | undefined): string {
  const answer = (path: string, code: number | undefined): AnonymousAnswer => (code === undefined ? { path } : { path, code });
  const status: ObservedApiServer = {
    endpoint: { host: '10.0.0.1', tls: {} },
    anonymous: [answer('/version', version), answer('/api', kinds)],
  };
  return exampleApiServer(status);
}

const fromFile = '--authentication-config=/etc/kubernetes/authentication.yaml';

function file(anonymous: string): string {
  return `
---
apiVersion: apiserver.config.k8s.io/v1
kind: AuthenticationConfiguration
anonymous: ${anonymous}
`;
}

function flags(flag: string): string {
  return `
apiVersion: v1
kind: Pod
metadata: { name: kube-apiserver-cp-1, namespace: kube-system }
spec: { containers: [{ name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.1", command: [kube-apiserver, "${flag}", "--authorization-mode=Node,RBAC"] }] }
`;
}
