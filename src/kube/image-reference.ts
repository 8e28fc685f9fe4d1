import { remembering } from '../core/index.ts';

/**
 * Image names as the container runtimes read them (github.com/distribution/reference, ParseNormalizedNamed): a first part
 * without a dot, port or `localhost` is no host, so the registry is docker.io, and one word there stands for `library/`.
 */
export interface ImageReference {
  /** Host and port as written; `index.docker.io` is `docker.io`. */
  readonly registry: string;
  readonly repository: string;
  /** Absent where none is written: runtimes then pull `latest`, unless there is a digest. */
  readonly tag?: string;
  readonly digest?: string;
}

export interface ImageError {
  readonly error: string;
}

const hostLabel = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const host = new RegExp(String.raw`^(?:${hostLabel}(?:\.${hostLabel})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?$`);
const pathPart = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
const tagPattern = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const identifier = /^[a-f0-9]{64}$/;
const digestPattern = /^(?:sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128})$/;
const maxNameLength = 255;

/** Parses the `image` of a container, or says why no runtime can pull it. */
export function parseImageReference(image: string): ImageReference | ImageError {
  if (last?.image !== image) last = { image, parsed: parse(image) };
  return last.parsed;
}

/** The answer before: several controls ask for the same image in turn. */
let last: { readonly image: string; readonly parsed: ImageReference | ImageError } | undefined;

/** What stands behind the last `/`, without tag and digest: enough to see of most images that they are nobody's that is known. */
export function lastPartOf(image: string): string {
  const at = image.indexOf('@');
  const end = at === -1 ? image.length : at;
  const start = image.lastIndexOf('/', end) + 1;
  const colon = image.indexOf(':', start);
  return image.slice(start, colon === -1 || colon > end ? end : colon);
}

function parse(image: string): ImageReference | ImageError {
  if (image === '') return { error: 'the image name is empty' };
  if (image.length > 1024) return { error: 'the image name is too long' };
  if (image.length === 64 && identifier.test(image)) return { error: 'an image id is no image name' };
  const end = endOfName(image);
  const at = image.indexOf('@');
  const tag = image[end] === ':' ? image.slice(end + 1, at === -1 ? image.length : at) : undefined;
  if (tag !== undefined && !tagPattern.test(tag)) return { error: `${quote(tag)} is no tag` };
  const name = parseName(image.slice(0, end));
  if ('error' in name || (tag === undefined && at === -1)) return name;
  const { registry, repository } = name;
  if (at === -1) return { registry, repository, tag: tag! };
  const digest = image.slice(at + 1);
  if (!digestPattern.test(digest)) return { error: `${quote(digest)} is no digest` };
  return tag === undefined ? { registry, repository, digest } : { registry, repository, tag, digest };
}

/** Before the tag and the digest: what of images repeats. */
export function nameOfImage(image: string): string {
  return image.slice(0, endOfName(image));
}

function endOfName(image: string): number {
  const at = image.indexOf('@');
  const end = at === -1 ? image.length : at;
  const slash = image.lastIndexOf('/', end);
  const colon = image.lastIndexOf(':', end);
  // An address of IPv6 alone has no tag.
  return colon > slash && !(slash === -1 && image.startsWith('[')) ? colon : end;
}

/** Names repeat from object to object; tags and digests, where they differ, would only fill the memory. */
const parseName = remembering((image): Pick<ImageReference, 'registry' | 'repository'> | ImageError => {
  const { registry, repository, explicit } = splitRegistry(image);
  if (explicit && !host.test(registry)) return { error: `${quote(registry)} is no registry host` };
  if (repository !== repository.toLowerCase()) return { error: 'the repository must be lower case' };
  if (!repository.split('/').every((part) => pathPart.test(part))) return { error: `${quote(repository)} is no repository` };
  const full = registry === dockerHub && !repository.includes('/') ? `library/${repository}` : repository;
  if (full.length > maxNameLength) return { error: `the repository is longer than ${maxNameLength} characters` };
  return {
    registry: registry === 'index.docker.io' ? dockerHub : registry,
    repository: full,
  };
});

const dockerHub = 'docker.io';

function splitRegistry(name: string): { registry: string; repository: string; explicit: boolean } {
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  if (slash === -1 || !looksLikeHost(first)) return { registry: dockerHub, repository: name, explicit: false };
  return { registry: first === 'index.docker.io' ? dockerHub : first, repository: name.slice(slash + 1), explicit: true };
}

/** A part with upper case cannot be of a repository, so it is a host too. */
function looksLikeHost(part: string): boolean {
  return part.includes('.') || part.includes(':') || part === 'localhost' || part !== part.toLowerCase();
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

/** The full normalised name: `docker.io/library/nginx:1.27@sha256:…`. */
export function imageName({ registry, repository, tag, digest }: ImageReference): string {
  return `${registry}/${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

/**
 * Whether an entry of an allow list covers an image: `registry.example.com`, `*.example.com` (any host below, not the
 * domain itself), each with its port if it has one and with an optional path, `registry.example.com/team`. Host names match
 * whole labels and paths whole parts, so that neither `registry.example.com.evil.net` nor `team-b` passes. An entry without
 * a host means Docker Hub, as it does in an image: `bitnami/redis`; a single word is the official image of that name.
 */
export function imageMatches(image: ImageReference, entry: string): boolean {
  const trimmed = entry
    .trim()
    .replace(/^(?:https?|docker):\/\//, '')
    .replace(/\/\*?$/, '');
  const slash = trimmed.indexOf('/');
  const first = slash === -1 ? trimmed : trimmed.slice(0, slash);
  if (first === '') return false;
  if (!looksLikeHost(first)) {
    if (image.registry !== dockerHub) return false;
    return pathCovers(slash === -1 ? `library/${trimmed}` : trimmed, image.repository);
  }
  if (!hostCovers(first.toLowerCase(), image.registry.toLowerCase())) return false;
  if (slash === -1) return true;
  const path = trimmed.slice(slash + 1);
  if (image.registry === dockerHub && !path.includes('/') && image.repository === `library/${path}`) return true;
  return pathCovers(path, image.repository);
}

function hostCovers(pattern: string, registry: string): boolean {
  if (pattern === 'index.docker.io') return registry === dockerHub;
  if (!pattern.startsWith('*.')) return pattern === registry;
  const suffix = pattern.slice(1);
  return registry.length > suffix.length && registry.endsWith(suffix);
}

function pathCovers(prefix: string, repository: string): boolean {
  return repository === prefix || repository.startsWith(`${prefix}/`);
}
