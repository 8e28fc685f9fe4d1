import { expect, test } from 'vitest';
import { append, defineControl, fail, formatPath, set } from '../core/index.ts';
import { containers } from '../subjects/container.ts';
import { collectRepairs } from '../testing/control-proofs.ts';

/** Its fix changes the container and the pod around it. */
const control = defineControl({
  id: 'paint/containers',
  decides: [],
  title: '',
  why: '',
  severity: 'low',
  also: {},
  subject: containers,
  evaluate: () => fail(['name'], 'is not painted'),
  fix: {
    safety: 'safe',
    risk: '',
    edits: ({ name }) => ({ edits: [set(['paint'], 'blue')], podEdits: [append(['volumes'], { name })] }),
  },
  examples: () => ({ pass: {}, fail: {} }),
});

const container = 'name: a, image: a';

test.each([
  ['a pod', `apiVersion: v1\nkind: Pod\nspec: { containers: [{ ${container} }] }`, 'spec.containers[0].paint', 'spec.volumes'],
  [
    'an init container of a CronJob',
    `apiVersion: batch/v1\nkind: CronJob\nspec: { jobTemplate: { spec: { template: { spec: { initContainers: [{ ${container} }] } } } } }`,
    'spec.jobTemplate.spec.template.spec.initContainers[0].paint',
    'spec.jobTemplate.spec.template.spec.volumes',
  ],
  [
    'a template of a Workflow, which is its own pod',
    `apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nspec: { volumes: [{ name: b }], templates: [{ name: t, container: { ${container} } }] }`,
    'spec.templates[0].container.paint',
    'spec.templates[0].volumes',
  ],
])('edits of the pod around a container count from the root of %s', (_, yaml, ...paths) => {
  expect(collectRepairs(control, yaml).map(({ edits }) => edits.map(({ path }) => formatPath(path)))).toEqual([paths]);
});
