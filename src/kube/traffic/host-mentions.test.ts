import { expect, test } from 'vitest';
import { hostMentions, namesHost } from './host-mentions.ts';

function texts(text: string, name?: string): string[] {
  return hostMentions(text, name === undefined ? {} : { name }).map(
    ({ host, port, protocol }) => `${protocol === undefined ? '' : `${protocol} `}${host}${port === undefined ? '' : `:${port}`}`,
  );
}

test.each<[string, string | undefined, string[]]>([
  ['http://cart', undefined, ['cart:80']],
  ['https://cart.shop/path?x=1', undefined, ['cart.shop:443']],
  ['http://cart.shop.svc.cluster.local.:8080/', undefined, ['cart.shop.svc.cluster.local:8080']],
  ['cart.shop.svc.cluster.local:8080', undefined, ['cart.shop.svc.cluster.local:8080']],
  ['cart:7070', undefined, ['cart:7070']],
  ['web-0.web.shop.svc', undefined, ['web-0.web.shop.svc']],
  ['postgres://app:pa55@db:5432/app?sslmode=disable', undefined, ['db:5432']],
  ['postgresql://app@db/app', undefined, ['db:5432']],
  ['mongodb://one:27017,two:27018/db', undefined, ['one:27017', 'two:27018']],
  ['kafka-0.kafka:9092,kafka-1.kafka:9092', undefined, ['kafka-0.kafka:9092', 'kafka-1.kafka:9092']],
  ['jdbc:mysql://db:3306/app', undefined, ['db:3306']],
  ['udp://statsd:8125', undefined, ['UDP statsd:8125']],
  ['redis', 'REDIS_HOST', ['redis']],
  ['redis', 'redisAddr', ['redis']],
  ['one,two', 'KAFKA_BROKERS', ['one', 'two']],
  ['redis', 'LOG_LEVEL', []],
  ['host: redis\nport: 6379', undefined, ['redis']],
  ['{"host":"redis","level":"info"}', undefined, ['redis']],
  ['db.host=postgres', undefined, ['postgres']],
  ['12:30', undefined, []],
  ['2026-01-01T12:30:00Z', undefined, []],
  ['registry.example.com/shop/web:1.2', undefined, []],
  ['path/to/cart', undefined, []],
  ['java.lang.String:8080x', undefined, []],
  ['Cart:7070', undefined, []],
  ['$cart:7070', undefined, []],
  ['cart_x:7070', undefined, []],
  ['cart:70700', undefined, []],
  ['', 'DB_HOST', []],
])('%j in %j names %j', (text, name, expected) => {
  expect(texts(text, name)).toEqual(expected);
});

test('names of hosts are told by their last word', () => {
  expect(['DB_HOST', '--redis-addr', 'kafka.brokers', 'serverUrl', 'OTEL_SERVICE_NAME', 'DB_PORT', ''].filter(namesHost)).toEqual([
    'DB_HOST',
    '--redis-addr',
    'kafka.brokers',
    'serverUrl',
  ]);
});

test('a text that is nothing but hosts ends at a thousand, and long runs end', () => {
  const many = Array.from({ length: 5000 }, (_, index) => `h${index}:80`).join(' ');
  expect(hostMentions(many)).toHaveLength(1000);
  for (const text of [
    'a-'.repeat(100_000),
    'a.'.repeat(100_000),
    'http://'.repeat(30_000),
    'a:'.repeat(100_000),
    '@'.repeat(200_000),
    `http://${'x@'.repeat(80_000)}`,
    'host:"'.repeat(30_000),
  ])
    hostMentions(text, { name: 'URL' });
});
