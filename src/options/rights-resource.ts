import { compareText } from '../core/index.ts';
import { isOwnGroup } from '../kube/rbac/own-resources.ts';
import { namedResource, namedResources, type NamedResource } from '../kube/rbac/index.ts';
import { OptionError } from './option-error.ts';
import { advice, nearest } from './spelling.ts';

/** What a request is about, but for its verb and its namespace. */
export type Target = ResourceTarget | { readonly url: string };

export interface ResourceTarget {
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly name?: string;
  /** Whether its objects live in namespaces; undefined where nobody knows. */
  readonly namespaced: boolean | undefined;
}

/**
 * What a user means by a resource, as kubectl takes it: `pods`, `po`, `Pod`, `deployments.apps`, `deployments.v1.apps`, with a
 * subresource or a name (`pods/log`, `pods/web`, `pods/web/log`), `*`, or a path like `/healthz`. What stands behind the
 * first slash is a subresource where the resource has one of that name and no other is given. `defined` are resources
 * besides those of Kubernetes; of a group that is neither's the name is taken as it stands.
 * @throws OptionError for what no server serves, with the nearest name.
 */
export function readTarget(text: string, subresource: string | undefined, defined: readonly NamedResource[] = []): Target {
  if (text.startsWith('/')) {
    if (subresource !== undefined) throw new OptionError([`${text} has no subresources`, 'leave out --subresource']);
    return { url: text };
  }
  const [word = '', ...parts] = text.split('/');
  const { group, name: resource, namespaced, subresources, virtual } = resourceOf(word, defined);
  // Names of signers and of users have slashes.
  const [second, third, ...more] = virtual === true && resource !== 'userextras' && parts.length > 0 ? [parts.join('/')] : parts;
  if (second === '' || third === '' || more.length > 0)
    throw new OptionError([
      `"${text}" names no resource`,
      'write RESOURCE, RESOURCE/NAME, RESOURCE/SUBRESOURCE or RESOURCE/NAME/SUBRESOURCE',
    ]);
  if (third !== undefined && subresource !== undefined)
    throw new OptionError([`${text} and --subresource ${subresource} both name a subresource`, 'leave out one of them']);
  const target = { group, resource, namespaced };
  const given = third ?? (subresource === '' ? undefined : subresource);
  if (given !== undefined) {
    checkSubresource(resource, given, subresources);
    return { ...target, subresource: given, ...(second === undefined ? {} : { name: second }) };
  }
  if (second === undefined) return target;
  const isSubresource = subresource === undefined && subresources?.includes(second) === true;
  return { ...target, ...(isSubresource ? { subresource: second } : { name: second }) };
}

/** Whether only a definition (CustomResourceDefinition) can tell what the word stands for. */
export function needsDefinition(text: string): boolean {
  if (text.startsWith('/')) return false;
  const [word = ''] = text.split('/');
  const { name, group } = partsOf(word);
  return (
    name !== '*' &&
    !(group === undefined ? namedResources() : namedResources().filter((each) => each.group === group)).some((each) => isCalled(each, name))
  );
}

interface Meant extends Pick<NamedResource, 'group' | 'name'> {
  readonly namespaced: boolean | undefined;
  /** Undefined where nobody knows. */
  readonly subresources: readonly string[] | undefined;
  readonly virtual?: boolean;
}

function resourceOf(word: string, defined: readonly NamedResource[]): Meant {
  if (word === '') throw new OptionError(['no resource is named', 'write RESOURCE or RESOURCE/NAME, for instance pods or pods/web']);
  const { name, group } = partsOf(word);
  // Everything of all groups, or of one.
  if (name === '*') return { name, group: group ?? '*', namespaced: undefined, subresources: undefined };
  const known = [...namedResources(), ...defined];
  const among = group === undefined ? known : known.filter((each) => each.group === group);
  const found = (
    [
      ({ name: plural }: NamedResource) => plural === name,
      ({ singular }: NamedResource) => singular === name,
      ({ shortNames }: NamedResource) => shortNames.includes(name),
    ] as const
  )
    .map((matches) => among.filter(matches))
    .find(({ length }) => length > 0)
    ?.sort((a, b) => rank(a) - rank(b) || compareText(a.group, b.group))[0];
  if (found !== undefined) return found;
  // The group of a definition has a dot.
  if (group?.includes('.') === true && !isOwnGroup(group)) return { name, group, namespaced: undefined, subresources: undefined };
  const meant =
    (group === undefined ? undefined : nearest(word, known.map(full))) ??
    nearest(
      name,
      known.flatMap((each) => [each.name, ...each.shortNames]),
    );
  throw new OptionError([
    group === undefined ? `no resource is called "${name}"` : `the group ${group} has no resource "${name}"`,
    advice(meant, 'what a CustomResourceDefinition brings is written NAME.GROUP'),
  ]);
}

/** Of resources of one name: that of the core group before others, served ones before those that nobody serves any more. */
function rank(resource: NamedResource): number {
  if (resource.group === 'extensions' || resource.virtual) return 2;
  return resource.group === '' ? 0 : 1;
}

function full({ name, group }: NamedResource): string {
  return `${name}.${group}`;
}

/** `deployments.v1.apps` names a version too, which no rule knows. */
function partsOf(word: string): { readonly name: string; readonly group?: string } {
  const dot = word.indexOf('.');
  if (dot === -1) return { name: word.toLowerCase() };
  const group = word.slice(dot + 1).replace(/^v\d+(?:(?:alpha|beta)\d+)?(?:\.|$)/, '');
  return { name: word.slice(0, dot).toLowerCase(), group };
}

function isCalled({ name, singular, shortNames }: NamedResource, word: string): boolean {
  return name === word || singular === word || shortNames.includes(word);
}

/** Of extras of users the subresource is any key. */
function checkSubresource(resource: string, subresource: string, known: readonly string[] | undefined): void {
  if (known === undefined || known.includes(subresource) || subresource === '*' || resource === 'userextras') return;
  throw new OptionError([
    `${resource} have no subresource "${subresource}"`,
    advice(nearest(subresource, known), known.length === 0 ? 'ask about the resource itself' : `they have ${known.join(', ')}`),
  ]);
}

const ofObjects = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'] as const;
const special = ['use', 'bind', 'escalate', 'impersonate', 'approve', 'sign', 'attest', '*'] as const;
const ofUrls = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options', '*'] as const;

/** A verb as requests have it. `used` are verbs that rules name. @throws OptionError for one that nobody knows: it would always be denied. */
export function checkVerb(verb: string, target: Target, used: ReadonlySet<string>): string {
  const isUrl = 'url' in target;
  const known: readonly string[] = isUrl ? ofUrls : [...ofObjects, ...special];
  if (known.includes(verb) || used.has(verb) || /^impersonate(?:-on)?:/.test(verb)) return verb;
  if (!isUrl && namedResource(target.group, target.resource)?.virtual === true) return verb;
  throw new OptionError([
    `unknown verb "${verb}"`,
    advice(nearest(verb, known), `it is one of ${known.join(', ')}, or one that a rule names`),
  ]);
}
