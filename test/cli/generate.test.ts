import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { plimsoll } from './run.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-generate-'));
  mkdirSync(join(folder, 'deploy'));
  writeFileSync(join(folder, 'deploy/shop.yaml'), shop);
});

afterEach(() => rmSync(folder, { recursive: true }));

const shop = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: main
          image: registry.example.com/web:1
          env:
            - name: DB_URL
              value: postgres://app:hunter2@db/app
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db, namespace: shop }
spec:
  selector: { matchLabels: { app: db } }
  template:
    metadata: { labels: { app: db } }
    spec: { containers: [{ name: main, image: registry.example.com/db:1 }] }
---
apiVersion: v1
kind: Service
metadata: { name: db, namespace: shop }
spec: { selector: { app: db }, ports: [{ port: 5432 }] }
`;

function generate(...args: string[]): ReturnType<typeof plimsoll> {
  return plimsoll(['generate', 'network-policies', ...args], { cwd: folder });
}

describe('plimsoll generate network-policies', () => {
  test('prints policies with their evidence, and what to know on standard error', () => {
    const { status, stdout, stderr } = generate('deploy');
    expect(status).toBe(0);
    expect(stdout).toContain(`  egress:
    # deploy/shop.yaml:14 variable DB_URL of container "main" names db:5432
    - to:
        - podSelector:
            matchLabels:
              app: db
      ports:
        - protocol: TCP
          port: 5432
`);
    expect(stdout).not.toContain('hunter2');
    expect(stderr).toContain('4 policies for 1 namespace, from 1 connection');
    expect(stderr).toContain('Manifests show less traffic than there is');
  });

  test('with --quiet prints the policies alone, which a scan finds in order', () => {
    const { stdout, stderr } = generate('deploy', '-q');
    expect(stderr).toBe('');
    const scan = plimsoll(['scan', '-', '--only', 'NET-02,NET-03', '--min-severity', 'low', '-q'], {
      cwd: folder,
      input: `${shop}---\n${stdout}`,
    });
    expect(scan).toMatchObject({ status: 0, stdout: '' });
  });

  test('writes a file for each namespace, again and again the same', () => {
    expect(generate('deploy', '-o', 'deploy/policies')).toMatchObject({ status: 0, stderr: '' });
    expect(readdirSync(join(folder, 'deploy/policies'))).toEqual(['shop.network-policies.yaml']);
    const file = join(folder, 'deploy/policies/shop.network-policies.yaml');
    const before = readFileSync(file, 'utf8');
    expect(before).toBe(generate('deploy/shop.yaml', '-q').stdout);
    expect(generate('deploy', '-o', 'deploy/policies').status).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  test('with --check says what passes and what is cut, and writes nothing where something does not pass', () => {
    const { status, stdout } = generate('deploy', '--check', '-o', 'policies');
    expect(status).toBe(0);
    expect(stdout).toContain('checked: 1 of 1 evidenced connection pass');
    expect(stdout).toContain('internet most ports: from shop/web, shop/db');
    expect(readdirSync(join(folder, 'policies'))).toHaveLength(1);
    writeFileSync(
      join(folder, 'deploy/admin.yaml'),
      `apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: { name: closed }
spec: { priority: 1, subject: { namespaces: {} }, ingress: [{ action: Deny, from: [{ namespaces: {} }] }] }
`,
    );
    const denied = generate('deploy', '--check', '-o', 'others');
    expect(denied).toMatchObject({ status: 1, stderr: expect.stringContaining('nothing was written') });
    expect(denied.stdout).toContain('shop/web to shop/db TCP 5432: policies of today deny it already');
    expect(readdirSync(folder)).not.toContain('others');
  });

  test('overwrites nothing that it has not written', () => {
    mkdirSync(join(folder, 'policies'));
    const file = join(folder, 'policies/shop.network-policies.yaml');
    writeFileSync(file, 'mine: true\n');
    const { status, stderr } = generate('deploy', '-o', 'policies');
    expect(status).toBe(2);
    expect(stderr).toContain('was not generated, and is not overwritten');
    expect(readFileSync(file, 'utf8')).toBe('mine: true\n');
  });

  test('never writes outside of the folder, whatever a namespace is called', () => {
    writeFileSync(join(folder, 'deploy/shop.yaml'), shop.replaceAll('namespace: shop', 'namespace: ../../evil'));
    const { status, stderr } = generate('deploy', '-o', 'policies');
    expect(status).toBe(2);
    expect(stderr).toContain('is no name of a namespace');
  });

  test('a comment cannot be left by what a manifest says', () => {
    writeFileSync(
      join(folder, 'deploy/shop.yaml'),
      shop.replaceAll('name: main', 'name: "a\\nb: c\\u2028\\u202e"').replace('name: DB_URL', 'name: "X\\nevil: true\\rURL"'),
    );
    const { stdout } = generate('deploy');
    expect(stdout).toMatch(/variable X\\u\{a\}evil:/);
    expect(stdout).not.toMatch(/^evil|^b:|[\r\u2028\u202e]/m);
  });

  test.each([
    [['generate'], 'what is to be generated?'],
    [['generate', 'network-policy'], 'did you mean network-policies?'],
    [['generate', 'network-policies', '--api-server', 'example.com'], 'this is no address'],
    [['generate', 'network-policies', '--outputs', 'x'], 'did you mean --output?'],
    [['generate', 'network-policies', 'nowhere'], 'nowhere'],
  ])('%j is refused with advice', (args, advice) => {
    const { status, stderr } = plimsoll(args, { cwd: folder });
    expect(status).toBe(2);
    expect(stderr).toContain(advice);
  });
});
