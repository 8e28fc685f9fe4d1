import { defineControl, fail, passSoFar, unknown, type AnyControl } from '../../core/index.ts';
import { componentVersion, dayOfSupport, kubeletSkew, supportVerdict } from '../../kube/support-calendar.ts';
import { exampleApiServer } from '../../subjects/api-server.ts';
import { nodesWithServer } from '../../subjects/node-with-server.ts';

export const kubeletVersion: AnyControl = defineControl({
  id: 'upgrading/kubelet-version',
  decides: ['UPG-01'],
  title: 'Kubelets run a supported minor of Kubernetes that fits the API server',
  why: 'A kubelet starts every container of its node, as root. Upstream tests it with API servers that are at most three minors newer and never with older ones; beyond that, settings that the API server accepts may be without effect on the node.',
  severity: 'medium',
  also: { attack: ['T1190', 'T1068'] },
  subject: nodesWithServer,
  inEveryCluster: true,

  evaluate({ name, kubeletVersion: text, at, server }) {
    const kubelet = `the kubelet of node "${name}"`;
    const version = componentVersion(text);
    if (version === undefined) return unknown(at, `${kubelet} tells no version that can be read`, ['cluster']);
    const asked = componentVersion(server.version);
    const support = supportVerdict(kubelet, version, dayOfSupport(server.time), at);
    if (support.verdict === 'fail' || asked === undefined) return support.verdict === 'pass' ? passSoFar(['cluster']) : support;
    const runs = `${kubelet} runs ${version.text}`;
    const ahead = asked.minor - version.minor;
    if (ahead < 0) return fail(at, `${runs}, newer than the API server (1.${asked.minor})`);
    if (ahead > kubeletSkew(version)) return fail(at, `${runs}, ${ahead} minors behind the API server (1.${asked.minor})`);
    return support;
  },

  remedy:
    'Drain the nodes one after the other and upgrade the kubelet to a minor that the API server has, never before the API server itself.',

  examples: () => ({
    pass: {
      'the version of the API server': beside('v1.37.1', 'v1.37.1'),
      'two minors behind': beside('v1.35.9', 'v1.37.1'),
    },
    fail: {
      'newer than the API server': beside('v1.37.1', 'v1.36.4'),
      'too far behind': beside('v1.31.9-eks-3025e55', 'v1.36.1-eks-3025e55'),
      'two minors are the most of old ones': beside('v1.24.17-gke.1', 'v1.27.16-gke.1'),
      'a minor that has ended': beside('v1.33.4', 'v1.35.9'),
      'a patch that is behind': beside('v1.36.1', 'v1.37.1', '2026-12-01'),
      'a minor that had ended when the calendar was made, in a dump': node('v1.33.4'),
    },
    unknown: {
      'support that the maker prolongs': beside('v1.32.9-eks-3025e55', 'v1.33.4-eks-3025e55'),
      'no version': beside('', 'v1.37.1'),
    },
  }),
});

function node(version: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'node-1' },
    status: { nodeInfo: { kubeletVersion: version } },
  });
}

function beside(kubelet: string, server: string, day = '2026-10-01'): string {
  return `${node(kubelet)}\n---\n${exampleApiServer({ version: server, time: `${day}T12:00:00.000Z` })}`;
}
