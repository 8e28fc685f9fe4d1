import { severities } from '../core/index.ts';
import { profiles } from '../evaluate/index.ts';
import { jsonSchemaOf, type Shape } from './shape.ts';

// The definition of plimsoll.yaml. What it says is checked when it is read (policy-file.ts), and docs/policy.schema.json is
// made of it.

function keys(about: string, of: Readonly<Record<string, Shape>>, required: readonly string[] = []): Shape {
  return { type: 'keys', about, keys: of, required };
}

function texts(about: string, item: string, example: string): Shape {
  return { type: 'list', about, orOne: true, of: { type: 'text', about: item, example } };
}

const controlNames = (about: string): Shape => texts(about, 'a control id, a code, a chapter or a glob', 'NET-*');
const severity = (about: string): Shape => ({ type: 'text', about, example: 'high', choices: severities });

/** Settings that may differ from file to file. */
const ofPaths: Readonly<Record<string, Shape>> = {
  profile: {
    type: 'text',
    about: 'What is judged: nsa (the whole guidance), or a Pod Security Standard',
    example: 'nsa',
    choices: profiles,
  },
  only: controlNames('Judge by these controls alone'),
  skip: controlNames('Judge by all controls but these'),
  params: {
    type: 'map',
    about: 'Parameters of controls, by control id or code and by name',
    key: 'control',
    of: {
      type: 'map',
      about: 'By the name of the parameter',
      key: 'parameter',
      of: { type: 'value', about: 'A list, a number or a switch' },
    },
  },
  severities: {
    type: 'map',
    about: 'Severities of findings, by control id, code, chapter or glob; of several that fit the last one counts',
    key: 'control',
    of: severity('The severity of each of its findings'),
  },
};

/** What a waiver says. */
export const waiverShape: Shape = keys(
  'Who answers for which findings until when',
  {
    control: controlNames('What is waived: control ids, codes, chapters, globs'),
    namespace: texts('Namespaces, as globs', 'the name of a namespace', 'legacy-*'),
    kind: texts('Kinds, as globs', 'a kind', 'DaemonSet'),
    name: texts('Names of objects, as globs', 'the name of an object', 'node-agent'),
    container: texts('Names of containers, as globs', 'the name of a container', 'agent'),
    labels: {
      type: 'map',
      about: 'Labels of the object, all of which it must have; values are globs',
      key: 'label',
      of: { type: 'text', about: 'the value of the label', example: 'storage' },
    },
    path: texts('Files, as globs that count from the folder of this file', 'a glob of files', 'legacy/**'),
    reason: { type: 'text', about: 'why it is in order', example: 'reads the logs of the node' },
    owner: { type: 'text', about: 'who answers for it', example: 'team-logs' },
    until: { type: 'day', about: 'the last day on which it holds' },
    ticket: { type: 'text', about: 'where it was agreed on', example: 'SEC-812' },
  },
  ['control', 'reason', 'owner', 'until'],
);

/** The whole file. */
export const policyShape: Shape = keys('Settings of Plimsoll', {
  kubernetesVersion: { type: 'text', about: 'The version that will run the objects', example: '1.35' },
  failOn: {
    type: 'text',
    about: 'A scan exits with 1 for findings of this severity or worse',
    example: 'high',
    choices: [...severities, 'none'],
  },
  minSeverity: severity('A scan leaves out findings below'),
  ...ofPaths,
  podTemplates: {
    type: 'list',
    about: 'Further kinds with pod templates',
    of: keys(
      'A kind and where its pod template stands',
      {
        group: { type: 'text', about: 'The group of its apiVersion', example: 'example.org' },
        kind: { type: 'text', about: 'the kind', example: 'Rollout' },
        path: { type: 'text', about: 'where the template stands', example: 'spec.workers[*].template' },
      },
      ['kind', 'path'],
    ),
  },
  systemNamespaces: texts(
    'Namespaces that belong to the system besides those of Kubernetes: their workloads are not judged, and rules about namespaces leave them out',
    'the name of a namespace',
    'openshift-monitoring',
  ),
  paths: {
    type: 'list',
    about: 'What differs for some files; of several entries that fit a file the later ones count',
    of: keys(
      'Files and their settings',
      { files: texts('Globs of files that count from the folder of this file', 'a glob of files', 'legacy/**'), ...ofPaths },
      ['files'],
    ),
  },
  waivers: { type: 'list', about: 'Findings that somebody answers for until a day', of: waiverShape },
});

/** The JSON Schema of the file, as text for docs/policy.schema.json. */
export function policySchema(): string {
  const head = { $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'Policy file of Plimsoll (plimsoll.yaml)' };
  return `${JSON.stringify({ ...head, ...jsonSchemaOf(policyShape) }, undefined, 2)}\n`;
}
