import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTemplate, templateLines } from './template-lines.ts';

/** For each line of what was rendered the line of the template, counted from 1; 0 where it cannot be told. */
function linesOf(template: string, rendered: string): number[] {
  return [...templateLines(rendered.split('\n'), readTemplate(template))].map((line) => line + 1);
}

describe('lines of a template', () => {
  test('that have no action are found word for word', () => {
    expect(linesOf('a: 1\n{{- if .x }}\nb: 2\n{{- end }}\nc: 3', 'a: 1\nb: 2\nc: 3')).toEqual([1, 3, 5]);
    expect(linesOf('a: 1\n{{- if .x }}\nb: 2\n{{- else }}\nb: 3\n{{- end }}', 'a: 1\nb: 3')).toEqual([1, 5]);
  });

  test('are found by what stands around their actions', () => {
    expect(linesOf('image: {{ .repository }}:{{ .tag }}\nname: {{ .name }}', 'image: nginx:1.2\nname: web')).toEqual([1, 2]);
    expect(linesOf('  name: {{ .name }}\nname: {{ .other }}', 'name: web')).toEqual([2]);
    expect(linesOf('a: "{{ "}}" }}"', 'a: "}}"')).toEqual([1]);
  });

  test('are found again in every round of a loop', () => {
    const template = 'containers:\n{{- range .all }}\n- name: {{ . }}\n  tty: true\n{{- end }}\nlast: 1';
    const rendered = 'containers:\n- name: a\n  tty: true\n- name: b\n  tty: true\nlast: 1';
    expect(linesOf(template, rendered)).toEqual([1, 3, 4, 3, 4, 6]);
  });

  test('do not stand for what an action has put in', () => {
    const template = 'a:\n  {{- toYaml .a | nindent 2 }}\nb: 1';
    expect(linesOf(template, 'a:\n  x: 1\n  y: 2\nb: 1')).toEqual([1, 0, 0, 3]);
  });

  test('are those of the part of the template between separators that the document is most like', () => {
    const part = (kind: string): string => `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: {{ .name }}`;
    const template = `${part('Secret')}\n---\n${part('Service')}\n---\n${part('ConfigMap')}`;
    expect(linesOf(template, 'apiVersion: v1\nkind: Service\nmetadata:\n  name: web')).toEqual([6, 7, 8, 9]);
  });

  test('are counted across actions and comments of several lines', () => {
    const template = '{{- /* a comment }} of\ntwo lines */}}\n{{- if and .a\n  .b }}\nx: 1\n{{- end }}';
    expect(linesOf(template, 'x: 1')).toEqual([5]);
  });

  test('are found where the template ends within an action or a text', () => {
    expect(linesOf('a: 1\n{{ "unclosed', 'a: 1')).toEqual([1]);
    expect(linesOf('a: 1\n{{ `unclosed', 'a: 1')).toEqual([1]);
    expect(linesOf('a: 1\n{{- /* unclosed', 'a: 1')).toEqual([1]);
  });

  test('are told by their words alone where there are too many', () => {
    const many = Array.from({ length: 2100 }, (_, index) => `k${index}: {{ . }}`).join('\n');
    const rendered = `${many.replaceAll('{{ . }}', '1')}\nonly: here`;
    expect(linesOf(`${many}\nonly: here`, rendered).slice(-2)).toEqual([0, 2101]);
  });
});

test('a template without actions is rendered line by line', () => {
  const line = fc.constantFrom('a: 1', '  b: 2', '- c', 'name: x', '# comment', 'd: {e: f}');
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 20 }), (lines) => {
      const text = lines.join('\n');
      expect(linesOf(text, text)).toEqual(lines.map((_, index) => index + 1));
    }),
    { numRuns: 50, seed: 7 },
  );
});
