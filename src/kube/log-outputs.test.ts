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

  test('Fluent Bit: its files in YAML', () => {
    const text = `service: { storage.path: /buffer }
pipeline:
  inputs: [{ name: tail, storage.type: filesystem }]
  outputs:
    - { name: es, host: a.example.com, tls: on }
    - Name: loki
      Host: b.example.com
    - { name: stdout }
`;
    expect(told('fluent-bit.yaml', text)).toEqual(['es a.example.com on disk', 'loki b.example.com off disk']);
  });

  test('Fluentd: each store of a copy, and hosts with their scheme', () => {
    const text = `<match **>
  @type copy
  <store>
    @type elasticsearch
    hosts https://a.example.com:9200
  </store>
  <store>
    @type forward
    <server>
      host b.example.com
    </server>
    <buffer>
      @type file
    </buffer>
  </store>
</match>
`;
    expect(told('fluent.conf', text)).toEqual(['elasticsearch https://a.example.com:9200 on memory', 'forward b.example.com off disk']);
  });

  test('beats: an output in two keys, and TLS that is switched off', () => {
    expect(told('filebeat.yml', 'output:\n  kafka:\n    hosts: ["a:9092"]\n')).toEqual(['kafka ["a:9092"] off open']);
    const off = ['  ssl.enabled: false\n  ssl.certificate: a\n', '  ssl:\n    enabled: false\n'];
    for (const ssl of off)
      expect(told('filebeat.yml', `output.logstash:\n  hosts: ["a:5044"]\n${ssl}`)).toEqual(['logstash ["a:5044"] off open']);
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

  test('Vector: sinks that take logs, in YAML and in TOML', () => {
    const yaml = `sources: { pods: { type: kubernetes_logs } }
sinks:
  a: { type: elasticsearch, endpoints: ["http://a.example:9200"] }
  b: { type: http, uri: "https://user:secret@b.example/", tls: { verify_hostname: false }, buffer: [{ type: memory }, { type: disk }] }
  c: { type: loki, endpoint: "\${LOKI}" }
  d: { type: console }
  e: { type: prometheus_exporter, address: "0.0.0.0:9598" }
  f: { type: vector, address: "127.0.0.1:6000" }
`;
    expect(told('vector.yaml', yaml)).toEqual([
      'elasticsearch http://a.example:9200 off memory',
      'http https://b.example/ unverified disk',
      'loki ${LOKI} open memory',
    ]);
    const toml = `[sinks.a]
type = "kafka"
bootstrap_servers = "a.example:9092"
tls.enabled = true
[sinks."b"]
type = 'socket'
address = 'b.example:514'
tls = { enabled = true, verify_certificate = false }
[sinks.b.buffer]
type = "disk"
[sources.socket]
type = "socket"
address = "0.0.0.0:9000"
`;
    expect(told('vector.toml', toml)).toEqual(['kafka a.example:9092 on memory', 'socket b.example:514 unverified disk']);
  });

  test('OpenTelemetry Collector: what the pipelines of logs export', () => {
    const text = `exporters:
  otlp: { endpoint: "a.example:4317" }
  otlp/plain: { endpoint: "b.example:4317", tls: { insecure: true } }
  kafka: { brokers: ["c.example:9092"], sending_queue: { storage: file_storage } }
  syslog: { endpoint: d.example, network: udp }
  loadbalancing: { protocol: { otlp: { tls: { insecure_skip_verify: true } } } }
  otlp/traces: { endpoint: "e.example:4317", tls: { insecure: true } }
  debug: {}
service:
  pipelines:
    logs: { exporters: [otlp, otlp/plain, debug] }
    logs/audit: { exporters: [kafka, syslog, loadbalancing] }
    traces: { exporters: [otlp/traces] }
`;
    expect(told('relay', text)).toEqual([
      'otlp a.example:4317 on memory',
      'otlp b.example:4317 off memory',
      'kafka c.example:9092 off disk',
      'syslog d.example off memory',
      'loadbalancing  unverified memory',
    ]);
  });

  test('Grafana Alloy: blocks that write logs', () => {
    const text = `// "quotes { in comments
loki.write "a" {
  endpoint {
    url = "http://a.example/loki/api/v1/push" // here
    tls_config { insecure_skip_verify = true }
  }
  endpoint {
    url = sys.env("LOKI")
  }
  wal { enabled = true }
}
otelcol.processor.batch "x" {
  output {
    logs   = [otelcol.exporter.otlp.b.input, otelcol.exporter.kafka.c.input]
    traces = [otelcol.exporter.otlp.traces.input]
  }
}
otelcol.exporter.otlp "b" {
  client {
    endpoint = "b.example:4317"
    tls {
      insecure = true
    }
  }
}
otelcol.exporter.kafka "c" {
  brokers = ["c.example:9092"]
  tls { }
}
otelcol.exporter.otlp "traces" {
  client { endpoint = "t.example:4317" }
}
`;
    expect(told('config.alloy', text)).toEqual([
      'loki http://a.example/loki/api/v1/push off disk',
      'loki ${sys.env} open disk',
      'otlp b.example:4317 off memory',
      'kafka c.example:9092 on memory',
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
  [
    'vector.yaml',
    'sinks:\n  a: { type: http, uri: "https://user:secret@a.example/", tls: { verify_certificate: false } }\n  b: { type: kafka, bootstrap_servers: b, sasl: { password: secret }, buffer: { type: disk } }\n  c: { type: datadog_logs, default_api_key: secret }\n  d: { type: papertrail, tls: { enabled: false } }\n',
  ],
  [
    'relay',
    'exporters:\n  otlp: { endpoint: "a:4317", headers: { authorization: secret } }\n  kafka: { brokers: ["b:1"] }\n  otlphttp: { endpoint: "${env:X}" }\n  syslog: { endpoint: c, network: udp, sending_queue: { storage: secret } }\nservice: { pipelines: { logs: { exporters: [otlp, kafka, otlphttp, syslog] } } }\n',
  ],
  [
    'config.alloy',
    'loki.write "secret" {\n endpoint {\n  url = "https://a/push"\n  basic_auth {\n   password = "secret"\n  }\n }\n}\notelcol.exporter.otlphttp "b" {\n client {\n  endpoint = "http://b"\n }\n sending_queue {\n  storage = otelcol.storage.file.secret.handler\n }\n}\nx { logs = [otelcol.exporter.otlphttp.b.input] }\n',
  ],
  ['promtail.yaml', 'clients:\n  - url: http://user:secret@loki.example/loki/api/v1/push\n'],
])('of %s a configuration with the same outputs is made, and nothing else of it', (name, text) => {
  const outputs = logOutputs(name, text);
  expect(outputs.length).toBeGreaterThan(0);
  const made = configurationOf(outputs);
  expect(logOutputs(name, made)).toEqual(outputs);
  expect(made).not.toContain('secret');
});
