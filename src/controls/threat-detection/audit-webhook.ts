import { defineControl, failAt, notApplicable, passSoFar, type AnyControl, type Place } from '../../core/index.ts';
import { flagsOf } from '../../kube/control-plane-flags.ts';
import { apiServerContainers, exampleApiServerContainer, exampleAuditFlags } from '../../subjects/api-server-container.ts';

/** What the API server takes where nothing is said (k8s.io/apiserver v0.37, plugin/pkg/audit/buffered). */
const defaultBuffer = 10_000;

/** As Go reads durations: every number has its unit. */
const duration = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h)(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h))*$|^[+-]?0$/;

/** Appendix N has a duration without its unit and a buffer of 5: erratum 21. */
export const auditWebhook: AnyControl = defineControl({
  id: 'threat-detection/audit-webhook',
  decides: ['AUD-08'],
  title: 'Audit events that go to a webhook are not lost, and do not stop the API server',
  why: 'What does not fit into the buffer is dropped, first of all under an attack that makes many events. A mode that blocks makes every request wait for the receiver.',
  severity: 'medium',
  also: { attack: ['T1562'] },
  subject: apiServerContainers,
  judgesSystem: true,
  inEveryCluster: true,

  evaluate({ container, name }) {
    if (flagsOf(container, ['audit-webhook-config-file']).length === 0) return noWebhook;
    const last = (flag: string): { readonly value: string; readonly where: Place['where'] } | undefined => {
      const found = flagsOf(container, [flag]).at(-1);
      return found === undefined ? undefined : { value: found.value, where: found.paths[0] ?? [] };
    };
    const places: Place[] = [];
    const backoff = last('audit-webhook-initial-backoff');
    if (backoff !== undefined && !duration.test(backoff.value))
      places.push({
        where: backoff.where,
        message: `container "${name}" is given a backoff without a unit: it does not start (erratum 21)`,
        severity: 'high',
      });
    const buffer = last('audit-webhook-batch-buffer-size');
    if (buffer !== undefined && Number(buffer.value) < defaultBuffer)
      places.push({ where: buffer.where, message: `container "${name}" drops audit events beyond a small buffer (erratum 21)` });
    const mode = last('audit-webhook-mode');
    if (mode?.value.startsWith('blocking') === true)
      places.push({
        where: mode.where,
        message: `container "${name}" lets every request wait for the receiver of its events`,
        severity: 'low',
      });
    return places.length > 0 ? failAt(places) : passSoFar(['node']);
  },

  remedy: 'Leave mode and buffer at their defaults, write durations with their unit, and see that apiserver_audit_error_total stays 0.',

  examples: () => ({
    pass: {
      'the defaults': exampleApiServerContainer([...exampleAuditFlags, '--audit-webhook-config-file=/etc/kubernetes/audit/webhook.yaml']),
    },
    fail: {
      'as appendix N has it': exampleApiServerContainer([
        ...exampleAuditFlags,
        '--audit-webhook-config-file=/etc/kubernetes/audit/webhook.yaml',
        '--audit-webhook-initial-backoff=7',
        '--audit-webhook-batch-buffer-size=7',
      ]),
      'a mode that blocks': exampleApiServerContainer([
        ...exampleAuditFlags,
        '--audit-webhook-config-file=/etc/kubernetes/audit/webhook.yaml',
        '--audit-webhook-mode=blocking-strict',
      ]),
    },
    notApplicable: { 'no webhook': exampleApiServerContainer() },
  }),
});

const noWebhook = notApplicable('no webhook gets audit events');
