import type { Given, ImageFacts, Path } from '../../core/index.ts';
import { parseImageReference } from '../../kube/image-reference.ts';
import { repositoryOf, shown, tagged } from './digests.ts';
import { isMapping, nameOf, own, readValue, type GivenFile, type GivenValue, type Mapping } from './text.ts';

/**
 * What images say of themselves: the output of `docker inspect` (or `podman inspect`), or a map of images to their
 * configuration, as `crane config` prints it, or to `{ User: … }`.
 * @throws OptionError where an entry names no image or no configuration.
 */
export function readImages(file: GivenFile): Given['imageOf'] {
  const given = readValue(file);
  const byTag = new Map<string, ImageFacts>();
  const byDigest = new Map<string, ImageFacts>();

  function add(reference: string, facts: ImageFacts, path: Path): void {
    const image = parseImageReference(reference);
    if ('error' in image)
      throw given.complaint(
        `"${shown(reference)}" is no image: ${image.error}`,
        path,
        'write it as manifests do: registry.example.com/web:1.4.2',
      );
    if (image.digest === undefined || image.tag !== undefined) byTag.set(tagged(image), facts);
    if (image.digest !== undefined) byDigest.set(`${repositoryOf(image)}@${image.digest}`, facts);
  }

  for (const { names, facts, path } of entriesOf(given)) for (const name of names) add(name, facts, path);
  return (reference) => {
    const image = parseImageReference(reference);
    if ('error' in image) return undefined;
    const exact = image.digest === undefined ? undefined : byDigest.get(`${repositoryOf(image)}@${image.digest}`);
    return exact ?? (image.digest === undefined || image.tag !== undefined ? byTag.get(tagged(image)) : undefined);
  };
}

interface Entry {
  readonly names: readonly string[];
  readonly facts: ImageFacts;
  readonly path: Path;
}

function entriesOf(given: GivenValue): Entry[] {
  const { value } = given;
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.map((item: unknown, index) => inspected(given, item, [index]));
  if (!isMapping(value))
    throw given.complaint('the file is neither a map nor a list', [], 'write image: { User: … }, or what docker inspect prints');
  if (own(value, 'RepoTags') !== undefined || own(value, 'RepoDigests') !== undefined) return [inspected(given, value, [])];
  if (isMapping(own(value, 'config')) && typeof own(value, 'architecture') === 'string')
    throw given.complaint(
      'the configuration of an image does not say whose it is',
      [],
      'write it below the name of the image: web:1.4.2: { config: … }',
    );
  return Object.entries(value).map(([reference, facts]) => ({
    names: [reference],
    facts: factsOf(given, facts, [reference]),
    path: [reference],
  }));
}

function inspected(given: GivenValue, item: unknown, path: Path): Entry {
  if (!isMapping(item)) throw given.complaint(`${nameOf(path)} is no image`, path, 'write what docker inspect prints');
  const names = ['RepoTags', 'RepoDigests'].flatMap((key) => {
    const listed = own(item, key);
    return Array.isArray(listed) ? listed.filter((name) => typeof name === 'string' && !name.includes('<none>')) : [];
  }) as string[];
  if (names.length === 0)
    throw given.complaint(
      `${nameOf(path)} has no name in RepoTags or RepoDigests`,
      path,
      'write the image as a map: web:1.4.2: { User: … }',
    );
  return { names, facts: factsOf(given, item, path), path };
}

/** A configuration without a user is one of root. */
function factsOf(given: GivenValue, value: unknown, path: Path): ImageFacts {
  if (typeof value === 'string' || typeof value === 'number') return { user: String(value) };
  const config = isMapping(value) ? configOf(value) : undefined;
  if (config === undefined)
    throw given.complaint(`${nameOf(path)} has no User and no config`, path, 'write { User: "10001" }, or what crane config prints');
  const user = own(config, 'User') ?? own(config, 'user') ?? '';
  if (typeof user !== 'string' && typeof user !== 'number')
    throw given.complaint(`the user of ${nameOf(path)} is no text`, path, 'write "10001" or a name');
  return { user: String(user) };
}

function configOf(value: Mapping): Mapping | undefined {
  const inner = own(value, 'config') ?? own(value, 'Config');
  if (isMapping(inner)) return inner;
  return own(value, 'User') === undefined && own(value, 'user') === undefined ? undefined : value;
}
