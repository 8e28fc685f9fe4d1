import { describe, expect, test } from 'vitest';
import { configurationOf, logOutputs } from './log-outputs.ts';

const told = (name: string, text: string): string[] =>
  logOutputs(name, text).map(({ type, host, tls, buffer }) => `${type} ${host} ${tls} ${buffer}`);

describe('outputs of log collectors', () => {
  test('Fluent Bit: the outputs that leave the node, with what the service buffers', () => {
    const text = `[SERVICE]
    storage.path /buffer
[INPUT]
    Name tail
    storage.type filesystem
[OUTPUT]
    Name  stdout
[OUTPUT]
    Name  es
    Host  logs.example.com
    tls   On
    tls.verify Off
[OUTPUT]
    Name  forward
    Host  127.0.0.1
`;
    expect(told('fluent-bit.conf', text)).toEqual(['es logs.example.com unverified disk']);
  });

  test('Fluentd: each match, its buffer alone', () => {
    const text = `<match a.**>
  @type forward
  transport tls
  <server>
    host a.example.com
  </server>
</match>
<match b.**>
  @type http
  endpoint http://b.example.com
  <buffer>
    @type file
  </buffer>
</match>
<match **>
  @type null
</match>
`;
    expect(told('fluent.conf', text)).toEqual(['forward a.example.com on memory', 'http http://b.example.com off disk']);
  });

  test('rsyslog: one sign is UDP, two are TCP, which a driver encrypts', () => {
    expect(told('rsyslog.conf', '*.* @a.example.com\n')).toEqual(['udp a.example.com off memory']);
    expect(told('rsyslog.conf', '$DefaultNetstreamDriver gtls\n*.* @@a.example.com:6514\n')).toEqual(['tcp a.example.com on memory']);
  });

  test('beats and Promtail: by the address', () => {
    expect(told('filebeat.yml', 'output.logstash:\n  hosts: ["a:5044"]\n  ssl.enabled: true\n')).toEqual(['logstash ["a:5044"] on open']);
    expect(told('filebeat.yml', "output.elasticsearch:\n  hosts: ['${HOST}']\n")).toEqual(["elasticsearch ['${HOST}'] open open"]);
    expect(told('p.yaml', 'clients:\n  - url: https://l/loki/api/v1/push\n    tls_config: { insecure_skip_verify: true }\n')).toEqual([
      'loki https://l/loki/api/v1/push unverified open',
    ]);
  });

  test('other files have none', () => {
    expect(told('nginx.conf', 'server { listen 80; }\n# mail @ops now\n')).toEqual([]);
    expect(told('settings.yaml', 'output: file\n')).toEqual([]);
    expect(told('big.conf', `[OUTPUT]\n    Name es\n${'#'.repeat(300_000)}`)).toEqual([]);
  });
});

test.each([
  [
    'fluent-bit.conf',
    '[SERVICE]\n storage.path /b\n[INPUT]\n Name tail\n storage.type filesystem\n[OUTPUT]\n Name es\n Host a.example\n Tls On\n HTTP_Passwd secret\n',
  ],
  ['fluent-bit.conf', '[OUTPUT]\n Name es\n Host a.example\n Tls On\n tls.verify Off\n[OUTPUT]\n Name kafka\n Brokers b.example\n'],
  [
    'fluent.conf',
    '<match a>\n @type http\n endpoint https://user:secret@a.example/\n <buffer>\n @type file\n </buffer>\n</match>\n<match b>\n @type splunk_hec\n hec_host b.example\n</match>',
  ],
  ['rsyslog.conf', '*.* @a.example\n*.* @@b.example\n$ActionQueueFileName secret\n'],
  ['filebeat.yml', 'output.elasticsearch:\n  hosts: ["https://a.example:9200"]\n  password: secret\n  ssl.verification_mode: none\n'],
  ['filebeat.yml', 'output.logstash:\n  hosts: ["${HOST}:5044"]\n'],
  ['promtail.yaml', 'clients:\n  - url: http://user:secret@loki.example/loki/api/v1/push\n'],
])('of %s a configuration with the same outputs is made, and nothing else of it', (name, text) => {
  const outputs = logOutputs(name, text);
  expect(outputs.length).toBeGreaterThan(0);
  const made = configurationOf(outputs);
  expect(logOutputs(name, made)).toEqual(outputs);
  expect(made).not.toContain('secret');
});
