import type { AnyControl } from '../src/core/index.ts';
import { judge } from '../src/testing/control-proofs.ts';
import { exampleYaml } from '../src/testing/example.ts';

/** What each control says of its own examples, and where: a message or a path that changes shows here. */
export function exampleFindings(controls: readonly AnyControl[]): string {
  const parts = controls.map((control) => {
    const { fail, unknown = {} } = control.examples;
    const lines = [...Object.entries(fail), ...Object.entries(unknown)].flatMap(([name, example]) =>
      judge([control], exampleYaml(control, example), control)
        .findings.filter(({ verdict }) => verdict === 'fail' || verdict === 'unknown')
        .map(
          ({ verdict, severity, container, path, message }) =>
            `- ${name}: ${verdict === 'fail' ? severity : verdict}${container === undefined ? '' : ` (${container})`} at \`${path}\`: ${message}`,
        ),
    );
    return `## ${control.id}\n\n${lines.join('\n')}\n`;
  });
  return `# What controls say of their examples\n\nMade by \`npm run generate\`; a unit test compares.\n\n${parts.join('\n')}`;
}
