/** Where an attacker may stand: a node of the attack graph. */
export type State =
  | { readonly type: 'internet' }
  /** Running code in its pods. */
  | { readonly type: 'workload'; readonly kind: string; readonly namespace: string; readonly name: string }
  | { readonly type: 'account'; readonly namespace: string; readonly name: string }
  | { readonly type: 'user'; readonly name: string }
  | { readonly type: 'group'; readonly name: string }
  /** Making pods in it. */
  | { readonly type: 'namespace'; readonly name: string }
  /** Root on some node; on one of its choice; on one of the control plane. */
  | { readonly type: 'node' }
  | { readonly type: 'every-node' }
  | { readonly type: 'control-plane' }
  | { readonly type: 'cluster-admin' }
  /** Reading all of them. */
  | { readonly type: 'secrets' }
  | { readonly type: 'cloud-credentials' }
  /** What stands between two of the above, and is no place by itself: a right, all pods of a namespace. */
  | { readonly type: 'between'; readonly key: string };

/** The same for equal states, and for no others: no name of Kubernetes has a blank. */
export function stateKey(state: State): string {
  switch (state.type) {
    case 'workload':
      return `workload ${state.kind} ${state.namespace} ${state.name}`;
    case 'account':
      return `account ${state.namespace} ${state.name}`;
    case 'user':
    case 'group':
    case 'namespace':
      return `${state.type} ${state.name}`;
    case 'between':
      return `between ${state.key}`;
    case 'internet':
    case 'node':
    case 'every-node':
    case 'control-plane':
    case 'cluster-admin':
    case 'secrets':
    case 'cloud-credentials':
      return state.type;
  }
  return state;
}

/** For a person: `Deployment shop/web`. */
export function stateTitle(state: State): string {
  switch (state.type) {
    case 'internet':
      return 'the internet';
    case 'workload':
      return `${state.kind} ${state.namespace}/${state.name}`;
    case 'account':
      return `ServiceAccount ${state.namespace}/${state.name}`;
    case 'user':
      return `user ${state.name}`;
    case 'group':
      return `group ${state.name}`;
    case 'namespace':
      return `namespace ${state.name}`;
    case 'node':
      return 'a node';
    case 'every-node':
      return 'every node';
    case 'control-plane':
      return 'a node of the control plane';
    case 'cluster-admin':
      return 'cluster-admin';
    case 'secrets':
      return 'all Secrets';
    case 'cloud-credentials':
      return 'cloud credentials';
    case 'between':
      return state.key;
  }
  return state;
}
