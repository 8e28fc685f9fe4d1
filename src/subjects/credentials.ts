import type { Severity } from '../core/index.ts';
import type { Literal } from './literals.ts';

/** What a literal gives away. Nothing of it may be printed but `kind` and `prefix`. */
export interface Credential {
  /** With its article: `an AWS access key`. */
  readonly kind: string;
  /** At most four characters that every credential of its kind begins with; empty for all others. */
  readonly prefix: string;
  readonly severity: Severity;
}

/** Longer values are read this far: a ConfigMap holds a megabyte in all, and what is a credential stands near its name. */
const longestText = 262_144;
/** Distinct kinds told of one value. */
const mostKinds = 4;

/**
 * Credentials in one literal, each kind once: by the formats of well-known issuers, by private keys and passwords in
 * connection strings, and by a name that speaks of a credential before a value that looks random. A password under such a
 * name that looks like a word counts as well, but low. Every pattern takes time linear in the text.
 */
export function findCredentials({ kind, name, value }: Pick<Literal, 'kind' | 'name' | 'value'>): readonly Credential[] {
  const text = value.length > longestText ? value.slice(0, longestText) : value;
  if (!mayHold(name, text)) return none;
  const found = new Map<string, Credential>();
  const add = (credential: Credential | undefined): void => {
    if (credential !== undefined && found.size < mostKinds && !found.has(credential.kind)) found.set(credential.kind, credential);
  };
  if (beginnings.test(text)) for (const token of text.match(tokenPattern) ?? []) add(issuedToken(token));
  add(privateKey(text));
  add(connectionPassword(text));
  if (found.size === 0) add(namedCredential(name, text, kind, false));
  if (found.size === 0 && isText(kind, text))
    for (const assigned of assignments(text)) add(namedCredential(...assigned, kind, isCode(name)));
  return [...found.values()];
}

const none: readonly Credential[] = [];

/** A part of every name that speaks of a credential. */
const telling = /pass|pwd|secret|token|bearer|key/i;
/** The same for texts, and what connection strings begin with. */
const tellingText = new RegExp(`${telling.source}|://`, 'i');

/** A cheap first look: most texts have nothing of what any of the rules below begins with. */
export function mayHold(name: string, text: string): boolean {
  return telling.test(name) || (text.length >= shortestToken ? anything.test(text) : text.length >= shortestPair && tellingText.test(text));
}

/** `pwd=x` */
const shortestPair = 5;
const shortestToken = 16;

/** Runs that can be one token; joined to others by `=`, quotes, commas or white space. */
const tokenPattern = new RegExp(`[A-Za-z0-9_.-]{${shortestToken},4096}`, 'g');

export interface Format {
  readonly starts: string;
  readonly rest: RegExp;
  readonly kind: string;
}

const format = (starts: string, rest: RegExp, kind: string): Format => ({ starts, rest, kind });

/** As their issuers document them: a fixed beginning and an alphabet with a length. */
export const formats: readonly Format[] = [
  format('AKIA', /^[A-Z2-7]{16}$/, 'an AWS access key'),
  format('ASIA', /^[A-Z2-7]{16}$/, 'an AWS access key'),
  ...['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'].map((starts) => format(starts, /^[A-Za-z0-9]{36,251}$/, 'a GitHub token')),
  format('github_pat_', /^[A-Za-z0-9]{22}_[A-Za-z0-9]{59}$/, 'a GitHub token'),
  ...['glpat-', 'gldt-', 'glrt-', 'glcbt-', 'glagent-'].map((starts) => format(starts, /^[\w.-]{20,300}$/, 'a GitLab token')),
  ...['xoxb-', 'xoxa-', 'xoxp-', 'xoxr-', 'xoxs-', 'xapp-'].map((starts) => format(starts, /^\d[A-Za-z0-9-]{10,250}$/, 'a Slack token')),
  ...['sk_live_', 'rk_live_', 'whsec_'].map((starts) => format(starts, /^[A-Za-z0-9]{24,250}$/, 'a Stripe key')),
  format('AIza', /^[\w-]{35}$/, 'a Google API key'),
  format('GOCSPX-', /^[\w-]{28}$/, 'a Google client secret'),
  format('ya29.', /^[\w-]{40,2048}$/, 'a Google access token'),
  format('npm_', /^[A-Za-z0-9]{36}$/, 'an npm token'),
  format('pypi-AgEIcHlwaS5vcmc', /^[\w-]{50,1000}$/, 'a PyPI token'),
  format('dckr_pat_', /^[\w-]{27,40}$/, 'a Docker Hub token'),
  format('dop_v1_', /^[a-f0-9]{64}$/, 'a DigitalOcean token'),
  format('SG.', /^[\w-]{22}\.[\w-]{43}$/, 'a SendGrid key'),
  format('hf_', /^[A-Za-z]{34}$/, 'a Hugging Face token'),
  format('sk-ant-', /^[\w-]{80,200}$/, 'an Anthropic key'),
  format('sk-proj-', /^[\w-]{40,250}$/, 'an OpenAI key'),
  ...['hvs.', 'hvb.'].map((starts) => format(starts, /^[\w-]{24,300}$/, 'a Vault token')),
  format('shpat_', /^[a-f0-9]{32}$/, 'a Shopify token'),
  format('AGE-SECRET-KEY-1', /^[A-Z0-9]{58}$/, 'an age key'),
];

/** What every token of a known format begins with, JSON web tokens included. */
const beginnings = new RegExp(
  String.raw`\b(?:${[...formats.map(({ starts }) => starts.replaceAll('.', String.raw`\.`)), 'eyJ'].join('|')})`,
);

/** All of it at once, in large and small letters: one look takes less time than three. */
const anything = new RegExp(`${tellingText.source}|-----BEGIN |${beginnings.source}`, 'i');

function issuedToken(token: string): Credential | undefined {
  const trimmed = token.replace(/^[.-]{1,9}/, '').replace(/[.-]{1,9}$/, '');
  if (isExample(trimmed)) return undefined;
  const known = formats.find(({ starts, rest }) => trimmed.startsWith(starts) && rest.test(trimmed.slice(starts.length)));
  if (known !== undefined && looksIssued(trimmed.slice(known.starts.length)))
    return { kind: known.kind, prefix: known.starts.slice(0, 4), severity: 'high' };
  return isJsonWebToken(trimmed) ? { kind: 'a JSON web token', prefix: 'eyJ', severity: 'high' } : undefined;
}

/** The examples of the issuers' own documentation say so. */
function isExample(token: string): boolean {
  return /example|xxxxxx|000000000|123456789/i.test(token);
}

function looksIssued(rest: string): boolean {
  return new Set(rest).size >= 8;
}

/** Three parts, the first of which is a header that names an algorithm. */
function isJsonWebToken(token: string): boolean {
  const [header = '', payload = '', signature = '', ...more] = token.split('.');
  if (!header.startsWith('eyJ') || !payload.startsWith('eyJ') || signature.length < 16 || more.length > 0) return false;
  try {
    return /"alg"\s?:/.test(atob(header.slice(0, 2048).replaceAll('-', '+').replaceAll('_', '/')));
  } catch {
    return false;
  }
}

/** A label alone, as in a template or an explanation, is no key: a body has to follow. */
function privateKey(text: string): Credential | undefined {
  for (let at = text.indexOf('-----BEGIN '); at !== -1; at = text.indexOf('-----BEGIN ', at + 1)) {
    const label = /^-----BEGIN ([A-Z ]{0,24}PRIVATE KEY(?: BLOCK)?)-----/.exec(text.slice(at, at + 64));
    if (label === null) continue;
    const body = text.slice(at + label[0].length, at + label[0].length + 400).replaceAll(/\\[nr]|\s/g, '');
    if (/[A-Za-z0-9+/=]{60}/.test(body)) return { kind: 'a private key', prefix: '', severity: 'critical' };
  }
  return undefined;
}

/** `scheme://user:password@host`, and the `Password=` of ADO strings and of URLs, which is how JDBC has it. */
function connectionPassword(text: string): Credential | undefined {
  const credential: Credential = { kind: 'a connection string with its password', prefix: '', severity: 'high' };
  for (let at = text.indexOf('://'); at !== -1; at = text.indexOf('://', at + 3)) {
    if (!/[A-Za-z0-9+.-]$/.test(text.slice(Math.max(at - 1, 0), at))) continue;
    // What a URL has to escape in a password stands for no variable.
    const authority = (/^[^/\s"'<>`,;]{3,400}/.exec(text.slice(at + 3, at + 403))?.[0] ?? '').replaceAll(/%[0-9a-f]{2}/gi, '-');
    const userEnd = authority.lastIndexOf('@');
    const colon = authority.indexOf(':');
    if (userEnd <= 0 || colon < 0 || colon >= userEnd) continue;
    if (isDocumentation(authority)) continue;
    if (!isPlaceholder(authority.slice(colon + 1, userEnd)) && !isPlaceholder(authority.slice(0, colon), true)) return credential;
  }
  if (!telling.test(text)) return undefined;
  const named = /(?:^|[;?&\s"'])(?:password|pwd)[ \t]{0,4}=[ \t]{0,4}([^;&\s"']{3,128})/i.exec(text)?.[1];
  const isConnection =
    named !== undefined &&
    (/(?:^|[;\s"'])(?:server|data source|host|user id|uid|accountname)[ \t]{0,4}=[^;]{1,256};/i.test(text) ||
      /:\/\/[^\s"'<>]{1,256}[?&;](?:password|pwd)=/i.test(text));
  if (isConnection && !isPlaceholder(named)) return credential;
  const accountKey = /AccountKey=([A-Za-z0-9+/]{40,120}={0,2})/.exec(text)?.[1];
  return accountKey === undefined || isExample(accountKey) ? undefined : credential;
}

/** Domains that nobody can own (RFC 2606), and the words that stand for both parts. */
function isDocumentation(authority: string): boolean {
  return (
    /@(?:[\w-]{1,63}\.){0,8}(?:example(?:\.(?:com|org|net))?|test|invalid)(?::|$)/i.test(authority) ||
    /^user(?:name)?:pass(?:word)?@/i.test(authority)
  );
}

/** Names in which a credential is assigned, inside files and shell commands: `key: value`, `KEY=value`, `--key=value`. */
const assignmentPattern =
  /(?<=^|[\s;&|,{("'])(?:--?)?["']?([A-Za-z_][\w.-]{0,63})["']?[ \t]{0,4}[:=][ \t]{0,4}(?:("[^"\n]{0,512}"|'[^'\n]{0,512}')|([^\s;&|,"'#{}()[\]]{1,512})(?=[\s;&|,"']|$))/gm;

const comment = /^[ \t]{0,64}(?:#|\/\/|;|\*)/;

/** None spans two lines, and only a line with a telling name can hold one that counts. */
function* assignments(text: string): Generator<[name: string, value: string]> {
  for (const line of text.split('\n')) {
    if (!telling.test(line) || comment.test(line.slice(0, 68))) continue;
    for (const { 1: name = '', 2: quoted, 3: word = '' } of line.matchAll(assignmentPattern)) yield [name, quoted?.slice(1, -1) ?? word];
  }
}

function isText(kind: Literal['kind'], text: string): boolean {
  return kind !== 'variable' && /[=:]/.test(text);
}

/** In code and prose a word after such a name is a variable or a sentence. */
function isCode(name: string): boolean {
  return /\.(?:sh|py|js|ts|lua|go|md|txt|rb|pl|sql|tmpl|html)$/.test(name);
}

function namedCredential(name: string, value: string, kind: Literal['kind'], code: boolean): Credential | undefined {
  const speaksOf = credentialName(name);
  const text = value.trim();
  if (speaksOf === undefined || text.length > 512 || isPlaceholder(text)) return undefined;
  if (looksRandom(text)) return { kind: speaksOf === 'password' ? 'a password' : `a ${speaksOf}`, prefix: '', severity: 'high' };
  if (speaksOf !== 'password' || code || kind === 'annotation' || /\s/.test(text)) return undefined;
  return { kind: 'a password', prefix: '', severity: 'low' };
}

/** Last words of names; names that go on (`_FILE`, `_NAME`, `_URL`, `_LENGTH`) say where it is, not what it is. */
function credentialName(name: string): 'password' | 'secret' | 'token' | 'key' | undefined {
  if (name.length > 128 || !telling.test(name)) return undefined;
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '' && !/^\d+$/.test(word));
  const last = words.at(-1) ?? '';
  const before = words.at(-2) ?? '';
  // Alone it is a verb or a result more often than a password.
  if (last === 'pass') return before === '' ? undefined : 'password';
  if (/^(?:\w{0,20}password|passwd|pwd|passphrase)$/.test(last)) return 'password';
  if (/^(?:secret|clientsecret)$/.test(last)) return 'secret';
  if (/^(?:token|accesstoken|authtoken|bearer)$/.test(last)) return 'token';
  if (/^(?:apikey|secretkey|accesskey|privatekey)$/.test(last)) return 'key';
  if (last === 'key' && /^(?:api|access|secret|private|encryption|signing|auth|account|master|crypto|hmac|cookie)$/.test(before))
    return 'key';
  return undefined;
}

/** What stands for a value, or says that there is none. User names may be short words. */
function isPlaceholder(value: string, user = false): boolean {
  if (value === '' && !user) return true;
  if (/^=|[$<>{}%]|\[|\(|…|\.\.\.|^!|^\*+$|^&/.test(value)) return true;
  if (/^(?:x+|-+|\*+|_+)$/i.test(value)) return true;
  if (user) return false;
  if (/^(?:true|false|null|none|nil|yes|no|on|off|undefined|string|str|required|optional|disabled|enabled|empty|default)$/i.test(value))
    return true;
  if (/^(?:your|my|some|the|example|sample|insert|enter|replace|todo|redacted|placeholder)[-_ .]?/i.test(value) && !/\d{3}/.test(value))
    return true;
  // A member of something in code, then: where it is, not what it is.
  if (/^[A-Za-z_]\w{0,63}\.[A-Za-z_][\w.]{0,200}$/.test(value)) return true;
  return (
    /^(?:[~.]{0,2}\/|[a-z][a-z0-9+.-]{1,20}:\/?\/|file:|env:|vault:|arn:|secret:|ref\+|ENC\[|projects\/)/i.test(value) ||
    /^(?:\d{1,3}|\d{1,9}[smhd])$/.test(value)
  );
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Long, without white space, of several sorts of characters, and hardly repeating itself. */
function looksRandom(value: string): boolean {
  if (value.length < 16 || /[^\x21-\x7e]/.test(value)) return false;
  if (uuid.test(value)) return true;
  if (/^[0-9a-f]+$/i.test(value)) return value.length >= 32 && /\d/.test(value) && /[a-f]/i.test(value) && entropy(value) >= 3;
  if (!/^[A-Za-z0-9+/=_.~!@#^&*-]+$/.test(value) || isWords(value)) return false;
  return /\d/.test(value) && /[A-Za-z]/.test(value) && entropy(value) >= 3.5;
}

/** Names of things: parts of letters, of digits, or of one followed by the other. */
function isWords(value: string): boolean {
  return value
    .split(/[-_./:@]+/)
    .every((part) => /^(?:[A-Za-z]?[a-z]*|[A-Z]+|v?\d{1,4}|[a-z]+\d{1,3}|[A-Z][a-z]+(?:[A-Z][a-z]+){0,9}|)$/.test(part));
}

/** Shannon's, in bits for each character. */
function entropy(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}
