import type { LocalSubjectKind } from '../core/index.ts';
import { admissionSettingsKinds, readAdmissionSettings, type AdmissionSettingsInFile } from '../kube/pod-security/index.ts';

/** A file that configures Pod Security admission. Paths of controls are relative to the settings. */
export const admissionSettings: LocalSubjectKind<AdmissionSettingsInFile> = {
  scope: 'local',
  name: 'configuration of Pod Security admission',
  reads: { podTemplates: false, kinds: admissionSettingsKinds },
  example: 'objects',
  subjects({ ref, object }) {
    const settings = readAdmissionSettings(ref, object);
    return settings === undefined ? [] : [{ subject: settings, path: settings.path }];
  },
};

/** The configuration of the API server with these settings of Pod Security (`defaults: { … }`), for examples. */
export function exampleAdmissionConfiguration(settings: string): string {
  return `
apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
  - name: PodSecurity
    configuration:
      apiVersion: pod-security.admission.config.k8s.io/v1
      kind: PodSecurityConfiguration
      ${settings}
`;
}
