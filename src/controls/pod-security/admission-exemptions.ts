import { defineControl, failAt, passSoFar, strings, type AnyControl, type Place } from '../../core/index.ts';
import { systemNamespaces } from '../../kube/system-workloads.ts';
import { admissionSettings, exampleAdmissionConfiguration } from '../../subjects/admission-settings.ts';

/** Whoever makes the pods of workloads: exempt, everybody who may make a workload is. */
const maker = /^system:(?:serviceaccount:kube-system:[a-z-]+-controller|kube-controller-manager)$/;

export const admissionExemptions: AnyControl = defineControl({
  id: 'pod-security/admission-exemptions',
  decides: ['ENF-04'],
  title: 'The API server exempts nobody from Pod Security admission who is not meant to be',
  why: 'An exemption beats every label: the pods of an exempt namespace, user or runtime class are not looked at, and no object of the API shows it.',
  severity: 'medium',
  also: { attack: ['T1562.001'] },
  subject: admissionSettings,
  params: {
    namespaces: strings('Namespaces that may be exempt', systemNamespaces),
    usernames: strings('Users that may be exempt', []),
    runtimeClasses: strings('Runtime classes that may be exempt', []),
  },

  evaluate({ exempt }, { params }) {
    const places: Place[] = [];
    for (const [index, name] of exempt.usernames.entries()) {
      if (params.usernames.includes(name)) continue;
      const where = ['exemptions', 'usernames', index];
      if (maker.test(name))
        places.push({ where, message: `user "${name}" is exempt, and with it the pods of workloads`, severity: 'high' });
      else places.push({ where, message: `user "${name}" is exempt from Pod Security admission: all of its pods are let in` });
    }
    for (const [index, name] of exempt.namespaces.entries())
      if (!params.namespaces.includes(name))
        places.push({
          where: ['exemptions', 'namespaces', index],
          message: `namespace "${name}" is exempt from Pod Security admission, whatever its labels say`,
        });
    for (const [index, name] of exempt.runtimeClasses.entries())
      if (!params.runtimeClasses.includes(name))
        places.push({
          where: ['exemptions', 'runtimeClasses', index],
          message: `runtime class "${name}" is exempt: whoever makes a pod can name it`,
        });
    return places.length > 0 ? failAt(places) : passSoFar(['node', 'cluster']);
  },

  remedy:
    'Take the entry off the list, and give what needs more a namespace of its own with a lower level; the API server reads the file when it starts.',

  alsoFails: ['pod-security/admission-defaults', 'pod-security/pod-security-admission'],

  examples: () => ({
    pass: {
      'the system alone': exampleAdmissionConfiguration('exemptions: { usernames: [], runtimeClasses: [], namespaces: [kube-system] }'),
    },
    fail: {
      'a namespace, a user and a runtime class': `
apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
  - name: EventRateLimit
    path: event-rate-limit.yaml
  - name: PodSecurity
    configuration:
      apiVersion: pod-security.admission.config.k8s.io/v1
      kind: PodSecurityConfiguration
      exemptions: { usernames: ['system:serviceaccount:ci:runner'], runtimeClasses: [kata], namespaces: [kube-system, shop] }
`,
      'the controllers that make the pods of Deployments': `
apiVersion: pod-security.admission.config.k8s.io/v1
kind: PodSecurityConfiguration
exemptions:
  usernames:
    - system:serviceaccount:kube-system:replicaset-controller
`,
    },
  }),
});
