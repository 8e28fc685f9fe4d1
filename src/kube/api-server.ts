import { isObserved, observedGroup, type ResourceRef } from '../core/index.ts';

/** What was seen of an API server from outside, as `status` of one resource that no cluster holds (core/resource.ts). */
export interface ObservedApiServer {
  /** As `/version` says it: `v1.37.1`, `v1.34.2-eks-3025e55`. */
  readonly version?: string;
  /**
   * When it was observed, in ISO 8601: by the clock of the API server, which is the one that the certificates and tokens of
   * the cluster go by, and which a recording of its answers keeps. Only where it sends no date, by the clock of the scan.
   */
  readonly time?: string;
  readonly endpoint?: ObservedEndpoint;
  /** What it serves besides the core group. */
  readonly apis?: readonly ServedApi[];
  /** Only where the user asks for it (`--probe-anonymous`): what the endpoint answers to GETs without credentials. */
  readonly anonymous?: readonly AnonymousAnswer[];
  /** What it answered to dry runs of new pods; only where somebody asked for them. */
  readonly enforcement?: ObservedEnforcement;
}

/** A resource of an API group; servers before Kubernetes 1.26 are only asked for their groups. */
export interface ServedApi {
  readonly group: string;
  /** `networkpolicies` */
  readonly resource?: string;
}

export interface AnonymousAnswer {
  readonly path: string;
  /** Of HTTP; absent where there was no answer. */
  readonly code?: number;
}

/** What the API server does with pods that break the rules, tried without storing any. */
export interface ObservedEnforcement {
  readonly trials: readonly ObservedTrial[];
  /** The trials are of everybody who may make pods by RBAC, controllers included. */
  readonly everybody?: true;
  /** Trials that were not made because there were too many. */
  readonly left?: number;
  /** What somebody without any role was told who asked for a new pod; absent where nobody may be impersonated. */
  readonly stranger?: 'not permitted' | 'permitted';
}

/** Of one user in one namespace. */
export interface ObservedTrial {
  readonly namespace: string;
  /** Who was impersonated: a user, or `group:NAME`; absent for whoever asked. */
  readonly as?: string;
  /** What became of a pod that breaks no rule: where it is not admitted, nothing is known of the others. */
  readonly sound: 'admitted' | 'not permitted' | 'unclear';
  /** Why that is unclear. */
  readonly reason?: string;
  /** By the names of kube/enforcement-probes.ts. */
  readonly admitted?: readonly string[];
  readonly refused?: readonly string[];
  /** The server could not decide: a webhook did not answer. */
  readonly undecided?: readonly string[];
  /** What a pod got that says nothing of its security; absent where such a pod is not admitted. */
  readonly defaults?: readonly string[];
  /** Checks of level restricted that the sound pod breaks after admission has changed it. */
  readonly weakened?: readonly string[];
}

/** The connection over which everything else was asked. */
export interface ObservedEndpoint {
  /** The name or address in the kubeconfig, without a port. */
  readonly host?: string;
  /** Absent where it was asked without TLS. */
  readonly tls?: ObservedTls;
}

export interface ObservedTls {
  /** As agreed by both sides: `TLSv1.3`. */
  readonly protocol?: string;
  readonly cipher?: string;
  /** Why its certificate is not trusted by what the kubeconfig says, where the kubeconfig asks not to look: `SELF_SIGNED_CERT_IN_CHAIN`. */
  readonly distrust?: string;
  readonly certificate?: ObservedCertificate;
}

export interface ObservedCertificate {
  readonly subject?: string;
  readonly issuer?: string;
  /** In ISO 8601. */
  readonly notBefore?: string;
  readonly notAfter?: string;
  /** Its alternative names: `DNS:kubernetes`, `IP Address:10.96.0.1`. */
  readonly names?: readonly string[];
  /** The host of the endpoint is among them, by the rules of RFC 6125. */
  readonly namesHost?: boolean;
  /** Its own key signed it. */
  readonly selfSigned?: boolean;
  readonly key?: ObservedKey;
}

export interface ObservedKey {
  /** `rsa`, `ec`, `ed25519`. */
  readonly type?: string;
  /** Of RSA. */
  readonly bits?: number;
  /** `prime256v1`. */
  readonly curve?: string;
}

export const observedApiVersion: string = `${observedGroup}/v1`;

/** As in `Reads`. */
export const observedApiServerKind: string = `APIServer.${observedGroup}`;

export function isObservedApiServer(ref: ResourceRef): boolean {
  return isObserved(ref) && ref.kind === 'APIServer';
}
