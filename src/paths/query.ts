import type { AttackGraph } from './attack-graph.ts';
import type { State } from './states.ts';

/** What the user means by `--from` or `--to`. */
export type Ends =
  | { readonly type: 'found'; readonly states: readonly State[] }
  /** A word or a name that nothing has; `known` are those that could have been meant. */
  | { readonly type: 'unknown'; readonly what: string; readonly known: readonly string[] };

const entryForms = ['internet', 'NAMESPACE/WORKLOAD', 'ns:NAME', 'sa:NAMESPACE/NAME', 'user:NAME', 'group:NAME'];

/** Where an attacker begins. A user whom no role is given to is nobody that the input knows, and begins somewhere all the same. */
export function entriesOf(graph: AttackGraph, text: string): Ends {
  if (text === 'internet') return { type: 'found', states: [{ type: 'internet' }] };
  const colon = text.indexOf(':');
  const [prefix, rest] = colon === -1 ? ['', text] : [text.slice(0, colon), text.slice(colon + 1)];
  const workloads = graph.states.filter((state) => state.type === 'workload');
  switch (prefix) {
    case 'user':
      // Named as RBAC names it, an account is one.
      if (rest.startsWith('system:serviceaccount:'))
        return entriesOf(graph, `sa:${rest.slice('system:serviceaccount:'.length).replace(':', '/')}`);
      return { type: 'found', states: [{ type: 'user', name: rest }] };
    case 'group':
      return { type: 'found', states: [{ type: 'group', name: rest }] };
    case 'ns': {
      const states = workloads.filter(({ namespace }) => namespace === rest);
      return states.length > 0
        ? { type: 'found', states }
        : missing(
            `a workload in namespace "${rest}"`,
            workloads.map(({ namespace }) => `ns:${namespace}`),
          );
    }
    case 'sa': {
      const [namespace = '', name = ''] = rest.split('/');
      const state: State = { type: 'account', namespace, name };
      if (graph.numberOf(state) !== undefined) return { type: 'found', states: [state] };
      const accounts = graph.states.flatMap((each) => (each.type === 'account' ? [`sa:${each.namespace}/${each.name}`] : []));
      return missing(`a ServiceAccount "${rest}"`, accounts);
    }
    case '': {
      const parts = rest.split('/');
      const [namespace, name] = [parts[0], parts.at(-1)];
      const kind = parts.length === 3 ? parts[1] : undefined;
      const states = workloads.filter(
        (each) =>
          each.namespace === namespace && each.name === name && (kind === undefined || each.kind.toLowerCase() === kind.toLowerCase()),
      );
      if (states.length > 0 && parts.length > 1) return { type: 'found', states };
      return parts.length > 1
        ? missing(
            `a workload "${rest}"`,
            workloads.map((each) => `${each.namespace}/${each.name}`),
          )
        : missing(`"${text}" as a beginning`, entryForms);
    }
    default:
      return missing(`"${prefix}:" as a beginning`, entryForms);
  }
}

export const goalWords: readonly string[] = ['cluster-admin', 'secrets', 'node', 'cloud-credentials'];

export function goalOf(graph: AttackGraph, text: string): Ends {
  if (goalWords.includes(text))
    return { type: 'found', states: [{ type: text as 'cluster-admin' | 'secrets' | 'node' | 'cloud-credentials' }] };
  if (!text.startsWith('namespace:')) return missing(`"${text}" as a goal`, [...goalWords, 'namespace:NAME']);
  const name = text.slice('namespace:'.length);
  if (graph.namespaces.includes(name)) return { type: 'found', states: [{ type: 'namespace', name }] };
  return missing(
    `a namespace "${name}"`,
    graph.namespaces.map((each) => `namespace:${each}`),
  );
}

function missing(what: string, known: readonly string[]): Ends {
  return { type: 'unknown', what, known: [...new Set(known)] };
}
