import { z } from 'zod';
import type { AppliedFix, DiffReport, FixReport, FleetReport, Location, Report } from '../core/index.ts';
import type { DeepReadonly } from './agrees.ts';

// The definitions of the JSON reports, from which docs/*.schema.json are made. Only tools and tests import it: the
// command line never loads a schema library.

const severity = z.enum(['critical', 'high', 'medium', 'low']);
const count = z.int().min(0);
const evidence = z.enum(['manifest', 'cluster', 'node', 'events', 'image', 'cloud', 'person']);
const file = z
  .string()
  .describe(
    'The file as the user named it, with / between folders; <stdin> for standard input; cluster/NAMESPACE/KIND.GROUP/NAME for an object of a cluster',
  );
const line = z.int().min(1).describe('Counts from 1');
const column = z.int().min(1).describe('Counts from 1, in UTF-16 code units');

const resource = z
  .object({
    apiVersion: z.string(),
    kind: z.string(),
    namespace: z.string().exactOptional().describe('Absent where neither the object nor --namespace says one'),
    name: z.string(),
    owner: z
      .object({ apiVersion: z.string(), kind: z.string(), name: z.string() })
      .exactOptional()
      .describe('The object in the same namespace from whose template it was made, where it differs from that'),
  })
  .describe('What names an object');

const waiverShape = {
  from: z.enum(['policy-file', 'annotation', 'comment']),
  reason: z.string(),
  owner: z.string(),
  until: z.string().describe('The last day on which it holds, as YYYY-MM-DD'),
  ticket: z.string().exactOptional(),
  file,
  line,
};

const finding = z
  .object({
    control: z.string().describe('Id of the control: chapter/name'),
    codes: z.array(z.string()).describe('Codes of the recommendations that the control decides'),
    severity,
    verdict: z.enum(['fail', 'unknown', 'pass', 'not-applicable']).describe('pass and not-applicable are listed with --all only'),
    resource,
    container: z.string().exactOptional(),
    path: z.string().describe('The field, from the root of the object; it may be absent there'),
    file,
    line,
    column,
    endLine: line,
    endColumn: column.describe('Exclusive; counts from 1, in UTF-16 code units'),
    message: z.string(),
    setBy: z
      .object({ key: z.string(), file, line })
      .exactOptional()
      .describe(
        'The one key of the values of a chart, or the field of a patch, that decides the field; the file of the finding is then the template, or the base',
      ),
    fix: z
      .enum(['safe', 'review', 'shown'])
      .exactOptional()
      .describe(
        'How far a machine can repair it: safe keeps what the workload does, review may change it, shown needs a value from a person',
      ),
    waived: z
      .object(waiverShape)
      .exactOptional()
      .describe('Somebody answers for what fails until a day: it counts neither by severity nor for the exit code'),
    fingerprint: z.string().describe('Stays the same when lines move and files are reordered'),
  })
  .describe('One control on one subject, at one place');

const state = z.enum(['pass', 'fail', 'unknown', 'not-applicable']);

const ledgerRow = z
  .object({
    code: z.string(),
    title: z.string(),
    chapter: z.string().describe("The chapter's code: the letters of the recommendation's code"),
    origin: z.enum(['v1.0', 'v1.1', 'v1.2', 'derived']).describe('The edition of the guide that asks for it first'),
    state,
    subjects: z.object({ pass: count, fail: count, unknown: count, notApplicable: count }),
    needs: z.array(evidence).describe('Evidence that would settle or strengthen the row'),
    controls: z.array(z.string()).describe('Controls that decide it; empty where none of this version does'),
    waived: z
      .object({ findings: z.int().min(1), open: count })
      .exactOptional()
      .describe('How many of its failing findings are waived, and how many stay open; the state is fail all the same'),
    note: z.string().exactOptional().describe('Why the row is unknown although a control exists'),
  })
  .describe('One recommendation of the guidance; every report has one row for each');

/** What every report begins with. */
const preambleShape = {
  schemaVersion: z.literal(1),
  tool: z.object({ name: z.literal('plimsoll'), version: z.string() }),
  target: z.object({
    kubernetesVersion: z.string().describe('The minor that verdicts are made for, for instance 1.35'),
    assumed: z.boolean().describe('The user did not say which version'),
    profile: z.enum(['nsa', 'baseline', 'restricted']),
    partial: z.boolean().describe('The input is a part of the desired state: what is absent may exist elsewhere'),
    cluster: z
      .object({
        context: z.string().describe('The context of the kubeconfig'),
        version: z.string().describe('As the API server says it, for instance v1.37.1'),
        namespaces: z.array(z.string()).exactOptional().describe('The namespaces that were judged; absent for all of them'),
        snapshot: z
          .object({
            taken: z.string().describe('When its answers were recorded, in ISO 8601'),
            tool: z.string().describe('The version of plimsoll that recorded them'),
          })
          .exactOptional()
          .describe('A recording of its answers was judged; absent where the cluster itself was asked'),
      })
      .exactOptional()
      .describe('The cluster that was judged; absent for manifests'),
    assumptions: z.array(z.string()).describe('What the verdicts take for granted, one sentence each'),
  }),
  inputs: z.object({
    files: count,
    documents: count,
    resources: count,
    skipped: z.array(z.object({ file, line, reason: z.string(), count: z.int().min(1) })).describe('Not judged, and why that is in order'),
    unread: z.array(z.object({ file, line, reason: z.string() })).describe('Should have been judged and could not be'),
    excepted: z
      .array(z.object({ resource, file, line, reason: z.string() }))
      .describe('Objects of the system, not judged; --system judges them'),
    drifted: z
      .array(
        z.object({
          resource,
          file,
          line,
          count: z.int().min(1).describe('Of this owner so many differ in this way; the first of them is judged'),
          differences: z
            .array(
              z.object({
                path: z
                  .string()
                  .describe('From the root of the object, list items by their names, for instance spec.containers[web].image'),
                change: z.enum(['added', 'removed', 'changed']),
              }),
            )
            .describe('Fields that differ from the template of the owner and that Kubernetes itself does not set'),
          more: z.int().min(1).exactOptional().describe('Differences that are not listed'),
        }),
      )
      .describe('What runs in a cluster otherwise than its owner says. Findings that the owner has too are told there'),
    staticPods: z
      .array(z.object({ resource, file, line, node: z.string() }))
      .describe('Static pods that were judged: only a file on their node changes them'),
  }),
};

const definition = z
  .object({
    ...preambleShape,
    merged: z
      .array(
        z.object({
          file: z.string().describe('The report, as the user named it'),
          tool: z.string().describe('The version of plimsoll that wrote it'),
          kubernetesVersion: z.string(),
          objects: count.describe('Objects that were read'),
          findings: count.describe('Findings that fail and are not waived'),
          unread: count,
        }),
      )
      .exactOptional()
      .describe('What it was made of by plimsoll merge'),
    baseline: z
      .object({
        file: z.string().describe('The baseline, as the user named it'),
        known: count.describe('Findings that fail and that the baseline knows; the ledger counts them, the summary does not'),
        gone: count.describe('Findings of the baseline that are certainly not there any more'),
      })
      .exactOptional()
      .describe('Only where --baseline was given: findings that it knows are not listed'),
    changedSince: z
      .object({
        revision: z.string().describe('As the user named it'),
        commit: z.string().describe('The commit that was compared with: where the revision and what is checked out part'),
        unchanged: count.describe('Findings that fail, were there then and are not listed; the ledger counts them, the summary does not'),
        same: z.literal(true).exactOptional().describe('Every file is as it was then'),
      })
      .exactOptional()
      .describe('Only where --changed-since was given: what was there before and has not changed is not listed'),
    findings: z.array(finding),
    workloads: z
      .array(
        z.object({
          resource,
          file,
          line,
          podSecurityLevel: z.enum(['privileged', 'baseline', 'restricted']).describe('The strictest level that the pod template meets'),
          restrictedBy: z.array(z.string()).describe('Ids of the upstream checks that keep it from the next level'),
        }),
      )
      .describe('Every pod template that was judged'),
    ledger: z.array(ledgerRow),
    waivers: z
      .array(
        z.object({
          control: z.string().describe('What it names: a control id, a code, a chapter, a glob'),
          state: z
            .enum(['active', 'unused', 'expired', 'idle'])
            .describe(
              'unused: there is nothing that it could waive; expired: its last day is over; idle: this run cannot tell whether it is needed',
            ),
          findings: count.describe('How many findings it waives; of one that is expired, how many it would'),
          ...waiverShape,
        }),
      )
      .exactOptional()
      .describe('In the order of files and lines; absent where there are none'),
    summary: z.object({
      bySeverity: z.object({ critical: count, high: count, medium: count, low: count }).describe('Findings that fail and are not waived'),
      byState: z.object({ pass: count, fail: count, unknown: count, 'not-applicable': count }).describe('Rows of the ledger'),
      waived: z.int().min(1).exactOptional().describe('Findings that fail and are waived; absent where there are none'),
    }),
  })
  .meta({ id: 'report', title: 'Report of plimsoll scan' });

// The only test that also tells an optional key from an absent one: assignability both ways lets both pass.
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Only compiles while the definition and the type say the same, down to what is optional. */
const agreeing: Same<DeepReadonly<z.infer<typeof definition>>, DeepReadonly<Report>> extends true ? z.ZodType<Report> : never = definition;

/** The report of `plimsoll scan --output json`; equal to the type Report of src/core/report.ts. */
export const reportDefinition: z.ZodType<Report> = agreeing;

const ofClusters = 'in the order of the clusters; null for one that could not be judged';
const memberShape = {
  name: z.string().describe('The context of the kubeconfig, or the file of a recording; no two of a fleet are equal'),
  alsoNamed: z
    .array(z.string())
    .exactOptional()
    .describe('Further contexts that lead to the same cluster as the same user: it was not judged again for them'),
};

const fleetDefinition = z
  .object({
    schemaVersion: z.literal(1),
    tool: z.object({ name: z.literal('plimsoll'), version: z.string() }),
    clusters: z.array(
      z.union([
        z.object({ ...memberShape, report: definition }).describe('A cluster that was judged'),
        z
          .object({ ...memberShape, failure: z.array(z.string()).describe('Why, and what may help: lines for a person') })
          .describe('A cluster that could not be judged'),
      ]),
    ),
    recommendations: z
      .array(
        z.object({
          code: z.string(),
          title: z.string(),
          chapter: z.string(),
          states: z.array(state.nullable()).describe(`One each, ${ofClusters}`),
          alike: z.boolean().describe('Every cluster that was judged has the same state'),
        }),
      )
      .describe('One row for each recommendation of the guidance; none where no cluster could be judged'),
    controls: z
      .array(
        z.object({
          control: z.string().describe('Id of the control: chapter/name'),
          codes: z.array(z.string()).describe('Codes of the recommendations that the control decides'),
          severity: severity.describe('Of its worst finding'),
          failing: z.array(count.nullable()).describe(`How many findings fail, ${ofClusters}`),
        }),
      )
      .describe('Controls that fail in some cluster, worst first, then by how often they fail'),
    summary: z.object({
      clusters: count,
      judged: count,
      bySeverity: z.object({ critical: count, high: count, medium: count, low: count }).describe('Findings that fail, of all clusters'),
      alike: count.describe('Recommendations whose state is the same in all clusters that were judged'),
      different: count,
    }),
  })
  .meta({ id: 'fleet-report', title: 'Report of plimsoll scan on several clusters' });

/** Only compiles while the definition and the type say the same, down to what is optional. */
const agreeingFleet: Same<DeepReadonly<z.infer<typeof fleetDefinition>>, DeepReadonly<FleetReport>> extends true
  ? z.ZodType<FleetReport>
  : never = fleetDefinition;

/** The report of several clusters by `plimsoll scan --output json`; equal to the type FleetReport of src/core/fleet-report.ts. */
export const fleetReportDefinition: z.ZodType<FleetReport> = agreeingFleet;

/** What a fix and a finding that stays say of the finding. */
const about = {
  control: z.string().describe('Id of the control: chapter/name'),
  codes: z.array(z.string()).describe('Codes of the recommendations that the control decides'),
  severity,
  resource,
  container: z.string().exactOptional(),
  path: z.string().describe('The field, from the root of the object; it may be absent there'),
  file,
  line: line.describe('In the file before the fixes; counts from 1'),
  message: z.string(),
  fingerprint: z.string().describe('That of the finding: stays the same when lines move and files are reordered'),
};

const safety = z.enum(['safe', 'review', 'shown']).describe('safe keeps what the workload does, review may change it');
const risk = z.string().describe('What may break, and how to prove that it does not');
const path = z.array(z.union([z.string(), z.number()])).describe('Map keys and list indexes, from the root of the object');

const edit = z.union([
  z.object({ op: z.literal('set'), path, value: z.unknown() }),
  z.object({ op: z.literal('append'), path, value: z.unknown() }),
  z.object({ op: z.literal('remove'), path }),
  z.object({ op: z.literal('rename'), path, to: z.string().describe('The new name of the key that the path names') }),
]);

const fixDefinition = z
  .object({
    ...preambleShape,
    files: z
      .array(
        z.object({
          file,
          isNew: z.boolean(),
          edits: z
            .array(z.object({ line, column, endLine: line, endColumn: column.describe('Exclusive'), text: z.string() }))
            .describe('Replacements in the text before, in its order, none overlapping'),
        }),
      )
      .describe('Files that are changed or made'),
    fixes: z.array(
      z.object({
        ...about,
        safety,
        risk,
        edits: z.array(edit).describe('Of the object; append adds to a list, unless an equal item is in it'),
        companions: z.array(z.record(z.string(), z.unknown())).describe('New objects'),
        companionFile: z.string().exactOptional().describe('The file that holds the companions'),
        recreates: z
          .array(z.string())
          .exactOptional()
          .describe('Fields that the API server refuses to change: the object must be deleted and made again'),
        conflicts: z
          .array(z.string())
          .exactOptional()
          .describe('Controls whose fix of this object, carried out before this one, would have led to another result'),
      }),
    ),
    declined: z
      .array(
        z.object({
          ...about,
          because: z
            .enum(['review', 'value', 'person', 'withdrawn', 'text', 'waived'])
            .describe(
              'review waits for --review, value for a value, person for a decision; withdrawn did not survive its verification; text: the file leaves no place; waived: somebody answers for it',
            ),
          reason: z.string(),
          needs: z.array(z.string()).exactOptional().describe('What --value takes'),
          safety: safety.exactOptional(),
          risk: risk.exactOptional(),
        }),
      )
      .describe('Findings that stay, and why'),
    summary: z.object({
      before: count.describe('Failing findings before'),
      after: count.describe('Failing findings after all fixes of this report'),
      fixes: count,
      declined: z.object({ review: count, value: count, person: count, withdrawn: count, text: count, waived: count }),
    }),
  })
  .meta({ id: 'fix-report', title: 'Report of plimsoll fix' });

/** The report as it is written: of the files their edits, of the fixes no place in the memory of the program. */
export type WrittenFixReport = Omit<FixReport, 'files' | 'objects' | 'fixes' | 'credentials'> & {
  readonly files: readonly {
    readonly file: string;
    readonly isNew: boolean;
    readonly edits: readonly (Location & { readonly text: string })[];
  }[];
  readonly fixes: readonly Omit<AppliedFix, 'object' | 'target'>[];
};

/** The report of `plimsoll fix --output json`. */
export const fixReportDefinition: z.ZodType<WrittenFixReport> = fixDefinition;

const bySeverity = z.object({ critical: count, high: count, medium: count, low: count });

const diffSide = z.object({
  name: z.string().describe('As the user named it'),
  kind: z
    .enum(['report', 'files', 'revision'])
    .describe('A report that was written earlier, files (or a snapshot) that were judged now, or those of a revision of git'),
  commit: z.string().exactOptional().describe('Of a revision'),
  tool: z.string().describe('The version of plimsoll that judged it'),
  kubernetesVersion: preambleShape.target.shape.kubernetesVersion,
  profile: preambleShape.target.shape.profile,
  cluster: preambleShape.target.shape.cluster,
  resources: count,
  unread: preambleShape.inputs.shape.unread,
});

const diffDefinition = z
  .object({
    schemaVersion: z.literal(1),
    tool: z.object({ name: z.literal('plimsoll'), version: z.string() }),
    before: diffSide,
    after: diffSide,
    notes: z.array(z.string()).describe('What makes the sides hard to compare, one sentence each'),
    new: z
      .array(z.object({ finding, was: severity.exactOptional().describe('It was one before, of this lower severity') }))
      .describe('What fails and did not'),
    fixed: z.array(finding).describe('What failed and does not any more, as it was'),
    moved: z
      .array(
        z.object({
          finding,
          from: z.object({ file, line, resource: resource.exactOptional().describe('The object, where it had another name') }),
        }),
      )
      .describe('The same finding on another line, in another file or of an object with another name'),
    unsettled: z
      .array(
        z.object({
          finding,
          because: z
            .enum(['unknown', 'waived', 'unread', 'not-judged'])
            .describe('Its verdict is unknown now, it is waived, it may stand in what could not be read, or its control did not judge'),
        }),
      )
      .describe('What failed, is not seen any more, and is not known to be fixed; as it was'),
    unchanged: z.array(finding),
    ledger: z
      .array(z.object({ code: z.string(), title: z.string(), before: state, after: state }))
      .describe('Recommendations whose state is another one'),
    summary: z.object({ new: bySeverity, fixed: bySeverity, moved: count, unsettled: count, unchanged: count }),
  })
  .meta({ id: 'diff-report', title: 'Report of plimsoll diff' });

/** Only compiles while the definition and the type say the same, down to what is optional. */
const agreeingDiff: Same<DeepReadonly<z.infer<typeof diffDefinition>>, DeepReadonly<DiffReport>> extends true
  ? z.ZodType<DiffReport>
  : never = diffDefinition;

/** The report of `plimsoll diff --output json`; equal to the type DiffReport of src/core/diff-report.ts. */
export const diffReportDefinition: z.ZodType<DiffReport> = agreeingDiff;
