import { XmlDocument, XmlElement } from 'libxml2-wasm';
import { expect, test } from 'vitest';
import type { Report } from '../../core/index.ts';
import { sampleReport, sampleWaivedReport } from '../sample-report.ts';
import { formatJunit } from './junit.ts';
import { hostileReport, hostileTexts } from './sample-hostile.ts';

// That the output is valid by the schema of Jenkins is tested in test/upstream.

function read<T>(report: Report, of: (root: XmlElement) => T): T {
  using document = XmlDocument.fromString([...formatJunit(report)].join(''));
  return of(document.root);
}

function count(root: XmlElement, path: string): number {
  return root.find(path).length;
}

function named(root: XmlElement, path: string): string[] {
  return root.find(path).map((element) => (element as XmlElement).attr('name')?.value ?? '');
}

test.each([
  ['the sample', sampleReport],
  ['waived', sampleWaivedReport],
  ['hostile', hostileReport],
  ['without entries', { ...sampleReport, findings: [], ledger: [], inputs: { ...sampleReport.inputs, unread: [] } }],
])('the counts of suites are those of their tests: %s', (_, report) =>
  read(report, (root) => {
    const said = (element: XmlElement): (string | undefined)[] => ['tests', 'failures', 'errors'].map((name) => element.attr(name)?.value);
    const found = (element: XmlElement): string[] => ['.//testcase', './/failure', './/error'].map((path) => String(count(element, path)));
    expect(said(root)).toEqual(found(root));
    for (const suite of root.find('testsuite') as XmlElement[]) {
      expect(said(suite)).toEqual(found(suite));
      expect(suite.attr('skipped')?.value).toBe(String(count(suite, './/skipped')));
    }
  }),
);

test('what fails on an object is one failure that names every place', () =>
  read(sampleReport, (root) => {
    expect(named(root, '//testcase[failure]')).toEqual([
      'POD-12 Deployment shop/web',
      'SEC-01 Deployment shop/web',
      'POD-02 Deployment shop/web',
      'POD-12 CronJob back\\x1b[31mup\\u202e',
    ]);
    expect(root.get('//failure')?.content.split('\n')).toHaveLength(8);
  }));

test('no two tests have the same name', () =>
  read(sampleWaivedReport, (root) => {
    const names = (root.find('//testcase') as XmlElement[]).map((each) => `${each.attr('classname')?.value} ${each.attr('name')?.value}`);
    expect(new Set(names).size).toBe(names.length);
  }));

test('recommendations that hold pass, and one that fails without a listed finding says why', () => {
  read(sampleReport, (root) => expect(named(root, '//testcase[not(*)]')).toEqual(['POD-13 Capabilities are dropped']));
  const known = { ...sampleWaivedReport, findings: [] };
  read(known, (root) => {
    const reasons = root.find('//testcase/skipped').map(({ content }) => content);
    expect(reasons).toContain('fails, and 1 finding of it is waived');
    expect(reasons).toContain('fails for 1 subject, whose findings this report leaves out');
    expect(reasons).toContain('not known from this input: needs node, cloud');
  });
});

test('names from input stay text', () =>
  read(hostileReport, (root) => {
    expect(count(root, '//script')).toBe(0);
    expect(count(root, '//error')).toBe(hostileTexts.length);
    expect(root.get('//failure[contains(@message, "<script>")]')).not.toBeNull();
  }));
