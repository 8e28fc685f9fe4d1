import { defineControl, unknown, type AnyControl } from '../../core/index.ts';
import { componentVersion, dayOfSupport, supportVerdict } from '../../kube/support-calendar.ts';
import { apiServers, exampleApiServer } from '../../subjects/api-server.ts';

const where = ['status', 'version'];

export const serverVersion: AnyControl = defineControl({
  id: 'upgrading/server-version',
  decides: ['UPG-01'],
  title: 'The API server runs a supported minor of Kubernetes with its patches',
  why: 'Upstream fixes three minors of Kubernetes, each for about fourteen months. What is found in an older one stays open, and what a patch has fixed is public from that day on.',
  severity: 'medium',
  also: { attack: ['T1190', 'T1068'] },
  subject: apiServers,
  inEveryCluster: true,

  evaluate({ status: { version: text, time } }) {
    const version = componentVersion(text);
    if (version === undefined) return unknown(where, 'the API server tells no version that can be read', ['cluster']);
    return supportVerdict('the API server', version, dayOfSupport(time), where);
  },

  remedy:
    'Upgrade the control plane minor by minor, each to its newest patch, and the kubelets after it; upgrading/removed-apis says what stands in the way.',

  examples: () => ({
    pass: {
      'the newest patch of a supported minor': runs('v1.37.1', '2026-10-01'),
      'a build whose maker picks the fixes': runs('v1.36.1-eks-3025e55', '2026-12-01'),
      'a minor that is younger than the calendar': runs('v1.38.0', '2027-01-15'),
    },
    fail: {
      'a minor that has ended': runs('v1.33.4', '2026-12-01'),
      'a minor that ends after the calendar was made': runs('v1.35.20+k3s1', '2027-03-01'),
      'a minor from before the calendar': runs('v1.18.20', '2026-12-01'),
      'a patch that is behind': runs('v1.36.2', '2026-12-01'),
    },
    unknown: {
      'support that the maker prolongs': runs('v1.31.9-gke.1044000', '2026-12-01'),
      'a minor that the calendar does not know, a year after it': runs('v1.40.0', '2028-01-15'),
      'no version': runs('next', '2026-12-01'),
    },
  }),
});

function runs(version: string, day: string): string {
  return exampleApiServer({ version, time: `${day}T12:00:00.000Z` });
}
