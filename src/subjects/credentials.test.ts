import { describe, expect, test } from 'vitest';
import { findCredentials } from './credentials.ts';

/** Put together here, so that no scanner of repositories takes the tests for a leak. */
const joined = (...parts: string[]): string => parts.join('');
const random = 'q7Zt0pXc4LmB2vRk9sWy5dGhJ8nF3aQe1TuO';
const body = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n';

const inText = (value: string) => findCredentials({ kind: 'key', name: 'settings.yaml', value }).map(({ kind }) => kind);
const inVariable = (name: string, value: string) => findCredentials({ kind: 'variable', name, value });

describe('formats of issuers', () => {
  test.each([
    ['an AWS access key', joined('AK', 'IAQ3EGZLP7KWNT5VMB')],
    ['a GitHub token', joined('gh', 'p_', random)],
    ['a GitLab token', joined('gl', 'pat-', 'x9Kq2mWz7Ty4Rb1Lc8Vd')],
    ['a Slack token', joined('xo', 'xb-', '2491837465-kJ8hG2fD5sA1')],
    ['a Stripe key', joined('sk', '_live_', '4eC39HqLyjWDarjtT1zdp7dc')],
    ['a Google API key', joined('AI', 'zaSyD7q2Kp9XwLm4Rt6Vb1Nc8Zh3Jf5Gd0QaE')],
    ['an npm token', joined('np', 'm_', random)],
    ['a Vault token', joined('hv', 's.', random)],
  ])('%s, alone and inside a file', (kind, token) => {
    expect(inVariable('ANYTHING', token).map((found) => found.kind)).toEqual([kind]);
    expect(inText(`first: 1\nheader: "Bearer ${token}"\n`)).toEqual([kind]);
  });

  test('a JSON web token is one if its header names an algorithm', () => {
    const token = (header: string) => `${btoa(header)}.eyJzdWIiOiJhZG1pbiIsImlhdCI6MX0.c2lnbmF0dXJlLW9mLWl0`;
    expect(inText(token('{"alg":"RS256","typ":"JWT"}'))).toEqual(['a JSON web token']);
    expect(inText(token('{"type":"something"}'))).toEqual([]);
  });

  test.each([
    ['an example of the issuer', joined('AK', 'IAIOSFODNN7EXAMPLE')],
    ['too short', joined('AK', 'IAQ3EGZLP7KWNT5V')],
    ['too long', joined('AK', 'IAQ3EGZLP7KWNT5VMBXX')],
    ['a mask', joined('gh', 'p_', 'x'.repeat(36))],
    ['a class in a pattern', 'ghp_[A-Za-z0-9]{36}'],
  ])('not %s', (_, text) => {
    expect(inText(text)).toEqual([]);
  });
});

describe('private keys', () => {
  const begin = joined('-----BEGIN ', 'RSA PRIVATE KEY-----');
  test('with their body, in lines or escaped', () => {
    expect(inText(`${begin}\n${body}${body}`)).toEqual(['a private key']);
    expect(inText(`{"private_key": "${begin}\\n${body.trim()}\\n"}`)).toEqual(['a private key']);
  });

  test('not a label alone, and no certificate', () => {
    expect(inText(`the file begins with ${begin}`)).toEqual([]);
    expect(inText(`-----BEGIN CERTIFICATE-----\n${body}`)).toEqual([]);
  });
});

describe('connection strings', () => {
  test.each([
    'postgres://shop:tr0ub4dor@db:5432/shop',
    'url = "redis://:tr0ub4dor@cache:6379"',
    'amqp://guest:guest@rabbit/',
    'https://bot:p@ss@git.internal/repository.git',
    'mongodb+srv://shop:tr0ub%404dor@db/shop',
    'jdbc:postgresql://db:5432/shop?user=shop&password=tr0ub4dor',
    'jdbc:sqlserver://db:1433;databaseName=shop;user=shop;password=tr0ub4dor',
    'Server=db;Database=shop;User Id=sa;Password=tr0ub4dor;',
    joined('DefaultEndpointsProtocol=https;AccountName=shop;Account', `Key=${random}${random}aaaaaaaaaaaaaa==`),
  ])('%s', (text) => {
    expect(inText(text)).toEqual(['a connection string with its password']);
  });

  test.each([
    'postgres://$(DB_USER):$(DB_PASSWORD)@db:5432/shop',
    'postgres://shop:${PASSWORD}@db/shop',
    'postgres://shop:<password>@db/shop',
    'postgres://shop:{{ .Values.password }}@db/shop',
    'postgres://shop@db/shop',
    'postgres://shop:%DB_PASSWORD%@db/shop',
    'jdbc:mysql://db/shop?user=shop&password=${PASSWORD}',
    'https://host/login?next=/&password=',
    'http://user:pass@example.com/',
    'http://proxy:8080/a@b',
    'https://host:443/path?mail=a@b.c',
  ])('not %s', (text) => {
    expect(inText(text)).toEqual([]);
  });
});

describe('names that speak of a credential', () => {
  test.each([
    ['API_TOKEN', random, 'a token'],
    ['clientSecret', random, 'a secret'],
    ['AWS_SECRET_ACCESS_KEY', `${random}/+`, 'a key'],
    ['session-key', random, undefined],
    ['SIGNING_KEY', '8f14e45fceea167a5a36dedd4bea2543', 'a key'],
    ['CLIENT_SECRET', '3f2504e0-4f89-41d3-9a0c-0305e82c3301', 'a secret'],
    ['--admin-password', random, 'a password'],
  ])('%s with a random value: %s', (name, value, kind) => {
    const found = inVariable(name, value);
    expect(found.map((credential) => credential.kind)).toEqual(kind === undefined ? [] : [kind]);
    expect(found.every(({ severity }) => severity === 'high')).toBe(true);
  });

  test('a password that looks like a word counts, but low', () => {
    expect(inVariable('MYSQL_ROOT_PASSWORD', 'supersecret')).toEqual([{ kind: 'a password', prefix: '', severity: 'low' }]);
    expect(inVariable('DB_PASS', 'admin')).toHaveLength(1);
    expect(inVariable('DB_PASSWORD', '123456')).toHaveLength(1);
  });

  test.each([
    ['PASSWORD_FILE', random],
    ['SECRET_NAME', random],
    ['TOKEN_URL', random],
    ['KEYCLOAK_URL', random],
    ['ACCESS_KEY_ID_NAME', random],
    ['MAX_TOKENS', random],
    ['WEBHOOK_SECRET', 'webhook-server-certificate-v2'],
    ['PASSWORD', ''],
    ['PASSWORD', 'true'],
    ['PASSWORD', '$(OTHER)'],
    ['PASSWORD', '/run/secrets/password'],
    ['PASSWORD', 'vault:secret/data/shop#password'],
    ['PASSWORD', '<password>'],
    ['PASSWORD', 'your-password'],
    ['PASSWORD', '********'],
    ['TOKEN', 'kubernetes.default.svc.cluster.local'],
    ['TOKEN', 'aaaaaaaaaaaaaaaaaaaaaaaa1'],
    ['PASSWORD', 'settings.password'],
  ])('not %s with the value %j', (name, value) => {
    expect(inVariable(name, value)).toEqual([]);
  });

  test('in the lines of files and commands', () => {
    expect(inText('db:\n  user: shop\n  password: tr0ub4dor\n')).toEqual(['a password']);
    expect(inText('[security]\nadmin_password = tr0ub4dor\n')).toEqual(['a password']);
    expect(inText('{"user": "shop", "password": "tr0ub4dor"}')).toEqual(['a password']);
    expect(findCredentials({ kind: 'argument', name: '', value: 'export DB_PASSWORD=tr0ub4dor && run' })).toHaveLength(1);
    expect(findCredentials({ kind: 'argument', name: '', value: 'run --password=tr0ub4dor --debug' })).toHaveLength(1);
  });

  test('not in comments, code and prose', () => {
    expect(inText('# password: tr0ub4dor\n  // password = tr0ub4dor\n')).toEqual([]);
    expect(inText('if password == expected\npassword = get_password()\n')).toEqual([]);
    expect(findCredentials({ kind: 'key', name: 'login.py', value: 'password = expected\n' })).toEqual([]);
    expect(findCredentials({ kind: 'annotation', name: 'description', value: 'password: see below' })).toEqual([]);
  });
});

test('tells nothing of the value but the fixed beginning of its format', () => {
  const token = joined('gh', 'p_', random);
  for (const value of [token, `postgres://shop:${random}@db/shop`, random])
    for (const { kind, prefix } of inVariable('API_TOKEN', value)) {
      expect(prefix.length).toBeLessThanOrEqual(4);
      expect(random).not.toContain(prefix === '' ? '\0' : prefix);
      expect(kind).not.toContain(random.slice(0, 4));
    }
});

test('text that is made to be slow is read in time', () => {
  for (const piece of [
    'a b=',
    'a:"',
    'password = ',
    'pwd=a;server=',
    '://',
    'a://b:',
    'eyJ',
    '-',
    '-----BEGIN RSA PRIVATE KEY-----',
    '"',
    'a.',
  ])
    expect(findCredentials({ kind: 'key', name: 'x', value: piece.repeat(300_000 / piece.length) }).length).toBeLessThan(2);
});
