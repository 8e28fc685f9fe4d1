import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { controls } from '../../src/controls/index.ts';
import type { Finding, Report } from '../../src/core/index.ts';
import { fleetAsOne } from '../../src/library/merge-reports.ts';
import { scan } from '../../src/library/scan.ts';
import { formatHtml } from '../../src/report/formats/html.ts';
import { sampleFleet } from '../../src/report/sample-fleet.ts';

const executable = inject('chromium');
const views = ['overview', 'findings', 'ledger', 'workloads', 'inputs'];

let browser: Browser;
let folder: string;
let report: Report;

/** What a page did that it must not do: errors, violations of its policy, requests. */
interface Opened {
  readonly page: Page;
  readonly offences: string[];
}

function fileOf(name: string, shown: Report): string {
  const file = join(folder, `${name}.html`);
  writeFileSync(file, [...formatHtml(shown, { controls })].join(''));
  return pathToFileURL(file).href;
}

async function opened(url: string, options: BrowserContextOptions = {}): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const offences: string[] = [];
  page.on('console', (message) => offences.push(message.text()));
  page.on('pageerror', (error) => offences.push(error.message));
  page.on('dialog', (dialog) => {
    offences.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (request.url().split('#', 1)[0] !== url.split('#', 1)[0]) offences.push(`request ${request.url()}`);
  });
  await page.goto(url);
  return { page, offences };
}

const status = (page: Page): Promise<string> => page.locator('#finding-status').innerText();

function failing(shown: Report): Finding[] {
  return shown.findings.filter(({ verdict }) => verdict === 'fail');
}

/** What axe-core finds wrong, with the first element of each. */
async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await page.evaluate(() =>
    (globalThis as unknown as { readonly axe: typeof axe }).axe.run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    }),
  );
  return found.map(({ id, nodes: [node] }) => `${id}: ${node?.html ?? ''} ${node?.failureSummary ?? ''}`);
}

describe.skipIf(executable === undefined)('the page of a report in a browser', () => {
  let url: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-browser-'));
    // Nobody but these pages runs in it, and containers have no user namespaces for its sandbox.
    browser = await chromium.launch({ executablePath: executable!, args: ['--no-sandbox'] });
    report = await scan({ paths: ['examples'] });
    url = fileOf('report', report);
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('of several clusters the findings of one can be shown alone', async () => {
    const fleet = fleetAsOne(sampleFleet);
    const file = join(folder, 'fleet.html');
    writeFileSync(file, [...formatHtml(fleet, { controls, clusters: sampleFleet.clusters.map(({ name }) => name) })].join(''));
    const { page, offences } = await opened(`${pathToFileURL(file).href}#findings`);
    const shown = Number.parseInt(await status(page), 10);
    await page.locator('#cluster').selectOption('staging');
    const alone = Number.parseInt(await status(page), 10);
    expect(alone).toBe(failing(fleet).filter((finding) => finding.file.startsWith('staging/')).length);
    expect([alone > 0, alone < shown, page.url().endsWith('#findings?cluster=staging')]).toEqual([true, true, true]);
    const other = await opened(`${url}#findings`);
    expect(await other.page.locator('#cluster').count()).toBe(0);
    expect([...offences, ...other.offences]).toEqual([]);
  });

  test('every part opens without an error, a violation of its policy or a request', async () => {
    const { page, offences } = await opened(url);
    for (const view of views) {
      await page.locator(`nav [data-view="${view}"]`).click();
      await page.locator(`#${view}`).waitFor({ state: 'visible' });
      expect(await page.locator('.view:visible').count()).toBe(1);
    }
    await page.locator('#help-open').click();
    await page.locator('#help button').click();
    expect(offences).toEqual([]);
  });

  test('filters leave what they name, stand in the address, and come back from it', async () => {
    const { page, offences } = await opened(`${url}#findings`);
    const all = failing(report);
    expect(await status(page)).toBe(`${all.length} of ${report.findings.length} findings shown`);
    await page.locator('[data-severity="critical"]').click();
    const critical = all.filter(({ severity }) => severity === 'critical').length;
    expect(await status(page)).toBe(`${critical} of ${report.findings.length} findings shown`);
    expect(await page.locator('#finding-list .finding').count()).toBe(critical);
    await page.locator('#q').fill('privileged');
    await page.waitForFunction(() => location.hash.includes('q=privileged'));
    expect(page.url()).toContain('severity=critical');
    const found = await status(page);
    await page.reload();
    expect(await status(page)).toBe(found);
    expect(await page.locator('#q').inputValue()).toBe('privileged');
    await page.locator('#clear').click();
    expect(await status(page)).toBe(`${all.length} of ${report.findings.length} findings shown`);
    for (const [id, value, rows] of [
      ['kind', 'DaemonSet', all.filter(({ resource }) => resource.kind === 'DaemonSet')],
      ['namespace', 'shop', all.filter(({ resource }) => resource.namespace === 'shop')],
      ['chapter', 'POD', all.filter(({ codes }) => codes.some((code) => code.startsWith('POD-')))],
    ] as const) {
      await page.locator(`#${id}`).selectOption(value);
      expect(await status(page)).toBe(`${rows.length} of ${report.findings.length} findings shown`);
      await page.locator('#clear').click();
    }
    await page.locator('[data-verdict="unknown"]').click();
    expect(await status(page)).toBe(`${report.findings.length - all.length} of ${report.findings.length} findings shown`);
    expect(offences).toEqual([]);
  });

  test('a cell of the ledger leads to its entry, and the entry to its findings', async () => {
    const { page } = await opened(`${url}#ledger`);
    const row = report.ledger.find(({ state }) => state === 'fail')!;
    expect(await page.locator('.cell').count()).toBe(report.ledger.length);
    await page.locator(`.cell[href="#ledger/${row.code}"]`).click();
    const entry = page.locator(`[id="ledger/${row.code}"]`);
    await entry.locator('.body').waitFor({ state: 'visible' });
    await entry.locator('.links a').first().click();
    const those = failing(report).filter(({ codes }) => codes.includes(row.code)).length;
    expect(await status(page)).toBe(`${those} of ${report.findings.length} findings shown`);
    await page.locator('[data-remove="code"]').click();
    expect(await status(page)).toBe(`${failing(report).length} of ${report.findings.length} findings shown`);
  });

  test('unknown cells do not look like those that pass, also without colours', async () => {
    const { page } = await opened(`${url}#ledger`);
    const look = (state: string): Promise<string> =>
      page
        .locator(`.cell.${state}`)
        .first()
        .evaluate((cell) => {
          const { backgroundImage, borderStyle } = getComputedStyle(cell);
          return `${backgroundImage === 'none' ? 'plain' : 'hatched'} ${borderStyle} ${cell.querySelector('.glyph')?.textContent ?? ''}`;
        });
    expect(await look('unknown')).toBe('hatched dashed ?');
    expect(await look('pass')).toBe('plain solid ✓');
  });

  test('a workload shows its findings by container', async () => {
    const { page } = await opened(`${url}#workloads`);
    await page.locator('.workload', { hasText: 'DaemonSet node-agent' }).locator('summary').first().click();
    const body = page.locator('.workload[open] > .body');
    expect(await body.locator('h3').allInnerTexts()).toEqual([
      expect.stringContaining('Pod and object'),
      expect.stringContaining('Container agent'),
    ]);
    await page.locator('[data-level="restricted"]').click();
    expect(await page.locator('.workload > summary .level').allInnerTexts()).toEqual(
      report.workloads.filter(({ podSecurityLevel }) => podSecurityLevel === 'restricted').map(() => 'restricted'),
    );
  });

  test('everything is reached by keys', async () => {
    const { page, offences } = await opened(url);
    const focused = (): Promise<string> =>
      page.evaluate(() => document.activeElement?.id || document.activeElement?.className || document.activeElement?.tagName || '');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('skip');
    await page.keyboard.press('2');
    await page.locator('#findings').waitFor({ state: 'visible' });
    await page.keyboard.press('/');
    expect(await focused()).toBe('q');
    await page.keyboard.type('privileged 2?');
    // It is searched when nobody types any more: the list would be made anew under the keys below.
    await page.waitForFunction(() => location.hash.includes('q=privileged'));
    expect(await page.locator('#help').isVisible()).toBe(false);
    await page.keyboard.press('Escape');
    await page.keyboard.press('x');
    await page.waitForFunction(() => !location.hash.includes('q='));
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    expect(await page.locator('.finding').nth(1).locator('.body').isVisible()).toBe(true);
    await page.keyboard.press('k');
    expect(
      await page
        .locator('.finding')
        .nth(0)
        .locator('summary')
        .evaluate((each) => each === document.activeElement),
    ).toBe(true);
    await page.keyboard.press('?');
    expect(await page.locator('#help').isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    expect(await page.locator('#help').isVisible()).toBe(false);
    await page.locator('#help-open').click();
    await page.locator('#keys').uncheck();
    await page.keyboard.press('Escape');
    await page.keyboard.press('1');
    expect(await page.locator('#findings').isVisible()).toBe(true);
    expect(offences).toEqual([]);
  });

  test('a group that is longer shows the rest when asked, and the focus goes on', async () => {
    const many = Array.from({ length: 9 }, (_, index): Finding => ({ ...report.findings[0]!, verdict: 'fail', line: index + 1 }));
    const { page } = await opened(`${fileOf('many', { ...report, findings: [...many, { ...many[0]!, control: 'other/one' }] })}#findings`);
    const group = page.locator('.group').first();
    expect(await group.locator('.finding').count()).toBe(4);
    await group.locator('button.more').focus();
    await page.keyboard.press('Enter');
    expect(await group.locator('.finding').count()).toBe(9);
    expect(
      await group
        .locator('summary')
        .nth(4)
        .evaluate((each) => each === document.activeElement),
    ).toBe(true);
  });

  test('it is dark where the reader likes it dark, and by its switch', async () => {
    const lightness = (page: Page): Promise<number> =>
      page.evaluate(() => Number(/\d+/.exec(getComputedStyle(document.body).backgroundColor)?.[0] ?? -1));
    const { page } = await opened(url, { colorScheme: 'dark' });
    expect(await lightness(page)).toBeLessThan(40);
    await page.locator('#theme').click();
    expect(await lightness(page)).toBeGreaterThan(215);
    await page.locator('#theme').click();
    expect(page.url()).toContain('theme=dark');
    await page.locator('nav [data-view="ledger"]').click();
    await page.locator('#ledger').waitFor({ state: 'visible' });
    expect(page.url()).toContain('theme=dark');
  });

  test('on paper everything is there, without filters and buttons, and dark is light', async () => {
    const waived = { from: 'comment', reason: 'agreed with them', owner: 'ops', until: '2027-01-31', file: 'a.yaml', line: 1 } as const;
    const many = Array.from({ length: 60 }, (_, index): Finding => ({ ...report.findings[0]!, verdict: 'fail', waived, line: index + 1 }));
    const { page, offences } = await opened(`${fileOf('paper', { ...report, findings: [...many, ...report.findings] })}#ledger?theme=dark`);
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    await page.emulateMedia({ media: 'print' });
    for (const view of views) expect(await page.locator(`#${view}`).isVisible()).toBe(true);
    expect(await page.locator('button:visible, input:visible, select:visible, nav:visible').count()).toBe(0);
    expect(await page.locator('#finding-list .finding:visible').count()).toBe(60 + failing(report).length);
    expect(await page.getByText('agreed with them (ops, until 2027-01-31; a.yaml:1)').count()).toBe(60);
    expect(await page.locator('.entry:visible').count()).toBe(report.ledger.length);
    expect(await page.locator(".entry[data-state='fail'] .body:visible").count()).toBe(report.summary.byState.fail);
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(255, 255, 255)');
    await page.emulateMedia({ media: 'screen' });
    await page.evaluate(() => dispatchEvent(new Event('afterprint')));
    expect(await page.locator('.view:visible').count()).toBe(1);
    expect(await page.locator('.entry[open]').count()).toBe(0);
    expect((await page.pdf()).length).toBeGreaterThan(10_000);
    expect(offences).toEqual([]);
  });

  test('in 360 pixels nothing is beyond the edge', async () => {
    const { page } = await opened(url, { viewport: { width: 360, height: 740 } });
    for (const view of views) {
      await page.locator(`nav [data-view="${view}"]`).click();
      await page.locator(`#${view}`).waitFor({ state: 'visible' });
      if (view !== 'overview' && view !== 'inputs') await page.locator(`#${view} details:not(.choices) summary`).first().click();
      expect([view, await page.evaluate(() => document.documentElement.scrollWidth)]).toEqual([view, 360]);
    }
  });

  test('hostile names are shown and do nothing', async () => {
    const name = `</script><img src=x onerror=alert(1)><svg onload=alert(2)>"'><a href=javascript:alert(3)>\u202eevil\u2028\u0007`;
    const resource = { apiVersion: 'v1', kind: name, namespace: name, name };
    const finding: Finding = {
      ...failing(report)[0]!,
      control: name,
      codes: [name],
      resource,
      container: name,
      path: name,
      file: name,
      message: name,
    };
    const hostile: Report = {
      ...report,
      target: { ...report.target, assumptions: [name] },
      inputs: {
        ...report.inputs,
        unread: [{ file: name, line: 1, reason: name }],
        skipped: [{ file: name, line: 1, reason: name, count: 2 }],
      },
      findings: [finding],
      workloads: [{ resource, file: name, line: 1, podSecurityLevel: 'baseline', restrictedBy: [name] }],
      ledger: report.ledger.map((row) => ({ ...row, title: name, note: name, controls: [name] })),
    };
    const { page, offences } = await opened(`${fileOf('hostile', hostile)}#findings?namespace=${encodeURIComponent(name)}&q=%3Cimg`);
    for (const view of views) {
      await page.locator(`nav [data-view="${view}"]`).click();
      await page.locator(`#${view}`).waitFor({ state: 'visible' });
      for (const summary of await page
        .locator(`#${view} [data-stop]:visible`)
        .all()
        .then((all) => all.slice(0, 3)))
        await summary.click();
    }
    await page.locator('nav [data-view="findings"]').click();
    expect(await page.locator('#findings .finding .message').innerText()).toContain('</script><img src=x onerror=alert(1)>');
    expect(await page.locator('#findings .finding .message').innerText()).toContain('\\u202eevil\\u2028\\x07');
    await page.locator('#namespace').selectOption({ index: 1 });
    await page.locator('#group').selectOption('object');
    expect(await page.locator('img, main svg:not(.bar), a[href^="javascript"]').count()).toBe(0);
    expect(offences).toEqual([]);
  });

  test('a hundred thousand findings open, in portions', async () => {
    const some = failing(report);
    const findings = Array.from({ length: 100_000 }, (_, index): Finding => {
      const finding = some[index % some.length]!;
      const file = `team-${index % 97}/service-${index % 1009}.yaml`;
      return { ...finding, file, line: index, resource: { ...finding.resource, name: `service-${index % 1009}` } };
    });
    const large = fileOf('large', { ...report, findings });
    const { page, offences } = await opened(`${large}#findings`);
    expect(await status(page)).toBe('100,000 of 100,000 findings shown');
    expect(await page.locator('*').count()).toBeLessThan(20_000);
    await page.locator('#q').fill('service-1008 privileged');
    await page.waitForFunction(() => location.hash.includes('service-1008'));
    expect(Number((await status(page)).split(' ', 1)[0])).toBeLessThan(100);
    await page.locator('#clear').click();
    await page.locator('#group').selectOption('object');
    expect(await status(page)).toBe('100,000 of 100,000 findings shown');
    expect(offences).toEqual([]);
  });

  test.each(['light', 'dark'] as const)('it is accessible, %s', async (colorScheme) => {
    const { page } = await opened(url, { colorScheme });
    await page.evaluate(axe.source);
    for (const view of views) {
      await page.locator(`nav [data-view="${view}"]`).click();
      await page.locator(`#${view}`).waitFor({ state: 'visible' });
      for (const summary of await page
        .locator(`#${view} [data-stop]:visible`)
        .all()
        .then((all) => all.slice(0, 2)))
        await summary.click();
      expect([view, await violations(page)]).toEqual([view, []]);
    }
    await page.keyboard.press('?');
    expect(await violations(page)).toEqual([]);
  });

  test('without scripts it is a summary to read', async () => {
    const { page } = await opened(url, { javaScriptEnabled: false });
    for (const view of views) expect(await page.locator(`#${view}`).isVisible()).toBe(true);
    expect(await page.locator('input:visible, select:visible, button:visible').count()).toBe(0);
    expect(await page.locator('#findings .group').count()).toBe(new Set(failing(report).map(({ control }) => control)).size);
    await page.locator('.cell').first().click();
    expect(await page.locator('.entry').first().locator('summary').isVisible()).toBe(true);
  });
});
