import type { Anchor, GeneratedNamespace, PlacedRemark, PolicyGeneration } from '../core/index.ts';
import { blockContains } from '../kube/ip-block.ts';
import { evidenceFacts, evidenceKinds, type EvidenceFact, type WorkloadFact } from '../kube/traffic/evidence-facts.ts';
import { evidencedConnections, type Unresolved } from '../kube/traffic/evidenced-connections.ts';
import { generatePolicies, type GeneratedPolicy, type Remark } from '../kube/traffic/generated-policies.ts';
import { networkFact, networkKinds, type NetworkFact } from '../kube/network/index.ts';
import { OptionError } from '../options/option-error.ts';
import type { Inventory, InventoryKinds, Seen } from './inventory.ts';
import { checkPolicies } from './network-policies-check.ts';
import { namespaceYaml } from './network-policies-yaml.ts';

/** What no manifest says. */
export interface NetworkPolicyOptions {
  /** Addresses or blocks of the API server. */
  readonly apiServer?: readonly string[];
  /** Addresses or blocks of the nodes. */
  readonly nodes?: readonly string[];
  /** Also for the namespaces of the system. */
  readonly system?: boolean;
  /** Namespaces of the system besides those of Kubernetes itself. */
  readonly systemNamespaces?: readonly string[];
  /** A cluster is asked for no Secret. */
  readonly live?: boolean;
  /** Ask the reachability engine what the policies do. */
  readonly check?: boolean;
}

/** The policies of a namespace as the text of a file. */
export interface PolicyFile {
  readonly namespace: string | undefined;
  readonly text: string;
}

export interface GeneratedNetworkPolicies {
  /** One for each namespace that lacks a policy. */
  readonly files: readonly PolicyFile[];
  readonly review: PolicyGeneration;
}

/** Takes objects one by one, then writes the policies that they give evidence for. */
export interface PolicyGenerator {
  readonly kinds: InventoryKinds;
  readonly visit: (seen: Seen) => void;
  /** `recorded`: what was read is a snapshot, which holds no values. */
  finish(inventory: Pick<Inventory, 'fileOf' | 'live'>, how?: { readonly recorded: boolean }): GeneratedNetworkPolicies;
}

/** @throws OptionError for what is no address and no block. */
export function startPolicyGenerator({
  apiServer = [],
  nodes = [],
  system = false,
  systemNamespaces = [],
  live = false,
  check = false,
}: NetworkPolicyOptions): PolicyGenerator {
  const options = { apiServer: blocksOf('--api-server', apiServer), nodes: blocksOf('--nodes', nodes), system, systemNamespaces };
  const facts: EvidenceFact[] = [];
  const network: NetworkFact[] = [];
  const kinds = new Set([...evidenceKinds, ...(live ? [] : ['Secret']), ...(check ? networkKinds : [])]);
  return {
    kinds: { podTemplates: true, kinds: [...kinds] },
    visit({ resource, anchor, namespace }) {
      const fact = check ? networkFact(resource, anchor, namespace) : undefined;
      if (fact !== undefined) network.push(fact);
      for (const each of evidenceFacts(resource, anchor, namespace)) facts.push(each);
    },
    finish(inventory, how) {
      const evidence = evidencedConnections(facts);
      const { namespaces, remarks } = generatePolicies(evidence, options);
      const place = placesOf(inventory);
      const filled = namespaces.filter(({ policies }) => policies.length > 0);
      const files = filled.map(({ name, policies }) => ({ namespace: name, text: namespaceYaml(name, policies, ({ at }) => place(at)) }));
      const review: PolicyGeneration = {
        namespaces: filled.map(({ name, policies }) => counted(name, policies)),
        evidenced: evidence.connections.length,
        cut: evidence.cut,
        remarks: [
          ...(how?.recorded === true ? [recorded] : []),
          ...evidence.unresolved.map((each) => unresolvedRemark(each, place)),
          ...remarks.map((remark) => remarkText(remark, place)),
        ],
        ...(check
          ? {
              check: checkPolicies({
                evidence,
                facts,
                network,
                texts: files.map(({ text }) => text),
                place: ({ at }) => place(at),
                told: options,
              }),
            }
          : {}),
      };
      return { files, review };
    },
  };
}

function blocksOf(option: string, values: readonly string[]): string[] {
  return values
    .flatMap((value) => value.split(','))
    .map((text) => {
      const [address = ''] = text.split('/');
      const block = text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`;
      if (blockContains(block, address) !== true)
        throw new OptionError([
          `${option} ${text}: this is no address and no block of addresses`,
          `write ${option} 10.0.0.1 or ${option} 10.0.0.0/24`,
        ]);
      return block;
    });
}

/** In a cluster an object has no lines. */
function placesOf({ fileOf, live }: Pick<Inventory, 'fileOf' | 'live'>): (at: Anchor) => string {
  return (at) => (live ? fileOf(at) : `${fileOf(at)}:${at.location.line}`);
}

function counted(name: string | undefined, policies: readonly GeneratedPolicy[]): GeneratedNamespace {
  const allows = policies.reduce((sum, { ingress = [], egress = [] }) => sum + ingress.length + egress.length, 0);
  return { name, policies: policies.length, allows };
}

const reasons: Readonly<Record<Unresolved['because'], string>> = {
  outside: 'it is outside of the cluster: a policy knows addresses alone, not names',
  'no service': 'no such Service was read',
  'no port': 'the Service has no such port',
  'no pods': 'the Service selects no pods: its addresses are written by somebody else',
  'external name': 'the Service is another name for a host outside of the cluster',
};

type Place = (at: Anchor) => string;

function unresolvedRemark({ at, text, host, because }: Unresolved, place: Place): PlacedRemark {
  const named = text.includes(host) ? text : `${text}: ${host}`;
  return { about: 'missing', place: place(at), text: `${named}, and gets no rule: ${reasons[because]}` };
}

function titleOf({ kind, name }: WorkloadFact): string {
  return `${kind} "${name}"`;
}

const recorded: PlacedRemark = {
  about: 'missing',
  text: 'what variables and ConfigMaps name: a snapshot holds none of their values (read the manifests, or the cluster)',
};

function workloads(count: number): string {
  return `${count} ${count === 1 ? 'workload' : 'workloads'}`;
}

function remarkText(remark: Remark, place: Place): PlacedRemark {
  switch (remark.type) {
    case 'unselectable':
      return {
        about: remark.connects ? 'missing' : 'note',
        place: place(remark.workload.at),
        text: `pods of ${titleOf(remark.workload)} have no labels to select them by: they are denied everything but DNS`,
      };
    case 'host network':
      return {
        about: 'note',
        place: place(remark.workload.at),
        text: `pods of ${titleOf(remark.workload)} use the network of their node, where policies have no defined effect`,
      };
    case 'cancelled':
      return {
        about: 'open',
        place: place(remark.policy.at),
        text: `NetworkPolicy "${remark.policy.name}" lets all ${remark.direction} through, so nothing is denied by default there`,
      };
    case 'system':
      return { about: 'note', text: `namespace "${remark.namespace}" is the system's own and was left alone (--system includes it)` };
    case 'unnamed': {
      const [first] = remark.connection.evidence;
      return {
        about: 'missing',
        ...(first === undefined ? {} : { place: place(first.at) }),
        text: `${first?.text ?? 'a connection'}: one end has no namespace or no labels to name it by (--namespace names the former)`,
      };
    }
    case 'assumed':
      break;
  }
  const whose = remark.what === 'api-server' ? 'the address of the API server is' : 'the addresses of the nodes are';
  return {
    about: 'open',
    text: `${whose} not known: rules for ${workloads(remark.workloads)} name all private ranges (--${remark.what} narrows that)`,
  };
}
