import type { Anchor, AnchorOf, Path } from '../../core/index.ts';
import type { Container } from '../types.ts';
import { hostMentions, namesHost, wordsOf, type HostMention } from './host-mentions.ts';

/** A text of a manifest that names hosts. */
export interface Mention {
  readonly at: Anchor;
  /** For a person: `variable DB_HOST of container "web"`. */
  readonly what: string;
  readonly hosts: readonly HostMention[];
  /** Of a ConfigMap. */
  readonly key?: string;
}

interface Said {
  /** The variable, flag or key. */
  readonly name?: string;
  readonly value: string;
  place(): Pick<Mention, 'at' | 'what' | 'key'>;
}

const longestValue = 16_384;

/** The hosts that a container is told of by the values of its variables and by its command line. */
export function mentionsOfContainer(container: Container, path: Path, anchor: AnchorOf, namespace: string | undefined): Mention[] {
  const { name = '', env = [], command = [], args = [] } = container;
  const of = `container "${name}"`;
  const known = new Map<string, string>();
  const said: Said[] = [];
  for (const [index, { name: variable = '', value, valueFrom }] of env.entries()) {
    if (valueFrom?.fieldRef?.fieldPath === 'metadata.namespace' && namespace !== undefined) known.set(variable, namespace);
    if (value === undefined) continue;
    const full = expand(value, known);
    known.set(variable, full);
    const place = (): ReturnType<Said['place']> => ({
      at: anchor([...path, 'env', index, 'value']),
      what: `variable ${variable} of ${of}`,
    });
    said.push({ name: variable, value: full, place });
  }
  for (const [field, words] of [
    ['command', command],
    ['args', args],
  ] as const)
    for (const [index, word] of words.entries()) {
      const place = (): ReturnType<Said['place']> => ({ at: anchor([...path, field, index]), what: `${field} of ${of}` });
      said.push({ ...flagOf(expand(word, known), words[index - 1]), place });
    }
  return mentions(said);
}

/** The hosts in the values of a ConfigMap. */
export function mentionsOfValues(
  values: readonly (readonly [string, string])[],
  place: (key: string) => Pick<Mention, 'at' | 'what' | 'key'>,
): Mention[] {
  return mentions(values.map(([name, value]) => ({ name, value, place: () => place(name) })));
}

function mentions(said: readonly Said[]): Mention[] {
  const ports = new Map<string, number>();
  for (const { name, value } of said) {
    const port = /^\d{1,5}$/.test(value) ? Number(value) : 0;
    if (name !== undefined && port >= 1 && port <= 65_535) ports.set(wordsOf(name).join('_'), port);
  }
  return said.flatMap(({ name, value, place }) => {
    const hosts = [...hostMentions(value, name === undefined ? {} : { name }), ...injected(value)];
    if (hosts.length === 0) return [];
    const port = name === undefined ? undefined : partnerPort(name, ports);
    return [{ ...place(), hosts: hosts.map((host) => (host.port === undefined && port !== undefined ? { ...host, port } : host)) }];
  });
}

/** The port in the variable beside: `DB_PORT` or `DB_HOST_PORT` for `DB_HOST`, `REDIS_PORT` for `REDIS`. */
function partnerPort(name: string, ports: ReadonlyMap<string, number>): number | undefined {
  if (ports.size === 0) return undefined;
  const words = wordsOf(name);
  const stem = namesHost(name) ? words.slice(0, -1) : words;
  return ports.get([...stem, 'port'].join('_')) ?? ports.get([...words, 'port'].join('_'));
}

/** The name of the flag whose value a word is: `--db-host=db`, `--db-host db`. */
function flagOf(word: string, previous: string | undefined): { readonly name?: string; readonly value: string } {
  const [, flag, value] = /^(-{1,2}[A-Za-z][\w.-]{0,100})=([^]*)$/.exec(word) ?? /^([A-Za-z_]\w{0,100})=([^]*)$/.exec(word) ?? [];
  if (flag !== undefined && value !== undefined) return { name: flag, value };
  if (previous !== undefined && /^-{1,2}[A-Za-z][\w.-]{0,100}$/.test(previous)) return { name: previous, value: word };
  return { value: word };
}

/** As the kubelet does: `$(NAME)` of a variable above, and `$$` for a dollar; what is not known stays. */
function expand(value: string, known: ReadonlyMap<string, string>): string {
  if (!value.includes('$(')) return value;
  const full = value.replaceAll(/\$\$|\$\(([^()$]{1,256})\)/g, (whole, name: string | undefined) =>
    name === undefined ? '$' : (known.get(name) ?? whole),
  );
  return full.length > longestValue ? value : full;
}

/** The kubelet tells pods of every Service of their namespace by such variables. */
function injected(value: string): HostMention[] {
  if (!value.includes('_SERVICE_HOST')) return [];
  const names = [...value.matchAll(/\$[({]?([A-Z][A-Z0-9_]{0,62})_SERVICE_HOST\b/g)].map(([, name = '']) =>
    name.toLowerCase().replaceAll('_', '-'),
  );
  return [...new Set(names)].map((host) => ({ host }));
}
