import type { Path } from '../core/index.ts';
import { isObject } from './shape-reader.ts';
import { listOf, recordOf, textOf } from './untyped.ts';

/** How the API server writes what it stores: the file behind `--encryption-provider-config` (apiserver.config.k8s.io/v1). */
export interface EncryptionConfiguration {
  /** The entry that decides for Secrets: the first that names them. */
  readonly secrets: EncryptionEntry | undefined;
  readonly entries: readonly EncryptionEntry[];
}

export interface EncryptionEntry {
  readonly path: Path;
  /** The first of them writes, all of them read. */
  readonly providers: readonly EncryptionProvider[];
}

export interface EncryptionProvider {
  readonly path: Path;
  /** `kms`, `secretbox`, `aesgcm`, `aescbc` or `identity`. */
  readonly type: string;
  readonly keys: readonly EncryptionKey[];
  /** Of `kms` alone; a version that is not said is v1. */
  readonly version?: string;
  readonly endpoint?: string;
}

export interface EncryptionKey {
  readonly path: Path;
  readonly name: string;
  /** How many bytes it has; undefined where something stands for it that is no key. */
  readonly bytes: number | undefined;
}

export const encryptionConfigurationKind = 'EncryptionConfiguration.apiserver.config.k8s.io';

/** No decoder has seen the fields of this kind: what is not as it must be is absent. */
export function readEncryptionConfiguration(object: object): EncryptionConfiguration {
  const entries: EncryptionEntry[] = [];
  let secrets: EncryptionEntry | undefined;
  for (const [index, value] of listOf(recordOf(object)['resources']).entries()) {
    const path: Path = ['resources', index];
    const providers = listOf(recordOf(value)['providers']).flatMap((provider, number) =>
      providerOf(provider, [...path, 'providers', number]),
    );
    const entry = { path, providers };
    entries.push(entry);
    // "*." is all of the core group, "*.*" all there is, since 1.27.
    if (listOf(recordOf(value)['resources']).some((name) => name === 'secrets' || name === 'secrets.' || name === '*.' || name === '*.*'))
      secrets ??= entry;
  }
  return { secrets, entries };
}

const types = ['kms', 'secretbox', 'aesgcm', 'aescbc', 'identity'] as const;

function providerOf(value: unknown, path: Path): EncryptionProvider[] {
  const type = types.find((name) => isObject(value) && Object.hasOwn(value, name));
  if (type === undefined) return [];
  const settings = recordOf(value)[type];
  const keys = listOf(recordOf(settings)['keys']).map((key, index) => ({
    path: [...path, type, 'keys', index],
    name: textOf(recordOf(key)['name']) ?? '',
    bytes: bytesOf(textOf(recordOf(key)['secret']) ?? ''),
  }));
  if (type !== 'kms') return [{ path, type, keys }];
  const endpoint = textOf(recordOf(settings)['endpoint']);
  const version = textOf(recordOf(settings)['apiVersion']) ?? 'v1';
  return [{ path: [...path, type], type, keys, version, ...(endpoint === undefined ? {} : { endpoint }) }];
}

/** `<base64>`, `${KEY}` and the like stand for a key that somebody puts in later. */
function bytesOf(secret: string): number | undefined {
  const text = secret.replaceAll(/\s/g, '');
  if (text === '' || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  return (text.length / 4) * 3 - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0);
}
