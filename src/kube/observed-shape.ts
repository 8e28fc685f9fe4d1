import type {
  AnonymousAnswer,
  ObservedApiServer,
  ObservedCertificate,
  ObservedEndpoint,
  ObservedEnforcement,
  ObservedKey,
  ObservedTls,
  ObservedTrial,
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

const trial: Check = (value) =>
  fields<ObservedTrial>({
    namespace: text,
    as: text,
    sound: (sound) => sound === 'admitted' || sound === 'not permitted' || sound === 'unclear',
    reason: text,
    admitted: texts,
    refused: texts,
    undecided: texts,
    defaults: texts,
    weakened: texts,
  })(value) && has(value, ['namespace', 'sound']);

const enforcement: Check = (value) =>
  fields<ObservedEnforcement>({
    trials: (trials) => Array.isArray(trials) && trials.every(trial),
    everybody: (everybody) => everybody === true,
    left: number,
    stranger: (stranger) => stranger === 'permitted' || stranger === 'not permitted',
  })(value) && has(value, ['trials']);

function has(value: unknown, required: readonly string[]): boolean {
  return isObject(value) && required.every((name) => Object.hasOwn(value, name));
}

const server = fields<ObservedApiServer>({ version: text, time: text, endpoint, apis, anonymous, enforcement });

/** Whether a value has the types of what is observed of an API server. */
export function isObservation(value: unknown): value is ObservedApiServer {
  return server(value);
}
