import type { Chapter } from './recommendation.ts';

/** What happens to logs when a disk is full or a service is away. */
export const ft: Chapter = {
  code: 'FT',
  title: 'Fault tolerance of logging',
  section: 'Fault tolerance',
  recommendations: [
    {
      code: 'FT-01',
      title: 'Overwrite policy for full log storage',
      reference: 'v1.0 p. 30; v1.2 "Fault tolerance"',
      origin: 'v1.0',
      asks: 'It is decided what happens when log storage is full, for instance that the oldest entries are overwritten.',
      today: '',
      remedy:
        'Set explicit limits that drop the oldest entries for audit files, journal and collectors. Limits that are too small lose history.',
      evidence: ['node', 'person'],
    },
    {
      code: 'FT-02',
      title: 'Logs buffered locally while the remote service is away',
      reference: 'v1.0 pp. 22, 30-31; v1.2 "Fault tolerance"',
      origin: 'v1.0',
      asks: 'Logs are buffered locally while the remote service is away, so that none are lost.',
      today: '',
      remedy: 'Give the collector a buffer on disk for the longest expected outage. It takes disk space on the node.',
      evidence: ['manifest', 'cluster', 'node'],
    },
    {
      code: 'FT-03',
      title: 'Buffered logs sent after an outage',
      reference: 'v1.0 p. 31; v1.2 "Fault tolerance"',
      origin: 'v1.0',
      asks: 'After an outage the buffered logs are sent to the remote service, and it is verified that none are missing.',
      today: '',
      remedy: 'Rehearse an outage and compare counts before and after. Rehearse it in a test environment.',
      evidence: ['events', 'person'],
    },
  ],
};
