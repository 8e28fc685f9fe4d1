import { expect, test } from 'vitest';
import { decode } from '../kube/decode.ts';
import { mayHold } from './credentials.ts';
import { literals, type Literal } from './literals.ts';

const password = ['tr0ub', '4dor'].join('');

function literalsOf(spec: Record<string, unknown>, metadata: Record<string, unknown> = {}): readonly Literal[][] {
  const decoded = decode({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', ...metadata }, spec });
  if ('refused' in decoded) throw new Error(decoded.refused);
  const context = { version: 37, partial: true, namespaceOf: () => undefined };
  const resource = { ...decoded, file: '', locate: () => [] };
  const [found] = literals.subjects(resource, context);
  return [[...found!.subject.literals()], [...found!.subject.literals(mayHold)]];
}

test('a text is only made a literal where it may hold a credential', () => {
  const containers = [
    {
      name: 'web',
      env: [
        { name: 'LOG_LEVEL', value: 'debug' },
        { name: 'DB_PASSWORD', value: password },
        { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'a', key: 'b' } } },
      ],
      command: ['serve', '--listen=:80'],
      args: ['--password', password, `--token=${password}`, 'https://example.com', 'x'],
    },
  ];
  const [all, wanted] = literalsOf({ containers }, { annotations: { note: 'nothing', 'api-key': password } });
  expect(all).toHaveLength(11);
  expect(wanted?.map(({ kind, name, value, path }) => [kind, name, value, path.join('.')])).toEqual([
    ['annotation', 'api-key', password, 'metadata.annotations.api-key'],
    ['variable', 'DB_PASSWORD', password, 'spec.containers.0.env.1.value'],
    ['argument', '', '--password', 'spec.containers.0.args.0'],
    ['argument', '--password', password, 'spec.containers.0.args.1'],
    ['argument', '--token', password, 'spec.containers.0.args.2'],
    ['argument', '', 'https://example.com', 'spec.containers.0.args.3'],
  ]);
  for (const literal of wanted ?? []) expect(all).toContainEqual(literal);
});
