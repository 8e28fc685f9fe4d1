import { apiGroup, type ResourceRef } from '../core/index.ts';

/**
 * The fields of a kubelet's configuration file that rules read, as they are written. Source: k8s.io/kubelet v0.37,
 * config/v1beta1; what a file leaves out has the defaults of files, which differ from those of flags.
 */
export interface KubeletConfiguration {
  readonly authentication?: {
    readonly anonymous?: { readonly enabled?: unknown };
    readonly webhook?: { readonly enabled?: unknown };
    readonly x509?: { readonly clientCAFile?: unknown };
  };
  readonly authorization?: { readonly mode?: unknown };
  readonly readOnlyPort?: unknown;
  readonly podPidsLimit?: unknown;
  readonly systemReserved?: unknown;
  readonly kubeReserved?: unknown;
  readonly reservedSystemCPUs?: unknown;
  readonly evictionHard?: unknown;
  readonly mergeDefaultEvictionSettings?: unknown;
  readonly enforceNodeAllocatable?: unknown;
  readonly protectKernelDefaults?: unknown;
  readonly makeIPTablesUtilChains?: unknown;
  readonly eventRecordQPS?: unknown;
  readonly enableSystemLogQuery?: unknown;
  readonly rotateCertificates?: unknown;
  readonly serverTLSBootstrap?: unknown;
  readonly tlsCertFile?: unknown;
  readonly tlsMinVersion?: unknown;
  readonly tlsCipherSuites?: unknown;
}

export const kubeletConfigurationKind = 'KubeletConfiguration.kubelet.config.k8s.io';

export function isKubeletConfiguration({ apiVersion, kind }: Pick<ResourceRef, 'apiVersion' | 'kind'>): boolean {
  return kind === 'KubeletConfiguration' && apiGroup(apiVersion) === 'kubelet.config.k8s.io';
}
