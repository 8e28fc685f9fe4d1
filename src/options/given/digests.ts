import type { Given, Path } from '../../core/index.ts';
import { parseImageReference, type ImageReference } from '../../kube/image-reference.ts';
import { OptionError } from '../option-error.ts';
import { isMapping, nameOf, own, readValue, requireShort, type GivenFile, type GivenValue, type Mapping } from './text.ts';

/** `name:tag@sha256:…`, or the two apart; `name: sha256:…` is a map of YAML. */
const line = /^([^\s{["'-](?:\S*?[^\s:"'])?)(?:@|[ \t]+|=)([a-z0-9]+:[0-9a-f]{16,})$/;
const header = /^REPOSITORY\s+TAG\s+DIGEST\b/;

type Complain = (what: string, todo: string) => OptionError;

/**
 * Which digest an image has: from a map of images to digests, a kustomization (its list `images`), a lock file of kbld or
 * imgpkg, a list or lines of `name:tag@sha256:…`, or the table of `docker images --digests`. A name without a tag means
 * `latest`, as it does to a runtime; in a kustomization it means every tag.
 * @throws OptionError where the file says something else, or two things of one image.
 */
export function readDigests(given: GivenFile): Given['digestOf'] {
  requireShort(given);
  const known = startDigests();
  if (!addLines(given, known)) addValue(readValue(given), known);
  return known.digestOf;
}

interface Digests {
  add(reference: string, digest: string, complain: Complain, everyTag?: boolean): void;
  readonly digestOf: Given['digestOf'];
}

function startDigests(): Digests {
  const digests = new Map<string, string>();
  return {
    add(reference, digest, complain, everyTag = false) {
      const image = parseImageReference(reference);
      if ('error' in image)
        throw complain(`"${shown(reference)}" is no image: ${image.error}`, 'write it as manifests do: registry.example.com/web:1.4.2');
      if ('error' in parseImageReference(`image@${digest}`))
        throw complain(`"${shown(digest)}" is no digest`, 'write sha256: and 64 hexadecimal digits in lower case');
      const key = everyTag && image.tag === undefined ? repositoryOf(image) : tagged(image);
      const before = digests.get(key);
      if (before !== undefined && before !== digest) throw complain(`"${shown(reference)}" has two digests`, 'keep the one that is meant');
      digests.set(key, digest);
    },
    digestOf(reference) {
      const image = parseImageReference(reference);
      if ('error' in image || image.digest !== undefined) return undefined;
      return digests.get(tagged(image)) ?? digests.get(repositoryOf(image));
    },
  };
}

/** Whether the text was one of lines. */
function addLines({ file, text }: GivenFile, known: Digests): boolean {
  const lines = text.split(/\r?\n/).map((each) => each.trim());
  const first = lines.findIndex((each) => each !== '' && !each.startsWith('#'));
  if (first < 0) return false;
  const isTable = header.test(lines[first]!);
  if (!isTable && !line.test(lines[first]!)) return false;
  for (const [index, each] of lines.entries()) {
    if (index < first + Number(isTable) || each === '' || each.startsWith('#')) continue;
    const complain: Complain = (what, todo) => new OptionError([what, `${file}:${index + 1}`, todo]);
    if (isTable) {
      const [repository = '', tag = '', digest = ''] = each.split(/\s+/);
      // An image that was built here and never pushed has no digest, one that lost its tag no name.
      if ([repository, tag, digest].includes('<none>')) continue;
      known.add(`${repository}:${tag}`, digest, complain);
      continue;
    }
    const [, reference = '', digest = ''] = line.exec(each) ?? [];
    if (digest === '') throw complain(`"${shown(each)}" is no image with its digest`, 'write name:tag@sha256:…');
    known.add(reference, digest, complain);
  }
  return true;
}

function addValue(given: GivenValue, known: Digests): void {
  const { value } = given;
  if (value === null || value === undefined) return;
  if (Array.isArray(value)) return addItems(given, value, [], known);
  if (!isMapping(value)) throw given.complaint('the file is neither a map nor a list', [], 'write image: digest, one on each line');
  for (const key of ['images', 'overrides']) {
    const items = own(value, key);
    if (Array.isArray(items)) return addItems(given, items, [key], known);
  }
  for (const [reference, digest] of Object.entries(value)) {
    const complain = complainAt(given, [reference]);
    if (typeof digest !== 'string') throw complain(`${nameOf([reference])} has no digest`, 'write image: sha256:…');
    known.add(reference, digest, complain);
  }
}

function addItems(given: GivenValue, items: readonly unknown[], path: Path, known: Digests): void {
  for (const [index, item] of items.entries()) {
    const complain = complainAt(given, [...path, index]);
    if (isMapping(item) && own(item, 'image') !== undefined) addLockedImage(item, known, complain);
    else if (isMapping(item)) addKustomizeImage(item, known, complain);
    else {
      const [, reference = '', digest = ''] = line.exec(typeof item === 'string' ? item.trim() : '') ?? [];
      if (digest === '') throw complain(`${nameOf([...path, index])} is no image with its digest`, 'write name:tag@sha256:…');
      known.add(reference, digest, complain);
    }
  }
}

/** An entry that changes the name or the tag alone says nothing here. */
function addKustomizeImage(item: Mapping, known: Digests, complain: Complain): void {
  const [name, newName, newTag, digest] = ['name', 'newName', 'newTag', 'digest'].map((key) => own(item, key));
  if (digest === undefined || digest === null) return;
  const image = newName ?? name;
  if (typeof image !== 'string' || typeof digest !== 'string') throw complain('an image lacks its name', 'write name and digest');
  const tag = typeof newTag === 'string' || typeof newTag === 'number' ? `:${newTag}` : '';
  known.add(`${image}${tag}`, digest, complain, true);
}

/** An entry of `kbld --lock-output` (a Config with overrides), or of an ImagesLock, which names what it stands for in an annotation. */
function addLockedImage(item: Mapping, known: Digests, complain: Complain): void {
  const [image, newImage, annotations] = ['image', 'newImage', 'annotations'].map((key) => own(item, key));
  const id = isMapping(annotations) ? own(annotations, 'kbld.carvel.dev/id') : undefined;
  const [reference, pinned] = newImage === undefined ? [id, image] : [image, newImage];
  if (typeof reference !== 'string' || typeof pinned !== 'string')
    throw complain('a locked image lacks the name that it stands for', 'write annotations: { kbld.carvel.dev/id: name:tag }');
  const [, digest] = /@(.*)$/.exec(pinned) ?? [];
  // One that was written with its digest needs none, and one that only got another name has none.
  if (digest !== undefined && !reference.includes('@')) known.add(reference, digest, complain);
}

function complainAt(given: GivenValue, path: Path): Complain {
  return (what, todo) => given.complaint(what, path, todo);
}

export function repositoryOf({ registry, repository }: ImageReference): string {
  return `${registry}/${repository}`;
}

/** What a runtime pulls for a name without a digest. */
export function tagged(image: ImageReference): string {
  return `${repositoryOf(image)}:${image.tag ?? 'latest'}`;
}

export function shown(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
