import type { LocalSubjectKind } from '../core/index.ts';
import { isKubeletConfiguration, kubeletConfigurationKind, type KubeletConfiguration } from '../kube/kubelet-configuration.ts';
import { recordOf } from '../kube/untyped.ts';

/** A configuration file of kubelets. Paths of controls are relative to it. */
export const kubeletConfigurations: LocalSubjectKind<KubeletConfiguration> = {
  scope: 'local',
  name: 'configuration of kubelets',
  reads: { podTemplates: false, kinds: [kubeletConfigurationKind] },
  example: 'objects',
  subjects({ ref, object }) {
    if (!isKubeletConfiguration(ref)) return [];
    // No decoder has seen the fields of this kind.
    const authentication = recordOf(object['authentication']);
    const parts = ['anonymous', 'webhook', 'x509'].map((name) => [name, recordOf(authentication[name])]);
    const subject = { ...object, authentication: Object.fromEntries(parts) as object, authorization: recordOf(object['authorization']) };
    return [{ subject, path: [] }];
  },
};

/** A configuration that passes every control, with other values for some of its fields: `null` leaves one out. */
export function exampleKubelet(fields: Readonly<Record<string, unknown>> = {}): string {
  const hardened = {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: { anonymous: { enabled: false }, webhook: { enabled: true }, x509: { clientCAFile: '/etc/kubernetes/pki/ca.crt' } },
    authorization: { mode: 'Webhook' },
    podPidsLimit: 4096,
    systemReserved: { cpu: '200m', memory: '512Mi', pid: '1000', 'ephemeral-storage': '1Gi' },
    protectKernelDefaults: true,
    rotateCertificates: true,
    serverTLSBootstrap: true,
  };
  const all = Object.entries({ ...hardened, ...fields }).filter(([, value]) => value !== null);
  return JSON.stringify(Object.fromEntries(all));
}
