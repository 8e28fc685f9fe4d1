import { z } from 'zod';
import type { ReachChange, ReachEndpoint, ReachExplanation, ReachPair } from '../../core/index.ts';
import type { Agrees } from '../agrees.ts';

// The definitions of the JSON of `plimsoll reach`, from which docs/reach.schema.json is made. Only tools and tests import it.

const texts = z.array(z.string());
const protocol = z.enum(['TCP', 'UDP', 'SCTP']);
const answer = z.enum(['allowed', 'denied', 'unknown']);

const endpoint = z.union([
  z.strictObject({ kind: z.string(), namespace: z.string(), name: z.string() }).describe('A workload'),
  z
    .strictObject({ cidr: z.string(), except: texts.exactOptional().describe('Blocks inside of it that policies tell apart from it') })
    .describe('Addresses outside of the cluster'),
  z.strictObject({ virtual: z.enum(['internet', 'node', 'api-server', 'ingress-controller', 'metadata']) }),
]);

const portsShape = {
  protocol,
  ports: z
    .string()
    .regex(/^\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*$/)
    .describe('Ports and ranges in ascending order, for instance 80-90,443'),
};
const ports = z.array(z.object(portsShape)).describe('By protocol; those that have none are left out');
const ends = { from: endpoint, to: endpoint };

const pair = z.object({
  ...ends,
  allowed: ports,
  denied: ports,
  unknown: z.array(z.object({ ...portsShape, because: z.string() })).describe('What was read does not tell'),
});

const place = {
  place: z
    .object({
      file: z.string().describe('The file as the user named it; cluster/NAMESPACE/KIND.GROUP/NAME for an object of a cluster'),
      line: z.int().exactOptional().describe('Counts from 1; absent in a cluster'),
      column: z.int().exactOptional(),
    })
    .exactOptional(),
};
const named = { kind: z.string(), namespace: z.string().exactOptional().describe('Absent for what stands in none'), name: z.string() };

const rule = z.object({
  ...place,
  index: z.int().min(0).describe('Where it stands in its list, from 0'),
  action: z.enum(['Accept', 'Deny', 'Pass']),
  matches: z.enum(['yes', 'perhaps', 'no']),
  misses: z
    .array(z.object({ what: z.enum(['namespace', 'labels', 'address', 'port', 'protocol']), ...place, says: z.string() }))
    .describe('What keeps it from matching, for the peer and the port that come nearest'),
});

const layer = z.object({
  layer: z.enum(['always', 'entrance', 'unread', 'admin', 'network-policy', 'baseline']),
  direction: z.enum(['egress', 'ingress']).exactOptional().describe('Whose policies: egress those of the sender'),
  answer: z.enum(['allowed', 'denied', 'unknown', 'passed']).describe('passed: left to the next layer'),
  says: z.string(),
  policies: z.array(z.object({ ...named, ...place, rules: z.array(rule) })),
});

const edit = z.object({
  op: z.enum(['set', 'append', 'remove']),
  path: z.string().describe('From the root of the object'),
  value: z.unknown().describe('Absent where something is removed'),
});

const explanation = z.object({
  ...ends,
  protocol,
  port: z.int().min(1).max(65535),
  answer,
  because: texts.describe('What would have to be known, where nobody knows'),
  layers: z.array(layer).describe('In the order in which they are asked'),
  changes: z
    .array(
      z.object({
        ...named,
        ...place,
        says: z.string(),
        edits: z.array(edit),
        creates: z.record(z.string(), z.unknown()).exactOptional().describe('The whole object, where there is none yet'),
      }),
    )
    .describe('The smallest change of policies that turns the answer round, all of it together'),
});

const change = z.object({
  ...ends,
  opened: ports.describe('Denied before, allowed now'),
  closed: ports.describe('Allowed before, denied now'),
  mayOpen: ports.describe('Denied before and unknown now, or unknown before and allowed now'),
  mayClose: ports.describe('Allowed before and unknown now, or unknown before and denied now'),
});

/** An end without the `type` that tells ends apart in memory. */
type EndJson<End> = End extends { readonly type: 'virtual'; readonly name: infer Name }
  ? { readonly virtual: Name }
  : End extends ReachEndpoint
    ? Omit<End, 'type'>
    : never;
type Ends<Item> = Omit<Item, 'from' | 'to'> & { readonly from: EndJson<ReachEndpoint>; readonly to: EndJson<ReachEndpoint> };
type Flat<Item> = { readonly [Key in keyof Item]: Item[Key] };
/** Layers and changes have places for their anchors. */
type WithoutAnchors = Flat<Omit<Ends<ReachExplanation>, 'layers' | 'changes'>>;

/** Only compile while the definitions and the types accept the same. */
const pairs: Agrees<z.infer<typeof pair>, Flat<Ends<ReachPair>>> extends true ? typeof pair : never = pair;
const changes: Agrees<z.infer<typeof change>, Flat<Ends<ReachChange>>> extends true ? typeof change : never = change;
const explanations: Agrees<Omit<z.infer<typeof explanation>, 'layers' | 'changes'>, WithoutAnchors> extends true
  ? typeof explanation
  : never = explanation;

/** What `plimsoll reach` prints, told apart by its first key. */
export const reachDefinition: z.ZodType = z
  .union([
    z.object({ pairs: z.array(pairs) }).describe('plimsoll reach'),
    z.object({ explanations: z.array(explanations) }).describe('plimsoll reach --explain'),
    z
      .object({
        changes: z.array(changes).describe('Only pairs of which something changes'),
        added: z.array(endpoint).describe('Only there afterwards: their pairs are not among the changes'),
        removed: z.array(endpoint).describe('Only there before'),
      })
      .describe('plimsoll reach --diff'),
  ])
  .meta({ id: 'reach', title: 'What plimsoll reach prints as JSON' });
