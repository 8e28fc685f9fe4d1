import type {
  AnonymousAnswer,
  ObservedApiServer,
  ObservedCertificate,
  ObservedEndpoint,
  ObservedKey,
  ObservedTls,
  ServedApi,
} from './api-server.ts';
import { isObject } from './shape-reader.ts';

// What was observed of a server also comes back from recordings, which anybody may have written: every field needs its check.

type Check = (value: unknown) => boolean;
type Checks<T> = { readonly [Field in keyof Required<T>]: Check };

const text: Check = (value) => typeof value === 'string';
const number: Check = (value) => typeof value === 'number';
const flag: Check = (value) => typeof value === 'boolean';
const texts: Check = (value) => Array.isArray(value) && value.every(text);

/** Fields that are absent are in order, and so are those that only a later version knows. */
function fields<T>(checks: Checks<T>): Check {
  return (value) =>
    isObject(value) && Object.entries<Check>(checks).every(([key, check]) => !Object.hasOwn(value, key) || check(value[key]));
}

const key = fields<ObservedKey>({ type: text, bits: number, curve: text });

const certificate = fields<ObservedCertificate>({
  subject: text,
  issuer: text,
  notBefore: text,
  notAfter: text,
  names: texts,
  namesHost: flag,
  selfSigned: flag,
  key,
});

const tls = fields<ObservedTls>({ protocol: text, cipher: text, distrust: text, certificate });

const endpoint = fields<ObservedEndpoint>({ host: text, tls });

const api = fields<ServedApi>({ group: text, resource: text });
const apis: Check = (value) => Array.isArray(value) && value.every(api);

const answer = fields<AnonymousAnswer>({ path: text, code: number });
const anonymous: Check = (value) => Array.isArray(value) && value.every(answer);

const server = fields<ObservedApiServer>({ version: text, time: text, endpoint, apis, anonymous });

/** Whether a value has the types of what is observed of an API server. */
export function isObservation(value: unknown): value is ObservedApiServer {
  return server(value);
}
