import { describe, expect, test } from 'vitest';
import { sampleChapters, sampleControl, sampleLine, sampleReport, sampleWaivedReport } from './sample-report.ts';
import { formatText, type TextOptions } from './text.ts';
import { cells } from './wrap.ts';

function text(options: Partial<TextOptions> = {}, report = sampleReport): string {
  const base = { color: false, width: 80, terminal: true, all: false, quiet: false, failOn: 'high', allowUnreadable: false } as const;
  const lookups = { control: sampleControl, chapters: sampleChapters, lines: sampleLine, nextCommand: 'plimsoll explain POD-02' };
  return [...formatText(report, { ...base, ...lookups, ...options })].join('');
}

// oxlint-disable-next-line no-control-regex
const colorCodes = /\u001b\[\d+m/g;

describe('layout', () => {
  test('at 60 columns', () => {
    expect(text({ width: 60 })).toMatchInlineSnapshot(`
      "
      deploy/web.yaml ────────────────────────────────────────────

      Deployment web in namespace shop
        1 critical · 8 high · 1 medium

        critical  container "web" is privileged
                  deploy/web.yaml:8:28
                  pod-security/privileged POD-02
                8 │ securityContext: { privileged: true } # 名前
                  │                    ^^^^^^^^^^^^^^^^
        why       A privileged container has every power of root
                  on its node: one exploited process owns the node
                  and every pod on it.
        fix       Set runAsGroup, remove zero groups and use the
                  policy Strict where the cluster supports it.

        high      container "sidecar-0" does not set
                  allowPrivilegeEscalation, and the default is
                  true
                  deploy/web.yaml:9:9
                  pod-security/privilege-escalation POD-12
                9 │ - name: sidecar-0
                  │   ^^^^
                  and in 7 more places:
                  deploy/web.yaml:13:9  container "sidecar-1"
                  deploy/web.yaml:17:9  container "sidecar-2"
                  deploy/web.yaml:21:9  container "sidecar-3"
                  deploy/web.yaml:25:9  container "sidecar-4"
                  and 3 more (--all lists them)
        why       A setuid binary or a file capability turns any
                  foothold in the container into root.
        fix       Set allowPrivilegeEscalation to false.

        medium    container "sidecar-0" holds a credential in
                  TOKEN: hunt…
                  deploy/web.yaml:10:37
                  secrets/credentials SEC-01
        why       Whoever reads the repository or the object reads
                  the credential.
        fix       Move the value into a Secret, refer to it with
                  secretKeyRef, and replace the credential: it is
                  known now

      jobs/\\x07backup.yaml ───────────────────────────────────────

      CronJob back\\x1b[31mup\\u202e                          1 high

        high      container "\\x1b]0;owned\\x07" allows privilege
                  escalation
                  jobs/\\x07backup.yaml:8:9
                  pod-security/privilege-escalation POD-12

      Not known from this input: 2 verdicts ──────────────────────

        unknown   object "backup" names no namespace, and where it
                  will be applied is not known
                  deploy/web.yaml:8:9  namespaces/default NS-03
                  and in 1 more place (--all lists them)

      Could not be read: 1 document ──────────────────────────────

        deploy/broken.yaml:7
          mapping values are not allowed in this context

      Skipped: 13 ────────────────────────────────────────────────

           12  kind CustomResourceDefinition is read by no
               control
               first crds.yaml:1
            1  Helm template
               templates/web.yaml:1

      Excepted: 1 object of the system ───────────────────────────

        Not judged; --system judges them too

            1  namespace kube-system belongs to the system
               DaemonSet cni in namespace kube-system

      Differ from the template of their owner: 3 ─────────────────

        Judged themselves; what their owner fails too is told
        there

        Pod web-5d9c-x2x of Deployment web in namespace shop, and
        2 more
          added     spec.containers[proxy]
          changed   spec.containers[we\\x1b[31mb].image
                    and 4 more fields

      Static pods: 1 ─────────────────────────────────────────────

        Judged; only a file on their node changes them

        Pod etcd-node-1 in namespace kube-system, node node-1

      Guidance: 6 recommendations ────────────────────────────────

        Pod security                  1 hold · 2 fail
        Secrets                       1 fail · 1 unknown
        Executive summary, introduc…  1 unknown

      Summary ────────────────────────────────────────────────────

        Findings      1 critical · 9 high · 1 medium
                      in 2 objects
        Worst
          critical  1 × pod-security/privileged
          high      9 × pod-security/privilege-escalation
          medium    1 × secrets/credentials
        Pod Security  0 restricted · 1 baseline · 1 privileged
        Guidance      1 hold · 3 fail · 2 unknown
                      0 not applicable
        Read          4 files · 17 documents · 3 objects
                      1 unread
        Judged for    Kubernetes 1.35 (assumed) · profile nsa
        Assumed       - Kubernetes 1.35, the oldest minor that is
                        still supported (--kubernetes-version sets
                        it)

      not done: 1 document could not be read (--allow-unreadable
        accepts that) (exit code 2)
      next: plimsoll explain POD-02
      "
    `);
  });

  test('at 80 columns, not on a terminal', () => {
    expect(text({ width: 80, terminal: false })).toMatchInlineSnapshot(`
      "
      deploy/web.yaml ────────────────────────────────────────────────────────────────

      Deployment web in namespace shop                  1 critical · 8 high · 1 medium

        critical  container "web" is privileged
                  deploy/web.yaml:8:28  pod-security/privileged POD-02
        why       A privileged container has every power of root on its node: one
                  exploited process owns the node and every pod on it.
        fix       Set runAsGroup, remove zero groups and use the policy Strict where
                  the cluster supports it.

        high      container "sidecar-0" does not set allowPrivilegeEscalation, and the
                  default is true
                  deploy/web.yaml:9:9  pod-security/privilege-escalation POD-12
                  and in 7 more places:
                  deploy/web.yaml:13:9  container "sidecar-1"
                  deploy/web.yaml:17:9  container "sidecar-2"
                  deploy/web.yaml:21:9  container "sidecar-3"
                  deploy/web.yaml:25:9  container "sidecar-4"
                  and 3 more (--all lists them)
        why       A setuid binary or a file capability turns any foothold in the
                  container into root.
        fix       Set allowPrivilegeEscalation to false.

        medium    container "sidecar-0" holds a credential in TOKEN: hunt…
                  deploy/web.yaml:10:37  secrets/credentials SEC-01
        why       Whoever reads the repository or the object reads the credential.
        fix       Move the value into a Secret, refer to it with secretKeyRef, and
                  replace the credential: it is known now

      jobs/\\x07backup.yaml ───────────────────────────────────────────────────────────

      CronJob back\\x1b[31mup\\u202e                                              1 high

        high      container "\\x1b]0;owned\\x07" allows privilege escalation
                  jobs/\\x07backup.yaml:8:9  pod-security/privilege-escalation POD-12

      Not known from this input: 2 verdicts ──────────────────────────────────────────

        unknown   object "backup" names no namespace, and where it will be applied is
                  not known
                  deploy/web.yaml:8:9  namespaces/default NS-03
                  and in 1 more place (--all lists them)

      Could not be read: 1 document ──────────────────────────────────────────────────

        deploy/broken.yaml:7
          mapping values are not allowed in this context

      Skipped: 13 ────────────────────────────────────────────────────────────────────

           12  kind CustomResourceDefinition is read by no control
               first crds.yaml:1
            1  Helm template
               templates/web.yaml:1

      Excepted: 1 object of the system ───────────────────────────────────────────────

        Not judged; --system judges them too

            1  namespace kube-system belongs to the system
               DaemonSet cni in namespace kube-system

      Differ from the template of their owner: 3 ─────────────────────────────────────

        Judged themselves; what their owner fails too is told there

        Pod web-5d9c-x2x of Deployment web in namespace shop, and 2 more
          added     spec.containers[proxy]
          changed   spec.containers[we\\x1b[31mb].image
                    and 4 more fields

      Static pods: 1 ─────────────────────────────────────────────────────────────────

        Judged; only a file on their node changes them

        Pod etcd-node-1 in namespace kube-system, node node-1

      Guidance: 6 recommendations ────────────────────────────────────────────────────

        Pod security                                      1 hold · 2 fail
        Secrets                                           1 fail · 1 unknown
        Executive summary, introduction and threat model  1 unknown

      Summary ────────────────────────────────────────────────────────────────────────

        Findings      1 critical · 9 high · 1 medium · in 2 objects
        Worst         critical  1 × pod-security/privileged
                      high      9 × pod-security/privilege-escalation
                      medium    1 × secrets/credentials
        Pod Security  0 restricted · 1 baseline · 1 privileged
        Guidance      1 hold · 3 fail · 2 unknown · 0 not applicable
        Read          4 files · 17 documents · 3 objects · 1 unread
        Judged for    Kubernetes 1.35 (assumed) · profile nsa
        Assumed       - Kubernetes 1.35, the oldest minor that is still supported
                        (--kubernetes-version sets it)

      not done: 1 document could not be read (--allow-unreadable accepts that) (exit
        code 2)
      next: plimsoll explain POD-02
      "
    `);
  });

  test('at 120 columns', () => {
    expect(text({ width: 120 })).toMatchInlineSnapshot(`
      "
      deploy/web.yaml ────────────────────────────────────────────────────────────────────────────────────────────────────────

      Deployment web in namespace shop                                                          1 critical · 8 high · 1 medium

        critical  container "web" is privileged
                  deploy/web.yaml:8:28  pod-security/privileged POD-02
                8 │ securityContext: { privileged: true } # 名前
                  │                    ^^^^^^^^^^^^^^^^
        why       A privileged container has every power of root on its node: one exploited process owns the node and every
                  pod on it.
        fix       Set runAsGroup, remove zero groups and use the policy Strict where the cluster supports it.

        high      container "sidecar-0" does not set allowPrivilegeEscalation, and the default is true
                  deploy/web.yaml:9:9  pod-security/privilege-escalation POD-12
                9 │ - name: sidecar-0
                  │   ^^^^
                  and in 7 more places:
                  deploy/web.yaml:13:9  container "sidecar-1"
                  deploy/web.yaml:17:9  container "sidecar-2"
                  deploy/web.yaml:21:9  container "sidecar-3"
                  deploy/web.yaml:25:9  container "sidecar-4"
                  and 3 more (--all lists them)
        why       A setuid binary or a file capability turns any foothold in the container into root.
        fix       Set allowPrivilegeEscalation to false.

        medium    container "sidecar-0" holds a credential in TOKEN: hunt…
                  deploy/web.yaml:10:37  secrets/credentials SEC-01
        why       Whoever reads the repository or the object reads the credential.
        fix       Move the value into a Secret, refer to it with secretKeyRef, and replace the credential: it is known now

      jobs/\\x07backup.yaml ───────────────────────────────────────────────────────────────────────────────────────────────────

      CronJob back\\x1b[31mup\\u202e                                                                                      1 high

        high      container "\\x1b]0;owned\\x07" allows privilege escalation
                  jobs/\\x07backup.yaml:8:9  pod-security/privilege-escalation POD-12

      Not known from this input: 2 verdicts ──────────────────────────────────────────────────────────────────────────────────

        unknown   object "backup" names no namespace, and where it will be applied is not known
                  deploy/web.yaml:8:9  namespaces/default NS-03
                  and in 1 more place (--all lists them)

      Could not be read: 1 document ──────────────────────────────────────────────────────────────────────────────────────────

        deploy/broken.yaml:7
          mapping values are not allowed in this context

      Skipped: 13 ────────────────────────────────────────────────────────────────────────────────────────────────────────────

           12  kind CustomResourceDefinition is read by no control
               first crds.yaml:1
            1  Helm template
               templates/web.yaml:1

      Excepted: 1 object of the system ───────────────────────────────────────────────────────────────────────────────────────

        Not judged; --system judges them too

            1  namespace kube-system belongs to the system
               DaemonSet cni in namespace kube-system

      Differ from the template of their owner: 3 ─────────────────────────────────────────────────────────────────────────────

        Judged themselves; what their owner fails too is told there

        Pod web-5d9c-x2x of Deployment web in namespace shop, and 2 more
          added     spec.containers[proxy]
          changed   spec.containers[we\\x1b[31mb].image
                    and 4 more fields

      Static pods: 1 ─────────────────────────────────────────────────────────────────────────────────────────────────────────

        Judged; only a file on their node changes them

        Pod etcd-node-1 in namespace kube-system, node node-1

      Guidance: 6 recommendations ────────────────────────────────────────────────────────────────────────────────────────────

        Pod security                                      1 hold · 2 fail
        Secrets                                           1 fail · 1 unknown  needs node, cloud
        Executive summary, introduction and threat model  1 unknown  needs person, cluster, events

      Summary ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

        Findings      1 critical · 9 high · 1 medium · in 2 objects
        Worst         critical  1 × pod-security/privileged
                      high      9 × pod-security/privilege-escalation
                      medium    1 × secrets/credentials
        Pod Security  0 restricted · 1 baseline · 1 privileged
        Guidance      1 hold · 3 fail · 2 unknown · 0 not applicable
        Read          4 files · 17 documents · 3 objects · 1 unread
        Judged for    Kubernetes 1.35 (assumed) · profile nsa
        Assumed       - Kubernetes 1.35, the oldest minor that is still supported (--kubernetes-version sets it)

      not done: 1 document could not be read (--allow-unreadable accepts that) (exit code 2)
      next: plimsoll explain POD-02
      "
    `);
  });

  test('colour adds codes and changes nothing else', () => {
    for (const width of [60, 80, 120]) {
      const colored = text({ width, color: true });
      expect(colored).toContain('\u001b[');
      expect(colored.replaceAll(colorCodes, '')).toBe(text({ width }));
    }
  });

  test('no line with several words is wider than the terminal', () => {
    for (const width of [60, 80, 120])
      for (const line of text({ width, all: true }).split('\n'))
        expect(cells(line) <= width || !/\S {1,2}\S/.test(line.trim()), line).toBe(true);
  });
});

test('quiet prints one line for each finding and each unread document', () => {
  const lines = text({ quiet: true }).trimEnd().split('\n');
  expect(lines).toHaveLength(12);
  expect(lines[0]).toBe('deploy/web.yaml:8:28: critical: container "web" is privileged [pod-security/privileged]');
  expect(lines.at(-1)).toBe('deploy/broken.yaml:7: unread: mapping values are not allowed in this context');
});

test('with --all every place is listed', () => {
  expect(text()).not.toContain('deploy/web.yaml:37:9');
  expect(text({ all: true })).toContain('deploy/web.yaml:37:9');
});

test('with --all what holds is told by what the control demands', () => {
  const [finding] = sampleReport.findings;
  const findings = [{ ...finding!, verdict: 'pass' as const, message: 'holds' }];
  expect(text({ all: true }, { ...sampleReport, findings })).toMatch(
    /Holds: 1 verdict ─+\n\n {2}holds {5}Containers cannot gain more privileges than their parent process\n/,
  );
});

test('where nothing was judged the ledger is left out', () => {
  const nothing = { ...sampleReport, findings: [], inputs: { ...sampleReport.inputs, resources: 0, unread: [] } };
  expect(text({}, nothing)).not.toContain('Guidance');
  expect(text({}, nothing)).toContain('not done: nothing to scan');
});

test('nothing from input steers the terminal, in any mode', () => {
  for (const options of [{}, { quiet: true }, { all: true }, { terminal: false }])
    expect(text(options).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
});

test('the line that holds a credential is never shown', () => {
  expect(sampleLine('deploy/web.yaml', 10)).toContain('hunter2hunter2');
  expect(text({ all: true })).not.toContain('hunter2hunter2');
});

test('consequence and remedy of a control stand once', () => {
  expect(text({ width: 120 }).match(/A setuid binary/g)).toHaveLength(1);
});

test('the order does not depend on the order of the findings', () => {
  const reversed = { ...sampleReport, findings: sampleReport.findings.toReversed() };
  const unordered = (report: typeof sampleReport): string =>
    text({}, { ...report, findings: report.findings.filter(({ verdict }) => verdict === 'fail') });
  expect(unordered(reversed)).toBe(unordered(sampleReport));
});

describe('source excerpts', () => {
  const [finding] = sampleReport.findings;

  function excerpt(source: string, column: number, endColumn: number, width = 60): string[] {
    const report = { ...sampleReport, findings: [{ ...finding!, line: 3, endLine: 3, column, endColumn }] };
    return text({ width, lines: () => source }, report)
      .split('\n')
      .filter((line) => line.includes('│'));
  }

  test('the underline stands below the field where wide characters precede it', () => {
    const [line, marks] = excerpt('  名前: true', 7, 11);
    expect(line).toBe('          3 │ 名前: true');
    expect(marks).toBe('            │       ^^^^');
  });

  test('a field far to the right of a very long line is shown from there', () => {
    const [line, marks] = excerpt(`{${' '.repeat(1_000_000)}"image": "web"${' '.repeat(1_000_000)}}`, 1_000_002, 1_000_009);
    expect(line!.startsWith('          3 │ …"image": "web"')).toBe(true);
    expect(cells(line!)).toBeLessThanOrEqual(60);
    expect(marks).toBe('            │  ^^^^^^^');
  });

  test('control characters in the source are shown, not sent', () => {
    const [line, marks] = excerpt('a: \u001b[2Jb', 4, 9);
    expect(line).toBe('          3 │ a: \\x1b[2Jb');
    expect(marks).toBe('            │    ^^^^^^^^');
  });

  test('places beyond the line are harmless', () => {
    expect(excerpt('a: b', 90, 95)).toHaveLength(2);
  });
});

describe('waived findings', () => {
  const waived = text({}, sampleWaivedReport);

  test('stand under their own heading, with who answers for them until when', () => {
    const [, section = ''] = waived.split('Waived: 2 findings');
    expect(section.split('\n\n').slice(0, 4).join('\n\n')).toMatchInlineSnapshot(`
      " ─────────────────────────────────────────────────────────────

        waived    container "sidecar-0" does not set allowPrivilegeEscalation, and the
                  default is true
                  deploy/web.yaml:9:9  pod-security/privilege-escalation POD-12
        why       the node agent reads the host’s logs (team-logs, until 2027-01-31,
                  SEC-812)

        waived    container "web" is privileged
                  deploy/web.yaml:8:28  pod-security/privileged POD-02
        why       the node agent reads the host’s logs (team-logs, until 2027-01-31,
                  SEC-812)

      Not known from this input: 2 verdicts ──────────────────────────────────────────"
    `);
  });

  test('do not count, and the rows that fail by them alone are counted', () => {
    expect(waived).toMatch(/Findings +8 high · 1 medium · in 2 objects/);
    expect(waived).toMatch(/Waived +2 findings/);
    expect(waived).toContain('of what fails 1 by waived findings alone');
    expect(text({ quiet: true }, sampleWaivedReport)).not.toContain('is privileged');
  });

  test('that name a credential keep its line hidden all the same', () => {
    const all = sampleReport.findings.map((each) =>
      each.codes.includes('SEC-01') ? { ...each, waived: sampleWaivedReport.waivers![0]! } : each,
    );
    const elsewhere = { ...sampleReport.findings[0]!, line: 10, endLine: 10 };
    expect(text({}, { ...sampleReport, findings: [elsewhere, ...all] })).not.toContain('hunter2');
  });
});

test('what decides a field of a chart stands under its place', () => {
  const [first] = sampleReport.findings;
  const setBy = { key: 'web.token\u001b[0m', file: 'chart/values.yaml', line: 3 };
  const page = text({ terminal: false }, { ...sampleReport, findings: [{ ...first!, setBy }] });
  expect(page).toMatch(/^ +chart\/values\.yaml:3 +web\.token\S+ decides it$/m);
  expect(page).not.toContain('\u001b');
});
