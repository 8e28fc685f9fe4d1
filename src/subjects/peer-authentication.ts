import { apiGroup, type LocalSubjectKind } from '../core/index.ts';
import { recordOf, textOf } from '../kube/untyped.ts';

/** Whether a part of Istio's mesh takes plaintext. */
export interface PeerAuthentication {
  readonly name: string;
  readonly mtls: string | undefined;
  /** `spec.portLevelMtls` as it stands. */
  readonly ports: Readonly<Record<string, unknown>>;
}

/** Paths of controls are relative to the object. */
export const peerAuthentications: LocalSubjectKind<PeerAuthentication> = {
  scope: 'local',
  name: 'peer authentication of a service mesh',
  reads: { podTemplates: false, kinds: ['PeerAuthentication.security.istio.io'] },
  example: 'objects',
  subjects({ ref, object }) {
    if (ref.kind !== 'PeerAuthentication' || apiGroup(ref.apiVersion) !== 'security.istio.io') return [];
    const spec = recordOf(object['spec']);
    const mtls = textOf(recordOf(spec['mtls'])['mode']);
    return [{ subject: { name: ref.name.slice(0, 40), mtls, ports: recordOf(spec['portLevelMtls']) }, path: [] }];
  },
};
