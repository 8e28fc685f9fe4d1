import type { LogOutput } from './log-outputs.ts';
import { isObject } from './shape-reader.ts';
import { listOf, recordOf, textOf } from './untyped.ts';
import { readDocument } from './yaml/index.ts';

// Collectors whose configuration names what is connected to what: Vector, the OpenTelemetry Collector, Grafana Alloy.

type Settings = Readonly<Record<string, unknown>>;

/**
 * How an output decides about TLS: by the scheme of its address; on unless something says otherwise; off unless something
 * says otherwise; or on in any case, for services that take nothing else.
 */
type Manner = 'address' | 'on' | 'off' | 'always';

/** More outputs than that are a list, and no finding. */
const mostOutputs = 50;

const local = /^(?:[a-z]+:\/\/)?(?:localhost|127\.|\[?::1|0\.0\.0\.0|\/|unix:)/;

/** What a URL says of who asks is nobody's business. */
function withoutUser(url: string): string {
  return url.replaceAll(/\/\/[^/@\s"]*@/g, '//');
}

function tlsOf(
  manner: Manner,
  host: string,
  said: { readonly off?: boolean; readonly on?: boolean; readonly blind: boolean },
): LogOutput['tls'] {
  const secure = said.blind ? 'unverified' : 'on';
  const scheme = /^([a-z][a-z0-9+]*):\/\//.exec(host)?.[1];
  if (scheme === 'http') return 'off';
  if (manner === 'always') return secure;
  if (manner === 'address') return scheme === 'https' ? secure : 'open';
  if (manner === 'on') return said.off === true ? 'off' : secure;
  return said.on === true || /^(?:https|tls|rediss|amqps|mqtts)$/.test(scheme ?? '') ? secure : 'off';
}

/** The first text under one of these names: the address of an output. */
function addressIn(settings: Settings, names: readonly string[]): string {
  for (const name of names) {
    const value = name.split('.').reduce<unknown>((inner, key) => recordOf(inner)[key], settings);
    const found = textOf(value) ?? textOf(listOf(value)[0]);
    if (found !== undefined) return withoutUser(found);
  }
  return '';
}

// --- Vector -------------------------------------------------------------------------------------------------------------

/** vector.dev/docs, "Sinks reference": those that take logs over the network. */
const sinkManners: Readonly<Record<string, Manner | undefined>> = {
  clickhouse: 'address',
  elasticsearch: 'address',
  http: 'address',
  humio_logs: 'address',
  influxdb_logs: 'address',
  loki: 'address',
  opentelemetry: 'address',
  splunk_hec_logs: 'address',
  amqp: 'off',
  kafka: 'off',
  mqtt: 'off',
  nats: 'off',
  redis: 'off',
  socket: 'off',
  vector: 'off',
  papertrail: 'on',
  axiom: 'always',
  aws_cloudwatch_logs: 'always',
  aws_kinesis_firehose: 'always',
  aws_kinesis_streams: 'always',
  aws_s3: 'always',
  aws_sqs: 'always',
  azure_blob: 'always',
  azure_monitor_logs: 'always',
  datadog_logs: 'always',
  gcp_chronicle_unstructured: 'always',
  gcp_cloud_storage: 'always',
  gcp_pubsub: 'always',
  gcp_stackdriver_logs: 'always',
  honeycomb: 'always',
  mezmo: 'always',
  new_relic: 'always',
  sematext_logs: 'always',
};

const sinkAddresses = ['endpoint', 'endpoints', 'uri', 'protocol.uri', 'address', 'bootstrap_servers', 'url', 'connection_string', 'host'];

/** vector.dev/docs, "Buffering model", "TLS": buffers are in memory and TLS is verified unless said. */
function vectorOutputs(sinks: Settings): LogOutput[] {
  const outputs: LogOutput[] = [];
  for (const value of Object.values(sinks)) {
    const settings = recordOf(value);
    const type = textOf(settings['type']) ?? '';
    const manner = Object.hasOwn(sinkManners, type) ? sinkManners[type] : undefined;
    const host = addressIn(settings, sinkAddresses);
    if (manner === undefined || local.test(host) || settings['mode'] === 'unix' || outputs.length >= mostOutputs) continue;
    const protocol = recordOf(settings['protocol']);
    const { enabled, verify_certificate: certificate, verify_hostname: hostname } = recordOf(settings['tls'] ?? protocol['tls']);
    const blind = certificate === false || hostname === false;
    const tls = tlsOf(manner, host, { on: enabled === true, off: enabled === false, blind });
    const stages = [settings['buffer'], ...listOf(settings['buffer'])];
    const onDisk = stages.some((buffer) => recordOf(buffer)['type'] === 'disk');
    outputs.push({ collector: 'Vector', type, host, tls, buffer: onDisk ? 'disk' : 'memory' });
  }
  return outputs;
}

/** The tables of a TOML file as far as sinks are written: tables, dotted keys, texts and truth values. */
function tomlSinks(text: string): Settings {
  const root: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  let table: Record<string, unknown> | undefined;
  for (const line of text.split('\n')) {
    const title = /^[ \t]*\[+[ \t]*([\w."-]+)[ \t]*\]+/.exec(line)?.[1];
    if (title !== undefined) {
      const [first, ...names] = keysOf(title);
      table = first === 'sinks' && names.length > 0 ? inside(root, names) : undefined;
      continue;
    }
    const [, key = '', value = ''] = /^[ \t]*([\w."-]+)[ \t]*=[ \t]*(.*)$/.exec(line) ?? [];
    if (key === '' || table === undefined) continue;
    const names = keysOf(key);
    const last = names.pop() ?? '';
    inside(table, names)[last] = tomlValue(value);
  }
  return root;
}

function keysOf(dotted: string): string[] {
  return dotted.replaceAll('"', '').split('.').slice(0, 8);
}

function inside(table: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  let at = table;
  for (const name of names) {
    const next = at[name];
    const inner = isObject(next) ? next : (Object.create(null) as Record<string, unknown>);
    at[name] = inner;
    at = inner;
  }
  return at;
}

function tomlValue(text: string): unknown {
  const value = text.trim();
  if (/^true\b/.test(value)) return true;
  if (/^false\b/.test(value)) return false;
  const inline = /^\{(.*)\}/.exec(value)?.[1];
  if (inline !== undefined)
    return Object.fromEntries(
      inline.split(',').flatMap((pair) => {
        const [, key, inner = ''] = /^\s*([\w-]+)\s*=\s*(.*)$/.exec(pair) ?? [];
        return key === undefined ? [] : [[key, tomlValue(inner)] as const];
      }),
    );
  return /["']([^"']*)["']/.exec(value)?.[1] ?? value;
}

// --- OpenTelemetry Collector --------------------------------------------------------------------------------------------

/** github.com/open-telemetry/opentelemetry-collector and -contrib, the pages of the exporters. */
const exporterManners: Readonly<Record<string, Manner | undefined>> = {
  otlp: 'on',
  otlp_grpc: 'on',
  otelarrow: 'on',
  loadbalancing: 'on',
  syslog: 'on',
  otlphttp: 'address',
  otlp_http: 'address',
  clickhouse: 'address',
  elasticsearch: 'address',
  loki: 'address',
  opensearch: 'address',
  splunk_hec: 'address',
  logzio: 'address',
  kafka: 'off',
  awscloudwatchlogs: 'always',
  awss3: 'always',
  azuremonitor: 'always',
  coralogix: 'always',
  datadog: 'always',
  googlecloud: 'always',
  sumologic: 'always',
};

const exporterAddresses = ['logs_endpoint', 'endpoint', 'endpoints', 'http.endpoint', 'brokers', 'logs.endpoint', 'client.endpoint'];

/**
 * What the pipelines for logs export. `configtls`: TLS is on unless `insecure`, and verified unless `insecure_skip_verify`;
 * `exporterhelper`: the queue is in memory unless it names a storage.
 */
export function collectorOutputs(configuration: Settings): LogOutput[] {
  const pipelines = Object.entries(recordOf(recordOf(configuration['service'])['pipelines']));
  const used = new Set(
    pipelines.flatMap(([name, pipeline]) => (/^logs(?:\/|$)/.test(name) ? listOf(recordOf(pipeline)['exporters']) : [])),
  );
  return Object.entries(recordOf(configuration['exporters']))
    .filter(([name]) => used.has(name))
    .slice(0, mostOutputs)
    .flatMap(([name, value]) => exporterOutput('the OpenTelemetry Collector', name.replace(/\/.*$/, ''), recordOf(value)) ?? []);
}

function exporterOutput(collector: string, type: string, settings: Settings): LogOutput | undefined {
  const manner = Object.hasOwn(exporterManners, type) ? exporterManners[type] : undefined;
  const host = addressIn(settings, exporterAddresses);
  if (manner === undefined || local.test(host)) return undefined;
  const balanced = recordOf(recordOf(settings['protocol'])['otlp']);
  const client = recordOf(settings['client']);
  const given =
    settings['tls'] ?? balanced['tls'] ?? client['tls'] ?? recordOf(settings['http'])['tls'] ?? recordOf(settings['auth'])['tls'];
  const { insecure, insecure_skip_verify: blind } = recordOf(given);
  const plain = insecure === true || settings['insecure'] === true || settings['network'] === 'udp';
  const tls = tlsOf(manner, host, { off: plain, on: isObject(given) && !plain, blind: blind === true });
  const onDisk = textOf(recordOf(settings['sending_queue'])['storage']) !== undefined;
  return { collector, type, host, tls, buffer: onDisk ? 'disk' : 'memory' };
}

// --- Grafana Alloy ------------------------------------------------------------------------------------------------------

/** grafana.com/docs/alloy, "loki.write", "otelcol.exporter.*": exporters of the Collector under names of their own. */
const alloyExporters: Readonly<Record<string, string | undefined>> = {
  otlp: 'otlp',
  otlphttp: 'otlphttp',
  kafka: 'kafka',
  loadbalancing: 'loadbalancing',
  splunkhec: 'splunk_hec',
  syslog: 'syslog',
  datadog: 'datadog',
  googlecloud: 'googlecloud',
  awss3: 'awss3',
};

/** What takes logs: `loki.write`, and the exporters that something names under `logs`. */
function alloyOutputs(text: string): LogOutput[] {
  const outputs: LogOutput[] = [];
  const fed = [...text.matchAll(/\blogs[ \t]*=[ \t]*\[([^\]]{0,2000})/g)].slice(0, 4 * mostOutputs).map(([, names = '']) => names);
  for (const { name, label, body } of components(text)) {
    if (outputs.length >= mostOutputs) break;
    if (name === 'loki.write') {
      const onDisk = recordOf(body['wal'])['enabled'] === true;
      for (const each of listOf(body['endpoint'])) {
        const host = addressIn(recordOf(each), ['url']);
        if (local.test(host)) continue;
        const blind = recordOf(recordOf(each)['tls_config'])['insecure_skip_verify'] === true;
        // What it reads are files of the node, which are still there when the receiver is back.
        outputs.push({
          collector: 'Grafana Alloy',
          type: 'loki',
          host,
          tls: tlsOf('address', host, { blind }),
          buffer: onDisk ? 'disk' : 'open',
        });
      }
      continue;
    }
    const own = name.slice('otelcol.exporter.'.length);
    const type = Object.hasOwn(alloyExporters, own) ? alloyExporters[own] : undefined;
    const takesLogs = fed.some((names) => names.includes(`${name}.${label}.`));
    if (type === undefined || !takesLogs) continue;
    const output = exporterOutput('Grafana Alloy', type, body);
    if (output !== undefined) outputs.push(output);
  }
  return outputs;
}

interface Component {
  readonly name: string;
  readonly label: string;
  readonly body: Settings;
}

/** The blocks that send something; of a block that may stand more than once (`endpoint`) a list. */
function components(text: string): Component[] {
  const found: Component[] = [];
  for (const match of text.matchAll(/^[ \t]*(loki\.write|otelcol\.exporter\.[a-z0-9]+)[ \t]+"([\w-]{1,100})"[ \t]*\{/gm)) {
    if (found.length >= 2 * mostOutputs) break;
    const body = blockAt(text, match.index + match[0].length);
    found.push({ name: match[1] ?? '', label: match[2] ?? '', body });
  }
  return found;
}

const word = /\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|`[^`]*`|[A-Za-z_][\w.]*|[{}=[\]]|\n/g;
/** Deeper blocks decide nothing, and files are written by hand. */
const mostWords = 2000;

/** What stands in a block from its opening brace on, as far as texts, truth values and blocks within go. */
function blockAt(text: string, from: number): Settings {
  const root: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  const open: Record<string, unknown>[] = [root];
  let name: string | undefined;
  let assigned = false;
  let words = 0;
  word.lastIndex = from;
  for (let match = word.exec(text); match !== null && words < mostWords; match = word.exec(text), words++) {
    const [token] = match;
    if (token.startsWith('//') || token === '[' || token === ']') continue;
    const at = open.at(-1) ?? root;
    if (token === '\n') [name, assigned] = [undefined, false];
    else if (token === '=') assigned = true;
    else if (token === '{') {
      const inner: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
      if (name === 'endpoint') at[name] = [...listOf(at[name]), inner];
      else if (name !== undefined) at[name] = inner;
      open.push(inner);
      [name, assigned] = [undefined, false];
    } else if (token === '}') {
      open.pop();
      if (open.length === 0) break;
    } else if (assigned && name !== undefined && at[name] === undefined)
      at[name] = token === 'true' ? true : token === 'false' ? false : /^["`]/.test(token) ? token.slice(1, -1) : `\${${token}}`;
    else if (!assigned) name = token;
  }
  return root;
}

// --- All of them --------------------------------------------------------------------------------------------------------

/** The outputs of a configuration of one of them; undefined for every other text. */
export function pipelineOutputs(text: string): LogOutput[] | undefined {
  if (text.includes('loki.write "') || text.includes('otelcol.exporter.')) return alloyOutputs(text);
  if (/^[ \t]*\[sinks\./m.test(text)) return vectorOutputs(tomlSinks(text));
  if (!/^(?:sinks|exporters):|^[ \t]*\{?[ \t]*"(?:sinks|exporters)":/m.test(text)) return undefined;
  const read = readDocument(text, 1);
  const value = 'error' in read ? undefined : recordOf(read.value);
  if (value === undefined) return undefined;
  if (isObject(value['sinks'])) return vectorOutputs(value['sinks']);
  return isObject(value['exporters']) && isObject(value['service']) ? collectorOutputs(value) : undefined;
}

/** As `configurationOf`, for the outputs of one of these collectors; undefined for those of others. */
export function pipelineConfiguration(outputs: readonly LogOutput[]): string | undefined {
  switch (outputs[0]?.collector ?? '') {
    case 'Vector':
      return JSON.stringify({
        sinks: Object.fromEntries(
          outputs.map(({ type, host, tls, buffer }, index) => [
            `s${index}`,
            {
              type,
              ...(host === '' ? {} : { address: host }),
              tls: { enabled: tls === 'on' || tls === 'unverified', verify_certificate: tls !== 'unverified' },
              ...(buffer === 'disk' ? { buffer: { type: 'disk' } } : {}),
            },
          ]),
        ),
      });
    case 'the OpenTelemetry Collector': {
      const names = outputs.map(({ type }, index) => `${type}/${index}`);
      return JSON.stringify({
        exporters: Object.fromEntries(outputs.map((output, index) => [names[index], exporterSettings(output)])),
        service: { pipelines: { logs: { exporters: names } } },
      });
    }
    case 'Grafana Alloy':
      return outputs.map(alloyBlock).join('');
    default:
      return undefined;
  }
}

function exporterSettings({ type, host, tls, buffer }: LogOutput): Settings {
  const plain = tls === 'off';
  return {
    ...(host === '' ? {} : { endpoint: host }),
    // Without TLS is how Kafka begins.
    ...(plain && exporterManners[type] === 'off' ? {} : { tls: { insecure: plain, insecure_skip_verify: tls === 'unverified' } }),
    ...(buffer === 'disk' ? { sending_queue: { storage: 'file_storage' } } : {}),
  };
}

function alloyBlock(output: LogOutput, index: number): string {
  const { type, host, tls, buffer } = output;
  const blind = tls === 'unverified';
  if (type === 'loki')
    return `loki.write "o${index}" {\nendpoint {\nurl = ${JSON.stringify(host)}\ntls_config {\ninsecure_skip_verify = ${blind}\n}\n}\n${buffer === 'disk' ? 'wal {\nenabled = true\n}\n' : ''}}\n`;
  const own = Object.keys(alloyExporters).find((name) => alloyExporters[name] === type) ?? type;
  const { endpoint, tls: settings, sending_queue: queue } = exporterSettings(output);
  const to = endpoint === undefined ? '' : `endpoint = ${JSON.stringify(endpoint)}\n`;
  const secured = settings === undefined ? '' : `tls {\ninsecure = ${tls === 'off'}\ninsecure_skip_verify = ${blind}\n}\n`;
  const kept = queue === undefined ? '' : 'sending_queue {\nstorage = "file_storage"\n}\n';
  return `otelcol.exporter.${own} "o${index}" {\nclient {\n${to}${secured}}\n${kept}}\n// logs = [otelcol.exporter.${own}.o${index}.input]\n`;
}
