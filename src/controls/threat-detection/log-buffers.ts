import { defineControl, failAt, notApplicable, passSoFar, type AnyControl, type Place } from '../../core/index.ts';
import { fitted, short } from '../../subjects/dangerous-grants.ts';
import { exampleLogConfiguration, logConfigurations } from '../../subjects/log-configuration.ts';

export const logBuffers: AnyControl = defineControl({
  id: 'threat-detection/log-buffers',
  decides: ['FT-02'],
  title: 'Log collectors keep on disk what nobody takes at the moment',
  why: 'When the receiver is away, a collector that keeps logs in memory throws them away or is killed for using too much. Whoever wants to leave no trace begins by making the receiver unreachable.',
  severity: 'low',
  also: { attack: ['T1562'] },
  subject: logConfigurations,

  evaluate({ file, path, outputs }) {
    if (outputs.every(({ buffer }) => buffer === 'open'))
      return notApplicable('it reads files that are still there when the receiver is back');
    const places = outputs.flatMap(({ collector, type, buffer }): Place[] =>
      buffer === 'memory'
        ? [
            {
              where: path,
              message: fitted((most) => `logs for ${short(type, most)} wait in memory alone: ${collector}, "${short(file, most)}"`),
            },
          ]
        : [],
    );
    // Whether the folder outlives the pod, and is large enough.
    return places.length > 0 ? failAt(places) : passSoFar(['cluster', 'node']);
  },

  remedy:
    'Buffer in a folder that outlives the pod (a claim or a hostPath that is approved), bounded by the hours that the receiver may be away, and try again without an end.',

  alsoFails: ['threat-detection/log-encryption', 'upgrading/unreferenced-objects'],

  examples: () => ({
    pass: {
      Vector: exampleLogConfiguration(
        'vector.toml',
        '[sinks.store]\ntype = "loki"\nendpoint = "https://loki.example.com"\n[sinks.store.buffer]\ntype = "disk"\nmax_size = 268435488\n',
      ),
      'Fluent Bit': exampleLogConfiguration(
        'fluent-bit.conf',
        '[SERVICE]\n    storage.path /var/buffer\n[INPUT]\n    Name tail\n    storage.type filesystem\n[OUTPUT]\n    Name es\n    Host logs.example.com\n    tls On\n',
      ),
      Fluentd: exampleLogConfiguration(
        'fluent.conf',
        '<match **>\n  @type forward\n  transport tls\n  <server>\n    host logs.example.com\n  </server>\n  <buffer>\n    @type file\n    path /var/buffer\n  </buffer>\n</match>\n',
      ),
    },
    fail: {
      'OpenTelemetry Collector': exampleLogConfiguration(
        'relay',
        'exporters:\n  otlp: { endpoint: "logs.example.com:4317" }\nservice:\n  pipelines:\n    logs: { receivers: [filelog], exporters: [otlp] }\n',
      ),
      'Fluent Bit': exampleLogConfiguration(
        'fluent-bit.conf',
        '[INPUT]\n    Name tail\n[OUTPUT]\n    Name es\n    Host logs.example.com\n    tls On\n',
      ),
      Fluentd: exampleLogConfiguration(
        'fluent.conf',
        '<match **>\n  @type forward\n  transport tls\n  <server>\n    host logs.example.com\n  </server>\n</match>\n',
      ),
    },
    notApplicable: {
      'Grafana Alloy': exampleLogConfiguration(
        'config.alloy',
        'loki.write "store" {\n  endpoint {\n    url = "https://loki.example.com/loki/api/v1/push"\n  }\n}\n',
      ),
      Promtail: exampleLogConfiguration('promtail.yaml', 'clients:\n  - url: https://loki.example.com/loki/api/v1/push\n'),
    },
  }),
});
