import { defineControl, failAt, passSoFar, type AnyControl, type Place } from '../../core/index.ts';
import { fitted, short } from '../../subjects/dangerous-grants.ts';
import { exampleLogConfiguration, logConfigurations } from '../../subjects/log-configuration.ts';

export const logEncryption: AnyControl = defineControl({
  id: 'threat-detection/log-encryption',
  decides: ['LOG-06'],
  title: 'Logs travel encrypted, to a receiver that proves who it is',
  why: 'Logs name users, addresses and at times tokens. Who reads along in the network learns them, and who can take the place of the receiver makes an attack invisible.',
  severity: 'medium',
  also: { attack: ['T1040', 'T1557'] },
  subject: logConfigurations,

  evaluate({ file, path, outputs }) {
    const places = outputs.flatMap(({ collector, type, host, tls }): Place[] => {
      if (tls !== 'off' && tls !== 'unverified') return [];
      const to = (most: number): string => (host === '' ? '' : ` to ${short(host, most)}`);
      const how = tls === 'off' ? 'in plaintext' : 'without verifying the receiver';
      const message = fitted((most) => `logs go ${how} by ${short(type, most)}${to(most)}: ${collector}, "${short(file, most)}"`);
      return [tls === 'off' ? { where: path, message } : { where: path, message, severity: 'low' }];
    });
    // Which versions of TLS the libraries of the collector take, and whether the values of variables are as they seem.
    return places.length > 0 ? failAt(places) : passSoFar(['cluster', 'node']);
  },

  remedy:
    'Switch TLS on for the output, with verification and the certificate authority of the receiver, and TLS 1.2 as the least version.',

  alsoFails: ['threat-detection/log-buffers', 'upgrading/unreferenced-objects'],

  examples: () => ({
    pass: {
      Vector: exampleLogConfiguration(
        'vector.yaml',
        'sources:\n  pods: { type: kubernetes_logs }\nsinks:\n  store: { type: loki, inputs: [pods], endpoint: "https://loki.example.com", buffer: { type: disk, max_size: 268435488 } }\n',
      ),
      'OpenTelemetry Collector, where traces alone go in plaintext': exampleLogConfiguration(
        'relay',
        'exporters:\n  otlp/logs: { endpoint: "logs.example.com:4317", sending_queue: { storage: file_storage } }\n  otlp/traces: { endpoint: "traces.example.com:4317", tls: { insecure: true } }\nservice:\n  pipelines:\n    logs: { receivers: [filelog], exporters: [otlp/logs] }\n    traces: { receivers: [otlp], exporters: [otlp/traces] }\n',
      ),
      'Grafana Alloy': exampleLogConfiguration(
        'config.alloy',
        'loki.write "store" {\n  endpoint {\n    url = "https://loki.example.com/loki/api/v1/push"\n  }\n}\n',
      ),
      'Fluent Bit': exampleLogConfiguration('fluent-bit.conf', '[OUTPUT]\n    Name es\n    Host logs.example.com\n    tls On\n'),
      Fluentd: exampleLogConfiguration(
        'fluent.conf',
        '<match **>\n  @type forward\n  transport tls\n  <server>\n    host logs.example.com\n  </server>\n</match>\n',
      ),
    },
    fail: {
      'Fluent Bit': exampleLogConfiguration('fluent-bit.conf', '[OUTPUT]\n    Name forward\n    Host logs.example.com\n'),
      'Fluent Bit, anybody may answer': exampleLogConfiguration(
        'fluent-bit.conf',
        '[OUTPUT]\n    Name es\n    Host logs.example.com\n    tls On\n    tls.verify Off\n',
      ),
      Fluentd: exampleLogConfiguration(
        'fluent.conf',
        '<match **>\n  @type elasticsearch\n  host logs.example.com\n  scheme http\n</match>\n',
      ),
      Promtail: exampleLogConfiguration('promtail.yaml', 'clients:\n  - url: http://loki.logs.svc/loki/api/v1/push\n'),
      Filebeat: exampleLogConfiguration('filebeat.yml', 'output.elasticsearch:\n  hosts: ["http://logs.example.com:9200"]\n'),
      Vector: exampleLogConfiguration(
        'vector.toml',
        '[sources.pods]\ntype = "kubernetes_logs"\n\n[sinks.store]\ntype = "socket"\nmode = "tcp"\naddress = "logs.example.com:514"\n',
      ),
      'OpenTelemetry Collector': exampleLogConfiguration(
        'relay',
        'exporters:\n  otlp: { endpoint: "logs.example.com:4317", tls: { insecure: true } }\nservice:\n  pipelines:\n    logs: { receivers: [filelog], exporters: [otlp] }\n',
      ),
      'OpenTelemetryCollector of its operator': `
apiVersion: opentelemetry.io/v1beta1
kind: OpenTelemetryCollector
metadata: { name: logs, namespace: shop }
spec:
  mode: daemonset
  config:
    exporters: { otlphttp: { endpoint: "http://logs.example.com:4318" } }
    service: { pipelines: { logs: { receivers: [filelog], exporters: [otlphttp] } } }
`,
      'Grafana Alloy': exampleLogConfiguration(
        'config.alloy',
        'otelcol.processor.batch "default" {\n  output {\n    logs = [otelcol.exporter.otlp.store.input]\n  }\n}\notelcol.exporter.otlp "store" {\n  client {\n    endpoint = "logs.example.com:4317"\n    tls {\n      insecure_skip_verify = true\n    }\n  }\n}\n',
      ),
      rsyslog: exampleLogConfiguration('rsyslog.conf', '*.* @logs.example.com:514\n'),
    },
  }),
});
