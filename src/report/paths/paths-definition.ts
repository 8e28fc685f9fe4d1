import { z } from 'zod';
import type { PathsReport, PlanReport } from '../../core/index.ts';
import type { Agrees } from '../agrees.ts';
import type { PathsJson } from './paths-json.ts';

// The definitions of the JSON reports about attack paths, from which docs/paths.schema.json is made. Only tools and tests
// import it.

const count = z.int().min(0);
const file = z
  .string()
  .describe(
    'The file as the user named it; cluster/NAMESPACE/KIND.GROUP/NAME for an object of a cluster; absent for what Kubernetes itself does',
  );
const line = z.int().min(1).describe('Counts from 1; absent in a cluster');
const texts = z.array(z.string());

const place = z.object({
  type: z
    .string()
    .describe(
      'internet, workload, account, user, group, namespace, node, every-node, control-plane, cluster-admin, secrets or cloud-credentials',
    ),
  kind: z.string().exactOptional().describe('Of a workload'),
  namespace: z.string().exactOptional(),
  name: z.string().exactOptional(),
  title: z.string().describe('For a person'),
});

const evidence = z.object({ what: z.string(), file: file.exactOptional(), line: line.exactOptional() });

const step = z.object({
  from: place,
  to: place,
  technique: z.string().describe('Its id, for instance mounted-token'),
  does: z.string().describe('What the attacker does'),
  unknown: texts.describe('What it depends on that was not read'),
  evidence: z.array(evidence).describe('What shows that it can be taken'),
  otherWays: count.describe('Other ways from the one place to the other, of which each would do; counted up to 99'),
  attack: texts.describe('MITRE ATT&CK techniques'),
  documents: texts.describe('Titles of public documents'),
  brokenBy: texts.describe('What breaks it, as orders; other ways may remain'),
});

const path = z.object({ certain: z.boolean().describe('No step depends on what was not read'), steps: z.array(step) });

const head = {
  schemaVersion: z.literal(1),
  tool: z.object({ name: z.literal('plimsoll'), version: z.string() }),
  source: z.string().describe('What was read, for a person'),
  kubernetesVersion: z.string().describe('The minor, for instance 1.35'),
  from: z.array(place),
  size: z.object({ places: count, steps: count }).describe('Of the whole graph'),
};

const pathsDefinition = z
  .object({
    ...head,
    command: z.literal('paths'),
    goals: z.array(
      z.object({
        goal: place,
        paths: z.array(path).describe('Shortest first, those that are certain before the others; as many as were asked for'),
        certain: count.describe('Paths in which nothing depends on what was not read'),
        possible: count.describe('Paths with a step that depends on what was not read'),
        more: z.boolean().describe('There are more than were counted'),
        entries: count.describe('Entries from which a certain path leads there'),
      }),
    ),
  })
  .describe('plimsoll paths');

const change = z.object({
  what: z.string(),
  object: z.string().describe('For instance Deployment shop/web'),
  file: file.exactOptional(),
  line: line.exactOptional(),
  kind: z.string(),
  control: z.string().exactOptional().describe('The control whose fix does it'),
  risk: z.enum(['safe', 'review', 'shown']),
  cost: z.number(),
  breaks: z.string().describe('What may break'),
  paths: count.describe('Of the paths of the proof, how many it breaks that those before it did not'),
});

const planDefinition = z
  .object({
    ...head,
    command: z.literal('plan'),
    goals: z.array(place),
    state: z
      .enum(['none', 'planned', 'impossible'])
      .describe('none: there is nothing to break; impossible: a path remains that no known change breaks'),
    changes: z.array(change).describe('In the order to do them in'),
    proof: z.object({
      paths: count.describe('Paths that were looked at: each of them needs one of the changes that break it'),
      proven: z.boolean().describe('No other choice is better, by what was preferred'),
      fewest: count.describe('No plan has fewer changes'),
      cost: z.number().describe('Of the changes together: their costs, each multiplied by its risk'),
      leastCost: z.number().describe('No plan of what was preferred costs less'),
      left: count.describe('Whether the graph of the input with the changes has a path left'),
    }),
    possible: z.boolean().describe('Paths that depend on what was not read were broken too'),
    unbreakable: path.exactOptional().describe('Where it is impossible'),
  })
  .describe('plimsoll plan');

/** Only compiles while the definition and the type accept the same. */
const paths: Agrees<z.infer<typeof pathsDefinition>, PathsJson<PathsReport>> extends true ? z.ZodType<PathsJson<PathsReport>> : never =
  pathsDefinition;
const plan: Agrees<z.infer<typeof planDefinition>, PathsJson<PlanReport>> extends true ? z.ZodType<PathsJson<PlanReport>> : never =
  planDefinition;

/** The reports about attack paths, told apart by `command`. */
export const pathsDefinitions: z.ZodType = z.union([paths, plan]).meta({ id: 'paths', title: 'Reports of plimsoll about attack paths' });
