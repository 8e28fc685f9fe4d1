import { z } from 'zod';
import type { CanReport, GrantsReport, LeastRoleReport, PermissionsReport, RightsDiffReport, WhoCanReport } from '../core/index.ts';
import type { Agrees } from './agrees.ts';

// The definitions of the JSON reports about rights, from which docs/rights.schema.json is made. Only tools and tests import
// it.

const count = z.int().min(0);
const file = z
  .string()
  .describe(
    'The file as the user named it; cluster/NAMESPACE/KIND.GROUP/NAME for an object of a cluster; absent for what Kubernetes itself brings',
  );
const line = z.int().min(1).describe('Counts from 1; absent in a cluster');
const place = { file: file.exactOptional(), line: line.exactOptional() };
const texts = z.array(z.string());

const subject = z.union([
  z.object({ kind: z.enum(['User', 'Group']), name: z.string() }),
  z.object({ kind: z.literal('ServiceAccount'), namespace: z.string(), name: z.string() }),
]);

const request = z.union([
  z.object({
    verb: z.string(),
    group: z.string().describe('Empty for the core group'),
    resource: z.string(),
    subresource: z.string().exactOptional(),
    name: z.string().exactOptional(),
    namespace: z.string().exactOptional().describe('Absent for what lives in none, and for all of them'),
  }),
  z.object({ verb: z.string(), url: z.string() }),
]);

const object = z.object({
  kind: z.string(),
  namespace: z.string().exactOptional().describe('Absent for what stands outside of namespaces; empty where nobody says which'),
  name: z.string(),
  ...place,
});

const ruleShape = { verbs: texts, apiGroups: texts, resources: texts, resourceNames: texts, nonResourceURLs: texts };

const chain = z
  .object({
    namespace: z.string().exactOptional().describe('Where the right holds; absent for everywhere, empty where nobody says which'),
    subject: subject.describe('As the binding names it: the one who was asked about, or a group'),
    binding: object,
    role: object,
    source: object.exactOptional().describe('The ClusterRole in which the rule stands, where the role aggregates it'),
    rule: z.object({ ...ruleShape, ...place }),
    bootstrap: z.literal(true).exactOptional().describe('Kubernetes itself, or kubeadm, makes this binding for this subject'),
  })
  .describe('How somebody comes by a right');

const skipped = z.object({ file: z.string(), line: z.int(), reason: z.string(), count: z.int().min(1) });
const unread = z.object({ file: z.string(), line: z.int(), reason: z.string() });

const inputShape = {
  schemaVersion: z.literal(1),
  tool: z.object({ name: z.literal('plimsoll'), version: z.string() }),
  source: z.string().describe('What was read, for a person'),
  kubernetesVersion: z.string().describe('The minor, for instance 1.35'),
  inputs: z.object({
    files: count,
    documents: count,
    skipped: z.array(skipped),
    unread: z.array(unread).describe('What should have been read and could not be'),
    unlisted: texts.describe('Kinds of a cluster that were not listed, or not to their end'),
  }),
};

const canDefinition = z
  .object({
    ...inputShape,
    command: z.literal('can'),
    subject,
    groups: texts.describe('Groups that were named, besides those that Kubernetes adds'),
    request,
    everywhere: z.boolean().describe('The objects live in namespaces, and all of them are asked about'),
    answer: z.enum(['yes', 'no', 'unknown']),
    because: z.string().exactOptional().describe('Why nobody can say, why RBAC is not asked, or why nothing comes near'),
    chains: z.array(chain).describe('Every way in which it is permitted'),
    namespaces: texts.describe('Asked for all namespaces: those where it is permitted'),
    misses: z
      .array(z.object({ chain, differs: z.enum(['namespace', 'name', 'verb', 'resource', 'group']), because: z.string() }))
      .describe('Where it is not: rules of the subject that miss it by one thing'),
  })
  .describe('plimsoll can');

const need = z
  .object({
    verb: z.string(),
    namespace: z.string().exactOptional(),
    group: z.string().exactOptional(),
    resource: z.string().exactOptional().describe('With its subresource'),
    url: z.string().exactOptional(),
    names: texts.describe('The objects that were asked for; empty for all of them'),
    count,
  })
  .describe('Requests that are alike but for their names');

const rule = z.object(ruleShape);

const leastRoleDefinition = z
  .object({
    schemaVersion: inputShape.schemaVersion,
    tool: inputShape.tool,
    command: z.literal('generate role'),
    subject,
    log: z.object({
      files: count,
      events: count,
      from: z.string().exactOptional().describe('When the first request of anybody came in, in ISO 8601'),
      to: z.string().exactOptional().describe('When the last one came in'),
      unread: z
        .array(z.object({ file: z.string(), line: z.int(), reason: z.string(), count: z.int().min(1) }))
        .describe('Lines that are no events; equal reasons in a file stand together, at the line of the first'),
    }),
    requests: z.object({
      allowed: count,
      denied: count,
      starred: count.describe('Asked for what is called *: no rule can permit only that'),
    }),
    objects: z.array(z.record(z.string(), z.unknown())).describe('For kubectl apply'),
    needs: z.array(need),
    forEverybody: z.array(need).describe('What Kubernetes permits everybody, and is not granted again'),
    denied: z.array(need).describe('What was refused, and is not granted'),
    remarks: texts.describe('What the log does not tell'),
    removable: z
      .array(
        z.object({
          chain,
          unused: z.array(rule).describe('What no request used'),
          wider: z
            .array(z.object({ granted: rule, used: z.array(rule) }))
            .describe('Parts with a star that requests used, and how: the star is wider than they'),
        }),
      )
      .exactOptional()
      .describe('What the subject has and did not use; absent where no roles and bindings were read'),
    inputs: inputShape.inputs.exactOptional(),
  })
  .describe('plimsoll generate role');

const holder = z.object({
  subject,
  namespace: z.string().exactOptional().describe('Absent for everywhere, empty where nobody says which'),
  chains: z.array(chain).describe('Every way by which they come by it there'),
});

const unknown = z.array(object).describe('Bindings whose role was not read');

const whoCanDefinition = z
  .object({
    ...inputShape,
    command: z.literal('who-can'),
    request,
    everywhere: z.boolean().describe('The objects live in namespaces, and all of them are asked about'),
    holders: z.array(holder).describe('Those everywhere first, then namespace by namespace'),
    unknown,
  })
  .describe('plimsoll who-can');

const permissionsDefinition = z
  .object({
    ...inputShape,
    command: z.literal('permissions'),
    subject,
    groups: texts.describe('Those that were named, and those that Kubernetes adds'),
    privileged: z.boolean().describe('Members of system:masters may do everything, whatever is bound'),
    chains: z.array(chain).describe('One for each rule, those everywhere first, then namespace by namespace'),
    unknown,
  })
  .describe('plimsoll permissions');

const grantsDefinition = z
  .object({
    ...inputShape,
    command: z.literal('grants'),
    rights: z
      .array(
        z.object({
          id: z.string(),
          title: z.string().describe('As after "may"'),
          why: z.string(),
          severity: z.enum(['critical', 'high', 'medium', 'low']).describe('Of who holds it everywhere'),
          codes: texts.describe('Entries of the guidance'),
          holders: z.array(holder),
        }),
      )
      .describe('The worst first; those that nobody holds are left out'),
    unknown,
  })
  .describe('plimsoll grants --dangerous');

const side = z.object({ source: inputShape.source, kubernetesVersion: inputShape.kubernetesVersion, inputs: inputShape.inputs });
const changed = z.array(z.object({ rule, chain: chain.describe('What gives it: afterwards, or before for what is lost') }));

const differenceDefinition = z
  .object({
    schemaVersion: inputShape.schemaVersion,
    tool: inputShape.tool,
    command: z.literal('rbac --diff'),
    before: side,
    after: side,
    changes: z
      .array(
        z.object({
          subject,
          namespace: z.string().exactOptional().describe('Absent for everywhere'),
          gained: changed,
          lost: changed,
        }),
      )
      .describe('Only subjects for whom something changes'),
  })
  .describe('plimsoll rbac --diff');

/** Only compiles while the definition and the type accept the same. */
const can: Agrees<z.infer<typeof canDefinition>, CanReport> extends true ? z.ZodType<CanReport> : never = canDefinition;

const leastRole: Agrees<z.infer<typeof leastRoleDefinition>, LeastRoleReport> extends true ? z.ZodType<LeastRoleReport> : never =
  leastRoleDefinition;
const whoCan: Agrees<z.infer<typeof whoCanDefinition>, WhoCanReport> extends true ? z.ZodType<WhoCanReport> : never = whoCanDefinition;
const permissions: Agrees<z.infer<typeof permissionsDefinition>, PermissionsReport> extends true ? z.ZodType<PermissionsReport> : never =
  permissionsDefinition;
const grants: Agrees<z.infer<typeof grantsDefinition>, GrantsReport> extends true ? z.ZodType<GrantsReport> : never = grantsDefinition;
const difference: Agrees<z.infer<typeof differenceDefinition>, RightsDiffReport> extends true ? z.ZodType<RightsDiffReport> : never =
  differenceDefinition;

/** The reports about rights, told apart by `command`. */
export const rightsDefinition: z.ZodType = z
  .union([can, whoCan, permissions, grants, difference, leastRole])
  .meta({ id: 'rights', title: 'Reports of plimsoll about rights' });
