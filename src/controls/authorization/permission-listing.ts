import { defineControl, fail, pass, unknown, type AnyControl } from '../../core/index.ts';
import { clusters, noneSeen } from '../../subjects/cluster.ts';
import { exampleCluster, exampleCollector, exampleSensor, exampleWorkload } from '../../subjects/example-cluster.ts';

const scanner = { kind: 'Deployment', name: 'it', image: 'ghcr.io/aquasecurity/trivy-operator:0.29.0' } as const;

function cronJob(spec: string, status = ''): string {
  return `
apiVersion: batch/v1
kind: CronJob
metadata: { name: nightly, namespace: kube-system, labels: { kubernetes.io/cluster-service: "true" } }
spec:
  schedule: '0 3 * * *'
  ${spec}
  jobTemplate:
    spec: { template: { spec: { restartPolicy: Never, containers: [{ name: scan, image: 'registry.example.com/plimsoll:1' }] } } }
${status}`;
}

export const permissionListing: AnyControl = defineControl({
  id: 'authorization/permission-listing',
  decides: ['RBAC-14'],
  title: 'Who may do what is listed again and again',
  why: 'Rights add up over roles, groups, aggregation and bindings of several namespaces: no single object shows what somebody may do. That somebody looks at the list is a review (RBAC-13), which only people know of.',
  severity: 'low',
  also: {},
  subject: clusters,
  inEveryCluster: true,

  evaluate(cluster) {
    const lists = cluster.workloads.filter(({ product }) => product.roles.includes('permission scanner'));
    if (lists.some(({ work }) => work === 'goes on')) return pass;
    for (const { title, product, work, at } of lists)
      if (typeof work === 'object') return fail(at, `${title} runs ${product.name} and ${work.idle}: nothing lists who may do what`);
    const [once] = lists;
    if (once !== undefined)
      return unknown(once.at, `${once.title} runs ${once.product.name} once: who runs it the next time is open`, ['person']);
    return noneSeen(cluster, 'nothing known in the cluster lists who may do what: it may be done from outside', ['person']);
  },

  remedy:
    'Run plimsoll scan --cluster on a schedule (deploy/cluster-scan.yaml), or another scanner of roles; keep the output of plimsoll grants --dangerous, and look at what plimsoll rbac --diff shows between it and the next.',

  examples: () => ({
    pass: {
      'an operator that goes on': exampleCluster({ workloads: [exampleCollector, exampleSensor, scanner] }),
      'on a schedule': cronJob('suspend: false'),
      'on a schedule, in a cluster': cronJob(
        '',
        "status: { lastScheduleTime: '2026-01-02T03:00:00Z', lastSuccessfulTime: '2026-01-02T03:01:00Z' }",
      ),
      'on a schedule, for the first time': cronJob(
        '',
        "status: { lastScheduleTime: '2026-01-02T03:00:00Z', active: [{ name: nightly-1 }] }",
      ),
    },
    fail: {
      suspended: cronJob('suspend: true'),
      'a schedule that has never come to its end': cronJob('', "status: { lastScheduleTime: '2026-01-02T03:00:00Z' }"),
      'without pods': exampleWorkload(scanner).replace('spec:', 'spec:\n  replicas: 0'),
    },
    unknown: {
      'nothing known in it': exampleCluster(),
      'a pod that nobody makes anew': `
apiVersion: v1
kind: Pod
metadata: { name: once, namespace: kube-system, labels: { kubernetes.io/cluster-service: "true" } }
spec: { containers: [{ name: scan, image: docker.io/cyberark/kubiscan:1.6 }] }
`,
    },
  }),
});
