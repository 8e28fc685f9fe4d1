import type { AnyControl, FleetReport, Report } from '../../core/index.ts';

/** What a format is handed besides the report. */
export interface FormatOptions {
  /** The controls of this version, in their order: what a rule is called, why it matters, what to do. */
  readonly controls: readonly AnyControl[];
  /** In ISO 8601 and UTC, to the second: for formats that demand a time. No format asks a clock. */
  readonly time: string;
  /** Where the report is of several clusters by `fleetAsOne`, their names: findings of each can then be told from the others. */
  readonly clusters?: readonly string[];
}

/** A report in one format, in pieces, so that a report of any size is written without holding its text. */
export type Format = (report: Report, options: FormatOptions) => Iterable<string>;

/** The reports of several clusters in one text, in pieces. */
export type FleetFormat = (fleet: FleetReport, options: FormatOptions) => Iterable<string>;

export interface FormatEntry {
  /** As `--output` takes it. */
  readonly name: string;
  /** Who reads it, in a few words for help. */
  readonly about: string;
  /** What a file of it ends in, with the dot. */
  readonly extension: string;
  /** Loads the format, so that a run loads those alone that it writes. */
  readonly load: () => Promise<Format>;
  /** Where the format has a way of its own to tell clusters apart; else they are written as the one report of `fleetAsOne`. */
  readonly loadFleet?: () => Promise<FleetFormat>;
  /** Why a text of it is of one cluster, where it is. */
  readonly oneCluster?: string;
}

/** Every format but text, which depends on the terminal and has options of its own. */
export const formats: readonly FormatEntry[] = [
  {
    name: 'json',
    about: 'the whole report, by docs/report.schema.json',
    extension: '.json',
    load: async () => (await import('../json.ts')).formatJson,
    loadFleet: async () => (await import('../fleet-json.ts')).formatFleetJson,
  },
  {
    name: 'sarif',
    about: 'SARIF 2.1.0, for code scanning',
    extension: '.sarif',
    load: async () => (await import('../sarif.ts')).formatSarif,
    loadFleet: async () => (await import('../sarif.ts')).formatFleetSarif,
  },
  {
    name: 'html',
    about: 'one page for people, with filters; needs no network',
    extension: '.html',
    load: async () => (await import('./html.ts')).formatHtml,
  },
  {
    name: 'oscal',
    about: 'OSCAL 1.1.2 Assessment Results',
    extension: '.json',
    load: async () => (await import('./oscal.ts')).formatOscal,
    loadFleet: async () => (await import('./oscal.ts')).formatFleetOscal,
  },
  {
    name: 'oscal-catalog',
    about: 'the recommendations as an OSCAL catalogue, which oscal refers to',
    extension: '.json',
    load: async () => (await import('./oscal-catalog.ts')).formatOscalCatalog,
  },
  {
    name: 'junit',
    about: 'JUnit XML, for the test reports of CI servers',
    extension: '.xml',
    load: async () => (await import('./junit.ts')).formatJunit,
    loadFleet: async () => (await import('./junit.ts')).formatFleetJunit,
  },
  {
    name: 'markdown',
    about: 'a comment on a pull request, within the size that GitHub takes',
    extension: '.md',
    load: async () => (await import('./markdown.ts')).formatMarkdown,
  },
  {
    name: 'csv',
    about: 'a table of the findings, for spreadsheets',
    extension: '.csv',
    load: async () => (await import('./csv.ts')).formatCsv,
    loadFleet: async () => (await import('./csv.ts')).formatFleetCsv,
  },
  {
    name: 'github',
    about: 'workflow commands of GitHub Actions, for annotations',
    extension: '.txt',
    load: async () => (await import('./github.ts')).formatGithub,
  },
  {
    name: 'gitlab-codequality',
    about: 'the code quality report of GitLab',
    extension: '.json',
    load: async () => (await import('./gitlab-codequality.ts')).formatGitlabCodequality,
  },
  {
    name: 'gitlab-sast',
    about: 'the SAST report of GitLab',
    extension: '.json',
    load: async () => (await import('./gitlab-sast.ts')).formatGitlabSast,
  },
  {
    name: 'sonar',
    about: 'generic issues of SonarQube, 10.3 and later',
    extension: '.json',
    load: async () => (await import('./sonar.ts')).formatSonar,
    oneCluster: 'its issues belong to one project',
  },
  {
    name: 'policyreport',
    about: 'PolicyReport objects (wgpolicyk8s.io/v1alpha2), for kubectl apply',
    extension: '.json',
    load: async () => (await import('./policyreport.ts')).formatPolicyreport,
    oneCluster: 'its objects are for the cluster that they are about',
  },
  {
    name: 'prometheus',
    about: 'metrics in the text format of Prometheus',
    extension: '.prom',
    load: async () => (await import('./prometheus.ts')).formatPrometheus,
    loadFleet: async () => (await import('./prometheus.ts')).formatFleetPrometheus,
  },
];

/** The format of this name. */
export function findFormat(name: string): FormatEntry | undefined {
  return formats.find((each) => each.name === name);
}
