import { defineControl, failAt, type AnyControl, type Place } from '../../core/index.ts';
import { findCredentials, mayHold, type Credential } from '../../subjects/credentials.ts';
import { literals, type Literal } from '../../subjects/literals.ts';

/** A file full of keys is one problem, not thousands. */
const mostPlaces = 50;

export const literalCredentials: AnyControl = defineControl({
  id: 'network-separation/literal-credentials',
  decides: ['SEC-01'],
  title: 'No credential stands in a workload or a ConfigMap',
  why: 'Manifests are copied, reviewed, backed up and kept in history, and whoever may list workloads reads their variables. A credential in them is known to all of these, and stays so after it is removed.',
  severity: 'high',
  also: { attack: ['T1552.001'] },
  subject: literals,

  evaluate(subject) {
    const places: Place[] = [];
    for (const literal of subject.literals(mayHold)) {
      for (const credential of findCredentials(literal)) {
        places.push({ where: literal.path, message: messageOf(literal, credential), severity: credential.severity });
      }
      if (places.length >= mostPlaces) break;
    }
    return failAt(places);
  },

  remedy:
    'Take the credential back where it was issued, put its successor into a Secret or an external store, and refer to it by secretKeyRef or a volume.',

  alsoFails: ['upgrading/unreferenced-objects'],

  examples: () => ({
    pass: {
      'a reference to a Secret': `
apiVersion: v1
kind: ConfigMap
metadata: { name: settings, namespace: shop }
data:
  DATABASE_URL: postgres://$(DB_USER):$(DB_PASSWORD)@db:5432/shop
  PASSWORD_FILE: /run/secrets/password
  KEYCLOAK_URL: https://login.example.com/realms/shop
`,
    },
    fail: {
      'a password in a connection string': `
apiVersion: v1
kind: ConfigMap
metadata: { name: settings, namespace: shop }
data:
  DATABASE_URL: postgres://shop:tr0ub4dor@db:5432/shop
`,
      'a plain password': `
apiVersion: v1
kind: ConfigMap
metadata: { name: settings, namespace: shop }
data:
  DB_PASSWORD: tr0ub4dor
`,
      'a random value with a telling name': `
kind: Deployment
metadata: { name: web, annotations: { shop.example.com/api-token: q7Zt0pXc4LmB2vRk9sWy5dGh } }
`,
    },
  }),
});

/** The kind and, for formats with one, the fixed beginning: never the value. */
function messageOf(literal: Literal, { kind, prefix }: Credential): string {
  return `${described(literal)} holds ${kind}${prefix === '' ? '' : ` (${prefix}…)`} for all who read the object`;
}

function described({ kind, name, path }: Literal): string {
  if (kind === 'argument' && name === '') return `argument ${Number(path.at(-1)) + 1}`;
  const shown = name.length > 40 ? `${name.slice(0, 39)}…` : name;
  return `${kind} "${shown}"`;
}
