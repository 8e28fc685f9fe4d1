import { groupBy, type AnyControl, type Finding } from '../src/core/index.ts';
import { judge } from '../src/testing/control-proofs.ts';
import { exampleYaml } from '../src/testing/example.ts';

export interface ExampleFinding extends Finding {
  /** The name of the example. */
  readonly example: string;
}

/** What each control says of its own examples. */
export function exampleFindings(controls: readonly AnyControl[]): ExampleFinding[] {
  return controls.flatMap((control) => {
    const { fail, unknown = {} } = control.examples();
    return [...Object.entries(fail), ...Object.entries(unknown)].flatMap(([name, example]) =>
      judge([control], exampleYaml(control, example), control)
        .findings.filter(({ verdict }) => verdict === 'fail' || verdict === 'unknown')
        .map((finding) => ({ ...finding, example: name })),
    );
  });
}

/** What each control says of its own examples, and where: a message or a path that changes shows here. */
export function exampleFindingsPage(controls: readonly AnyControl[], findings: readonly ExampleFinding[]): string {
  const byControl = groupBy(findings, ({ control }) => control);
  const parts = controls.map(({ id }) => {
    const lines = (byControl.get(id) ?? []).map(
      ({ example, verdict, severity, container, path, message }) =>
        `- ${example}: ${verdict === 'fail' ? severity : verdict}${container === undefined ? '' : ` (${container})`} at \`${path}\`: ${message}`,
    );
    return `## ${id}\n\n${lines.join('\n')}\n`;
  });
  return `# What controls say of their examples\n\nMade by \`npm run generate\`; a unit test compares.\n\n${parts.join('\n')}`;
}
