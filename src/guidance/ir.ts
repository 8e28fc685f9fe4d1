import type { Chapter } from './recommendation.ts';

/** What follows an alert. */
export const ir: Chapter = {
  code: 'IR',
  title: 'Incident response',
  section: 'Threat detection: Alerting; Tools',
  recommendations: [
    {
      code: 'IR-01',
      title: 'Compromised Pods contained automatically',
      reference: 'v1.0 pp. 29, 31; v1.2 "Alerting" and "Tools"',
      origin: 'v1.0',
      asks: 'A compromised Pod is contained automatically and replaced by a clean one.',
      today:
        'Eviction alone destroys evidence and leaves the way in open. Practice isolates the Pod by label and policy, captures its state (checkpoints are beta since 1.30) and evicts it last.',
      remedy:
        'Set up the response with an allowlist, a rate limit and manual approval at first. It can take services down by itself, so it must respect disruption budgets and leave kube-system alone.',
      evidence: ['events', 'person'],
    },
    {
      code: 'IR-02',
      title: 'Evidence preserved for investigators',
      reference: 'v1.0 p. 29; v1.2 "Alerting"',
      origin: 'v1.0',
      asks: 'The evidence of an incident is kept for investigators, who find the cause and have it fixed.',
      today: '',
      remedy:
        'Save the Pod specification, logs, audit events and image digest before anything is deleted. Copies can contain secrets, so protect them.',
      evidence: ['events', 'person'],
      mappings: { attack: ['T1070'] },
    },
  ],
};
