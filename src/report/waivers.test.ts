import { expect, test } from 'vitest';
import { sampleReport, sampleWaivedReport } from './sample-report.ts';
import { formatWaiversJson, formatWaiversText, waiverList } from './waivers.ts';

const fault = {
  ...sampleReport.findings[0]!,
  control: 'governance/broad-waivers',
  severity: 'high',
  file: 'plimsoll.yaml',
  line: 7,
} as const;
const list = waiverList(
  {
    ...sampleWaivedReport,
    findings: [...sampleWaivedReport.findings, { ...fault, message: 'waiver of \u001b[31mPOD waives 80 findings' }],
  },
  (control) => control.startsWith('governance/'),
);

test('the text names who answers for what until when, what ends first first', () => {
  expect([...formatWaiversText(list, { color: false, width: 80 })].join('')).toMatchInlineSnapshot(`
    "
    To correct: 1 ──────────────────────────────────────────────────────────────────

      high      waiver of \\x1b[31mPOD waives 80 findings
                plimsoll.yaml:7  governance/broad-waivers

    Expired: what they waived counts again: 1 ──────────────────────────────────────

      until     2026-01-31  NET-02: the node agent reads the host’s logs (team-logs,
                SEC-812)
                deploy/\\x07web.yaml:7  comment, 0 findings

    Active: 1 ──────────────────────────────────────────────────────────────────────

      until     2027-01-31  POD-*: the node agent reads the host’s logs (team-logs,
                SEC-812)
                plimsoll.yaml:7  policy file, 2 findings

    Summary ────────────────────────────────────────────────────────────────────────

      Waivers       1 expired · 1 active
      Waived        2 findings
      Next to end   2027-01-31
      To correct    1 finding
    "
  `);
});

test('without waivers the text says so', () => {
  expect(
    [
      ...formatWaiversText(
        waiverList(sampleReport, () => false),
        { color: false, width: 80 },
      ),
    ].join(''),
  ).toContain('none');
});

test('the JSON has every waiver and every fault', () => {
  const written = JSON.parse([...formatWaiversJson(list)].join(''));
  expect(written.waivers).toEqual(list.waivers);
  expect(written.faults).toEqual([
    {
      control: fault.control,
      severity: 'high',
      file: fault.file,
      line: 7,
      message: list.faults[0]!.message,
      fingerprint: fault.fingerprint,
    },
  ]);
  expect(JSON.parse([...formatWaiversJson(waiverList(sampleReport, () => false))].join(''))).toMatchObject({ waivers: [], faults: [] });
});
