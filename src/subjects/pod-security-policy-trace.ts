import { apiGroup, type LocalSubject, type LocalSubjectKind, type Path, type Resource } from '../core/index.ts';
import { flagsOf } from '../kube/control-plane-flags.ts';
import { recordOf, listOf } from '../kube/untyped.ts';
import { isApiServer, runsApiServer } from './api-server-container.ts';
import { containersIn } from './container.ts';

/** What may be left of Pod Security Policies: an object, a rule of a role that names them, or an API server that may run the plugin. */
export type PodSecurityPolicyTrace =
  | { readonly type: 'policy'; readonly name: string }
  | {
      readonly type: 'rule';
      readonly role: string;
      /** The rule is about nothing else. */
      readonly alone: boolean;
      /** Their place in the rule. */
      readonly resource: number;
    }
  | { readonly type: 'api server'; readonly plugin: Path | undefined };

const rbac = 'rbac.authorization.k8s.io';
const roleKinds: readonly string[] = [`ClusterRole.${rbac}`, `Role.${rbac}`];
const policyKinds: readonly string[] = ['PodSecurityPolicy.policy', 'PodSecurityPolicy.extensions'];

/** Paths of controls are relative to the policy, to the rule, or to the container of the API server. */
export const podSecurityPolicyTraces: LocalSubjectKind<PodSecurityPolicyTrace> = {
  scope: 'local',
  name: 'trace of Pod Security Policies',
  reads: { podTemplates: true, kinds: [...policyKinds, ...roleKinds] },
  example: 'objects',
  subjects(resource) {
    if (resource.podTemplates.length > 0) return resource.podTemplates.some(runsApiServer) ? ofServers(resource) : [];
    const kind = `${resource.ref.kind}.${apiGroup(resource.ref.apiVersion)}`;
    if (roleKinds.includes(kind)) return ofRole(resource);
    return policyKinds.includes(kind) ? [{ subject: { type: 'policy', name: resource.ref.name }, path: [] }] : [];
  },
};

function* ofRole({ ref, object }: Resource): Generator<LocalSubject<PodSecurityPolicyTrace>> {
  for (const [index, rule] of listOf(object['rules']).entries()) {
    const resources = listOf(recordOf(rule)['resources']);
    const resource = resources.indexOf('podsecuritypolicies');
    if (resource < 0) continue;
    const alone = resources.length === 1;
    yield { subject: { type: 'rule', role: ref.name, alone, resource }, path: ['rules', index] };
  }
}

function* ofServers({ podTemplates }: Resource): Generator<LocalSubject<PodSecurityPolicyTrace>> {
  for (const template of podTemplates) {
    for (const { container, at } of containersIn(template)) {
      if (!isApiServer(container)) continue;
      const plugin = flagsOf(container, ['enable-admission-plugins', 'admission-control']).find(({ value }) =>
        value.split(',').includes('PodSecurityPolicy'),
      )?.paths[0];
      yield { subject: { type: 'api server', plugin }, path: at, container: container.name ?? '' };
    }
  }
}
