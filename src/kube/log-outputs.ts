import { pipelineConfiguration, pipelineOutputs } from './pipeline-outputs.ts';
import { listOf, recordOf } from './untyped.ts';
import { readDocument } from './yaml/index.ts';

/** Where a log collector sends what it has collected, as far as its configuration says. */
export interface LogOutput {
  /** `Fluent Bit`, for messages. */
  readonly collector: string;
  /** Its type in the words of the collector: `forward`, `es`, `loki`. */
  readonly type: string;
  readonly host: string;
  /** `off`: nothing encrypts; `unverified`: nobody asks who the receiver is; `open`: the configuration does not tell. */
  readonly tls: 'on' | 'off' | 'unverified' | 'open';
  /** What happens to logs while nobody takes them. */
  readonly buffer: 'disk' | 'memory' | 'open';
}

/** Longer configurations are of something else. */
const longest = 262_144;
/** More outputs than that are a list, and no finding. */
const mostOutputs = 50;

/** The outputs of a configuration file, by its name and what stands in it; empty for what is none of a known collector. */
export function logOutputs(name: string, text: string): LogOutput[] {
  if (text.length > longest) return [];
  if (!collected.test(text)) return isOfRsyslog(name, text) ? rsyslog(text) : [];
  if (text.includes('[OUTPUT]') || text.includes('[Output]') || text.includes('[output]')) return fluentBit(iniSections(text));
  if (text.includes('outputs:') && /^pipeline:/m.test(text)) return fluentBit(yamlSections(text));
  if (text.includes('<match')) return fluentd(text);
  if (beatOutput.test(text)) return beats(text);
  if (text.includes('/loki/api/') && /^clients:/m.test(text)) return promtail(text);
  const ofPipelines = pipelineOutputs(text);
  if (ofPipelines !== undefined) return ofPipelines;
  return isOfRsyslog(name, text) ? rsyslog(text) : [];
}

/** A cheap first look: a word of each of the others. */
const collected = /output|<match|loki|otelcol|sinks|exporters/i;

function isOfRsyslog(name: string, text: string): boolean {
  return name.includes('rsyslog') || (name.endsWith('.conf') && text.includes(' @'));
}

/**
 * A configuration that has these outputs, all of one file, and says nothing else: for snapshots, which keep of texts what
 * rules read. The name of the file stays.
 */
export function configurationOf(outputs: readonly LogOutput[]): string {
  const [first] = outputs;
  const onDisk = first?.buffer === 'disk';
  switch (first?.collector ?? '') {
    case 'Fluent Bit':
      return (
        (onDisk ? '[SERVICE]\n storage.path /\n[INPUT]\n storage.type filesystem\n' : '') +
        outputs.map(({ type, host, tls }) => `[OUTPUT]\n Name ${type}\n Host ${host}\n${fluentBitTls(tls)}`).join('')
      );
    case 'Fluentd':
      return outputs.map(fluentdMatch).join('');
    case 'rsyslog':
      return (
        `${outputs.some(({ tls }) => tls === 'on') ? '$ActionSendStreamDriverMode 1\n' : ''}${onDisk ? '$ActionQueueFileName q\n' : ''}` +
        outputs.map(({ type, host }) => `*.* ${type === 'udp' ? '@' : '@@'}${host}\n`).join('')
      );
    case 'a beat':
      return outputs.map(({ type, host, tls }) => `output.${type}:\n hosts: ${host}\n${beatTls(tls)}`).join('');
    case 'Promtail': {
      const blind = outputs.some(({ tls }) => tls === 'unverified') ? 'insecure_skip_verify: true\n' : '';
      return `clients:\n${outputs.map(({ host }) => ` - url: ${host}\n`).join('')}${blind}`;
    }
    default:
      return pipelineConfiguration(outputs) ?? '';
  }
}

function fluentBitTls(tls: LogOutput['tls']): string {
  return tls === 'on' ? ' tls On\n' : tls === 'unverified' ? ' tls On\n tls.verify Off\n' : '';
}

function fluentdMatch({ type, host, tls, buffer }: LogOutput): string {
  const secure = tls === 'on' || tls === 'unverified' ? 'transport tls\n' : tls === 'open' ? '# #{ENV}\n' : '';
  const blind = tls === 'unverified' ? 'ssl_verify false\n' : '';
  return `<match>\n@type ${type}\nhost ${host}\n${secure}${blind}${buffer === 'disk' ? '<buffer>\n@type file\n</buffer>\n' : ''}</match>\n`;
}

function beatTls(tls: LogOutput['tls']): string {
  return tls === 'on' ? ' ssl.enabled: true\n' : tls === 'unverified' ? ' ssl.verification_mode: none\n' : '';
}

/** What a URL says of who asks is nobody's business. */
function withoutUser(url: string): string {
  return url.replaceAll(/\/\/[^/@\s"]*@/g, '//');
}

const local = /^(?:localhost|127\.|\[?::1|\/|unix:)/;

function isOn(value: string | undefined): boolean {
  return value !== undefined && /^(?:on|true|yes|1)$/i.test(value);
}

/** docs.fluentbit.io, "Configuration file" and "TLS": TLS is off and verification on unless said; `storage.type` is memory. */
function fluentBit(sections: readonly Section[]): LogOutput[] {
  const service = sections.find(({ title }) => title === 'service')?.keys;
  const onDisk = sections.some(({ title, keys }) => title === 'input' && keys.get('storage.type')?.toLowerCase() === 'filesystem');
  const remote = new Set([
    'es',
    'opensearch',
    'forward',
    'http',
    'loki',
    'splunk',
    'syslog',
    'tcp',
    'kafka',
    'gelf',
    'opentelemetry',
    'datadog',
    'influxdb',
    'nats',
  ]);
  return sections.flatMap(({ title, keys }): LogOutput[] => {
    const type = keys.get('name')?.toLowerCase() ?? '';
    if (title !== 'output' || !remote.has(type)) return [];
    const host = withoutUser(keys.get('host') ?? keys.get('brokers') ?? '');
    if (local.test(host)) return [];
    const verified = keys.get('tls.verify') === undefined || isOn(keys.get('tls.verify'));
    const tls = type === 'kafka' ? 'open' : isOn(keys.get('tls')) ? (verified ? 'on' : 'unverified') : 'off';
    const kept = onDisk && service?.get('storage.path') !== undefined;
    return [{ collector: 'Fluent Bit', type, host, tls, buffer: kept ? 'disk' : 'memory' }];
  });
}

interface Section {
  readonly title: string;
  readonly keys: ReadonlyMap<string, string>;
}

/** docs.fluentbit.io, "YAML configuration": the same keys, as lists below `pipeline`. */
function yamlSections(text: string): Section[] {
  const read = readDocument(text, 1);
  const { service, pipeline } = 'error' in read ? {} : recordOf(read.value);
  const { inputs, outputs } = recordOf(pipeline);
  const titled = [
    ['service', service],
    ...listOf(inputs).map((each) => ['input', each]),
    ...listOf(outputs).map((each) => ['output', each]),
  ];
  return titled.slice(0, 4 * mostOutputs).map(([title, keys]) => ({
    title: String(title),
    keys: new Map(Object.entries(recordOf(keys)).map(([key, value]) => [key.toLowerCase(), String(value)])),
  }));
}

function iniSections(text: string): Section[] {
  const sections: { title: string; keys: Map<string, string> }[] = [];
  for (const line of text.split('\n')) {
    const title = /^[ \t]*\[([A-Z_]+)\]\s*$/i.exec(line)?.[1];
    if (title !== undefined) sections.push({ title: title.toLowerCase(), keys: new Map() });
    const pair = /^[ \t]*([A-Za-z][\w.-]*)[ \t]+(\S.*)$/.exec(line);
    if (pair !== null) sections.at(-1)?.keys.set((pair[1] ?? '').toLowerCase(), (pair[2] ?? '').trim());
  }
  return sections.slice(0, 4 * mostOutputs);
}

/** docs.fluentd.org, "out_forward", "out_elasticsearch", "Config: Buffer Section": without `@type file` a buffer is in memory. */
function fluentd(text: string): LogOutput[] {
  const outputs: LogOutput[] = [];
  // Several outputs in one, each a store: `copy`, `roundrobin`.
  const bodies = between(text, '<match', '</match>').flatMap((body) =>
    body.includes('<store') ? between(body, '<store', '</store>') : [body],
  );
  for (const body of bodies) {
    const type = /^[ \t]*@?type\s+"?([\w-]+)/m.exec(body)?.[1] ?? '';
    if (!/^(?:forward|elasticsearch|opensearch|http|loki|splunk_hec|remote_syslog|syslog|kafka2?|gelf)$/.test(type)) continue;
    const host = withoutUser(/^[ \t]*(?:host|hosts|url|endpoint|remote_syslog|hec_host)\s+"?([^\s"]+)/m.exec(body)?.[1] ?? '');
    if (local.test(host) || outputs.length >= mostOutputs) continue;
    const secure =
      /^[ \t]*(?:transport\s+tls|scheme\s+"?https|tls\s+true|(?:hosts|url|endpoint)\s+"?https:|protocol\s+"?(?:https|tls))/m.test(body);
    const blind =
      /^[ \t]*(?:ssl_verify\s+false|tls_insecure_mode\s+true|insecure_tls\s+true|insecure_ssl\s+true|tls_verify_hostname\s+false)/m.test(
        body,
      );
    const unknown = type.startsWith('kafka') || type === 'splunk_hec' || /#\{ENV/.test(body);
    const tls = secure ? (blind ? 'unverified' : 'on') : unknown ? 'open' : 'off';
    const [buffer = body] = between(body, '<buffer', '</buffer>');
    const onDisk = /^[ \t]*(?:@type\s+file|buffer_type\s+file)\b/m.test(buffer);
    outputs.push({ collector: 'Fluentd', type, host, tls, buffer: onDisk ? 'disk' : 'memory' });
  }
  return outputs;
}

/** What stands between each tag and its end. By hand: a pattern would look for the end of every tag in the whole text. */
function between(text: string, begin: string, end: string): string[] {
  const found: string[] = [];
  for (let from = text.indexOf(begin); from >= 0 && found.length < mostOutputs; from = text.indexOf(begin, from)) {
    const to = text.indexOf(end, from);
    if (to < 0) break;
    found.push(text.slice(text.indexOf('>', from) + 1, to));
    from = to;
  }
  return found;
}

/** rsyslog.com, "omfwd": `@` is UDP and `@@` TCP, in plaintext unless the driver gtls or ossl is on. */
function rsyslog(text: string): LogOutput[] {
  const driver = /DefaultNetstreamDriver\s*"?=?\s*"?(?:gtls|ossl)|\$ActionSendStreamDriverMode\s+1/i.test(text);
  const queue = /\$ActionQueueFileName|queue\.filename/i.test(text);
  return [...text.matchAll(/^[^#\n]*[ \t](@@?)([\w.-]+)/gm)].slice(0, mostOutputs).map(([, kind, host = '']): LogOutput => {
    const tls = driver && kind === '@@' ? 'on' : 'off';
    return { collector: 'rsyslog', type: kind === '@' ? 'udp' : 'tcp', host, tls, buffer: queue ? 'disk' : 'memory' };
  });
}

/** As one key or as two. */
const beatOutput = /^output(?:\.|:[ \t]*\n[ \t]+)(elasticsearch|logstash|kafka|redis):[^\n]*\n((?:[ \t]+[^\n]*\n?|\n)*)/m;
const beatOutputs = new RegExp(beatOutput.source, 'gm');

/** elastic.co/guide, "Configure SSL", "Configure the internal queue": `queue.disk` where it is named; files wait in any case. */
function beats(text: string): LogOutput[] {
  const outputs: LogOutput[] = [];
  for (const match of text.matchAll(beatOutputs)) {
    const [, type = '', body = ''] = match;
    const hosts = /hosts:\s*(.*)/.exec(body)?.[1] ?? '';
    const encrypts = /^[ \t]+ssl(?:\.|:\s*$)/m.test(body) && !/^[ \t]+ssl(?:\.|:\s*\n[ \t]+)enabled:\s*"?false/m.test(body);
    const secure = hosts.includes('https://') || /protocol:\s*"?https/.test(body) || encrypts;
    const blind = /verification_mode:\s*"?none/.test(body);
    const tls = secure ? (blind ? 'unverified' : 'on') : hosts.includes('${') && !hosts.includes('http://') ? 'open' : 'off';
    // What it reads are files of the node, which are still there when the receiver is back.
    outputs.push({ collector: 'a beat', type, host: withoutUser(hosts).slice(0, 80), tls, buffer: 'open' });
  }
  return outputs.slice(0, mostOutputs);
}

/** grafana.com/docs/loki, "Promtail", clients: the scheme of the address decides. Positions are kept, lines are read again. */
function promtail(text: string): LogOutput[] {
  const blind = /insecure_skip_verify:\s*true/.test(text);
  return [...text.matchAll(/^[ \t]*-?[ \t]*url:\s*"?(\S+\/loki\/api\/\S+)/gm)].slice(0, mostOutputs).map(([, url = '']): LogOutput => {
    const tls = url.startsWith('https://') ? (blind ? 'unverified' : 'on') : url.startsWith('http://') ? 'off' : 'open';
    return { collector: 'Promtail', type: 'loki', host: withoutUser(url), tls, buffer: 'open' };
  });
}
