import { describe, expect, test } from 'vitest';
import { applyEdits } from '../fix/apply.ts';
import type { Container, PodSpec } from '../kube/types.ts';
import { containers, type ContainerSubject } from './container.ts';
import { writableMounts } from './writable-mounts.ts';

function subjectsOf(spec: PodSpec): { subject: ContainerSubject; path: readonly (string | number)[] }[] {
  const template = { metadata: {}, spec, path: [], specPath: [], metadataPath: [] };
  const resource = { podTemplates: [template], ref: { apiVersion: 'v1', kind: 'Pod', name: 'web' } };
  const context = { version: 35, partial: false, namespaceOf: () => undefined };
  return [...containers.subjects(resource as never, context)];
}

/** The pod with the folders writable in all of its containers, or the reasons why not; each repair is made for the pod as it was. */
function mounted(spec: PodSpec, said: string, order: 'forwards' | 'backwards' = 'forwards'): unknown {
  let after: unknown = spec;
  const subjects = subjectsOf(spec);
  for (const { subject, path } of order === 'forwards' ? subjects : subjects.toReversed()) {
    const repair = writableMounts(subject, said, 'writablePaths');
    if ('declined' in repair) return repair;
    const edits = repair.edits.map((edit) => ({ ...edit, path: [...path, ...edit.path] }));
    after = applyEdits(after, [...edits, ...(repair.podEdits ?? [])]);
  }
  return after;
}

const web = (container: Partial<Container> = {}, rest: Partial<PodSpec> = {}): PodSpec => ({
  containers: [{ name: 'web', ...container }],
  ...rest,
});

describe('folders that stay writable', () => {
  test('get a volume each, named for them', () => {
    expect(mounted(web(), ' /tmp=64Mi, /var/Run_1/=1Mi')).toEqual({
      containers: [
        {
          name: 'web',
          volumeMounts: [
            { name: 'tmp', mountPath: '/tmp' },
            { name: 'var-run-1', mountPath: '/var/Run_1' },
          ],
        },
      ],
      volumes: [
        { name: 'tmp', emptyDir: { sizeLimit: '64Mi' } },
        { name: 'var-run-1', emptyDir: { sizeLimit: '1Mi' } },
      ],
    });
  });

  test('of two containers do not meet, whoever comes first', () => {
    const spec = { containers: [{ name: 'a' }, { name: 'a-b' }] };
    const forwards = mounted(spec, '/b/c=1Mi,/c=1Mi') as PodSpec;
    expect(forwards.containers?.flatMap(({ volumeMounts = [] }) => volumeMounts.map(({ name }) => name))).toEqual([
      'a-b-c',
      'a-c',
      'a-b-b-c',
      'a-b-c-2',
    ]);
    const backwards = mounted(spec, '/b/c=1Mi,/c=1Mi', 'backwards') as PodSpec;
    expect(backwards.containers).toEqual(forwards.containers);
    expect(backwards.volumes?.map(({ name }) => name).toSorted()).toEqual(forwards.volumes?.map(({ name }) => name).toSorted());
  });

  test('keep away from the names of other volumes, and fit a DNS label', () => {
    const long = `/${'a'.repeat(80)}`;
    const after = mounted(web({}, { volumes: [{ name: 'tmp', configMap: { name: 'a' } }] }), `/tmp=1Mi,${long}=1Mi,/_=1Mi`) as PodSpec;
    expect(after.volumes?.map(({ name }) => name)).toEqual(['tmp', 'a'.repeat(60), 'tmp-2', 'writable']);
  });

  test.each([
    ['mounted there', { mountPath: '/var/run/' }, 0],
    ['mounted above', { mountPath: '/var' }, 0],
    ['mounted above, to be read only', { mountPath: '/var', readOnly: true }, 1],
    ['mounted beside', { mountPath: '/var/runner' }, 1],
  ])('what is %s is respected', (_, mount, volumes) => {
    const after = mounted(web({ volumeMounts: [{ name: 'x', ...mount }] }), '/var/run=1Mi') as PodSpec;
    expect(after.volumes ?? []).toHaveLength(volumes);
  });

  test.each([
    ['tmp=1Mi', '"tmp" is no folder'],
    ['/tmp', '/tmp=64Mi'],
    ['/tmp=0', 'size above zero'],
    ['/tmp=a lot', 'size above zero'],
    ['/a/../b=1Mi', 'no folder'],
    ['/a:b=1Mi', 'no folder'],
    ['/tmp=1Mi,', 'no folder'],
    ['/tmp=1Mi,/tmp/=2Mi', 'named twice'],
    ['/usr/bin/=1Mi', 'programs are looked for'],
    ['/=1Mi', 'programs are looked for'],
    ['/srv=1Mi', 'the program that it starts'],
  ])('%s is refused', (said, reason) => {
    expect(mounted(web({ command: ['/srv/run'] }), said)).toEqual({ declined: expect.stringContaining(reason), needs: ['writablePaths'] });
  });
});
