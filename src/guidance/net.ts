import type { Chapter } from './recommendation.ts';

/** Who can talk to whom inside the cluster, and what the cluster exposes. */
export const net: Chapter = {
  code: 'NET',
  title: 'Network policies and exposure',
  section: 'Network policies',
  recommendations: [
    {
      code: 'NET-01',
      title: 'Network plugin that enforces NetworkPolicy',
      reference: 'v1.0 p. 14; v1.2 "Network policies"',
      origin: 'v1.0',
      asks: 'The network plugin of the cluster enforces NetworkPolicy objects on every node.',
      today:
        'The API server accepts policies even if nothing enforces them. This is the case with flannel alone and with plugins of clouds whose policy component is not enabled.',
      remedy:
        'Install a plugin that enforces policies, or enable the component. Policies that had no effect so far then apply at once, so simulate them against recorded traffic.',
      evidence: ['cluster', 'cloud', 'events'],
      mappings: { cis: ['5.3.1'], attack: ['T1046'] },
    },
    {
      code: 'NET-02',
      title: 'Default deny ingress in every namespace',
      reference: 'v1.0 pp. 2, 14, appendix E; v1.2 "Network policies" and the network policy appendix',
      origin: 'v1.0',
      asks: 'In each namespace a policy selects every Pod and denies all incoming traffic that no other policy allows.',
      today:
        'A cluster-wide baseline is possible with ClusterNetworkPolicy (v1alpha2, tiers Admin and Baseline) or with kinds of the plugin.',
      remedy:
        'Add a policy that denies ingress for all Pods, together with rules learned from traffic and declared ports. Missing rules interrupt services, so simulate recorded traffic and begin with one namespace.',
      evidence: ['manifest', 'cluster'],
      errata: [14],
      mappings: { cis: ['5.3.2'], attack: ['T1046', 'T1210'] },
    },
    {
      code: 'NET-03',
      title: 'Default deny egress in every namespace',
      reference: 'v1.0 p. 14, appendix E; v1.2 "Network policies" and the network policy appendix',
      origin: 'v1.0',
      asks: 'In each namespace a policy selects every Pod and denies all outgoing traffic that no other policy allows.',
      today:
        'Pods then still need DNS over UDP and TCP port 53, with node-local caches by another address, and the API server if they hold a token.',
      remedy:
        'Add a policy that denies egress for all Pods, with rules for DNS and for recorded destinations. External services change their addresses, so the risk is very high; use rules by name where the plugin has them.',
      evidence: ['manifest', 'cluster'],
      errata: [14],
      mappings: { cis: ['5.3.2'], attack: ['T1041', 'T1071'] },
    },
    {
      code: 'NET-04',
      title: 'Every Pod isolated in both directions with explicit allows',
      reference: 'v1.0 p. 14',
      origin: 'v1.0',
      asks: 'For every Pod a policy decides on incoming and on outgoing traffic. No Pod is left out of all selectors.',
      today: '',
      remedy:
        'Add a default that denies both directions, or extend the selectors. Missing rules interrupt services, so simulate recorded traffic first.',
      evidence: ['manifest', 'cluster'],
      mappings: { cis: ['5.3.2'] },
    },
    {
      code: 'NET-05',
      title: 'Policy rules select peers precisely',
      reference: 'v1.0 p. 14; v1.2 "Network policies"',
      origin: 'v1.0',
      asks: 'Rules name exactly the peers and ports that are meant, by labels of Pods and namespaces that tenants cannot set. Selectors within one list item apply together, those of separate items are alternatives, and an empty list or selector means everybody.',
      today: '',
      remedy:
        'Rewrite the rule and compare what can be reached before and after. The risk is low to medium, as long as the recorded traffic stays allowed.',
      evidence: ['manifest', 'cluster'],
      mappings: { cis: ['5.3.2'] },
    },
    {
      code: 'NET-06',
      title: 'External addresses in ipBlock reviewed',
      reference: 'v1.0 p. 14; v1.2 "Network policies"',
      origin: 'v1.0',
      asks: 'Rules with address ranges are reviewed, because address translation may come before or after the policy and the rule then sees another address.',
      today: '',
      remedy:
        'Narrow the ranges and set externalTrafficPolicy to Local where client addresses matter. Load may spread unevenly, which flow logs show.',
      evidence: ['manifest', 'cluster', 'events'],
      mappings: { attack: ['T1190'] },
    },
    {
      code: 'NET-07',
      title: 'kube-system connected under default deny, without needless internet access',
      reference: 'v1.0 pp. 14, 15; v1.2 "Network policies"',
      origin: 'v1.0',
      asks: 'The system namespace keeps the connections it needs when traffic is denied by default, and its Pods have no access to the internet that they do not need.',
      today: 'NetworkPolicy does not cover control-plane Pods in the network of their node; firewalls have to.',
      remedy:
        'Write the policies for the distribution in use and rehearse them on a disposable cluster. A missing rule can stop the whole cluster, so this is the riskiest of all network changes.',
      evidence: ['manifest', 'cluster'],
    },
    {
      code: 'NET-08',
      title: 'Externally exposed Services use TLS and are intended',
      reference: 'v1.1 "Network policies"',
      origin: 'v1.1',
      asks: 'Each Service that is reachable from outside is meant to be, and serves its clients over TLS.',
      today:
        'Ingress and Gateway API end TLS for many Services. Service externalIPs, open to hijacking by CVE-2020-8554, are deprecated from 1.36, and ingress-nginx was retired in March 2026.',
      remedy:
        'Add TLS listeners, limit source ranges and refuse externalIPs at admission. Plaintext clients break, so run both listeners until the access logs show none.',
      evidence: ['manifest', 'cluster', 'cloud'],
      mappings: { cis: ['1.2.3'], attack: ['T1190', 'T1133'] },
    },
    {
      code: 'NET-09',
      title: 'Plugin-specific policy kinds understood',
      reference: 'v1.0 p. 14, appendix E',
      origin: 'v1.0',
      asks: 'Policies are written in the formats that the network plugin of the cluster understands, and all of them are taken into account when reachability is judged.',
      today:
        'ClusterNetworkPolicy replaces AdminNetworkPolicy and BaselineAdminNetworkPolicy; several plugins have further kinds of their own.',
      remedy:
        'Rewrite policies that the plugin ignores in a format it enforces. A dormant rule comes to life with that, so compare it with recorded traffic first.',
      evidence: ['manifest', 'cluster'],
      errata: [14],
    },
    {
      code: 'NET-10',
      title: 'Separation verified against real traffic',
      reference: 'v1.0 p. 23',
      origin: 'v1.0',
      asks: 'Recorded traffic inside the cluster and across its border proves that the separation works, and permissions without traffic are withdrawn.',
      today: 'Sources are flow logs of the network plugin, flow logs of the cloud network and sensors in the kernel.',
      remedy:
        'Propose narrower policies from the recorded traffic. Rare connections, such as those of monthly jobs, need a long window and a confirmation.',
      evidence: ['events'],
      mappings: { attack: ['T1046', 'T1071'] },
    },
  ],
};
