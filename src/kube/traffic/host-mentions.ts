/** A host that a text names, as somebody who connects to it would. */
export interface HostMention {
  /** In lower case, without a dot at its end. */
  readonly host: string;
  readonly port?: number;
  readonly protocol?: 'TCP' | 'UDP';
}

/** What is known of the place of a text. */
export interface MentionContext {
  /** The name of the variable, flag or key whose value it is. */
  readonly name?: string;
}

/** Programs connect to these where an address names no port. */
const schemePorts: Readonly<Record<string, number>> = {
  amqp: 5672,
  amqps: 5671,
  http: 80,
  https: 443,
  ldap: 389,
  ldaps: 636,
  memcached: 11_211,
  mongodb: 27_017,
  mqtt: 1883,
  mysql: 3306,
  nats: 4222,
  postgres: 5432,
  postgresql: 5432,
  redis: 6379,
  rediss: 6379,
  smtp: 25,
  ws: 80,
  wss: 443,
};

/** Last words of names whose value is a host: `DB_HOST`, `--redis-addr`, `kafka.brokers`. */
const hostWords: ReadonlySet<string> = new Set(
  (
    'addr addrs address addresses backend broker brokers database db dsn endpoint endpoints gateway host hosts hostname hostport leader ' +
    'master node nodes origin peer peers primary proxy registry remote replica seed seeds server servers service store svc target targets ' +
    'upstream uri url urls'
  ).split(' '),
);

/** The words of `redisHost`, `REDIS_HOST`, `--redis-host`, `redis.host`, in lower case. */
export function wordsOf(name: string): string[] {
  return name
    .slice(0, 256)
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

export function namesHost(name: string): boolean {
  return hostWords.has(wordsOf(name).at(-1) ?? '');
}

/** What may be a host; in upper case it is a constant or a class of some language. */
const token = /[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?/g;
const shaped = /^(?:[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)(?:\.[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)*$/;
const partOfWord = /[A-Za-z0-9_$\\%{}-]/;
const longestText = 1_048_576;
const mostMentions = 1000;

/**
 * The hosts in a text: parts of URLs, hosts with a port, names that end in `.svc`, and plain words where the name of the
 * variable or of the key before them says that they are hosts. Which of them are Services is for others to say. At most
 * 1,000 of them, of the first megabyte.
 */
export function hostMentions(text: string, { name }: MentionContext = {}): HostMention[] {
  const read = text.length > longestText ? text.slice(0, longestText) : text;
  const found = new Map<string, HostMention>();
  const hostNamed = name !== undefined && namesHost(name);
  for (const match of read.matchAll(token)) {
    if (found.size >= mostMentions) break;
    const mention = mentionAt(read, match.index, match[0], hostNamed);
    if (mention !== undefined) found.set(`${mention.host}:${mention.port ?? ''}/${mention.protocol ?? ''}`, mention);
  }
  return [...found.values()];
}

function mentionAt(text: string, start: number, host: string, hostNamed: boolean): HostMention | undefined {
  if (host.length > 253 || !/[a-z]/.test(host)) return undefined;
  // A dot at the end says that the name is whole.
  const end = start + host.length + (text[start + host.length] === '.' ? 1 : 0);
  const before = text[start - 1] ?? '';
  const after = text[end] ?? '';
  if (partOfWord.test(before) || (partOfWord.test(after) && after !== '}') || !shaped.test(host)) return undefined;
  const address = schemeBefore(text, start);
  // A user in front of the host: what stands behind the `@` comes later.
  if (address !== undefined && /^(?::[^\s/@"']{0,256})?@/.test(text.slice(end, end + 260))) return undefined;
  if (before === '/' && address === undefined) return undefined;
  const port = portAt(text, end);
  if (after === ':' && port === undefined && address === undefined) return undefined;
  const full = isServiceName(host);
  const alone = hostNamed && /^[\s"'[,;=]?$/.test(before) && /^[\s"'\],;/:]?$/.test(after);
  if (address === undefined && port === undefined && !full && !alone && !(keyBefore(text, start) && /^[\s"',;/}]?$/.test(after)))
    return undefined;
  if (address === undefined && port !== undefined && before === ':') return undefined;
  const number = port ?? (address === undefined ? undefined : schemePorts[address]);
  return {
    host,
    ...(number === undefined ? {} : { port: number }),
    ...(address === 'udp' ? { protocol: 'UDP' as const } : {}),
  };
}

/** `web.shop.svc`, `web.shop.svc.cluster.local`, `web-0.web.shop.svc`. */
function isServiceName(host: string): boolean {
  const labels = host.split('.');
  const at = labels.indexOf('svc');
  return at === 2 || at === 3;
}

/** The scheme of the URL whose host begins here; what stands before an `@` is passed over. */
function schemeBefore(text: string, start: number): string | undefined {
  const lead = text.slice(Math.max(0, start - 300), start);
  const colon = lead.lastIndexOf('://');
  if (colon === -1 || !/^(?:[^\s/@"']*@)?(?:[^\s/@"']*,)?$/.test(lead.slice(colon + 3))) return undefined;
  const scheme = /[a-z][a-z0-9+.-]*$/i.exec(lead.slice(Math.max(0, colon - 30), colon))?.[0].toLowerCase();
  // mongodb+srv, redis+sentinel
  return scheme?.split('+')[0];
}

function portAt(text: string, end: number): number | undefined {
  if (text[end] !== ':') return undefined;
  const digits = /^\d{1,5}(?![A-Za-z0-9_-]|\.\d)/.exec(text.slice(end + 1, end + 8))?.[0];
  const port = Number(digits);
  return port >= 1 && port <= 65_535 ? port : undefined;
}

/** Whether a key that means a host stands right before: `host: redis`, `"addr" = "redis"`. */
function keyBefore(text: string, start: number): boolean {
  if (!/[:=\s"']/.test(text[start - 1] ?? '')) return false;
  const lead = text.slice(Math.max(0, start - 80), start);
  const key = /([A-Za-z0-9_.-]{1,60})["']? ?[:=] ?["']?$/.exec(lead)?.[1];
  return key !== undefined && namesHost(key);
}
